/** Whether a rule can ever matter beside another one. Only what is plain from the text is said: equal paths and conditions, or none. */
import type { Policy, Requirement, Rule } from './document.ts';
import { PRESENCES } from './words.ts';

/** `by` applies wherever `rule` does, and asks for as much of everything. Of two equal rules, the later one is shadowed. */
export function isShadowed(policy: Policy, rule: Rule, by: Rule): boolean {
  if (rule === by || rule.require === null || by.require === null || !by.covers) return false;
  if (!appliesWherever(by, rule) || !asksAsMuch(policy, by.require, rule.require)) return false;
  if (appliesWherever(rule, by) && asksAsMuch(policy, rule.require, by.require)) return policy.rules.indexOf(by) < policy.rules.indexOf(rule);
  return true;
}

const ANY = '**';
const same = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((x, i) => x === b[i]);

function appliesWherever(by: Rule, rule: Rule): boolean {
  const paths = same(by.paths, rule.paths) || same(by.paths, [ANY]);
  const when = by.when === null || by.when.source.trim() === rule.when?.source.trim();
  const unless = by.unless === null || by.unless.source.trim() === rule.unless?.source.trim();
  const window = (by.starts === null || by.starts === rule.starts) && (by.until === null || by.until === rule.until);
  return paths && when && unless && window;
}

export function asksAsMuch({ ladder }: Policy, by: Requirement, of: Requirement): boolean {
  const rank = (level: string | null): number => (level === null ? -1 : ladder.values.indexOf(level));
  const anybody = of.from.teams.length + of.from.people.length === 0;
  const somebody = by.from.teams.length + by.from.people.length > 0;
  const within = anybody || (somebody && by.from.teams.every((t) => of.from.teams.includes(t)) && by.from.people.every((p) => of.from.people.includes(p)));
  return (
    by.humans >= of.humans &&
    rank(by.level) >= rank(of.level) &&
    (by.seniorToAuthor || !of.seniorToAuthor) &&
    of.domains.every((d) => by.domains.includes(d)) &&
    within &&
    by.distinctTeams >= of.distinctTeams &&
    of.not.every((r) => by.not.includes(r)) &&
    of.stages.every((s) => by.stages.includes(s)) &&
    PRESENCES.indexOf(by.presence) >= PRESENCES.indexOf(of.presence)
  );
}
