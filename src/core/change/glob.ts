/**
 * Path globs, the one matcher of the project: policy, systems, owners and detectors name files with it. `matcher.ts` asks
 * many lists at once.
 *
 * Whoever pushes chooses the path and whoever edits policy chooses the pattern, so time and memory are bounded: a pattern
 * becomes an automaton whose places are walked side by side, O(pattern x path), no backtracking.
 */
import { bare, parseGlob, parsePattern } from './glob-syntax.ts';
import { spotsOf } from './matcher-spots.ts';
import { type Automaton, automatonOf } from './matcher-states.ts';

/**
 * Does the list of globs (glob-syntax.ts) select this path? A leading `!` takes paths out again; the last pattern that
 * matches decides; none means no. Case counts. A pattern that `validGlob` refuses selects nothing and takes nothing
 * out: loaders refuse it first, with its place.
 * @param path as in `TreeRecord.path`: from the root, no leading slash.
 */
export function matches(patterns: readonly string[], path: string): boolean {
  const last = patterns.findLast((pattern) => automatonFor(pattern).of(path));
  return last !== undefined && !last.startsWith('!');
}

/** Why this is not a glob, for the author of the file it stands in; undefined where it is one. */
export function validGlob(pattern: string): string | undefined {
  const parsed = parseGlob(bare(pattern));
  return parsed.ok ? undefined : parsed.error;
}

/** A memo, dropped when full: the same few patterns meet every path of every change. */
const automata = new Map<string, Automaton<boolean>>();
const MOST = 2_000;
/** Numbers one pattern may keep: 32 KB. */
const ROOM = 1 << 13;

function automatonFor(pattern: string): Automaton<boolean> {
  const known = automata.get(pattern);
  if (known !== undefined) return known;
  if (automata.size >= MOST) automata.clear();
  const fresh = automatonOf(spotsOf([parsePattern(pattern)]), (matched) => matched.length > 0, ROOM);
  automata.set(pattern, fresh);
  return fresh;
}
