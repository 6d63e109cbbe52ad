/** What a ref went through lately. Implemented by adapters/git. */
import type { Result } from '../core/base/result.ts';
import type { Oid } from '../core/change/change.ts';

export interface Trains {
  /**
   * Where a branch stood: the newest commit on the chain of first parents of `tip` that was committed before `at` (milliseconds
   * since 1970, as commits claim); null where all of it is younger. Problems: CONTENT_UNSEEN where a shallow clone ends before that, GIT_FAILED.
   */
  stood(tip: Oid, at: number): Promise<Result<Oid | null>>;
  /**
   * Commits of `from..to` on the chain of first parents that change any of these paths, oldest first, at most `most` of them and
   * one more. @param from null: from the first commit. Problems: PUSH_TOO_LARGE where the paths are too many to ask for, GIT_FAILED.
   */
  touching(asked: { readonly from: Oid | null; readonly to: Oid; readonly paths: readonly string[]; readonly most: number }): Promise<Result<readonly TrainStep[]>>;
}

export interface TrainStep {
  readonly commit: Oid;
  /** Its first parent; null for a root. */
  readonly parent: Oid | null;
}
