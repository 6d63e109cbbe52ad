/** Every commit that landed, merges too, as far as a later revert may name it or need to know what it touched. */
import { subjectOf } from './facts.ts';
import { Ints, Lists } from './ints.ts';
import type { LandedCommit } from './landed.ts';
import { bitsOf } from './names.ts';
import { numbersOf, withoutNumber } from './taken-back.ts';

export interface Commits {
  /** The first 16 digits of its id. */
  readonly high: Ints;
  readonly low: Ints;
  /** Seconds since 1970. */
  readonly at: Ints;
  /** The next commit of the same author; 0 of none. */
  readonly next: Ints;
  /** -1 of a merge. */
  readonly author: Ints;
  readonly parents: Lists;
  readonly paths: Lists;
  readonly words: Lists;
  /** The first 64 bits of the SHA-256 of its subject, without the number of a pull request. */
  readonly subjectHigh: Ints;
  readonly subjectLow: Ints;
  readonly diff: Ints;
  readonly changelist: Ints;
  readonly pull: Ints;
  /** Seconds since 1970; 0 where nobody took it back. */
  readonly revertedAt: Ints;
}

export const newCommits = (): Commits => ({
  high: Ints.empty(),
  low: Ints.empty(),
  at: Ints.empty(),
  next: Ints.empty(),
  author: Ints.empty(),
  parents: new Lists(),
  paths: new Lists(),
  words: new Lists(),
  subjectHigh: Ints.empty(),
  subjectLow: Ints.empty(),
  diff: Ints.empty(),
  changelist: Ints.empty(),
  pull: Ints.empty(),
  revertedAt: Ints.empty(),
});

/** What it touched, in numbers. */
export interface CommitTouch {
  readonly author: number;
  readonly paths: readonly number[];
  readonly words: readonly number[];
}

const MERGE: CommitTouch = { author: -1, paths: [], words: [] };
const NO_NUMBERS = { diff: 0, changelist: 0, pull: 0 };

/** @param parents numbers of those that landed before it. @returns its number. */
export function addCommit(commits: Commits, commit: LandedCommit, now: number, parents: readonly number[], touch: CommitTouch = MERGE): number {
  const [high, low] = idBits(commit.id);
  commits.high.push(high);
  commits.low.push(low);
  commits.at.push(now);
  commits.next.push(0);
  commits.author.push(touch.author);
  commits.parents.push(parents);
  commits.paths.push(touch.paths);
  commits.words.push(touch.words);
  // nobody takes back a merge by its subject or its number: what it brought has its own
  const merge = touch.author < 0;
  const [subjectHigh, subjectLow] = merge ? [0, 0] : subjectBits(withoutNumber(subjectOf(commit.message)));
  commits.subjectHigh.push(subjectHigh);
  commits.subjectLow.push(subjectLow);
  const numbers = merge ? NO_NUMBERS : numbersOf(commit.message);
  commits.diff.push(numbers.diff);
  commits.changelist.push(numbers.changelist);
  commits.pull.push(numbers.pull);
  return commits.revertedAt.push(0);
}

export const subjectBits = (subject: string): readonly [number, number] => (subject === '' ? [0, 0] : bitsOf(subject));
/** @param id lower-case hex, 16 digits or more. */
export const idBits = (id: string): readonly [number, number] => [Number.parseInt(id.slice(0, 8), 16) | 0, Number.parseInt(id.slice(8, 16), 16) | 0];
