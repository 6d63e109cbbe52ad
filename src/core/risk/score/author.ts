/** What is known of whoever wrote the change. Addresses and times are the author's own word. */
import type { CommitFacts } from './facts.ts';
import type { Feature } from './feature.ts';
import { DAY, ownChanges } from './file-history.ts';
import type { Ints } from './ints.ts';
import type { Paths } from './paths.ts';
import type { People } from './people.ts';

const BINARY = new Set(['selfcommit', 'bot']);
export const AUTHOR_FEATURES: readonly Feature[] = ['exp', 'rexp', 'sexp', 'fexp', 'atenure', 'agap', 'selfcommit', 'lag', 'bot'].map((name) => ({
  name,
  group: 'author',
  scale: BINARY.has(name) ? 'binary' : 'rank',
}));

/** Days since the last commit of whoever has none. */
const NO_COMMIT = 400;

/** Where the times of commits stand, and by which commit of the same author each was followed. */
export interface Times {
  readonly at: Ints;
  readonly next: Ints;
}

/** @param author -1: never came. */
export function authorValues(people: People, times: Times, paths: Paths, known: readonly number[], author: number, facts: CommitFacts): readonly number[] {
  const { commit, now } = facts;
  const files = Math.max(1, commit.files.length);
  return [
    author < 0 ? 0 : people.commits.at(author),
    author < 0 ? 0 : recentCommits(people, times, author, now),
    author < 0 ? 0 : ownInPlaces(people, author, facts.subs),
    ownChanges(paths, known, author) / files,
    author < 0 ? 0 : (now - people.first.unsigned(author)) / DAY,
    author < 0 ? NO_COMMIT : (now - people.last.unsigned(author)) / DAY,
    commit.author.email.toLowerCase() === commit.committer.email.toLowerCase() ? 1 : 0,
    Math.max(0, (commit.committedAt - commit.authoredAt) / 3_600),
    isBot(commit.author.name) || isBot(commit.author.email) ? 1 : 0,
  ];
}

/** Of the last 24 hours before `now`. */
function recentCommits(people: People, times: Times, author: number, now: number): number {
  let count = people.recent.at(author);
  for (let commit = people.oldest.at(author); count > 0 && times.at.unsigned(commit) <= now - DAY; commit = times.next.at(commit)) count -= 1;
  return count;
}

function ownInPlaces(people: People, author: number, subs: ReadonlySet<string>): number {
  let own = 0;
  for (const sub of subs) {
    const place = people.inPlace.find(placeOf(author, sub));
    if (place >= 0) own += people.inPlaceCount.at(place);
  }
  return own / subs.size;
}

const placeOf = (author: number, sub: string): string => `${author}/${sub}`;

/** A word of its own (`x-bot`, `x[bot]`), or the end of a name that nobody has. */
const isBot = (text: string): boolean => /\bbot\b|(?:dependa|renovate|merge|github|build|sync|deploy|release|auto|policy|test)bot\b/i.test(text.slice(0, 200));

/** Counts one more commit, numbered `commit`. @returns the author's number. */
export function addAuthor(people: People, times: Times, commit: number, facts: CommitFacts): number {
  const author = people.names.add(facts.author);
  if (author === people.commits.length) newAuthor(people, commit, facts.now);
  people.commits.bump(author);
  people.last.set(author, facts.now);
  const before = people.newest.at(author);
  if (before >= 0 && before !== commit) times.next.set(before, commit);
  people.newest.set(author, commit);
  while (people.recent.at(author) > 0 && times.at.unsigned(people.oldest.at(author)) <= facts.now - DAY) {
    people.oldest.set(author, times.next.at(people.oldest.at(author)));
    people.recent.bump(author, -1);
  }
  if (people.recent.at(author) === 0) people.oldest.set(author, commit);
  people.recent.bump(author);
  for (const sub of facts.subs) countInPlace(people, placeOf(author, sub));
  return author;
}

function newAuthor(people: People, commit: number, now: number): void {
  people.commits.push(0);
  people.first.push(now);
  people.last.push(now);
  people.reverted.push(0);
  people.oldest.push(commit);
  people.recent.push(0);
  people.newest.push(commit);
}

function countInPlace(people: People, name: string): void {
  const place = people.inPlace.add(name);
  if (place === people.inPlaceCount.length) people.inPlaceCount.push(0);
  people.inPlaceCount.bump(place);
}
