/** What onboarding needs of a repository beside its history. */
import type { Result } from '../core/base/result.ts';
import type { Oid } from '../core/change/change.ts';

/** What stands in a repository now. Implemented by adapters/git. */
export interface Ground {
  /** Plain files of a commit, links and submodules left out, in the order of git. Problems: CONTENT_UNSEEN, GIT_FAILED, PUSH_TOO_LARGE over the cap. */
  files(commit: Oid): Promise<Result<readonly GroundFile[]>>;
  /** Full names of the branches there are, those of remotes by the name they have there. */
  branches(): Promise<Result<readonly string[]>>;
  /** What was named is a git directory, and no work tree to write into. Problem: GIT_FAILED where there is no repository. */
  isBare(): Promise<Result<boolean>>;
}

export interface GroundFile {
  /** As `TreeRecord.path`. */
  readonly path: string;
  readonly id: Oid;
}
