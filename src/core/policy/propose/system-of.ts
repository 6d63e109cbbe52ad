/** One proposed system: where it lies, how critical it looks, and why. */
import { below, gathered } from './places.ts';

export interface ProposedSystem {
  readonly id: string;
  readonly name: string;
  readonly criticality: 1 | 2 | 3;
  /** Globs, at least one. */
  readonly paths: readonly string[];
  /** What it rests on, in one line. */
  readonly because: string;
}

/** Patterns of one system; more are gathered into what stands above them. */
export const MOST_FOLDERS = 24;

/** A system of folders. None where no pattern can name any of them; the root is not told from the rest of the tree. */
export function systemOf(of: Omit<ProposedSystem, 'paths'>, folders: Iterable<string>): readonly ProposedSystem[] {
  const paths = gathered(folders, MOST_FOLDERS).flatMap((folder) => (folder === '' ? [] : (below(folder) ?? [])));
  return paths.length === 0 ? [] : [{ ...of, paths }];
}
