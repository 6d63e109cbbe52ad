/** Do the columns of a history that was read back belong together? What passes can be walked: no chain runs in a circle, nothing points outside. */
import type { HistoryParts } from './history.ts';
import type { Ints, Lists } from './ints.ts';
import type { Rates } from './rates.ts';

/** @returns what does not fit. */
export function misfit(parts: HistoryParts): string | undefined {
  const { people, paths, commits, counted } = parts;
  const [authors, files, landed] = [people.names.high.length, paths.names.high.length, commits.at.length];
  const places = [parts.places.subs, parts.places.dirs, parts.places.exts, parts.words];
  const [hands, undone] = [paths.hand.length, paths.undoneAt.length];
  const good =
    counted.length === 2 &&
    long(authors, people.names.low, people.commits, people.first, people.last, people.reverted, people.oldest, people.recent, people.newest) &&
    long(people.inPlace.high.length, people.inPlace.low, people.inPlaceCount) &&
    long(files, paths.names.low, paths.lines, paths.last, paths.lastAuthor, paths.changes, paths.fixes, paths.kinds, paths.sub, paths.dir, paths.ext, paths.hands, paths.undone) &&
    long(hands, paths.handCount, paths.handNext) &&
    long(undone, paths.undoneNext) &&
    long(
      landed,
      commits.high,
      commits.low,
      commits.next,
      commits.author,
      commits.subjectHigh,
      commits.subjectLow,
      commits.diff,
      commits.changelist,
      commits.pull,
      commits.revertedAt,
    ) &&
    places.every(even) &&
    lists(commits.parents, landed) &&
    lists(commits.paths, landed) &&
    lists(commits.words, landed) &&
    within(paths.hand, 0, authors) &&
    within(paths.hands, -1, hands) &&
    within(paths.undone, -1, undone) &&
    within(paths.lastAuthor, -1, authors) &&
    within(paths.sub, -1, parts.places.subs.names.length) &&
    within(paths.dir, 0, parts.places.dirs.names.length) &&
    within(paths.ext, 0, parts.places.exts.names.length) &&
    within(commits.author, -1, authors) &&
    within(commits.paths.values, 0, files) &&
    within(commits.words.values, 0, parts.words.names.length) &&
    within(people.oldest, -1, landed) &&
    within(people.newest, -1, landed) &&
    within(people.recent, 0, landed + 1) &&
    within(commits.next, 0, landed) &&
    back(paths.handNext) &&
    back(paths.undoneNext) &&
    parentsBack(commits.parents);
  return good ? undefined : 'its numbers do not belong together';
}

const long = (length: number, ...columns: readonly Ints[]): boolean => columns.every((column) => column.length === length);

const even = ({ names, commits, reverted }: Rates): boolean => long(names.high.length, names.low, commits, reverted);

/** Ends rise, and the last is the end of all values. */
function lists({ ends, values }: Lists, owners: number): boolean {
  let last = 0;
  for (const end of ends.view()) {
    if (end < last) return false;
    last = end;
  }
  return ends.length === owners && last === values.length;
}

const within = (column: Ints, least: number, end: number): boolean => column.view().every((value) => value >= least && value < end);

/** Each points to one before it, or to none. */
const back = (column: Ints): boolean => column.view().every((value, i) => value >= -1 && value < i);

function parentsBack(parents: Lists): boolean {
  for (let commit = 0; commit < parents.ends.length; commit++) if (parents.of(commit).some((parent) => parent < 0 || parent >= commit)) return false;
  return true;
}
