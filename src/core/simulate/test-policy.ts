/**
 * Runs the tests of a policy. A file's own tests must hold exactly. Those of what it extends say what that layer promises:
 * with rules of the file's own beside them more may be asked, and never less.
 */
import { type Expected, RESULTS } from '../policy/case.ts';
import type { PlacedCase } from '../policy/case-file.ts';
import { namesKnown } from '../policy/case-names.ts';
import type { Policy } from '../policy/document.ts';
import { TIERS } from '../risk/risk.ts';
import type { Roster } from '../roster/roster.ts';
import type { Ran } from './case-answer.ts';
import { type Difference, differences } from './compare-case.ts';
import { runCase } from './run-case.ts';

export interface PolicyTestCase extends PlacedCase {
  /** A test of a layer the file extends. */
  readonly inherited: boolean;
}

export interface TestResult {
  readonly place: string;
  readonly name: string;
  readonly passed: boolean;
  readonly differences: readonly Difference[];
  /** Why it was not run; null: it was. */
  readonly skipped: string | null;
  readonly ran: Ran | null;
}

/** The tests a policy brings, its own first, and more from scenario files. */
export function testsOf(policy: Policy, scenarios: readonly PlacedCase[] = []): readonly PolicyTestCase[] {
  const [own] = policy.layers;
  const written = policy.tests.map(({ layer, index, given }) => ({ place: `${layer} tests[${index}]`, given, inherited: layer !== own }));
  return [...written, ...scenarios.map((s) => ({ ...s, inherited: false }))];
}

export function runTest(policy: Policy, test: PolicyTestCase, roster: Roster): TestResult {
  const { place, given, inherited } = test;
  const name = given.name === '' ? place : given.name;
  if (inherited && !namesKnown(given, policy, () => {}))
    return { place, name, passed: true, differences: [], skipped: 'it names levels or rules this policy does not have', ran: null };
  const ran = runCase(policy, given, roster, { alternatives: false });
  const found = given.expect === null || asksNothing(given.expect) ? [NOTHING] : inherited ? lighter(given.expect, ran) : differences(given.expect, ran.answer);
  return { place, name, passed: found.length === 0, differences: found, skipped: null, ran };
}

const NOTHING: Difference = { what: 'expect', expected: 'something to compare', got: 'nothing: a test that expects nothing cannot fail' };

const asksNothing = (expect: Expected): boolean => Object.values(expect).every((value) => value === null);

/** Less than the layer promised. */
function lighter({ result, tier, missing }: Expected, { answer }: Ran): readonly Difference[] {
  const order = RESULTS;
  const lost = (missing ?? []).filter((e) => answer.result === 'allow' || (answer.rules.find((r) => r.id === e.rule)?.asks ?? false) === false);
  return [
    ...(result !== null && order.indexOf(answer.result) < order.indexOf(result) ? [{ what: 'result', expected: `${result} or stricter`, got: answer.result }] : []),
    ...(tier !== null && TIERS.above(tier, answer.tier) ? [{ what: 'tier', expected: `${tier} or worse`, got: answer.tier }] : []),
    ...(lost.length === 0 ? [] : [{ what: 'missing', expected: lost.map((e) => e.rule).join(', '), got: answer.missing.map((m) => m.rule).join(', ') || 'nothing' }]),
  ];
}

/**
 * What one test costs, in steps of which a machine takes some tens of millions a second: rules asked, files matched, people
 * looked at for each seat, seats compared with each other. Counted and not timed, so that every gate says the same.
 */
export function stepsOf(policy: Policy, { decision }: Ran, roster: Roster): number {
  const asking = new Set(decision?.rules.flatMap((r) => (r.state === 'asks' || r.state === 'may-ask' ? [r.id] : [])));
  const seats = policy.rules.reduce((sum, r) => sum + (r.require !== null && asking.has(r.id) ? r.require.humans * r.require.stages.length : 0), 0);
  return 20 * (policy.rules.length + (decision?.change.paths.length ?? 0)) + 2 * seats * roster.people.length + seats * seats;
}

/** Does this test hold of another policy as well? What a mutant asks. */
export const holds = (policy: Policy, test: PolicyTestCase, roster: Roster): boolean => runTest(policy, test, roster).passed;
