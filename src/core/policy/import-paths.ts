/**
 * Ordered lines of which the last match decides, to the path lists of rules whose order means nothing: a rule has the
 * globs of its own lines, and takes out again what later lines gave to others.
 */
import { validGlob } from '../change/glob.ts';
import type { Part } from '../change/wildcard.ts';
import { apart, type Ends, endsOf, globOf } from '../change/wildcard-glob.ts';

export interface Line<Key> {
  readonly parts: readonly Part[];
  readonly key: Key;
}

/** A line that can decide about some path, whoever asks for the paths of whom. */
export interface Deciding<Key> {
  readonly glob: string;
  readonly ends: Ends;
  readonly key: Key;
}

/** The same glob again decides anew, and one that matches everything leaves nothing of what stood before. */
export function deciding<Key>(lines: readonly Line<Key>[]): readonly Deciding<Key>[] {
  const all = lines.flatMap(({ parts, key }): readonly Deciding<Key>[] => {
    const glob = reachable(parts);
    return glob === undefined ? [] : [{ glob, ends: endsOf(parts), key }];
  });
  const last = new Map(all.map(({ glob }, i) => [glob, i]));
  const reset = last.get('**') ?? 0;
  return all.filter(({ glob }, i) => i >= reset && last.get(glob) === i);
}

/** The paths whose last matching line has this key. Exclusions of what was never taken in are left out. */
export function pathsOf<Key>(lines: readonly Deciding<Key>[], wanted: Key): readonly string[] {
  const taken: Ends[] = [];
  return lines.flatMap(({ glob, ends, key }) => {
    if (key === wanted) taken.push(ends);
    else if (taken.every((other) => apart(other, ends))) return [];
    return [key === wanted ? glob : `!${glob}`];
  });
}

/** undefined: no path of a repository matches. */
export function reachable(parts: readonly Part[]): string | undefined {
  const glob = globOf(parts);
  if (glob === undefined || glob.startsWith('/')) return undefined;
  return glob.length <= LONGEST && validGlob(glob) !== undefined ? undefined : glob;
}

/** Of a glob of ours; a longer one is no glob of ours, and whoever imports says so. */
export const LONGEST = 1_000;
