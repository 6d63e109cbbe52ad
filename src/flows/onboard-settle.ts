/**
 * A proposal as files that hold: they load, their tests say what they do, nothing in them is hardly meant, and somebody could
 * land a repair. Where a rule beside the profile spoils that, it is left out, and said; a proposal that does not hold is none.
 */
import { utf8 } from '../core/base/bytes.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { loadAgents } from '../core/policy/agents-file.ts';
import type { Policy } from '../core/policy/document.ts';
import { lint } from '../core/policy/lint.ts';
import { loadPolicy } from '../core/policy/load.ts';
import { policyText } from '../core/policy/propose/policy-text.ts';
import { type Proposal, withoutRules } from '../core/policy/propose/proposal.ts';
import { agentsText, rosterText } from '../core/policy/propose/roster-text.ts';
import { type AnsweredTest, type DraftTest, testsFor } from '../core/policy/propose/tests.ts';
import { loadRoster } from '../core/policy/roster-file.ts';
import type { Registry } from '../core/provenance/registry.ts';
import type { Roster } from '../core/roster/roster.ts';
import { lockedOut } from '../core/simulate/repair.ts';
import { runCase } from '../core/simulate/run-case.ts';
import { runTest, testsOf } from '../core/simulate/test-policy.ts';
import { AGENTS_FILE, POLICY_FILE, ROSTER_FILE } from './governance.ts';

export interface Settled {
  readonly proposal: Proposal;
  readonly policy: Policy;
  readonly roster: Roster;
  readonly agents: Registry | null;
  /** In the order they are written. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly notes: readonly string[];
}

/** @param at which commit was looked at, in words. @param files of the tree. Problems: POLICY_INVALID, ROSTER_INVALID: a bug of ours. */
export function settle(proposal: Proposal, at: string, files: readonly string[]): Result<Settled, readonly Problem[]> {
  const whole = tried(proposal, at, files);
  if (whole.ok || proposal.rules.length === 0) return whole;
  const plain = tried(withoutRules(proposal), at, files);
  if (!plain.ok) return plain;
  return ok({ ...plain.value, notes: [`the rules of your own are left out, since they would not hold as written: ${whole.error.map((p) => p.message).join('; ')}`] });
}

function tried(proposal: Proposal, at: string, files: readonly string[]): Result<Settled, readonly Problem[]> {
  const drafts = testsFor(proposal);
  const asked = load(
    proposal,
    at,
    drafts.map((draft) => ({ ...draft, result: 'allow', rules: [] })),
  );
  if (!asked.ok) return asked;
  const tests = drafts.flatMap((draft, i) => answered(asked.value, draft, i));
  const whole = load(proposal, at, tests);
  if (!whole.ok) return whole;
  const { policy, roster } = whole.value;
  const missing = proposal.rules.filter((r) => !tests.some((t) => t.shows === r.id));
  const wrong = [
    ...lockedOut(policy, roster, null, null, POLICY_FILE),
    ...testsOf(policy)
      .filter((t) => !t.inherited)
      .flatMap((test) => (runTest(policy, test, roster).passed ? [] : [invalid(`its test ${test.given.name} fails`)])),
    ...missing.map((r) => invalid(`no test makes ${r.id} ask`)),
    ...lint(policy, { roster, files: [...files, POLICY_FILE, ROSTER_FILE], at: null }).map((w) => invalid(w.message)),
  ];
  return wrong.length > 0 ? err(wrong) : whole;
}

const invalid = (message: string): Problem => problem('POLICY_INVALID', message, { place: POLICY_FILE });

function load(proposal: Proposal, at: string, tests: readonly AnsweredTest[]): Result<Settled, readonly Problem[]> {
  const [policyFile, rosterFile, agentsFile] = [policyText(proposal, tests, at), rosterText(proposal, at), agentsText(proposal, at)];
  const policy = loadPolicy(utf8(policyFile), POLICY_FILE);
  if (!policy.ok) return policy;
  const roster = loadRoster(utf8(rosterFile), ROSTER_FILE, policy.value);
  if (!roster.ok) return roster;
  const agents = agentsFile === null ? ok(null) : loadAgents(utf8(agentsFile), AGENTS_FILE, roster.value);
  if (!agents.ok) return agents;
  const files = [{ path: POLICY_FILE, text: policyFile }, { path: ROSTER_FILE, text: rosterFile }, ...(agentsFile === null ? [] : [{ path: AGENTS_FILE, text: agentsFile }])];
  return ok({ proposal, policy: policy.value, roster: roster.value, agents: agents.value, files, notes: [] });
}

/** What this policy answers a case. One that shows nothing of the rule it is there for is left out. */
function answered({ policy, roster }: Settled, draft: DraftTest, place: number): readonly AnsweredTest[] {
  const test = testsOf(policy).filter((t) => !t.inherited)[place];
  if (test === undefined) return [];
  const { answer } = runCase(policy, test.given, roster, { alternatives: false });
  const rules = answer.rules.filter((r) => r.asks).map((r) => r.id);
  return draft.shows !== null && !rules.includes(draft.shows) ? [] : [{ ...draft, result: answer.result, rules }];
}
