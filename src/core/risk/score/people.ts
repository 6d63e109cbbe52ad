/** What is known of every author. Judgments about people: for whoever is asked to judge, never ranked. */
import { Ints } from './ints.ts';
import { Names } from './names.ts';

export interface People {
  readonly names: Names;
  readonly commits: Ints;
  /** Seconds since 1970. */
  readonly first: Ints;
  readonly last: Ints;
  /** Commits known to be reverted. */
  readonly reverted: Ints;
  /** Of the last 24 hours: the number of the oldest, how many, and the number of the newest ever; -1 of one that is forgotten. */
  readonly oldest: Ints;
  readonly recent: Ints;
  readonly newest: Ints;
  /** Commits of one author in one place. */
  readonly inPlace: Names;
  readonly inPlaceCount: Ints;
}

export const newPeople = (): People => ({
  names: new Names(),
  commits: Ints.empty(),
  first: Ints.empty(),
  last: Ints.empty(),
  reverted: Ints.empty(),
  oldest: Ints.empty(),
  recent: Ints.empty(),
  newest: Ints.empty(),
  inPlace: new Names(),
  inPlaceCount: Ints.empty(),
});
