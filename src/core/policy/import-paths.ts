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

interface Entry {
  readonly glob: string;
  readonly ends: Ends;
  readonly takes: boolean;
}

/** The paths whose last matching line has this key. */
export function pathsOf<Key>(lines: readonly Line<Key>[], wanted: Key): readonly string[] {
  const entries = lines.flatMap(({ parts, key }): readonly Entry[] => {
    const glob = reachable(parts);
    return glob === undefined ? [] : [{ glob, ends: endsOf(parts), takes: key === wanted }];
  });
  // The same glob again decides anew, and one that matches everything leaves nothing of what stood before.
  const last = new Map(entries.map(({ glob }, i) => [glob, i]));
  const reset = last.get('**') ?? 0;
  return thinned(entries.filter(({ glob }, i) => i >= reset && last.get(glob) === i));
}

/** Without the exclusions of what was never taken in. */
function thinned(entries: readonly Entry[]): readonly string[] {
  const taken: Ends[] = [];
  return entries.flatMap(({ glob, ends, takes }) => {
    if (takes) taken.push(ends);
    else if (taken.every((other) => apart(other, ends))) return [];
    return [takes ? glob : `!${glob}`];
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
