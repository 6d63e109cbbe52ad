/** Asks every rule. What a rule could not find out makes it apply; what would have waived it then does not. */
import { type Reason, reason } from '../base/reasons.ts';
import { matches } from '../change/glob.ts';
import type { Roster } from '../roster/roster.ts';
import type { Refusal } from './decision.ts';
import { decidesItself, type Policy, type Rule } from './document.ts';
import type { Condition, FactValues } from './expression.ts';
import type { Facts, Findings } from './facts.ts';
import { type Ask, askOf, seatText } from './seats.ts';
import type { Truth } from './truth.ts';

export interface Ruled {
  readonly asks: readonly Ask[];
  readonly refusals: readonly Refusal[];
  readonly reasons: readonly Reason[];
}

/** Paths named in one reason; the rest is counted. */
const SHOWN = 5;

export function applyRules(policy: Policy, facts: Facts, found: Findings, values: FactValues): Ruled {
  const paths = facts.change.records.map((r) => r.path);
  const asked = policy.rules.map((rule) => applyRule(policy, facts.roster, found, rule, paths, values));
  const covered = new Set(asked.flatMap((a) => a.covers));
  const uncovered = paths.filter((p) => !covered.has(p));
  const forbidden = policy.forbid.flatMap((f) => forbids(f, paths, values));
  const built = builtIn(policy, facts, paths);
  return {
    asks: [...asked.flatMap((a) => a.asks), ...built.asks],
    refusals: [...forbidden, ...uncoveredRefusals(policy, uncovered)],
    reasons: [...asked.map((a) => a.reason), ...built.reasons].sort(byWeight),
  };
}

/** Rules that ask first, then those that let pass, then those that do not apply; by name among themselves. */
function byWeight(a: Reason, b: Reason): number {
  const weight = { yes: 0, unknown: 0, note: 1, no: 2 };
  return weight[a.state] - weight[b.state] || (a.text < b.text ? -1 : 1);
}

interface Applied {
  readonly asks: readonly Ask[];
  readonly covers: readonly string[];
  readonly reason: Reason;
}

function applyRule(policy: Policy, roster: Roster, found: Findings, rule: Rule, paths: readonly string[], values: FactValues): Applied {
  const own = paths.filter((p) => matches(rule.paths, p));
  const name = rule.description === '' ? `rule ${rule.id}` : `rule ${rule.id}: ${rule.description}`;
  if (own.length === 0) return { asks: [], covers: [], reason: reason('no', 'RULE_NOT_APPLICABLE', name, [reason('no', 'RULE_NOT_APPLICABLE', 'none of its paths changes')]) };
  const when = rule.when?.holds(values) ?? (rule.when === null ? true : undefined);
  const whole = own.length === paths.length && own.length > 1 ? `all ${own.length} changed files` : listed(own);
  const because = [reason('note', 'RULE_APPLIES', whole), ...told('when', rule.when, when)];
  if (rule.require === null) return optional(name, own, when, because);
  if (when === false) return { asks: [], covers: [], reason: reason('no', 'RULE_NOT_APPLICABLE', name, because) };
  const unless = rule.unless === null ? false : rule.unless.holds(values);
  const waived = [...because, ...told('unless', rule.unless, unless)];
  if (unless === true) return { asks: [], covers: own, reason: reason('no', 'RULE_NOT_APPLICABLE', name, waived) };
  const sure = when === true && unless === false;
  const ask = { ...askOf(policy, roster, found, rule.id, rule.require), sure };
  const wanted = reason('yes', 'SIGNOFF_MISSING', `asks for ${seatText(seatWords(policy, ask))}`);
  return { asks: [ask], covers: own, reason: reason(sure ? 'yes' : 'unknown', sure ? 'RULE_APPLIES' : 'RULE_UNKNOWN', name, [...waived, wanted]) };
}

/** An optional rule is an exemption: it covers only where it is proved to apply. */
function optional(name: string, own: readonly string[], when: Truth, because: readonly Reason[]): Applied {
  if (when === true) return { asks: [], covers: own, reason: reason('note', 'RULE_APPLIES', name, [...because, reason('note', 'PASS', 'asks nobody')]) };
  return { asks: [], covers: [], reason: reason(when === false ? 'no' : 'unknown', when === false ? 'RULE_NOT_APPLICABLE' : 'RULE_UNKNOWN', name, because) };
}

const seatWords = (policy: Policy, ask: Ask) => ({ ...ask, level: ask.rank < 0 ? null : (policy.ladder.values[ask.rank] ?? null) });

function told(word: 'when' | 'unless', condition: Condition | null, value: Truth): readonly Reason[] {
  if (condition === null) return [];
  const state = value === undefined ? 'unknown' : value ? 'yes' : 'no';
  const code = value === undefined ? 'RULE_UNKNOWN' : value === (word === 'when') ? 'RULE_APPLIES' : 'RULE_NOT_APPLICABLE';
  return [reason(state, code, `${word} ${condition.source.trim()}: ${value === undefined ? 'cannot be decided' : value}`)];
}

function forbids(forbid: Policy['forbid'][number], paths: readonly string[], values: FactValues): readonly Refusal[] {
  const { paths: globs } = forbid;
  if (paths.length === 0 || (globs !== null && !paths.some((p) => matches(globs, p)))) return [];
  const when = forbid.when.holds(values);
  if (when === false) return [];
  const doubt = when === undefined ? ' (its condition could not be decided)' : '';
  return [{ code: 'FORBIDDEN', text: `forbidden by ${forbid.id}: ${forbid.reason}${doubt}` }];
}

function uncoveredRefusals(policy: Policy, paths: readonly string[]): readonly Refusal[] {
  return paths.slice(0, SHOWN).map((path, i) => {
    const rest = i === SHOWN - 1 && paths.length > SHOWN ? `, and ${paths.length - SHOWN} more` : '';
    const folded = policy.rules.find((r) => r.paths.some((glob) => matches([glob.toLowerCase()], path.toLowerCase())) && !matches(r.paths, path));
    const near = folded === undefined ? '' : `; rule ${folded.id} would, but for letter case`;
    return { code: 'UNCOVERED', text: `no rule covers ${path}${near}${rest}`, remedy: 'add a rule to countersign.yml whose paths and when cover it; optional: true asks nobody' };
  });
}

/** What no policy can switch off. */
function builtIn(policy: Policy, facts: Facts, paths: readonly string[]): { readonly asks: readonly Ask[]; readonly reasons: readonly Reason[] } {
  const rank = Math.max(0, policy.ladder.values.length - 2);
  const ask = (rule: string): Ask => ({ rule, humans: 1, rank, domains: [], teams: [] });
  const own = paths.filter(decidesItself);
  const files = own.length === 0 ? undefined : reason('yes', 'PROTECTED_FILES', `built in: ${listed(own)} decide about changes, this one included`);
  const target = facts.targetExists ? undefined : reason('yes', 'TARGET_MISSING', 'built in: the target ref does not exist yet, so a policy owner must sign');
  return {
    asks: [...(files === undefined ? [] : [ask('countersign.protected-files')]), ...(target === undefined ? [] : [ask('countersign.target-missing')])],
    reasons: [files, target].filter((r) => r !== undefined),
  };
}

function listed(paths: readonly string[]): string {
  const rest = paths.length > SHOWN ? ` and ${paths.length - SHOWN} more` : '';
  return `${paths.slice(0, SHOWN).join(', ')}${rest}`;
}
