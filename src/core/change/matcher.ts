/**
 * All path patterns of a policy as one matcher: each path is walked once, whatever the number of rules. Means exactly what
 * `matches` of glob.ts means, for every list at the same time.
 */
import { parsePattern } from './glob-syntax.ts';
import { spotsOf } from './matcher-spots.ts';
import { automatonOf, ROOM } from './matcher-states.ts';

/** Many lists of globs, compiled once. */
export interface Matcher {
  /** Indices of the lists that select this path, ascending. The array is kept and given again. */
  selects(path: string): readonly number[];
  /** For each list, the indices of the paths it selects, ascending. */
  selectsAll(paths: readonly string[]): readonly (readonly number[])[];
}

interface Pattern {
  readonly list: number;
  readonly takesOut: boolean;
}

/** @param room numbers the matcher may keep, see matcher-states.ts; answers do not depend on it. */
export function matcherOf(lists: readonly (readonly string[])[], room = ROOM): Matcher {
  const texts = lists.flat();
  const patterns: readonly Pattern[] = lists.flatMap((list, i) => list.map((text) => ({ list: i, takesOut: text.startsWith('!') })));
  const spots = spotsOf(texts.map(parsePattern));
  const automaton = automatonOf(spots, (matched) => decided(patterns, matched), room);
  const selects = (path: string): readonly number[] => automaton.of(path);
  return { selects, selectsAll: (paths) => byList(lists.length, paths, selects) };
}

/** Numbers of patterns ascend with their lists and their place in them, so the last one of a list decides. */
function decided(patterns: readonly Pattern[], matched: readonly number[]): readonly number[] {
  const lists: number[] = [];
  for (const [i, number] of matched.entries()) {
    const pattern = patterns[number];
    const next = patterns[matched[i + 1] ?? -1];
    if (pattern !== undefined && !pattern.takesOut && next?.list !== pattern.list) lists.push(pattern.list);
  }
  return lists;
}

function byList(count: number, paths: readonly string[], selects: Matcher['selects']): readonly (readonly number[])[] {
  const selected: number[][] = Array.from({ length: count }, () => []);
  for (let i = 0; i < paths.length; i++) for (const list of selects(paths[i] ?? '')) selected[list]?.push(i);
  return selected;
}
