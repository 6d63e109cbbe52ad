/** What a gate in a clone needs of the world beside the clone: how it is checked out, and where sign-offs are carried. */
import type { Result } from '../core/base/result.ts';
import type { Oid } from '../core/change/change.ts';
import type { FoundBundle } from '../core/signoff/pooled.ts';

/** Where sign-offs are carried unless told. */
export const SIGNOFFS_REF = 'refs/countersign/signoffs';

/** A clone as a CI system makes it. Implemented by adapters/git. */
export interface Checkout {
  /** Its history is cut off somewhere. Problem: GIT_FAILED. */
  shallow(): Promise<Result<boolean>>;
  /** Where a branch stood at `origin` when it was last fetched; in a bare repository, where it stands. null: it is not here. Problem: GIT_FAILED. */
  tip(branch: string): Promise<Result<Oid | null>>;
  /** Whether a commit is in the history of another, itself included. Problems: GIT_FAILED, CONTENT_UNSEEN. */
  holds(tip: Oid, commit: Oid): Promise<Result<boolean>>;
  /**
   * The two parents of a commit that git makes of them by itself, to the byte of its tree: whoever made it added nothing. null for
   * any other commit. Problems: GIT_FAILED, CONTENT_UNSEEN.
   */
  merged(commit: Oid): Promise<Result<{ readonly into: Oid; readonly from: Oid } | null>>;
  /** As `Merges.landing`. */
  landing(onto: Oid, head: Oid): Promise<Result<string | null>>;
}

/** The content sign-offs are looked for. */
export interface SoughtContent {
  /** Lowercase hex SHA-256. */
  readonly manifest: string;
  /** What it is called on a server. */
  readonly change: string;
}

/** Where bundles are carried. Nothing of them is believed: who keeps them can withhold, and no more. Implemented by adapters/git and the command line. */
export interface SignoffSource {
  /** What a person calls it. */
  readonly name: string;
  /** true: asking costs a call to somewhere else, so it is asked only where people are needed. */
  readonly far: boolean;
  /**
   * Every bundle kept for exactly this content; empty where there is none. A file that is not what its name says is one nobody can read.
   * Problems: GIT_FAILED, CONTENT_UNSEEN, PUSH_TOO_LARGE, GATE_UNAVAILABLE, and what a server refused with: then nothing passes.
   */
  bundles(content: SoughtContent): Promise<Result<readonly FoundBundle[]>>;
}
