/**
 * How many heads it takes: the fewest of each level, from the highest down, with whom nine of ten waits stay under a target.
 * Heads are taken as alike within a level and free to judge anything their level allows, so this is a lower bound where
 * qualifications, teams or exclusions narrow who may sit.
 */
import { type Assumptions, rankOf } from './assumptions.ts';
import { ascending, quantile } from './figures.ts';
import { type Served, serve, type Task } from './queue.ts';
import { type Head, staffOf } from './staff.ts';

export interface Needed {
  readonly level: string | null;
  readonly people: number;
}

/** More than any organisation has: an answer beyond it is none. */
const MOST = 2048;

/** @param levels that tasks ask for, highest first. null: not even thousands would do. */
export function headsNeeded(tasks: readonly Task[], levels: readonly (string | null)[], assumptions: Assumptions): readonly Needed[] | null {
  const needed: Needed[] = [];
  const above: Head[] = [];
  for (const level of levels) {
    const floor = rankOf(assumptions.ladder, level);
    const some = tasks.map((t) => ({ ...t, places: t.places.filter((p) => p.rank >= floor).map((p) => ({ rank: p.rank, candidates: [] })) })).filter((t) => t.places.length > 0);
    const people = fewest((n) => inTime(serve(some, staffOf([...above, ...nameless(floor, n)]), assumptions.hoursPerDay * 60), assumptions));
    if (people === null) return null;
    needed.push({ level, people });
    above.push(...nameless(floor, people));
  }
  return needed;
}

const nameless = (rank: number, people: number): readonly Head[] => Array.from({ length: people }, () => ({ person: null, rank }));

function fewest(enough: (n: number) => boolean): number | null {
  if (enough(0)) return 0;
  let high = 1;
  while (!enough(high)) {
    high *= 2;
    if (high > MOST) return null;
  }
  let low = high / 2;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (enough(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** Everything served, and at every level nine of ten within the target. */
function inTime({ waits, unserved }: Served, { targetWait }: Assumptions): boolean {
  if (unserved > 0) return false;
  return [...Map.groupBy(waits, (w) => w.rank).values()].every((some) => (quantile(ascending(some.map((w) => w.minutes)), 0.9) ?? 0) < targetWait * 60);
}
