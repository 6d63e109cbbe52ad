/** What the files of a change went through before it. */
import type { CommitFacts } from './facts.ts';
import type { Feature } from './feature.ts';
import { MOST_HANDS, type Paths } from './paths.ts';

const NAMES = ['ndev', 'age', 'agemin', 'nuc', 'nucmax', 'ffix', 'touched24', 'other24'];
export const FILE_FEATURES: readonly Feature[] = NAMES.map((name) => ({ name, group: 'files', scale: 'rank' }));

export const DAY = 86_400;
/** Stands for `never`. */
export const NEVER = 9_999;

/** @param known numbers of the paths, -1 of one that never came. @param author -1: never came. */
export function fileValues(paths: Paths, known: readonly number[], author: number, facts: CommitFacts): readonly number[] {
  let [ages, seen, youngest, changes, most, fixes, touched, other] = [0, 0, NEVER, 0, 0, 0, 0, 0];
  for (const path of known) {
    if (path < 0) continue;
    const age = (facts.now - paths.last.unsigned(path)) / DAY;
    seen += 1;
    ages += age;
    youngest = Math.min(youngest, age);
    changes += paths.changes.at(path);
    most = Math.max(most, paths.changes.at(path));
    fixes += paths.fixes.at(path);
    if (age >= 1) continue;
    touched += 1;
    if (paths.lastAuthor.at(path) !== author) other += 1;
  }
  const files = Math.max(1, facts.commit.files.length);
  return [handsOf(paths, known), seen === 0 ? 0 : ages / seen, youngest, changes / files, most, fixes / files, touched, other];
}

/** How many authors had a hand in any of them. */
function handsOf(paths: Paths, known: readonly number[]): number {
  const hands = new Set<number>();
  let walked = 0;
  for (const path of known) {
    if (path < 0) continue;
    for (let link = paths.hands.at(path); link >= 0 && walked < MOST_HANDS; link = paths.handNext.at(link), walked++) hands.add(paths.hand.at(link));
  }
  return hands.size;
}

/** How often this author changed these files before, all together. */
export function ownChanges(paths: Paths, known: readonly number[], author: number): number {
  if (author < 0) return 0;
  let [own, walked] = [0, 0];
  for (const path of known) {
    if (path < 0) continue;
    for (let link = paths.hands.at(path); link >= 0 && walked < MOST_HANDS; link = paths.handNext.at(link), walked++) {
      if (paths.hand.at(link) !== author) continue;
      own += paths.handCount.at(link);
      break;
    }
  }
  return own;
}
