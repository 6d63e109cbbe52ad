/** The files of a proposal against what is there: which may be written, and what the others lack. */
import { join } from 'node:path';
import type { Onboarded } from '../flows/onboard.ts';
import { differences, type ReadThere, unfit } from '../flows/onboard-compare.ts';
import { isThere, plainFile } from './init-place.ts';

export interface InitFile {
  readonly path: string;
  readonly text: string;
  /** `unfit`: nothing is there, but it would not hold beside what is. */
  readonly state: 'new' | 'there' | 'unfit';
  /** What the proposal has that the file has not, or why it is unfit; in words. */
  readonly differences: readonly string[];
}

export interface There {
  readonly has: (path: string) => boolean;
  readonly read: ReadThere;
}

/** A work tree as it lies on the disk. */
export const workTree = (repo: string): There => ({ has: (path) => isThere(join(repo, path)), read: (path) => plainFile(repo, path) });

/** Files of a commit, for a repository that has no work tree. */
export const committed = (files: ReadonlyMap<string, Uint8Array | null>): There => ({ has: (path) => (files.get(path) ?? null) !== null, read: (path) => files.get(path) ?? null });

export function initFiles(onboarded: Onboarded, there: There): readonly InitFile[] {
  return onboarded.files.map(({ path, text }): InitFile => {
    if (there.has(path)) return { path, text, state: 'there', differences: differences(onboarded, path, there.read) };
    const why = onboarded.files.some((f) => there.has(f.path)) ? unfit(onboarded, path, text, there.read) : null;
    return why === null ? { path, text, state: 'new', differences: [] } : { path, text, state: 'unfit', differences: [why] };
  });
}
