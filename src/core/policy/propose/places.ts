/** Paths and folders of a tree: which of them are about what runs, and how a folder is written as a pattern. */
import { validGlob } from '../../change/glob.ts';

/** Folders whose content never runs for anybody's users, by their usual names. */
const ASIDE =
  /(?:^|\/)(?:tests?|__tests__|testing|testdata|specs?|fixtures?|mocks?|examples?|samples?|demos?|docs?|e2e|vendor|third[_-]party|node_modules|dist|hack|playground|benchmarks?|templates?)\//i;

/** A test, an example, prose or somebody else's code. */
export const isAside = (path: string): boolean => ASIDE.test(path);

/** Nothing in it that a file, a terminal or a page would take for more than a letter. */
export const isPlain = (path: string): boolean => /^[\w./ @+=-]{1,200}$/.test(path);

export const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Everything below a folder; undefined where no pattern of ours can say so. `''` is the whole tree. */
export function below(folder: string): string | undefined {
  return pattern(folder === '' ? '**' : `${escaped(folder)}/**`);
}

/** This one file. */
export const exactly = (path: string): string | undefined => pattern(escaped(path));

const escaped = (path: string): string => path.replace(/[\\*?[\]{},]/g, '\\$&').replace(/^!/, '\\!');

const pattern = (glob: string): string | undefined => (glob.length <= 900 && validGlob(glob) === undefined ? glob : undefined);

/** Folders that are in no other of them. */
export function outermost(folders: Iterable<string>): readonly string[] {
  const sorted = [...new Set(folders)].sort();
  const kept: string[] = [];
  for (const folder of sorted) if (!kept.some((k) => k === '' || folder.startsWith(`${k}/`))) kept.push(folder);
  return kept;
}

/**
 * Few folders for many: while there are more than `most`, the deepest give way to what stands above them. Never widened to the
 * whole tree.
 */
export function gathered(folders: Iterable<string>, most: number): readonly string[] {
  let now = outermost(folders);
  while (now.length > most) {
    const deepest = Math.max(...now.map(depth));
    if (deepest <= 1) break;
    now = outermost(now.map((f) => (depth(f) === deepest ? folderOf(f) : f)));
  }
  return now;
}

const depth = (folder: string): number => (folder === '' ? 0 : folder.split('/').length);
