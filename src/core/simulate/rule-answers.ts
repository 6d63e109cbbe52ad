/** What each rule says of a case, with the reasons the decision gave: one text for terminals, pages, agents and tests. */
import type { Reason } from '../base/reasons.ts';
import { matches } from '../change/glob.ts';
import type { Decision, RuleSaid, Seat } from '../policy/decision.ts';
import type { Policy } from '../policy/document.ts';
import type { Stage } from '../policy/words.ts';
import type { RuleAnswer, RuleState } from './case-answer.ts';
import type { Seating } from './case-seats.ts';

/** Rules with a file of their own in the change and the built-in ones that ask, by id; those that are open first. */
export function ruleAnswers(policy: Policy, decision: Decision, seating: Seating): readonly RuleAnswer[] {
  const own = decision.rules.map((said) => answerOf(decision, said, policy.rules.find((r) => r.id === said.id)?.require?.stages ?? [], seating));
  const known = new Set(decision.rules.map((r) => r.id));
  const built = [...new Set(decision.seats.map((s) => s.rule))].filter((id) => !known.has(id)).map((id) => answerOf(decision, { id, state: 'asks' }, ['implementation'], seating));
  return [...own, ...built, ...forbidding(policy, decision)].sort((a, b) => WEIGHT[a.state] - WEIGHT[b.state] || (a.id < b.id ? -1 : 1));
}

const WEIGHT: { readonly [state in RuleState]: number } = { failed: 0, unknown: 1, pending: 2, satisfied: 3, 'not-applicable': 4 };

function answerOf(decision: Decision, said: Pick<RuleSaid, 'id' | 'state'>, stages: readonly Stage[], seating: Seating): RuleAnswer {
  const { id } = said;
  const asks = said.state === 'asks' || said.state === 'may-ask';
  const answering = asks ? stages.filter((s) => seating.due.includes(s)).flatMap((stage) => seatsFor(decision, id, stage)) : [];
  const open = answering.some((seat) => seating.missing.some((m) => m.rule === seat.rule && m.stage === seat.stage));
  return {
    id,
    state: stateOf(decision, said, open),
    asks,
    because: becauseOf(decision.reasons, id),
    have: seating.filled.filter((f) => f.seat.rule === id).map(({ person, seat }) => ({ person, stage: seat.stage, signed: signedAt(seating, person, seat.stage) })),
    missing: seating.missing.filter((m) => m.rule === id),
    answered_by: [...new Set(answering.filter((s) => s.rule !== id).map((s) => s.rule))].sort(),
  };
}

/** The rule's own seats at a stage; where a stricter seat answers them, all of that stage: which of them it is, is not kept. */
function seatsFor({ seats }: Decision, id: string, stage: Stage): readonly Seat[] {
  const here = seats.filter((s) => s.stage === stage);
  const own = here.filter((s) => s.rule === id);
  return own.length > 0 ? own : here;
}

function signedAt({ counted }: Seating, person: string, stage: Stage): string | null {
  const at = counted.find((c) => c.person === person && c.signoff.stage === stage)?.signoff.at ?? null;
  return at === null ? null : new Date(at).toISOString();
}

function stateOf(decision: Decision, { id, state }: Pick<RuleSaid, 'id' | 'state'>, open: boolean): RuleState {
  if (state === 'silent' || state === 'waived') return 'not-applicable';
  if (state === 'covers') return 'satisfied';
  if (decision.refusals.some((r) => r.code === 'SEAT_UNFILLABLE' && r.text.startsWith(`${id} asks for `))) return 'failed';
  return !open ? 'satisfied' : state === 'may-ask' ? 'unknown' : 'pending';
}

/** The reasons below the rule's own node, in their words. */
function becauseOf(root: Reason, id: string): readonly string[] {
  const node = root.children.flatMap((c) => [c, ...c.children]).find((c) => c.text === `rule ${id}` || c.text.startsWith(`rule ${id}: `));
  if (node !== undefined) return node.children.map((c) => c.text);
  const built = root.children.flatMap((c) => [c, ...c.children]).find((c) => (id === 'countersign.protected-files' ? c.code === 'PROTECTED_FILES' : c.code === 'TARGET_MISSING'));
  return built === undefined ? [] : [built.text];
}

/** Forbids that matched: nobody's signature cures them. */
function forbidding(policy: Policy, decision: Decision): readonly RuleAnswer[] {
  const said = decision.refusals.filter((r) => r.code === 'FORBIDDEN');
  return policy.forbid.flatMap((f): readonly RuleAnswer[] => {
    const own = said.find((r) => r.text.startsWith(`forbidden by ${f.id}:`) || r.text.startsWith(`forbidden by ${f.id}, `));
    const paths = f.paths === null ? [] : decision.change.paths.filter((p) => matches(f.paths ?? [], p)).slice(0, 5);
    return own === undefined ? [] : [{ id: f.id, state: 'failed', asks: false, because: [own.text, ...paths], have: [], missing: [], answered_by: [] }];
  });
}
