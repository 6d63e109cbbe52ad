/** A history that has forgotten its older commits, one by one: counts stay as they are, and the commits that are left get lower numbers. */
import type { Commits } from './commits.ts';
import type { HistoryParts } from './history.ts';
import { type Ints, Lists } from './ints.ts';

/** @param from seconds since 1970, at least a day before the last commit. */
export function since(parts: HistoryParts, from: number): HistoryParts {
  const first = firstAt(parts.commits.at, from);
  if (first === 0) return parts;
  const { people, commits } = parts;
  const less = (column: Ints): Ints => column.map((number) => Math.max(-1, number - first));
  return {
    ...parts,
    people: {
      ...people,
      oldest: less(people.oldest),
      newest: less(people.newest),
      // whose newest is forgotten has none of the last day
      recent: people.recent.map((count, author) => (people.newest.at(author) < first ? 0 : count)),
    },
    commits: commitsFrom(commits, first),
  };
}

/** The first that is not before. Times never fall. */
function firstAt(times: Ints, from: number): number {
  let first = 0;
  while (first < times.length && times.unsigned(first) < from) first += 1;
  return first;
}

function commitsFrom(commits: Commits, first: number): Commits {
  return {
    high: commits.high.from(first),
    low: commits.low.from(first),
    at: commits.at.from(first),
    next: commits.next.from(first).map((next) => Math.max(0, next - first)),
    author: commits.author.from(first),
    parents: parentsFrom(commits.parents, first),
    paths: commits.paths.from(first),
    words: commits.words.from(first),
    subjectHigh: commits.subjectHigh.from(first),
    subjectLow: commits.subjectLow.from(first),
    diff: commits.diff.from(first),
    changelist: commits.changelist.from(first),
    pull: commits.pull.from(first),
    revertedAt: commits.revertedAt.from(first),
  };
}

function parentsFrom(parents: Lists, first: number): Lists {
  const kept = new Lists();
  for (let commit = first; commit < parents.ends.length; commit++) kept.push(parents.of(commit).flatMap((parent) => (parent < first ? [] : [parent - first])));
  return kept;
}
