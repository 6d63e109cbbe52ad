/**
 * What becomes of earlier approvals when a signed change moves. An approval covers the paths of the rules it satisfies, so
 * the question is asked rule by rule, and in each rule the heaviest path decides: rework in one file revokes only what
 * covers that file. Whatever is not known (a path without a class, a rule that is gone) revokes.
 */
import { order } from '../base/order.ts';
import { CHANGE_CLASSES, type ChangeClass } from '../change/classes.ts';
import { matcherOf } from '../change/matcher.ts';
import { TIERS, type Tier } from '../risk/risk.ts';
import type { Decision } from './decision.ts';
import type { OnChangeTerms, Policy } from './document.ts';

/** Lightest first: it counts on, it counts once its signer confirms the delta with a new signature, it counts no more. */
export const CARRIES = order(['keep', 'recheck', 'revoke'] as const);
export type Carry = (typeof CARRIES.values)[number];

/** What policy says of each class. */
export type OnChange = { readonly [c in ChangeClass]: Carry };

export const DEFAULT_ON_CHANGE: OnChange = { 'no-change': 'keep', message: 'keep', 'trivial-rebase': 'keep', 'context-moved': 'recheck', rework: 'revoke' };

/** What a rule or a tier says, and for the classes it does not name, the default. */
export const onChangeOf = (terms: OnChangeTerms): OnChange => ({ ...DEFAULT_ON_CHANGE, ...terms });

/** Two tables that both hold (a floor and a rule, a rule and its tier): per class, the stricter. */
export function stricter(a: OnChange, b: OnChange): OnChange {
  const of = (c: ChangeClass): Carry => CARRIES.max(a[c], b[c]);
  return { 'no-change': of('no-change'), message: of('message'), 'trivial-rebase': of('trivial-rebase'), 'context-moved': of('context-moved'), rework: of('rework') };
}

/** What a table says of one class; a heavier class is never let off lighter than one below it. */
export const carryOf = (table: OnChange, c: ChangeClass): Carry => strictest(CHANGE_CLASSES.values.filter((v) => CHANGE_CLASSES.atLeast(c, v)).map((v) => table[v]));

const strictest = (carries: readonly Carry[]): Carry => carries.reduce((a, b) => CARRIES.max(a, b), 'keep');

/** A rule and the paths it covers, of the change as signed and as it stands now together: a path that left is rework too. */
export interface CoveredRule {
  readonly rule: string;
  readonly paths: readonly string[];
  readonly onChange: OnChange;
}

/** Rules that ask of this decision, and the paths among these that are theirs, exempted ones too. A built-in rule has no terms: it is not among them, so never kept. */
export function coveredRules(policy: Policy, { rules }: Pick<Decision, 'rules'>, paths: readonly string[]): readonly CoveredRule[] {
  const asking = rules.flatMap((said) => {
    const rule = policy.rules.find((r) => r.id === said.id);
    return rule !== undefined && (said.state === 'asks' || said.state === 'may-ask') ? [{ said, globs: rule.paths }] : [];
  });
  const own = matcherOf(asking.map((a) => a.globs)).selectsAll(paths);
  return asking.map(({ said }, i) => ({ rule: said.id, paths: (own[i] ?? []).flatMap((at) => paths[at] ?? []), onChange: onChangeOf(said.onChange) }));
}

export interface EarlierApproval {
  /** Whatever tells approvals apart: the digest of the envelope. */
  readonly id: string;
  /**
   * Ids of all rules it satisfied: a stricter seat answers weaker rules too (`fold` in seats.ts), and leaving those out would keep an
   * approval while their paths are reworked.
   */
  readonly rules: readonly string[];
}

/** The change as it stands now, beside what was signed. */
export interface MovedChange {
  readonly classes: ReadonlyMap<string, ChangeClass>;
  readonly tier: Tier;
  /** Manifest and manifest256 are those that were signed. */
  readonly sameManifest: boolean;
}

/** From this tier on a gate counts a sign-off for exactly the change that was signed, whatever policy keeps. */
const EXACT_FROM: Tier = 'high';

export const mayCarryAt = (tier: Tier): boolean => !TIERS.atLeast(tier, EXACT_FROM);

export interface RulePaths {
  readonly rule: string;
  /** The paths that decided. Empty where the rule itself is gone or covers nothing. */
  readonly paths: readonly string[];
}

export interface CarriedApproval {
  readonly id: string;
  /** The strictest over its rules; an approval that satisfied no rule is revoked. */
  readonly whole: Carry;
  /** Rules it counts for still. */
  readonly kept: readonly string[];
  /** Rules it counts for once confirmed, with the delta to confirm. */
  readonly recheck: readonly RulePaths[];
  readonly revoked: readonly RulePaths[];
}

/** Total. Order of rules has no meaning; a rule named twice takes the stricter of both. */
export function carryOver(now: MovedChange, rules: readonly CoveredRule[], approvals: readonly EarlierApproval[]): readonly CarriedApproval[] {
  const byRule = Map.groupBy(rules, (r) => r.rule);
  const asked = new Set(approvals.flatMap((a) => a.rules));
  const answers = new Map([...asked].map((rule) => [rule, answerOf(now, rule, byRule.get(rule) ?? [])]));
  return approvals.map((approval) => carriedOf(approval, answers));
}

interface Answer extends RulePaths {
  readonly carry: Carry;
}

function carriedOf({ id, rules }: EarlierApproval, answers: ReadonlyMap<string, Answer>): CarriedApproval {
  const own = [...new Set(rules)].sort().flatMap((rule) => answers.get(rule) ?? []);
  const of = (carry: Carry): readonly RulePaths[] => own.filter((a) => a.carry === carry).map(({ rule, paths }) => ({ rule, paths }));
  const whole = own.length === 0 ? 'revoke' : strictest(own.map((a) => a.carry));
  return { id, whole, kept: of('keep').map((k) => k.rule), recheck: of('recheck'), revoked: of('revoke') };
}

function answerOf(now: MovedChange, rule: string, named: readonly CoveredRule[]): Answer {
  const found = named.flatMap(({ paths, onChange }) => paths.map((path) => ({ path, carry: carryOf(onChange, classOf(now, path)) })));
  if (named.length === 0 || named.some((r) => r.paths.length === 0)) return { rule, carry: 'revoke', paths: [] };
  const carry = strictest(found.map((f) => f.carry));
  if (carry === 'keep' && !keepsWhole(now)) return { rule, carry: 'recheck', paths: moved(now) };
  return { rule, carry, paths: [...new Set(found.filter((f) => f.carry === carry).map((f) => f.path))].sort() };
}

const classOf = ({ classes }: MovedChange, path: string): ChangeClass => {
  const found = classes.get(path);
  return found !== undefined && CHANGE_CLASSES.has(found) ? found : 'rework';
};

/** At the top tier everybody who is required signs or confirms the final manifest, whatever policy keeps elsewhere. */
function keepsWhole({ classes, tier, sameManifest }: MovedChange): boolean {
  if (tier !== TOP) return true;
  return sameManifest && [...classes.values()].every((c) => CHANGE_CLASSES.has(c) && !CHANGE_CLASSES.above(c, 'trivial-rebase'));
}

const TOP = TIERS.values.at(-1);

/** The delta of the whole: what differs from what was signed. */
const moved = ({ classes }: MovedChange): readonly string[] =>
  [...classes]
    .filter(([, c]) => !CHANGE_CLASSES.has(c) || CHANGE_CLASSES.above(c, 'trivial-rebase'))
    .map(([path]) => path)
    .sort();
