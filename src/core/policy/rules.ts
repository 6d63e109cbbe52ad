/** Asks every rule. What a rule could not find out makes it apply; what would have waived it then does not. */
import { type Reason, reason } from '../base/reasons.ts';
import { matches } from '../change/glob.ts';
import { type Matcher, matcherOf } from '../change/matcher.ts';
import type { Refusal, RuleSaid, Terms } from './decision.ts';
import { decidesItself, type Policy, type Rule } from './document.ts';
import { exempted } from './exceptions.ts';
import type { Condition, FactValues } from './expression.ts';
import type { Facts, Findings } from './facts.ts';
import { type Ask, asksOf, plainAsk, type Senior, seatText, seniorTo } from './seats.ts';
import { joinOnChange, joinPresence } from './terms.ts';
import { momentText } from './time.ts';
import { and, type Truth } from './truth.ts';
import { inTime, windowText } from './window.ts';

export interface Ruled {
  readonly asks: readonly Ask[];
  readonly refusals: readonly Refusal[];
  readonly reasons: readonly Reason[];
  readonly said: readonly RuleSaid[];
  readonly terms: Terms;
  /** Rules that ask, and ask that the author speak first. */
  readonly ownership: readonly string[];
}

/** Paths named in one reason; the rest is counted. */
const SHOWN = 5;

/** What every rule is asked with. */
interface Asking {
  readonly policy: Policy;
  readonly facts: Facts;
  readonly found: Findings;
  readonly values: FactValues;
  readonly paths: readonly string[];
  readonly senior: Senior;
}

export function applyRules(policy: Policy, facts: Facts, found: Findings, values: FactValues): Ruled {
  const paths = facts.change.records.map((r) => r.path);
  const asking = { policy, facts, found, values, paths, senior: seniorTo(policy, facts.roster, found) };
  const own = matcherFor(policy).selectsAll(paths);
  const asked = policy.rules.map((rule, i) => applyRule(asking, rule, own[i] ?? []));
  const covered = paths.map(() => false);
  for (const { covers, rule } of asked) if (rule.covers) for (const i of covers) covered[i] = true;
  const uncovered = paths.filter((_, i) => covered[i] !== true);
  const forbidden = policy.forbid.flatMap((f, i) => forbids(f, own[policy.rules.length + i] ?? [], asking));
  const built = builtIn(policy, facts, paths);
  return {
    asks: [...asked.flatMap((a) => a.asks), ...built.asks],
    refusals: [...forbidden, ...uncoveredRefusals(policy, uncovered)],
    reasons: [...asked.map((a) => a.reason), ...built.reasons].sort(byWeight),
    said: asked.flatMap((a) => (a.said === null ? [] : [a.said])).sort((a, b) => (a.id < b.id ? -1 : 1)),
    terms: termsOf(policy, found, asked),
    ownership: asked.flatMap(({ asks, rule }) => (asks.length > 0 && rule.require?.ownership === true ? [rule.id] : [])),
  };
}

/** All patterns of a policy in one matcher, made once: each changed path is matched once, however many rules there are. */
const matchers = new WeakMap<Policy, Matcher>();

/** One list for each rule, then one for each forbid. */
function matcherFor(policy: Policy): Matcher {
  const matcher = matchers.get(policy) ?? matcherOf([...policy.rules.map((r) => r.paths), ...policy.forbid.map((f) => f.paths ?? ['**'])]);
  matchers.set(policy, matcher);
  return matcher;
}

/** Rules that ask first, then those that let pass, then those that do not apply; by name among themselves. */
function byWeight(a: Reason, b: Reason): number {
  const weight = { yes: 0, unknown: 0, note: 1, no: 2 };
  return weight[a.state] - weight[b.state] || (a.text < b.text ? -1 : 1);
}

interface Applied {
  readonly asks: readonly Ask[];
  /** Indices of changed files. */
  readonly covers: readonly number[];
  readonly reason: Reason;
  readonly said: RuleSaid | null;
  readonly rule: Rule;
}

/** @param own indices of the changed files it is about. */
function applyRule(asking: Asking, rule: Rule, own: readonly number[]): Applied {
  const name = rule.description === '' ? `rule ${rule.id}` : `rule ${rule.id}: ${rule.description}`;
  const silent = (why: readonly Reason[], state: RuleSaid['state'] = 'silent', covers: readonly number[] = []): Applied => ({
    rule,
    asks: [],
    covers,
    reason: reason('no', 'RULE_NOT_APPLICABLE', name, why),
    said: own.length === 0 ? null : saidOf(asking, rule, state, own.length),
  });
  if (own.length === 0) return silent(NO_PATHS);
  const time = inTime(rule, asking.facts.at);
  if (time === false) return silent([reason('no', 'RULE_NOT_APPLICABLE', windowText(rule))]);
  const when = and(time, rule.when === null ? true : rule.when.holds(asking.values));
  const whole = own.length === asking.paths.length && own.length > 1 ? `all ${own.length} changed files` : listed(own, asking.paths);
  const because = [reason('note', 'RULE_APPLIES', whole), ...timed(rule, time), ...told('when', rule.when, when)];
  if (rule.require === null) return optional(asking, rule, name, own, when, because);
  if (when === false) return silent(because);
  // Whether it applies may not be known: then it asks, and proves nothing about its paths, waived or not.
  const proven = when === true ? own : [];
  const unless = rule.unless === null ? false : rule.unless.holds(asking.values);
  const waived = [...because, ...told('unless', rule.unless, unless)];
  if (unless === true) return silent(waived, 'waived', proven);
  const { left, reasons } = exempted(asking.policy, asking.facts, asking.values, rule, own);
  if (left.length === 0) return silent([...waived, ...reasons], 'waived', proven);
  const sure = when === true && unless === false;
  const { presence } = asking.policy.tiers[asking.found.tier];
  const asks = asksOf(asking.policy, asking.senior, rule.id, rule.require).map((ask) => ({ ...ask, sure, presence: joinPresence(ask.presence, presence) }));
  const wanted = asks.map((ask) => reason('yes', 'SIGNOFF_MISSING', `asks for ${seatText(seatWords(asking.policy, ask))}${seniorWords(asking.senior, rule)}`));
  return {
    rule,
    asks,
    covers: proven,
    reason: reason(sure ? 'yes' : 'unknown', sure ? 'RULE_APPLIES' : 'RULE_UNKNOWN', name, [...waived, ...reasons, ...wanted]),
    said: saidOf(asking, rule, sure ? 'asks' : 'may-ask', left.length),
  };
}

const NO_PATHS: readonly Reason[] = [reason('no', 'RULE_NOT_APPLICABLE', 'none of its paths changes')];

function saidOf({ policy, found }: Asking, rule: Rule, state: RuleSaid['state'], files: number): RuleSaid {
  const onChange = joinOnChange(policy.tiers[found.tier].onChange, rule.onChange);
  return { id: rule.id, layer: rule.layer, state, files, onChange, queue: rule.route?.queue ?? null, escalate: rule.route?.escalate ?? [] };
}

/** An optional rule is an exemption: it covers only where it is proved to apply. */
function optional(asking: Asking, rule: Rule, name: string, own: readonly number[], when: Truth, because: readonly Reason[]): Applied {
  const covers = when === true;
  const said = saidOf(asking, rule, covers ? 'covers' : 'silent', own.length);
  if (covers) return { rule, asks: [], covers: own, said, reason: reason('note', 'RULE_APPLIES', name, [...because, reason('note', 'PASS', 'asks nobody')]) };
  return { rule, asks: [], covers: [], said, reason: reason(when === false ? 'no' : 'unknown', when === false ? 'RULE_NOT_APPLICABLE' : 'RULE_UNKNOWN', name, because) };
}

const timed = (rule: Rule, time: Truth): readonly Reason[] =>
  rule.starts === null && rule.until === null ? [] : [reason(time === undefined ? 'unknown' : 'yes', time === undefined ? 'RULE_UNKNOWN' : 'RULE_APPLIES', windowText(rule))];

const seatWords = (policy: Policy, ask: Ask) => ({ ...ask, level: ask.rank < 0 ? null : (policy.ladder.values[ask.rank] ?? null) });

/** Says so where nobody outranks the people behind the change. */
const seniorWords = ({ peer }: Senior, rule: Rule): string =>
  rule.require?.seniorToAuthor === true && peer ? ' (nobody on the roster is above the people behind it, so an independent peer will do)' : '';

function told(word: 'when' | 'unless', condition: Condition | null, value: Truth): readonly Reason[] {
  if (condition === null) return [];
  const state = value === undefined ? 'unknown' : value ? 'yes' : 'no';
  const code = value === undefined ? 'RULE_UNKNOWN' : value === (word === 'when') ? 'RULE_APPLIES' : 'RULE_NOT_APPLICABLE';
  return [reason(state, code, `${word} ${condition.source.trim()}: ${value === undefined ? 'cannot be decided' : value}`)];
}

function forbids(forbid: Policy['forbid'][number], own: readonly number[], { facts, values }: Asking): readonly Refusal[] {
  if (own.length === 0) return [];
  const [time, when, unless] = [inTime(forbid, facts.at), forbid.when.holds(values), forbid.unless === null ? false : forbid.unless.holds(values)];
  if (time === false || when === false || unless === true) return [];
  const doubt = when === undefined ? ' (its condition could not be decided)' : time === undefined ? ' (the time is not known)' : '';
  const end = forbid.until === null ? '' : `, until ${momentText(forbid.until)}`;
  return [{ code: 'FORBIDDEN', text: `forbidden by ${forbid.id}${end}: ${forbid.reason}${doubt}` }];
}

function uncoveredRefusals(policy: Policy, paths: readonly string[]): readonly Refusal[] {
  return paths.slice(0, SHOWN).map((path, i) => {
    const rest = i === SHOWN - 1 && paths.length > SHOWN ? `, and ${paths.length - SHOWN} more` : '';
    return {
      code: 'UNCOVERED',
      text: `no rule covers ${path}${nearMiss(policy, path)}${rest}`,
      remedy: 'add a rule to countersign.yml whose paths and when cover it; optional: true asks nobody',
    };
  });
}

/** `; did you mean infra/** of rule x?`: the pattern that would cover it but for letter case; of several rules, the first by name. */
function nearMiss(policy: Policy, path: string): string {
  const folded = path.toLowerCase();
  const own = new Set(matcherFor(policy).selects(path));
  const [rule] = foldedFor(policy)
    .selects(folded)
    .flatMap((i) => (own.has(i) ? [] : (policy.rules[i] ?? [])))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const glob = rule?.paths.find((g) => !g.startsWith('!') && matches([lower(g)], folded));
  return rule === undefined || glob === undefined ? '' : `; did you mean ${glob} of rule ${rule.id}? Letter case counts`;
}

const foldedMatchers = new WeakMap<Policy, Matcher>();

/** The same for letter case folded: a rule with thousands of patterns is not compiled for every path nobody covers. */
function foldedFor(policy: Policy): Matcher {
  const matcher = foldedMatchers.get(policy) ?? matcherOf(policy.rules.map((r) => r.paths.map(lower)));
  foldedMatchers.set(policy, matcher);
  return matcher;
}

const lower = (glob: string): string => glob.toLowerCase();

/** From this rank of the ladder on people own the policy: they sign what decides about changes. */
export const ownerRank = ({ ladder }: Pick<Policy, 'ladder'>): number => Math.max(0, ladder.values.length - 2);

/** What no policy can switch off. */
function builtIn(policy: Policy, facts: Facts, paths: readonly string[]): { readonly asks: readonly Ask[]; readonly reasons: readonly Reason[] } {
  const rank = ownerRank(policy);
  const own = paths.flatMap((p, i) => (decidesItself(p) ? [i] : []));
  const files = own.length === 0 ? undefined : reason('yes', 'PROTECTED_FILES', `built in: ${listed(own, paths)} decide about changes, this one included`);
  const target = facts.targetExists ? undefined : reason('yes', 'TARGET_MISSING', 'built in: the target ref does not exist yet, so a policy owner must sign');
  return {
    asks: [...(files === undefined ? [] : [plainAsk('countersign.protected-files', 1, rank)]), ...(target === undefined ? [] : [plainAsk('countersign.target-missing', 1, rank)])],
    reasons: [files, target].filter((r) => r !== undefined),
  };
}

/** The shortest of the rules that ask and of the tier. */
function termsOf(policy: Policy, found: Findings, asked: readonly Applied[]): Terms {
  const asking = asked.filter((a) => a.asks.length > 0).map((a) => a.rule);
  const tier = policy.tiers[found.tier];
  const shortest = (of: readonly (number | null)[]): number | null => of.reduce((a, b) => (a === null ? b : b === null ? a : Math.min(a, b)), null);
  return { ttl: shortest([tier.ttl, ...asking.map((r) => r.ttl)]), sla: shortest([tier.sla, ...asking.map((r) => r.sla)]) };
}

function listed(own: readonly number[], paths: readonly string[]): string {
  const rest = own.length > SHOWN ? ` and ${own.length - SHOWN} more` : '';
  return `${own
    .slice(0, SHOWN)
    .map((i) => paths[i])
    .join(', ')}${rest}`;
}
