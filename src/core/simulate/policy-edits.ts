/** Single edits that make a rule ask for less: what an owner of the policy may want to know when a change is stuck. */
import type { Decision } from '../policy/decision.ts';
import type { Policy, Requirement, Rule } from '../policy/document.ts';

export interface PolicyEdit {
  /** `infra-critical.require.humans 2 -> 1` */
  readonly words: string;
  readonly policy: Policy;
}

/** One for each field of each rule that asks of this change. A rule of a floor is not the repository's to edit. */
export function policyEditsOf(policy: Policy, decision: Decision): readonly PolicyEdit[] {
  const asking = new Set(decision.rules.filter((r) => r.state === 'asks' || r.state === 'may-ask').map((r) => r.id));
  return policy.rules.flatMap((rule) => (asking.has(rule.id) && rule.covers && rule.require !== null ? editsOf(policy, rule, rule.require) : []));
}

function editsOf(policy: Policy, rule: Rule, require: Requirement): readonly PolicyEdit[] {
  const edited = (words: string, field: Partial<Requirement>): PolicyEdit => ({
    words: `${rule.id}.require.${words}`,
    policy: { ...policy, rules: policy.rules.map((r) => (r === rule ? { ...r, require: { ...require, ...field } } : r)) },
  });
  const below = require.level === null ? null : (policy.ladder.values[policy.ladder.values.indexOf(require.level) - 1] ?? null);
  return [
    ...(require.humans > 1
      ? [edited(`humans ${require.humans} -> ${require.humans - 1}`, { humans: require.humans - 1, distinctTeams: Math.min(require.distinctTeams, require.humans - 1) })]
      : []),
    ...(require.level === null ? [] : [edited(`level ${require.level} -> ${below ?? 'any'}`, { level: below })]),
    ...(require.seniorToAuthor ? [edited('senior_to author -> nobody', { seniorToAuthor: false })] : []),
    ...(require.domains.length > 0 ? [edited(`domains ${require.domains.join(', ')} -> any`, { domains: [] })] : []),
    ...(require.from.teams.length + require.from.people.length > 0 ? [edited('from -> anybody', { from: { teams: [], people: [] } })] : []),
    ...(require.distinctTeams > 1 ? [edited(`distinct_teams ${require.distinctTeams} -> 1`, { distinctTeams: 1 })] : []),
    ...(require.ownership ? [edited('ownership asked -> not asked', { ownership: false })] : []),
    ...(require.not.length > 0 ? [edited(`not ${require.not.join(', ')} -> nobody`, { not: [] })] : []),
  ];
}
