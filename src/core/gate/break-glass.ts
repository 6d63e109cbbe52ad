/**
 * Break-glass: an emergency pass for one change, signed by people who answer for it afterwards. Pure and total.
 *
 * The attacker is somebody with a level and a hurry: they choose when they sign, what they say and how often. They do not
 * choose the terms (the target ref holds them), the time (the log has it), or the change (the gate computed it). What does not
 * hold is set aside with its reasons; nothing that is presented makes up for a person who is missing.
 */
import type { ReasonCode } from '../base/codes.ts';
import { order } from '../base/order.ts';
import { type Reason, reason } from '../base/reasons.ts';
import { type Problem, problem } from '../base/result.ts';
import type { Decision } from '../policy/decision.ts';
import { type BreakGlassTerms, decidesItself, type Policy } from '../policy/document.ts';
import type { PersonId } from '../roster/roster.ts';
import { type Act, overduePaths, overduePeople, whenText } from './break-glass-review.ts';
import type { UsePredicate } from './break-glass-words.ts';

/** What policy says of it, and the names of levels, lowest first. */
export interface GlassRules {
  /** null: policy knows no break-glass. */
  readonly terms: BreakGlassTerms | null;
  readonly ladder: readonly string[];
}

export const glassRulesOf = ({ breakGlass, ladder }: Pick<Policy, 'breakGlass' | 'ladder'>): GlassRules => ({ terms: breakGlass, ladder: ladder.values });

/** The change as the gate decided about it. */
export type GlassChange = Pick<Decision, 'change' | 'excluded' | 'unresolved' | 'refusals' | 'policyDigest'>;

/** A signed use, already verified; `problems` not empty: it does not count, and this is why. */
export interface PresentedUse {
  /** Lowercase hex SHA-256 of the envelope bytes. */
  readonly digest: string;
  readonly person: PersonId;
  /** The level the signature proves. */
  readonly level: string;
  readonly predicate: UsePredicate;
  /** When the log took it, milliseconds since 1970. */
  readonly at: number;
  readonly problems: readonly Problem[];
}

/** A signed taking back, already verified. */
export interface PresentedCancel {
  readonly person: PersonId;
  readonly level: string;
  /** Digests of uses. */
  readonly uses: readonly string[];
}

export interface Presented {
  readonly uses: readonly PresentedUse[];
  readonly cancels: readonly PresentedCancel[];
}

export interface GlassAnswer {
  readonly answer: 'allowed' | 'waiting' | 'denied';
  /** Milliseconds since 1970 from which it holds; null unless waiting. */
  readonly until: number | null;
  /** The uses it rests on, or would: all of them are spent by the landing, and all their signers are part of the act. */
  readonly uses: readonly PresentedUse[];
  /** The first is the one to show. */
  readonly codes: readonly ReasonCode[];
  readonly reasons: readonly Reason[];
}

/** @param now milliseconds since 1970. @param history acts of this repository that landed, reviewed or not. */
export function breakGlass(rules: GlassRules, change: GlassChange, presented: Presented, now: number, history: readonly Act[]): GlassAnswer {
  const { terms } = rules;
  const bars = barsTo(rules, change, now, history);
  const weighed = presented.uses.map((use) => ({ use, problems: [...use.problems, ...problemsOf(rules, change, presented.cancels, use, now, history)] }));
  const aside = weighed.filter((w) => w.problems.length > 0).map(({ use, problems }) => setAside(use, problems));
  const standing = weighed.filter((w) => w.problems.length === 0).map((w) => w.use);
  if (terms === null || bars.length > 0) return denied([...bars.map((b) => reason('no', b.code, b.message)), ...aside]);
  const { enough, text } = peopleEnough(terms, change, standing);
  if (enough) return held('allowed', null, standing, 'BREAK_GLASS', aside);
  const until = aloneFrom(terms, standing);
  if (until === null) return denied([...aside, reason('no', 'BG_APPROVERS', text)]);
  if (now >= until) return held('allowed', null, standing, 'BREAK_GLASS', aside);
  const wait = reason('no', 'BG_WAITING', `one person alone waits until ${whenText(until)}, in which anybody at ${terms.level} or above can take it back; ${text}`);
  return { ...held('waiting', until, standing, 'BG_WAITING', aside), reasons: [...aside, wait] };
}

/** What no signature cures, whoever signs. Empty: break-glass may be used for this change. */
export function barsTo({ terms }: GlassRules, { change, refusals }: GlassChange, now: number, history: readonly Act[]): readonly Problem[] {
  if (terms === null) return [problem('BG_FORBIDDEN', 'policy knows no break-glass', { remedy: 'have the change signed; a policy change adds break_glass terms' })];
  const own = change.paths.filter(decidesItself);
  const unseen = refusals.filter((r) => BEYOND.has(r.code));
  const used = history.filter((a) => a.landedAt > now - MONTH_MS).length;
  const spent = terms.perMonth !== null && used >= terms.perMonth;
  return [
    ...(own.length === 0
      ? []
      : [problem('BG_FORBIDDEN', `break-glass never touches what decides: ${own.join(', ')}`, { remedy: 'take these files out, or have the change signed' })]),
    ...unseen.map((r) => problem('BG_FORBIDDEN', `break-glass is no answer to ${r.code}: ${r.text}`)),
    ...(spent ? [problem('BG_BUDGET', `break-glass was used ${used} times in thirty days, and ${terms.perMonth} is the most`, { remedy: 'have the change signed' })] : []),
    ...overduePaths(history, change.repo, change.paths, now),
  ];
}

/** What this person could not cure by signing again: they may not use it here. */
export function mayUse({ terms, ladder }: GlassRules, person: PersonId, level: string, history: readonly Act[], now: number): readonly Problem[] {
  const levels = order(ladder);
  const asked = terms?.level ?? '';
  const senior = levels.has(asked) && levels.has(level) && levels.atLeast(level, asked);
  return [
    ...(senior ? [] : [problem('BG_APPROVERS', `${person} is ${level === '' ? 'of no known level' : level}, and break-glass asks for ${asked || 'terms policy does not have'}`)]),
    ...overduePeople(history, person, now),
  ];
}

/** Refusals about content nobody could see whole: who signs a manifest that hides something signs nothing. */
const BEYOND: ReadonlySet<ReasonCode> = new Set([
  'CONTENT_UNSEEN',
  'CONTENT_EMPTY',
  'CONTENT_DUPLICATE',
  'CONTENT_MISMATCH',
  'CONTENT_SUBMODULE',
  'CONTENT_LFS',
  'INTERNAL',
  'POLICY_MISSING',
  'POLICY_INVALID',
  'ROSTER_MISSING',
  'ROSTER_INVALID',
  'TARGET_MISSING',
]);

const MONTH_MS = 30 * 24 * 3_600_000;

function problemsOf(rules: GlassRules, { change, policyDigest }: GlassChange, cancels: readonly PresentedCancel[], use: PresentedUse, now: number, history: readonly Act[]) {
  const { change: scope, policy, expires, reason: why, incident } = use.predicate;
  const ends = Date.parse(expires);
  const longest = use.at + (rules.terms?.expires ?? 0);
  const sameChange =
    scope.repo === change.repo && scope.targetRef === change.targetRef && scope.manifest.sha256 === change.manifest && scope.manifest256.sha256 === change.manifest256;
  const cancel = cancels.find((c) => c.uses.includes(use.digest) && mayCancel(rules, c, use));
  const checks: readonly (readonly [boolean, ReasonCode, string])[] = [
    [sameChange, 'BG_SCOPE', `it is for ${scope.repo} ${scope.targetRef}, manifest ${scope.manifest.sha256.slice(0, 12)}, and this is another change`],
    [now < ends, 'BG_EXPIRED', `it expired at ${expires}`],
    [ends <= longest, 'BG_EXPIRED', `it asks to hold until ${expires}, and policy lets it hold until ${whenText(longest)}`],
    [why.trim() !== '' && incident.trim() !== '', 'BG_REASON', 'it names no reason or no incident'],
    [policy.digest.sha256 === policyDigest, 'ST_POLICY', 'it was signed under another policy than the one in force'],
    [cancel === undefined, 'BG_CANCELLED', `${cancel?.person ?? 'somebody'} took it back`],
  ];
  return [...checks.flatMap(([holds, code, text]) => (holds ? [] : [problem(code, text)])), ...mayUse(rules, use.person, use.level, history, now)];
}

/** Whoever could have signed it, and its own signer at any level. */
export function mayCancel({ terms, ladder }: GlassRules, by: Pick<PresentedCancel, 'person' | 'level'>, use: Pick<PresentedUse, 'person'>): boolean {
  const levels = order(ladder);
  return by.person === use.person || (terms !== null && levels.has(terms.level) && levels.has(by.level) && levels.atLeast(by.level, terms.level));
}

/**
 * People behind the change may use it, and count for one together: the other must be outside. Each identity nobody knows may
 * be one of those who sign, so it takes one more from outside.
 */
function peopleEnough(terms: BreakGlassTerms, { excluded, unresolved }: GlassChange, standing: readonly PresentedUse[]): { readonly enough: boolean; readonly text: string } {
  const people = [...new Set(standing.map((u) => u.person))];
  const outside = people.filter((p) => !excluded.some((e) => e.person === p)).length;
  const unknown = new Set(unresolved.map((u) => u.identity)).size;
  const counted = outside + Math.min(1, people.length - outside);
  const enough = terms.humans >= 1 && counted >= terms.humans && outside >= 1 + unknown;
  const need = outside >= 1 + unknown ? '' : `, and it takes ${1 + unknown} from outside the change${unknown === 0 ? '' : ', because somebody behind it is nobody on the roster'}`;
  return { enough, text: `${counted} of ${terms.humans} people at ${terms.level} or above have signed it${need}` };
}

/** When the earliest use that lives long enough has waited; null where nobody may act alone. */
function aloneFrom({ aloneAfter }: BreakGlassTerms, standing: readonly PresentedUse[]): number | null {
  if (aloneAfter === null) return null;
  const ends = standing.flatMap((u) => (u.at + aloneAfter < Date.parse(u.predicate.expires) ? [u.at + aloneAfter] : []));
  return ends.length === 0 ? null : Math.min(...ends);
}

const setAside = (use: PresentedUse, problems: readonly Problem[]): Reason =>
  reason(
    'no',
    problems[0]?.code ?? 'INTERNAL',
    `the break-glass by ${use.person} does not count`,
    problems.map((p) => reason('no', p.code, p.message)),
  );

function denied(reasons: readonly Reason[]): GlassAnswer {
  const codes = [...new Set(reasons.flatMap((r) => [r.code, ...r.children.map((c) => c.code)]))];
  return { answer: 'denied', until: null, uses: [], codes: codes.length > 0 ? codes : ['INTERNAL'], reasons };
}

const held = (answer: 'allowed' | 'waiting', until: number | null, uses: readonly PresentedUse[], code: ReasonCode, aside: readonly Reason[]): GlassAnswer => ({
  answer,
  until,
  uses,
  codes: [code],
  reasons: [...uses.map((u) => reason('yes', code, `${u.person} broke the glass for ${u.predicate.incident}: ${u.predicate.reason}`)), ...aside],
});
