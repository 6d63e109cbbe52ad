/** What a scan reads of a repository: its refs, the way each of them went, and what moves of them changed. Implemented by adapters/git. */
import type { Result } from '../core/base/result.ts';
import type { Oid } from '../core/change/change.ts';

export interface RefHistory {
  /**
   * Branches by the full names they have where they are served, and where each stands. In a clone with remote branches these are
   * those of `origin`: its own branches are whatever somebody checked out. Problem: GIT_FAILED.
   */
  branches(): Promise<Result<ReadonlyMap<string, Oid>>>;
  /** The first-parent chain of a commit. Problems: CONTENT_UNSEEN where it is cut off, GIT_FAILED. */
  chain(tip: Oid, signal?: AbortSignal): Promise<Result<Chain>>;
  /**
   * The manifest of each move as a gate would work it out, in the order of the ask; null where git cannot read one of its ends.
   * One process for all, however many. Problem: GIT_FAILED.
   */
  manifests(moves: readonly ScannedMove[], signal?: AbortSignal): Promise<Result<readonly (string | null)[]>>;
}

export interface ScannedMove {
  /** null: from nothing. */
  readonly from: Oid | null;
  readonly to: Oid;
}

/** Oldest first; some bytes a commit, so that hundreds of thousands can be held. */
export interface Chain {
  readonly length: number;
  commit(i: number): Oid;
  /** Milliseconds since 1970, as its committer claims. */
  claimed(i: number): number;
}
