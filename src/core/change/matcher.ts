/** Many lists of globs, compiled once. */
import { matches } from './glob.ts';

export interface Matcher {
  /** Indices of the lists that select this path, ascending. */
  selects(path: string): readonly number[];
}

export function matcherOf(lists: readonly (readonly string[])[]): Matcher {
  return { selects: (path) => lists.flatMap((list, i) => (matches(list, path) ? [i] : [])) };
}
