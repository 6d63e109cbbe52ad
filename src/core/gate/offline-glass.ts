/**
 * Verifying offline that a change landed by break-glass, and what became of it: who let it pass, what they said, who reviewed it. The
 * attacker wrote the bundle. What a clone does not show is not asked: how often break-glass was used before, and which reviews were overdue then.
 */
import { type Problem, problem } from '../base/result.ts';
import { changeId } from '../change/change-id.ts';
import type { AuthenticatorTerms } from '../policy/document.ts';
import type { Tier } from '../risk/risk.ts';
import type { PersonId, Roster } from '../roster/roster.ts';
import { type Authority, signingTrust } from '../signoff/authority.ts';
import type { Bundle, Evidence } from '../signoff/bundle.ts';
import type { PlacedLanding } from '../signoff/landing.ts';
import { byReplaced, snapshotIn, startProving } from '../signoff/offline.ts';
import type { Landed, Proving, Required } from '../signoff/offline-terms.ts';
import { authorityAt, type TrustBundle } from '../signoff/trust-file.ts';
import { breakGlass, type GlassChange, type GlassRules, type PresentedUse } from './break-glass.ts';
import { type Act, isOverdue, overdueText, reviewProblems, termsOfReview } from './break-glass-review.ts';
import { type VerifiedWord, verifyWord } from './break-glass-verify.ts';

/** What policy asked of this change, by the verifier's own clone. */
export interface GlassAsked {
  readonly rules: GlassRules;
  readonly change: GlassChange;
  readonly roster: Pick<Roster, 'people'>;
  readonly tier: Tier;
  readonly authenticators?: AuthenticatorTerms;
  readonly allowDemo: boolean;
}

export interface GlassReport {
  /** Empty: it landed by a break-glass that holds. */
  readonly problems: readonly Problem[];
  /** What let it pass, and the review that closes it; null where it does not hold. */
  readonly act: Act | null;
  readonly uses: readonly { readonly person: PersonId; readonly level: string; readonly reason: string; readonly incident: string; readonly keyid: string }[];
}

type Placed = VerifiedWord & { readonly index: number; readonly at: number };

interface Unheard {
  readonly problems: readonly Problem[];
  readonly review: boolean;
}

/**
 * What landed by break-glass, from bundle and trust file. Problems: what `startProving` finds, BG_*, SIG_*, WA_*, KEY_*, ST_*, LOG_*, QUAL_LEVEL,
 * PERSON_UNKNOWN.
 */
export function examineGlass(bundle: Bundle, trust: TrustBundle, landed: Landed, required: Required, asked: GlassAsked): GlassReport {
  const { proving, problems } = startProving(bundle, trust, landed, required);
  const report = judgedGlass(bundle, proving, asked, asOf(bundle, trust));
  return { ...report, problems: [...problems, ...report.problems.filter((p) => !problems.some((q) => q.code === p.code && q.place === p.place))] };
}

/** Milliseconds since 1970 up to which the log's word in the bundle goes: until then it had no other review. null: an overdue one cannot be told. */
function asOf({ snapshot }: Bundle, trust: TrustBundle): number | null {
  const opened = snapshot === undefined || byReplaced(snapshot.note, trust).length > 0 ? undefined : snapshotIn(snapshot.note, trust);
  return opened?.ok === true ? opened.value.at : null;
}

function judgedGlass({ glass = [] }: Bundle, proving: Proving, asked: GlassAsked, asOf: number | null): GlassReport {
  const { landing } = proving;
  if (landing === undefined)
    return nothing([problem('BG_SCOPE', 'break-glass is proven by the landing it let pass, and none here holds', { remedy: 'export the bundle again after it landed' })]);
  const words = glass.map((evidence, i) => heard(evidence, proving, asked, landing, `glass[${i}]`));
  // A review that does not hold reviews nothing, and stands in nobody's way: another may hold.
  const wrong = words.flatMap((w) => ('problems' in w && !w.review ? w.problems : []));
  const said = words.flatMap((w) => ('problems' in w ? [] : [w]));
  const before = said.filter((w) => w.index < landing.index);
  const uses = before.filter(isUse).filter((w) => landing.nonces.has(w.predicate.nonce));
  const cancels = before.flatMap((w) => (w.kind === 'cancel' ? [{ person: w.person, level: w.level, uses: w.predicate.uses }] : []));
  const answer = breakGlass(asked.rules, asked.change, { uses: uses.map(presented), cancels }, landing.at, []);
  if (answer.answer !== 'allowed') return nothing([...wrong, ...answer.reasons.map((r) => problem(r.code, r.text))]);
  const act = reviewed(actOf(uses, landing, asked), said, asked);
  const overdue = asOf !== null && isOverdue(act, asOf) ? [overdueText(act)] : [];
  const shown = uses.map(({ person, level, predicate, keyid }) => ({ person, level, keyid, reason: predicate.reason, incident: predicate.incident }));
  return { problems: [...wrong, ...overdue], act, uses: shown };
}

const nothing = (problems: readonly Problem[]): GlassReport => ({ problems, act: null, uses: [] });

type Use = Placed & { readonly kind: 'use' };
const isUse = (word: Placed): word is Use => word.kind === 'use';

const presented = ({ digest, person, level, predicate, at }: Use): PresentedUse => ({ digest, person, level, predicate, at, problems: [] });

/**
 * A use held when it was signed and still when the change landed. Who takes one back, or reviews it, needs a key that counted then; who
 * made it is not asked, as at the gate.
 */
function heard(evidence: Evidence, { trust, placing }: Proving, asked: GlassAsked, landing: PlacedLanding, place: string): Placed | Unheard {
  const entry = placing.of(evidence);
  const review = entry.ok && entry.value.entry.type === 'break-glass-review';
  const at = (problems: readonly Problem[]): Unheard => ({ review, problems: problems.map((p) => ({ ...p, place })) });
  if (!entry.ok) return at([entry.error]);
  const { index, entry: logged } = entry.value;
  const then = authorityAt(trust, index);
  if (logged.at < then.at) return at([problem('LOG_FORK', 'it is dated before an entry that stands above it in the log')]);
  const isOfUse = logged.type === 'break-glass';
  const roster = isOfUse ? { roster: asked.roster } : {};
  const demanding = isOfUse ? { tier: asked.tier, authenticators: asked.authenticators } : { tier: 'high' as const };
  const verified = (authority: Authority, now: number) =>
    verifyWord(evidence.envelope, signingTrust(authority, trust.ladder), { ...roster, ...demanding, now, counters: 'logged', allowDemo: asked.allowDemo });
  const word = verified(then, logged.at);
  if (!word.ok) return at(word.error);
  const still = isOfUse ? verified(authorityAt(trust, landing.index), landing.at) : word;
  if (!still.ok) return at(still.error);
  const named = word.value.kind === 'use' ? 'break-glass' : `break-glass-${word.value.kind}`;
  return named === logged.type ? { ...word.value, index, at: logged.at } : at([problem('LOG_FORMAT', `the log entry is a ${logged.type}, and its envelope a ${named}`)]);
}

function actOf(uses: readonly Use[], landing: PlacedLanding, { change: { change }, rules: { ladder } }: GlassAsked): Act {
  const { withinMs, ...terms } = termsOfReview(
    uses.map(({ person, digest, predicate: { review } }) => ({ person, digest, review })),
    ladder,
  );
  const landedAt = landing.at;
  return { change: changeId(change), repo: change.repo, paths: change.paths, landedAt, due: landedAt + withinMs, reviews: [], ...terms };
}

function reviewed(act: Act, said: readonly Placed[], { rules, change }: GlassAsked): Act {
  const behind = change.excluded.map((e) => e.person);
  const reviews = said.flatMap((w) => {
    if (w.kind !== 'review' || w.at < act.landedAt) return [];
    const wrong = reviewProblems(act, { person: w.person, level: w.level, uses: w.predicate.uses }, rules.ladder, behind);
    return wrong.length === 0 ? [{ person: w.person, outcome: w.predicate.outcome, note: w.predicate.note, at: w.at }] : [];
  });
  return { ...act, reviews };
}
