/**
 * What the score reads of a history: every commit that landed, without what its files hold. Names, times and messages are
 * the author's own word; only what was landed on the protected ref is read, in the order it was committed.
 */

export interface LandedCommit {
  readonly id: string;
  readonly parents: readonly string[];
  readonly author: { readonly name: string; readonly email: string };
  readonly committer: { readonly name: string; readonly email: string };
  /** Seconds since 1970, as the author claims. */
  readonly authoredAt: number;
  /** Minutes east of UTC, as the author claims. */
  readonly zone: number;
  /** Seconds since 1970, as the committer claims: the order of the history. */
  readonly committedAt: number;
  readonly message: string;
  readonly files: readonly TouchedFile[];
}

/** One file of a commit, renames shown as a removal and an addition. */
export interface TouchedFile {
  readonly path: string;
  /** Lines; 0 of a binary file. */
  readonly added: number;
  readonly deleted: number;
  readonly binary: boolean;
  readonly how: 'created' | 'removed' | 'mode' | 'changed';
}

/** A commit as the model learns from it and is measured by it. */
export interface Sample {
  readonly id: string;
  /** Raw values in the order of FEATURES, before any scaling. */
  readonly x: Float64Array;
  /** Seconds since 1970 it was committed. */
  readonly at: number;
  /** Seconds since 1970 it was known to be reverted; null: never. */
  readonly revertedAt: number | null;
  /** The filter says the change was meant to be undone again. */
  readonly planned: boolean;
  /** Neither a revert itself nor empty: only these are trained on and scored; all of them count as history. */
  readonly scored: boolean;
  /** Share of commits known to be reverted when it was made, as section 4.1 has it: rates are scaled against it. */
  readonly prior: number;
}
