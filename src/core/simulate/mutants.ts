/**
 * A policy changed in one place, many times over: each comparison turned round, each number and level of a requirement moved
 * by one. A mutant no test notices is a line of policy that nothing holds in place.
 */
import type { Forbid, Policy, Requirement, Rule } from '../policy/document.ts';
import type { Condition } from '../policy/expression.ts';
import { flipsOf } from '../policy/flips.ts';
import type { Roster } from '../roster/roster.ts';
import { holds, type PolicyTestCase } from './test-policy.ts';

export interface Mutant {
  readonly rule: string;
  readonly layer: string;
  /** `when: risk.tier >= high to risk.tier < high` */
  readonly words: string;
  readonly policy: Policy;
}

export type Survivor = Omit<Mutant, 'policy'>;

export interface Mutation {
  readonly mutants: number;
  /** No test notices these. */
  readonly survivors: readonly Survivor[];
}

/** @param tests that all pass: a test that fails anyhow notices nothing. @param looked which layers are changed. */
export function mutate(policy: Policy, tests: readonly PolicyTestCase[], roster: Roster, looked: (layer: string) => boolean = () => true): Mutation {
  const all = mutantsOf(policy).filter((mutant) => looked(mutant.layer));
  const survivors = all.filter((mutant) => tests.every((test) => holds(mutant.policy, test, roster)));
  return { mutants: all.length, survivors: survivors.map(({ rule, layer, words }) => ({ rule, layer, words })) };
}

export function mutantsOf(policy: Policy): readonly Mutant[] {
  const rules = policy.rules.flatMap((rule) => ruleMutants(policy, rule).map(({ words, changed }) => made(policy, rule, words, { rules: swapped(policy.rules, rule, changed) })));
  const forbids = policy.forbid.flatMap((f) => conditionMutants(policy, f).map(({ words, changed }) => made(policy, f, words, { forbid: swapped(policy.forbid, f, changed) })));
  return [...rules, ...forbids];
}

const made = (policy: Policy, { id, layer }: Rule | Forbid, words: string, changed: Partial<Policy>): Mutant => ({ rule: id, layer, words, policy: { ...policy, ...changed } });
const swapped = <T>(all: readonly T[], one: T, other: T): readonly T[] => all.map((x) => (x === one ? other : x));

interface Changed<T> {
  readonly words: string;
  readonly changed: T;
}

const ruleMutants = (policy: Policy, rule: Rule): readonly Changed<Rule>[] => [
  ...conditionMutants(policy, rule),
  ...(rule.require === null ? [] : requireMutants(policy, rule.require).map(({ words, changed }) => ({ words, changed: { ...rule, require: changed } }))),
];

function conditionMutants<T extends { readonly when: Condition | null; readonly unless: Condition | null }>(policy: Policy, of: T): readonly Changed<T>[] {
  return (['when', 'unless'] as const).flatMap((word) => {
    const condition = of[word];
    if (condition === null) return [];
    return flipsOf(condition.source, policy.ladder.values).map((flip) => ({ words: `${word}: ${flip.words}`, changed: { ...of, [word]: flip.condition } }));
  });
}

function requireMutants(policy: Policy, require: Requirement): readonly Changed<Requirement>[] {
  const { humans, distinctTeams, level, ownership } = require;
  const fewer = humans > 1 ? humans - 1 : humans + 1;
  const lower = level === null ? undefined : policy.ladder.values[policy.ladder.values.indexOf(level) - 1];
  return [
    { words: `require.humans: ${humans} to ${fewer}`, changed: { ...require, humans: fewer, distinctTeams: Math.min(distinctTeams, fewer) } },
    ...(distinctTeams > 1 ? [{ words: `require.distinct_teams: ${distinctTeams} to ${distinctTeams - 1}`, changed: { ...require, distinctTeams: distinctTeams - 1 } }] : []),
    ...(ownership ? [{ words: 'require.ownership: asked to not asked', changed: { ...require, ownership: false } }] : []),
    ...(lower === undefined ? [] : [{ words: `require.level: ${level} to ${lower}`, changed: { ...require, level: lower } }]),
  ];
}
