/** What was taken back before: of the author, of the places and words of a change, and of its files. */
import type { CommitFacts } from './facts.ts';
import type { Feature } from './feature.ts';
import { DAY, NEVER } from './file-history.ts';
import type { Ints } from './ints.ts';
import type { Paths, Places } from './paths.ts';
import type { People } from './people.ts';
import { type Rates, smoothed } from './rates.ts';

const NAMES = ['arevs', 'arevrate', 'subrev', 'dirrev', 'extrev', 'frevsum', 'frevmax', 'frevlast', 'wrev', 'wrevmean', 'reprev7'];
const RATES = new Set(['arevrate', 'subrev', 'dirrev', 'extrev', 'wrev', 'wrevmean']);
export const REVERT_FEATURES: readonly Feature[] = NAMES.map((name) => ({ name, group: 'reverts', scale: RATES.has(name) ? 'rate' : 'rank' }));

/** How many more commits each rate is drawn to the prior by. */
const [AUTHOR, SUB, DIR, EXT, WORD] = [20, 50, 30, 100, 50];
const YEAR = 365 * DAY;

export interface Reverts {
  readonly people: People;
  readonly places: Places;
  readonly words: Rates;
  readonly paths: Paths;
  /** Seconds since 1970 of every revert that is known, in order. */
  readonly times: Ints;
}

export function revertValues({ people, places, words, paths, times }: Reverts, known: readonly number[], author: number, prior: number, facts: CommitFacts): readonly number[] {
  const mine = author < 0 ? 0 : people.reverted.at(author);
  return [
    mine,
    smoothed(mine, author < 0 ? 0 : people.commits.at(author), AUTHOR, prior),
    places.subs.highest(facts.subs, prior, SUB),
    places.dirs.highest(facts.dirs, prior, DIR),
    places.exts.highest(facts.exts, prior, EXT),
    ...undoneOf(paths, known, facts.now),
    words.highest(facts.words, prior, WORD),
    meanRate(words, facts.words, prior),
    since(times, facts.now - 7 * DAY),
  ];
}

/** Of the last year the sum and the most of one file; and days since the newest ever. */
function undoneOf(paths: Paths, known: readonly number[], now: number): readonly [number, number, number] {
  let [sum, most, last] = [0, 0, NEVER];
  for (const path of known) {
    if (path < 0 || paths.undone.at(path) < 0) continue;
    last = Math.min(last, (now - paths.undoneAt.unsigned(paths.undone.at(path))) / DAY);
    const count = lately(paths, path, now - YEAR);
    sum += count;
    most = Math.max(most, count);
  }
  return [sum, most, last];
}

function lately(paths: Paths, path: number, from: number): number {
  let count = 0;
  for (let link = paths.undone.at(path); link >= 0 && paths.undoneAt.unsigned(link) > from; link = paths.undoneNext.at(link)) count += 1;
  return count;
}

function meanRate(words: Rates, of: ReadonlySet<string>, prior: number): number {
  let sum = 0;
  for (const word of of) sum += words.rate(word, prior, WORD);
  return of.size === 0 ? prior : sum / of.size;
}

/** How many times are later. */
function since(times: Ints, from: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times.unsigned(middle) > from) high = middle;
    else low = middle + 1;
  }
  return times.length - low;
}
