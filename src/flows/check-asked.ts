/** What a change in a clone is weighed by: the records, the window and the score this clone has. */
import { ok } from '../core/base/result.ts';
import type { Change } from '../core/change/change.ts';
import type { PlanFile } from '../core/risk/plan-file.ts';
import type { Score } from '../core/risk/score/score.ts';
import type { Asked } from './gather.ts';
import type { Floor, Governance } from './governance.ts';
import type { Naming, Parsers, Repository } from './ports.ts';
import type { Trains } from './ports-train.ts';
import { recordsOf } from './records.ts';
import { openScorer, type Scoring } from './score.ts';
import type { Records } from './site.ts';

/** A clone, as its owner has it. */
export interface CheckedClone {
  readonly repository: Repository;
  readonly parsers: Parsers;
  readonly naming: Naming;
  readonly floors?: readonly Floor[];
  readonly records: Records;
  readonly trains: Trains;
  /** What this clone keeps of its history; absent: nothing. */
  readonly scoring?: Scoring;
}

export interface InClone {
  /** As policy names it. */
  readonly repo: string;
  /** Full name of the target ref. */
  readonly ref: string;
  readonly plans: readonly PlanFile[];
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Nobody's clone says who pushed, and no mark of AI was seen there before. */
export const askedInClone = (clone: CheckedClone, { repo, ref, plans, at }: InClone, { agents }: Governance, score: NonNullable<Asked['score']>): Omit<Asked, 'base' | 'head'> => ({
  ...{ repo, targetRef: ref, pusher: null, sticky: [], plans, score, at, floors: clone.floors ?? [] },
  records: (change) => recordsOf(ok(clone.records), change, agents?.recorders ?? []),
});

/** What keeps a score from being known is said, unless nobody ever trained one. */
export async function scoringOf(scoring: Scoring | undefined, at: number): Promise<{ readonly score: (change: Change) => Promise<Score | null>; readonly notes: string[] }> {
  const notes: string[] = [];
  const scorer = scoring === undefined ? ok(null) : await openScorer(scoring);
  if (!scorer.ok) notes.push(`no score: ${scorer.error.message}`);
  const score = async (change: Change): Promise<Score | null> => {
    if (!scorer.ok || scorer.value === null || change.records.length === 0) return null;
    const scored = await scorer.value.score(change, Math.floor(at / 1_000));
    if (!scored.ok) notes.push(`no score: ${scored.error.message}`);
    return scored.ok ? scored.value : null;
  };
  return { score, notes };
}
