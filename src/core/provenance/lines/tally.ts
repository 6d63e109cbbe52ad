/**
 * How much of a change is an AI's, counted in lines: what a policy may call more than trivial. Fewer lines is a claim for
 * a human, so a count decides only where managed recorders signed for every commit of the change; until then it is shown
 * and not believed.
 */
import type { Attribution } from './attribution.ts';
import type { ChangedLines } from './hunk.ts';

export interface LineTally {
  /** Added lines of the change that some AI wrote, as records say. */
  readonly ai: number;
  /** Every line the change adds. */
  readonly added: number;
  /** Lines of the old files that some AI took away. */
  readonly removed: number;
  /** A managed recorder signed for every commit, and every file has lines: a binary one may be all an AI's and counts for none. */
  readonly proven: boolean;
}

/** Whole percent of the added lines, rounded up: one line of a thousand is not nothing. */
export const shareOf = ({ ai, added }: LineTally): number => (added === 0 ? (ai === 0 ? 0 : 100) : Math.min(100, Math.ceil((100 * ai) / added)));

/**
 * @param whole the attribution of the change as one, its ranges inside `changed`. @param commits of the change, in number.
 * @param signed how many of them a managed recorder signed for.
 */
export function tallyOf(whole: Pick<Attribution, 'files' | 'hands'>, changed: readonly ChangedLines[], commits: number, signed: number): LineTally {
  const byAi = (key: string): boolean => whole.hands.get(key)?.by === 'ai';
  const ai = sum(whole.files.flatMap((f) => f.ranges.filter((r) => byAi(r.hand)).map((r) => r.end - r.start + 1)));
  const removed = sum(whole.files.flatMap((f) => f.removed.filter((r) => byAi(r.hand)).map((r) => r.count)));
  const added = sum(changed.flatMap((f) => f.added.map((h) => h.lines.length)));
  return { ai, added, removed, proven: commits > 0 && signed >= commits && changed.every((f) => f.unread === undefined) };
}

const sum = (counts: readonly number[]): number => counts.reduce((all, one) => all + one, 0);
