/**
 * The review after a break-glass: who may give it, when it is due, and what is blocked until it is given. The clock starts when
 * the change landed and runs by the terms its signers accepted, so no later policy makes it shorter or longer. Pure and total.
 */
import { order } from '../base/order.ts';
import { type Problem, problem } from '../base/result.ts';
import type { PersonId } from '../roster/roster.ts';
import type { Outcome } from './break-glass-words.ts';

/** One change that landed by break-glass. */
export interface Act {
  /** Id of the change. */
  readonly change: string;
  readonly repo: string;
  /** null: nobody can say any more which. */
  readonly paths: readonly string[] | null;
  /** Everybody who signed it. */
  readonly people: readonly PersonId[];
  /** Digests of what they signed, sorted. */
  readonly uses: readonly string[];
  /** Milliseconds since 1970, by the log. */
  readonly landedAt: number;
  /** Milliseconds since 1970: from then on it is overdue. */
  readonly due: number;
  readonly reviewLevel: string;
  /** The reviews that hold, oldest first. */
  readonly reviews: readonly { readonly person: PersonId; readonly outcome: Outcome; readonly note: string; readonly at: number }[];
}

/** Somebody's word after the act, already verified. */
export interface PresentedReview {
  readonly person: PersonId;
  /** The level the signature proves. */
  readonly level: string;
  /** Digests of the uses it is about. */
  readonly uses: readonly string[];
}

/** One use that let it land. */
export interface SpentUse {
  /** null: nobody can be shown to have signed it. */
  readonly person: PersonId | null;
  /** Of the envelope. */
  readonly digest: string;
  /** What its signer accepted; null: nobody can read it any more. */
  readonly review: { readonly level: string; readonly withinSeconds: number } | null;
}

/** What an act is by the uses that let it: who signed, what, the highest level any accepted, and the shortest time, from its landing on. Unreadable terms are due at once. */
export function termsOfReview(spent: readonly SpentUse[], ladder: readonly string[]): Pick<Act, 'people' | 'uses' | 'reviewLevel'> & { readonly withinMs: number } {
  const levels = spent.flatMap((use) => use.review?.level ?? []);
  return {
    people: [...new Set(spent.flatMap((use) => use.person ?? []))].sort(),
    uses: spent.map((use) => use.digest).sort(),
    reviewLevel: ladder.findLast((level) => levels.includes(level)) ?? levels[0] ?? '',
    withinMs: Math.min(...spent.map((use) => (use.review?.withinSeconds ?? 0) * 1_000)),
  };
}

type Reviewed = Pick<Act, 'people' | 'uses' | 'reviewLevel'>;

/**
 * Empty: this review closes the act. @param behind people behind the change, who are no outsiders either.
 * Problems: BG_REVIEWER, BG_SCOPE, QUAL_LEVEL.
 */
export function reviewProblems(act: Reviewed, review: PresentedReview, ladder: readonly string[], behind: readonly PersonId[] = []): readonly Problem[] {
  const levels = order(ladder);
  // A level the ladder does not name any more is answered by its highest one: a renamed ladder leaves nothing open for ever.
  const asked = levels.has(act.reviewLevel) ? act.reviewLevel : (ladder.at(-1) ?? '');
  const senior = levels.has(review.level) && levels.has(asked) && levels.atLeast(review.level, asked);
  const part = act.people.includes(review.person) || behind.includes(review.person);
  const whole = sorted(review.uses).join() === sorted(act.uses).join();
  return [
    ...(part ? [problem('BG_REVIEWER', `${review.person} had a part in it`, { remedy: 'somebody outside the break-glass and the change reviews it' })] : []),
    ...(whole ? [] : [problem('BG_SCOPE', 'the review is of another break-glass, or of a part of this one')]),
    ...(senior ? [] : [problem('QUAL_LEVEL', `${review.person} is ${review.level || 'of no known level'}, and the review asks for ${asked}`)]),
  ];
}

export const isOverdue = (act: Act, now: number): boolean => act.reviews.length === 0 && !(now < act.due);

/** An overdue review blocks the next change to the same paths, on every ref of the repository; to any path where its own are unknown. Problems: BG_OVERDUE. */
export function overduePaths(history: readonly Act[], repo: string, paths: readonly string[], now: number): readonly Problem[] {
  const touched = new Set(paths);
  return history.filter((a) => a.repo === repo && isOverdue(a, now) && (a.paths?.some((p) => touched.has(p)) ?? true)).map(overdueText);
}

/** An overdue review blocks the next break-glass of those who signed. Problems: BG_OVERDUE. */
export const overduePeople = (history: readonly Act[], person: PersonId, now: number): readonly Problem[] =>
  history.filter((a) => isOverdue(a, now) && a.people.includes(person)).map(overdueText);

/** What is said of an act whose review is overdue. */
export function overdueText({ change, repo, paths, people, landedAt, due, reviewLevel }: Act): Problem {
  const message = `change ${change} landed by break-glass of ${people.join(', ')} at ${whenText(landedAt)}, and its review was due by ${whenText(due)}`;
  const review = `somebody at ${reviewLevel || 'the highest level'} or above who is outside it reviews it: countersign break-glass review URL, or the page of change ${change}`;
  if (paths !== null) return problem('BG_OVERDUE', message, { remedy: review });
  return problem('BG_OVERDUE', `${message}; what was decided of it is gone, so nobody knows its paths and it blocks all of ${repo}`, {
    remedy: `restore the data folder from a backup that has it; then ${review}`,
  });
}

const sorted = (texts: readonly string[]): readonly string[] => [...new Set(texts)].sort();

/** RFC 3339; total, as times come from files. */
export const whenText = (ms: number): string => (Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : 'a time that does not exist');
