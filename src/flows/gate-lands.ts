/**
 * Whether what was judged is what would land. A merge is made of more than the change: where the target went on since, git puts an edit into
 * a file that has another name now, a new file into a folder that moved, two edits into one file. What comes of it is another manifest,
 * and nobody signed that one (decision 1).
 *
 * The attacker wrote both sides, the target's as far as it was let through, and chooses when which of them lands.
 */
import type { ReasonCode } from '../core/base/codes.ts';
import { reason } from '../core/base/reasons.ts';
import { ok, type Result } from '../core/base/result.ts';
import type { Change, Oid } from '../core/change/change.ts';
import type { Verdict } from '../core/gate/verdict.ts';
import { short } from './check-ends.ts';
import type { Merges } from './ports.ts';

/** `torn`: git makes nothing of it without a person, and what a person makes is another change. */
export type Lands = 'same' | 'other' | 'torn';

type Content = Pick<Change, 'mergeBase' | 'head' | 'manifest'>;

/** @param onto where it would land. Problems: GIT_FAILED, CONTENT_UNSEEN. */
export async function landsAs(merges: Pick<Merges, 'landing'>, onto: Oid, { mergeBase, head, manifest }: Content): Promise<Result<Lands>> {
  if (mergeBase === onto) return ok('same');
  // No git merges histories that never met unless a person says so.
  const landing = mergeBase === null ? ok(null) : await merges.landing(onto, head);
  if (!landing.ok) return landing;
  if (landing.value === null) return ok('torn');
  return ok(landing.value === manifest ? 'same' : 'other');
}

const WORDS: { readonly [lands in Exclude<Lands, 'same'>]: string } = {
  other: 'git makes another change of it there than the one that was judged: the base moved under it',
  torn: 'git does not merge it there by itself, and what a person makes of a conflict is another change',
};
export const CURE = 'Bring the branch up to date with its target, and have it signed as it then is.';

/**
 * Signatures do not cure it: they are over another content. It is held back whatever mode the judged files are under, for nobody knows which
 * files it would land in.
 */
export function heldBack(verdict: Verdict, lands: Exclude<Lands, 'same'>, onto: Oid): Verdict {
  const why = reason('no', 'CONTENT_MISMATCH', `it would land on ${short(onto)}, and ${WORDS[lands]}. ${CURE}`, [verdict.reasons]);
  const codes = new Set<ReasonCode>(['CONTENT_MISMATCH', ...verdict.codes.filter((code) => !PASSED.has(code))]);
  return { ...verdict, verdict: 'deny', would: 'deny', mode: 'enforce', codes: [...codes], reasons: why, signoffs: [] };
}

const PASSED: ReadonlySet<ReasonCode> = new Set<ReasonCode>(['OK', 'PASS', 'MODE']);
