/** What landed on a ref, as the score learns from it. Implemented by adapters/git. */
import type { Result } from '../core/base/result.ts';
import type { Oid } from '../core/change/change.ts';
import type { LandedCommit } from '../core/risk/score/landed.ts';

export interface Landed {
  /**
   * Every commit behind `tip`, merges too (without files), in the order of what their committers claim; of equal times a parent
   * comes first. What `take` answers is waited for before more is read. Answers what was not seen, in words; a stop by signal is
   * no problem. Problems: CONTENT_UNSEEN where commits are missing, GIT_FAILED; what was read until then was handed on.
   */
  read(asked: LandedAsked, take: TakeLanded): Promise<Result<readonly string[]>>;
  /** How many there are, merges too. Problems: CONTENT_UNSEEN, GIT_FAILED. */
  count(asked: LandedAsked): Promise<Result<number>>;
  /** A change as the one commit it would be: `as`, with every file that differs between the two. Problems: CONTENT_UNSEEN, GIT_FAILED. */
  squashed(base: Oid, head: Oid, as: Omit<LandedCommit, 'files'>): Promise<Result<LandedCommit>>;
}

/** What is kept of one repository between runs. Implemented by store/score. */
export interface ScoreKeeping {
  /** null where nothing is kept. Problem: DATA_INVALID. */
  load(): Promise<Result<KeptScore | null>>;
  /** Replaces what is kept, whole or not at all. Problem: DATA_INVALID. */
  save(kept: KeptScore): Promise<Result<void>>;
}

export interface KeptScore {
  /** docs/spec/risk-score.md. */
  readonly model: string;
  /** Commit the history has seen last. */
  readonly tip: Oid;
  readonly history: Uint8Array;
}

export type TakeLanded = (commits: readonly LandedCommit[]) => void | Promise<void>;

export interface LandedAsked {
  readonly tip: Oid;
  /** What stands behind it is left out: it was read before. */
  readonly from?: Oid;
  readonly signal?: AbortSignal;
  /** Told now and then. @param done commits handed on. @param all that there are, merges too. */
  readonly progress?: (done: number, all: number) => void;
}
