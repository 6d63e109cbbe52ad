/** What the tests of a policy reach: rules they make ask and make silent, and conditions they make true and false. */
import type { Policy } from '../policy/document.ts';
import type { Condition } from '../policy/expression.ts';
import type { Truth } from '../policy/truth.ts';
import type { Roster } from '../roster/roster.ts';
import { runCase } from './run-case.ts';
import type { PolicyTestCase } from './test-policy.ts';

export interface RuleCover {
  readonly rule: string;
  readonly layer: string;
  /** What no test did: `asks`, `silent`, `when true`, `unless false`, ... Empty: all of it was reached. */
  readonly never: readonly string[];
}

/** Rules, forbids and exceptions of the file itself and of what it extends, in their order. */
export function coverOf(policy: Policy, tests: readonly PolicyTestCase[], roster: Roster): readonly RuleCover[] {
  const seen = new Map<string, Set<Truth>>();
  const watched = watching(policy, seen);
  const asked = new Set<string>();
  const silent = new Set<string>();
  for (const { given } of tests) {
    const { answer, decision } = runCase(watched, given, roster, { alternatives: false });
    const asking = new Set(answer.rules.filter((r) => r.asks).map((r) => r.id));
    if (decision !== null) for (const { id } of policy.rules) (asking.has(id) ? asked : silent).add(id);
  }
  return [
    ...policy.rules.map((rule) => ({
      rule: rule.id,
      layer: rule.layer,
      never: [
        ...(rule.require === null || asked.has(rule.id) ? [] : ['asks']),
        ...(rule.require === null || silent.has(rule.id) ? [] : ['silent']),
        ...reached(seen, rule.id, 'when', rule.when),
        ...reached(seen, rule.id, 'unless', rule.unless),
      ],
    })),
    ...policy.forbid.map((f) => ({ rule: f.id, layer: f.layer, never: [...reached(seen, f.id, 'when', f.when), ...reached(seen, f.id, 'unless', f.unless)] })),
    ...policy.exceptions.map((e) => ({ rule: e.id, layer: e.layer, never: reached(seen, e.id, 'when', e.when) })),
  ];
}

/** `true` alone is no condition: it is never false. */
function reached(seen: ReadonlyMap<string, ReadonlySet<Truth>>, id: string, word: string, condition: Condition | null): readonly string[] {
  if (condition === null || condition.source.trim() === 'true') return [];
  const values = seen.get(`${id} ${word}`) ?? new Set<Truth>();
  return [...(values.has(true) ? [] : [`${word} true`]), ...(values.has(false) ? [] : [`${word} false`])];
}

/** The same policy, with every condition writing down what it answered. */
function watching(policy: Policy, seen: Map<string, Set<Truth>>): Policy {
  const watch = <C extends Condition | null>(id: string, word: string, condition: C): C => {
    if (condition === null) return condition;
    const values = seen.get(`${id} ${word}`) ?? new Set<Truth>();
    seen.set(`${id} ${word}`, values);
    const holds: Condition['holds'] = (facts) => {
      const value = condition.holds(facts);
      values.add(value);
      return value;
    };
    return { ...condition, holds };
  };
  return {
    ...policy,
    rules: policy.rules.map((r) => ({ ...r, when: watch(r.id, 'when', r.when), unless: watch(r.id, 'unless', r.unless) })),
    forbid: policy.forbid.map((f) => ({ ...f, when: watch(f.id, 'when', f.when), unless: watch(f.id, 'unless', f.unless) })),
    exceptions: policy.exceptions.map((e) => ({ ...e, when: watch(e.id, 'when', e.when) })),
  };
}
