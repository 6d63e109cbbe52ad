/**
 * The tightest place: the few people on whom too many seats hang, however cleverly work is shared. Levels alone do not show
 * it: six people may have hours enough while the two who may judge databases have not. Work is shared until the greatest load
 * is as small as it can be; those who then carry most are the bottleneck.
 */
import type { PersonId } from '../roster/roster.ts';
import { byName, hoursOf, ratio, sum } from './figures.ts';

export interface Tightest {
  /** Sorted. */
  readonly people: readonly PersonId[];
  /** Hours each is asked for at the least, and has. */
  readonly asked: number;
  readonly offered: number;
  readonly share: number | null;
}

/** So many minutes that any one of these may do. */
export interface Demand {
  readonly candidates: readonly PersonId[];
  readonly minutes: number;
}

/** Rounds of sharing again: each only lowers the greatest load. Fewer where there is much to share. */
const ROUNDS = 60;
const MOST_STEPS = 2e7;

/** @param offered hours of each person. null: nobody is asked. */
export function tightestOf(demands: readonly Demand[], people: ReadonlySet<PersonId>, offered: number): Tightest | null {
  const kinds = gathered(demands, people);
  const loads = shared(kinds);
  const ranked = [...loads.keys()].sort((a, b) => (loads.get(b) ?? 0) - (loads.get(a) ?? 0) || byName(a, b));
  const found = densest(kinds, ranked);
  return found === null ? null : { people: ranked.slice(0, found.people).sort(byName), asked: hoursOf(found.each), offered, share: ratio(hoursOf(found.each), offered) };
}

/**
 * Of the most loaded one, two, three and so on, those who have most that only they may do, each. Whatever the sharing, they
 * cannot have less: so the answer is never too high, however roughly work was shared to find the order.
 */
function densest(demands: readonly Demand[], ranked: readonly PersonId[]): { readonly people: number; readonly each: number } | null {
  const rank = new Map(ranked.map((person, i) => [person, i]));
  const minutes = ranked.map(() => 0);
  for (const d of demands) {
    const last = d.candidates.reduce((most, p) => Math.max(most, rank.get(p) ?? 0), 0);
    minutes[last] = (minutes[last] ?? 0) + d.minutes;
  }
  let [total, best] = [0, { people: 0, each: 0 }];
  for (const [i, more] of minutes.entries()) {
    total += more;
    const each = total / (i + 1);
    if (each > best.each * (1 + 1e-9)) best = { people: i + 1, each };
  }
  return best.people === 0 ? null : best;
}

/** Demands of the very same people are one. */
function gathered(demands: readonly Demand[], people: ReadonlySet<PersonId>): readonly Demand[] {
  const byPeople = new Map<string, { candidates: readonly PersonId[]; minutes: number }>();
  for (const { candidates, minutes } of demands) {
    const able = candidates.filter((p) => people.has(p)).sort(byName);
    if (able.length === 0) continue;
    const key = able.join(' ');
    const same = byPeople.get(key);
    if (same === undefined) byPeople.set(key, { candidates: able, minutes });
    else same.minutes += minutes;
  }
  return [...byPeople.values()];
}

/** Takes one demand out, gives it to whoever carries least, and so on with every demand, again and again. */
function shared(demands: readonly Demand[]): ReadonlyMap<PersonId, number> {
  const loads = new Map<PersonId, number>();
  const parts = demands.map((d) => d.candidates.map(() => 0));
  const steps = sum(demands.map((d) => d.candidates.length));
  const rounds = Math.max(1, Math.min(ROUNDS, Math.floor(MOST_STEPS / Math.max(1, steps))));
  for (let round = 0; round < rounds; round++) {
    for (const [i, demand] of demands.entries()) {
      const others = demand.candidates.map((p, j) => (loads.get(p) ?? 0) - (parts[i]?.[j] ?? 0));
      const level = waterLevel(others, demand.minutes);
      parts[i] = others.map((load) => Math.max(0, level - load));
      for (const [j, person] of demand.candidates.entries()) loads.set(person, (others[j] ?? 0) + (parts[i]?.[j] ?? 0));
    }
  }
  return loads;
}

/** How high water stands that is poured over ground of these heights. */
export function waterLevel(heights: readonly number[], water: number): number {
  const ascending = [...heights].sort((a, b) => a - b);
  for (let wet = ascending.length; wet > 0; wet--) {
    const level = (water + sum(ascending.slice(0, wet))) / wet;
    if (level >= (ascending[wet - 1] ?? 0)) return level;
  }
  return water;
}
