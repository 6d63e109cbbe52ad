/** What is known of every path that was ever touched: how often, when and by whom, and what of it was reverted. */
import { dirOf, extOf, subOf } from './facts.ts';
import { Ints } from './ints.ts';
import { kindsOf } from './kinds.ts';
import type { TouchedFile } from './landed.ts';
import { Names } from './names.ts';
import type { Rates } from './rates.ts';

/** Places a path lies in, and what is counted of each. */
export interface Places {
  readonly subs: Rates;
  readonly dirs: Rates;
  readonly exts: Rates;
}

const MOST_LINES = 0x7fffffff;

export interface Paths {
  readonly names: Names;
  /** Lines it has by the sum of what was added and deleted, never below 0. */
  readonly lines: Ints;
  /** Seconds since 1970. */
  readonly last: Ints;
  readonly lastAuthor: Ints;
  readonly changes: Ints;
  /** Of the changes, those that said they mend something. */
  readonly fixes: Ints;
  readonly kinds: Ints;
  /** Numbers of the places it lies in; -1 of a path without a slash. */
  readonly sub: Ints;
  readonly dir: Ints;
  readonly ext: Ints;
  /** The newest link of its chain of authors, and of its chain of reverts; -1 of none. */
  readonly hands: Ints;
  readonly undone: Ints;
  /** One link for each path and author: who, how often, the link before. */
  readonly hand: Ints;
  readonly handCount: Ints;
  readonly handNext: Ints;
  /** One link for each path and revert, newest first: seconds since 1970, the link before. */
  readonly undoneAt: Ints;
  readonly undoneNext: Ints;
}

export const newPaths = (): Paths => ({
  names: new Names(),
  lines: Ints.empty(),
  last: Ints.empty(),
  lastAuthor: Ints.empty(),
  changes: Ints.empty(),
  fixes: Ints.empty(),
  kinds: Ints.empty(),
  sub: Ints.empty(),
  dir: Ints.empty(),
  ext: Ints.empty(),
  hands: Ints.empty(),
  undone: Ints.empty(),
  hand: Ints.empty(),
  handCount: Ints.empty(),
  handNext: Ints.empty(),
  undoneAt: Ints.empty(),
  undoneNext: Ints.empty(),
});

/** Adds a path that never came, of which nothing is known yet. */
function newPath(paths: Paths, places: Places, path: string): number {
  const number = paths.names.add(path);
  const sub = subOf(path);
  paths.lines.push(0);
  paths.last.push(0);
  paths.lastAuthor.push(-1);
  paths.changes.push(0);
  paths.fixes.push(0);
  paths.kinds.push(kindsOf(path));
  paths.sub.push(sub === undefined ? -1 : places.subs.add(sub));
  paths.dir.push(places.dirs.add(dirOf(path)));
  paths.ext.push(places.exts.add(extOf(path)));
  paths.hands.push(-1);
  paths.undone.push(-1);
  return number;
}

export interface Touch {
  readonly file: TouchedFile;
  readonly now: number;
  readonly author: number;
  readonly fix: boolean;
}

/** Counts one change of one path. @returns its number. */
export function touch(paths: Paths, places: Places, { file, now, author, fix }: Touch): number {
  const known = paths.names.find(file.path);
  const path = known < 0 ? newPath(paths, places, file.path) : known;
  paths.lines.set(path, Math.min(MOST_LINES, Math.max(0, paths.lines.at(path) + file.added - file.deleted)));
  paths.last.set(path, now);
  paths.lastAuthor.set(path, author);
  paths.changes.bump(path);
  if (fix) paths.fixes.bump(path);
  addHand(paths, path, author);
  return path;
}

function addHand(paths: Paths, path: number, author: number): void {
  for (let link = paths.hands.at(path), walked = 0; link >= 0 && walked < MOST_HANDS; link = paths.handNext.at(link), walked++) {
    if (paths.hand.at(link) !== author) continue;
    paths.handCount.bump(link);
    return;
  }
  const link = paths.hand.push(author);
  paths.handCount.push(1);
  paths.handNext.push(paths.hands.at(path));
  paths.hands.set(path, link);
}

/** Authors of one path that are looked at, the newest first: no file of a real history has more. */
export const MOST_HANDS = 20_000;

/** A commit that touched the path is known to be reverted. */
export function undo(paths: Paths, path: number, now: number): void {
  const link = paths.undoneAt.push(now);
  paths.undoneNext.push(paths.undone.at(path));
  paths.undone.set(path, link);
}
