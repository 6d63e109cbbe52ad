/**
 * The gate of a CI system: the judgement a push would meet, in a clone, with sign-offs that bundles carry. No server is asked who
 * stands where, so what only a server knows is not known here: who pushed, what was spent elsewhere (docs/guides/ci.md).
 *
 * The attacker wrote everything from the base to the head, chose the merge that may lie around it, and keeps the sign-offs. They do not
 * choose the target: policy, roster and, where it is taken from there, the trust file are read at its tip.
 */
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import type { Change, Oid } from '../core/change/change.ts';
import { changeId } from '../core/change/change-id.ts';
import { judge } from '../core/gate/judge.ts';
import { type Verdict, waits } from '../core/gate/verdict.ts';
import type { Decision } from '../core/policy/decision.ts';
import type { PlanFile } from '../core/risk/plan-file.ts';
import type { TrustBundle } from '../core/signoff/trust-file.ts';
import { askedInClone, type CheckedClone, scoringOf } from './check-asked.ts';
import { rangeOf, said, WHOLE, withRemedy } from './check-ends.ts';
import { type Ends, type EndsAsked, endsOf } from './gate-ends.ts';
import { heldBack, landsAs } from './gate-lands.ts';
import { considerChange, titleOf } from './gather.ts';
import { type Governance, governanceAt } from './governance.ts';
import { type Offered, offeredFor, without } from './offered.ts';
import type { Step } from './ports.ts';
import type { Checkout, SignoffSource } from './ports-carried.ts';
import { PUSH_CAPS } from './push-record.ts';
import { windowOfClone } from './train.ts';
import { type JudgeOne, verdictBy } from './verdict.ts';
import { isWeighed, MOST_FILES, weighEach } from './weigh.ts';

export interface GatedClone extends CheckedClone {
  readonly checkout: Checkout;
  readonly sources: readonly SignoffSource[];
  /** What is trusted, read where the target stands or got by another road; null: nothing, so no sign-off counts. Problems: TRUST_*, USAGE. */
  trust(tip: Oid): Promise<Result<TrustBundle | null, readonly Problem[]>>;
}

export interface CloneGateAsk extends EndsAsked {
  /** `BASE..HEAD`, or empty for the target's tip and HEAD. */
  readonly range: string;
  readonly plans: readonly PlanFile[];
  /** It lands as one commit, whatever it is made of: the forge squashes, and nothing else is allowed. */
  readonly squash: boolean;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Milliseconds: how old what is known of takings back may be. */
  readonly fresh: number;
  readonly demo: boolean;
}

export interface CloneGateAnswer {
  /** `wait`: people can still let it pass. */
  readonly answer: 'allow' | 'wait' | 'deny';
  readonly verdict: Verdict;
  readonly decision: Decision;
  /** Commits that were judged on their own. */
  readonly parts: number;
  readonly changeId: string;
  readonly title: string;
  /** The range that was judged, in full ids. */
  readonly base: Oid;
  readonly head: Oid;
  /** What was assumed, and which bundles were left out, in words. */
  readonly notes: readonly string[];
  /** How people are called: `Mara Lindqvist (L6)`, by id. */
  readonly names: ReadonlyMap<string, string>;
}

type Judged = Result<CloneGateAnswer, readonly Problem[]>;

/** Problems: it cannot be decided, so nothing passes. */
export async function gateClone(clone: GatedClone, ask: CloneGateAsk): Promise<Judged> {
  const range = rangeOf(ask.range);
  if (!range.ok) return err([range.error]);
  try {
    const ends = await endsOf(clone, ask, range.value);
    if (!ends.ok) return err([ends.error]);
    const governance = await governanceAt(clone.repository, ends.value.tip, clone.floors);
    if (!governance.ok) return err(governance.error.map((p) => ({ ...p, place: `${ask.target}:${p.place ?? ''}` })));
    return await judgedIn(clone, ask, ends.value, governance.value);
  } catch (error) {
    // A clone that is not whole: the port rejects where "absent" would be a wrong answer.
    return err([problem('CONTENT_UNSEEN', said(error), { remedy: WHOLE })]);
  }
}

interface Weighed {
  readonly change: Change;
  readonly decision: Decision;
  readonly title: string;
}

async function judgedIn(clone: GatedClone, ask: CloneGateAsk, ends: Ends, governance: Governance): Promise<Judged> {
  const scored = await scoringOf(clone.scoring, ask.at);
  const by = { ...askedInClone(clone, { repo: ends.repo, ref: ask.target, plans: ask.plans, at: ask.at }, governance, scored.score), most: MOST_FILES };
  const weigh = async (base: Oid | null, head: Oid, more: Partial<Parameters<typeof considerChange>[3]>): Promise<Weighed | readonly Problem[]> => {
    const considered = await considerChange(clone.repository, clone.parsers, governance, { ...by, base, head, ...more });
    return considered.ok ? { ...considered.value, title: titleOf(considered.value.change) } : considered.error.map(withRemedy);
  };
  const whole = await weigh(ends.base, ends.head, { window: windowOfClone(clone.trains, ends.base, ask.at) });
  if (!('decision' in whole)) return err(whole);
  const steps = ask.squash ? [] : await stepsOf(clone, whole.change);
  if (steps.length > PUSH_CAPS.steps)
    return err([problem('PUSH_TOO_LARGE', `${steps.length} commits; at most ${PUSH_CAPS.steps} are judged`, { place: 'range', remedy: 'squash them' })]);
  // A plan says what the whole would do.
  const parts = await weighEach((base, head, sticky) => weigh(base, head, { sticky, plans: [] }), ends.base, whole, steps, ask.at);
  if (!isWeighed(parts)) return err(parts);
  const each = parts.map((p) => p.decision);
  const offers = await offersFor(clone, ask, ends, governance, [whole.decision, ...each]);
  if (!offers.ok) return offers;
  const lands = await landsAs(clone.checkout, ends.onto, whole.change);
  if (!lands.ok) return err([withRemedy(lands.error)]);
  const { verdict: signed } = await verdictBy(judging(offers.value, governance), whole.decision, each);
  const held = lands.value === 'same' ? null : heldBack(signed, lands.value, ends.onto);
  const verdict = held ?? signed;
  const answer = held === null ? answerOf(signed, [whole.decision, ...each]) : 'deny';
  const aside = [...new Set([...offers.value.values()].flatMap((o) => o.aside.map((p) => `left out: ${p.place ?? ''}: ${p.message} [${p.code}]`)))];
  const { base, head } = ends;
  const { decision, title } = whole;
  const named = { names: new Map(governance.roster.people.map((p) => [p.id, `${p.name} (${p.level})`])), notes: [...ends.notes, ...scored.notes, ...aside] };
  return ok({ answer, verdict, decision, parts: each.length, changeId: changeId(decision.change), title, base, head, ...named });
}

/** As a ref that moves there would bring them; behind a base that moved on, as a merge would. */
async function stepsOf({ repository }: GatedClone, { mergeBase, head, commits }: Change): Promise<readonly Step[]> {
  const chain = await repository.steps(mergeBase, head);
  return chain ?? commits.map(({ id, parents }) => ({ commit: id, parent: parents[0] ?? null, onChain: false }));
}

type Offers = ReadonlyMap<Decision, Offered>;

const NOTHING: Offered = { signoffs: [], owned: [], aside: [] };

/** What is refused no sign-off cures, so none is looked for. Problems: USAGE where people are needed and nothing is trusted; those of the sources. */
async function offersFor(clone: GatedClone, ask: CloneGateAsk, ends: Ends, { policy }: Governance, decisions: readonly Decision[]): Promise<Result<Offers, readonly Problem[]>> {
  const trust = await clone.trust(ends.tip);
  if (!trust.ok) return trust;
  if (trust.value === null) return decisions.some((d) => d.outcome === 'signoff') ? err([UNTRUSTED]) : ok(new Map());
  const terms = { trust: trust.value, policy, now: ask.at, fresh: ask.fresh, demo: ask.demo };
  const offers = new Map<Decision, Offered>();
  for (const decision of decisions.filter((d) => d.outcome !== 'refused')) {
    const offered = await offeredFor(clone.sources, decision, terms);
    if (!offered.ok) return err([offered.error]);
    offers.set(decision, offered.value);
  }
  return ok(offers);
}

const UNTRUSTED = problem('USAGE', 'people have to sign this, and nothing says whose signatures count', {
  place: '--trust',
  remedy: 'hand in a trust file from outside the change with --trust, or name one of the target with --trust-from-target',
});

const judging =
  (offers: Offers, { policy }: Governance): JudgeOne =>
  async (decision, spent) => {
    const { signoffs, owned } = without(offers.get(decision) ?? NOTHING, spent);
    const verdict = judge({ kind: 'merge', ladder: policy.ladder.values }, decision, signoffs, owned);
    const counted = [...signoffs.filter((s) => verdict.signoffs.includes(s.digest)), ...(verdict.verdict === 'allow' ? owned : [])];
    return { verdict, nonces: counted.map((s) => s.nonce) };
  };

/** Somebody's refusal and policy's are a no; everything else is people who have not signed, or not so that it counts. */
function answerOf({ verdict, codes }: Verdict, decisions: readonly Decision[]): CloneGateAnswer['answer'] {
  if (verdict === 'allow') return 'allow';
  return waits(decisions.some((d) => d.outcome === 'refused') ? 'refused' : 'signoff', codes) ? 'wait' : 'deny';
}
