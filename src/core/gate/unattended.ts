/**
 * Break-glass where no server answers: the same judgement as at the gate, with what a hook alone can know, and stricter wherever it
 * knows less. The server judges by it once more when it is back.
 *
 * The attacker is whoever can push and got hold of one signature, or may run the hook: they choose every byte that is handed over and
 * when it is. They do not choose the trust file, the policy (the old tip of the ref holds it) or the change (git computed it).
 */
import { err, ok, type Problem, problem, type Result } from '../base/result.ts';
import type { Decision } from '../policy/decision.ts';
import type { AuthenticatorTerms } from '../policy/document.ts';
import type { Tier } from '../risk/risk.ts';
import type { Roster } from '../roster/roster.ts';
import type { SignoffTrust } from '../signoff/trust.ts';
import { breakGlass, type GlassRules, type PresentedUse } from './break-glass.ts';
import { type Act, whenText } from './break-glass-review.ts';
import { type VerifiedWord, verifyWord } from './break-glass-verify.ts';
import type { UsePredicate } from './break-glass-words.ts';
import type { SaidUse } from './glass-files.ts';

/** What stands behind an unattended push, by the verifier's own clone. */
export interface UnattendedAsked {
  readonly rules: GlassRules;
  readonly change: Pick<Decision, 'change' | 'excluded' | 'unresolved' | 'refusals' | 'policyDigest'>;
  readonly roster: Pick<Roster, 'people'>;
  readonly tier: Tier;
  readonly authenticators?: AuthenticatorTerms | undefined;
  readonly allowDemo: boolean;
  /** Milliseconds since 1970: when the push came. */
  readonly at: number;
  /** Acts of this repository, as far as they are known. */
  readonly history: readonly Act[];
}

export interface PassedUse {
  readonly person: string;
  readonly level: string;
  readonly incident: string;
  readonly reason: string;
}

/** A nobody who may be one of those who sign: no transport said who pushes, so one more comes from outside. */
export const pusherUnknown = <C extends Pick<Decision, 'unresolved'>>(change: C): C => ({
  ...change,
  unresolved: [...change.unresolved, { role: 'pusher', identity: 'whoever pushed while no server answered', person: null, agent: null }],
});

/**
 * @param uses one that does not verify refuses all of it: nobody hands over by accident what nobody signed.
 * Problems: BG_*, SIG_*, WA_*, KEY_*, ST_*, TRUST_DEMO, PERSON_UNKNOWN.
 */
export function unattended(asked: UnattendedAsked, uses: readonly SaidUse[], trust: SignoffTrust): Result<readonly PassedUse[], readonly Problem[]> {
  const heard = uses.map(({ envelope }) => verifyUse(envelope, asked, trust));
  const wrong = heard.flatMap((h) => (h.ok ? exactly(asked, h.value) : h.error));
  if (wrong.length > 0) return err(wrong);
  const words = heard.flatMap((h) => (h.ok ? [h.value] : []));
  const presented = words.map((w): PresentedUse => ({ ...w, at: asked.at, problems: [] }));
  // Nobody waits here: the log, whose time a wait is by, hears of nothing.
  const rules = { ...asked.rules, terms: asked.rules.terms && { ...asked.rules.terms, aloneAfter: null } };
  const answer = breakGlass(rules, pusherUnknown(asked.change), { uses: presented, cancels: [] }, asked.at, asked.history);
  if (answer.answer !== 'allowed') return err(answer.reasons.flatMap((r) => [problem(r.code, r.text), ...r.children.map((c) => problem(c.code, c.text))]));
  return ok(words.map(({ person, level, predicate }) => ({ person, level, incident: predicate.incident, reason: predicate.reason })));
}

type VerifiedUse = VerifiedWord & { readonly kind: 'use'; readonly predicate: UsePredicate };

function verifyUse(envelope: SaidUse['envelope'], asked: UnattendedAsked, trust: SignoffTrust): Result<VerifiedUse, readonly Problem[]> {
  const { roster, tier, authenticators, at, allowDemo } = asked;
  const word = verifyWord(envelope, trust, { roster, tier, authenticators, now: at, counters: 'logged', allowDemo });
  if (!word.ok) return word;
  return word.value.kind === 'use' ? ok(word.value as VerifiedUse) : err([problem('ST_TYPE', 'this is no use of break-glass')]);
}

/** The very commit on the very base: once it landed the ref stands elsewhere, so it can never be that again. */
export function exactly(
  { change: { change }, rules: { terms }, at }: Pick<UnattendedAsked, 'change' | 'rules' | 'at'>,
  { predicate }: Pick<VerifiedUse, 'predicate'>,
): readonly Problem[] {
  const { change: signed, review, expires } = predicate;
  const same = signed.base?.gitCommit === (change.base ?? undefined) && signed.head.gitCommit === change.head;
  const seconds = Math.ceil((terms?.reviewWithin ?? 0) / 1_000);
  const owed = terms === null || (review.level === terms.reviewLevel && review.withinSeconds === seconds);
  // No log says when it was signed, so it may not hold for longer than policy lets one hold that is signed now.
  const longest = at + (terms?.expires ?? 0);
  return [
    ...(Date.parse(expires) <= longest ? [] : [problem('BG_EXPIRED', `it holds until ${expires}, and policy lets it hold until ${whenText(longest)}`)]),
    ...(same
      ? []
      : [problem('BG_SCOPE', `it was signed for ${signed.head.gitCommit.slice(0, 12)} on ${signed.base?.gitCommit.slice(0, 12) ?? 'nothing'}, and this push is another move`)]),
    ...(owed ? [] : [problem('BG_SCOPE', 'it accepts another review than policy asks for')]),
  ];
}
