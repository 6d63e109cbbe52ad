/**
 * People at a queue. Each has so many review minutes of every working day and spends them on what comes first; what is begun
 * is carried on the next morning. Somebody named sits only where they are a candidate, a nameless head wherever its level
 * allows. Where several could begin at the same moment, the least senior of them does, so that the senior stay free.
 */
import type { PersonId } from '../roster/roster.ts';
import { type Assumptions, type Reviewer, rankOf } from './assumptions.ts';
import { WORKDAY } from './calendar.ts';
import { byName } from './figures.ts';
import { type Heap, heap } from './heap.ts';

export interface Worker {
  readonly name: string;
  readonly rank: number;
  readonly person: PersonId | null;
  /** Working minute at which they can begin something, minutes of that day spent by then. */
  free: number;
  spent: number;
}

/** One person's part of a task: a rank that suffices, or somebody of these. */
export interface Place {
  readonly rank: number;
  readonly candidates: readonly PersonId[];
}

export interface Staff {
  /** Whoever could begin first, taken out until put back; undefined: nobody may sit there. */
  readonly take: (place: Place, arrival: number) => Worker | undefined;
  /** Is this one of them? */
  readonly knows: (person: PersonId) => boolean;
  /** That person, taken out. */
  readonly takePerson: (person: PersonId) => Worker | undefined;
  readonly putBack: (worker: Worker) => void;
}

const sooner = (a: Worker, b: Worker): boolean => a.free < b.free || (a.free === b.free && a.name < b.name);

/** A person, or a nameless head, and the rank of the ladder they have; -1 where it is on none, which fills only seats for anybody. */
export interface Head {
  readonly person: PersonId | null;
  readonly rank: number;
}

export const headsOf = ({ reviewers, ladder, seating }: Assumptions): readonly Head[] =>
  reviewers.map((r) => ({ person: seating === 'levels' ? null : r.person, rank: ladder.indexOf(r.level) }));

export function staffOf(heads: readonly Head[]): Staff {
  const all = heads.map(({ person, rank }, i): Worker => ({ name: person ?? `#${i}`, rank, person, free: Number.NEGATIVE_INFINITY, spent: 0 }));
  const people = new Map(all.flatMap((w) => (w.person === null ? [] : [[w.person, w] as const])));
  const pools = poolsOf(all.filter((w) => w.person === null));
  const out = new Set<Worker>();
  const takePerson = (person: PersonId): Worker | undefined => {
    const worker = people.get(person);
    if (worker === undefined || out.has(worker)) return undefined;
    out.add(worker);
    return worker;
  };
  return {
    knows: (person) => people.has(person),
    takePerson,
    take: (place, arrival) => {
      const pool = bestPool(pools, place.rank, arrival);
      const person = bestPerson(people, out, place.candidates, arrival);
      if (person?.person != null && precedes(person, pool?.waiting.top(), arrival)) return takePerson(person.person);
      return pool?.waiting.pop();
    },
    putBack: (worker) => {
      if (worker.person === null) pools.find((p) => p.rank === worker.rank)?.waiting.push(worker);
      else out.delete(worker);
    },
  };
}

interface Pool {
  readonly rank: number;
  readonly waiting: Heap<Worker>;
}

/** Nameless heads of one level are all alike; lowest level first. */
function poolsOf(workers: readonly Worker[]): readonly Pool[] {
  const byRank = [...Map.groupBy(workers, (w) => w.rank)].sort(([a], [b]) => a - b);
  return byRank.map(([rank, some]) => {
    const waiting = heap<Worker>(sooner);
    for (const w of some) waiting.push(w);
    return { rank, waiting };
  });
}

/** Could `a` begin before `b`? At the same moment the less senior goes first, then whoever has been idle longer. */
function precedes(a: Worker, b: Worker | undefined, arrival: number): boolean {
  if (b === undefined) return true;
  const [mine, theirs] = [Math.max(a.free, arrival), Math.max(b.free, arrival)];
  if (mine !== theirs) return mine < theirs;
  return a.rank === b.rank ? sooner(a, b) : a.rank < b.rank;
}

function bestPool(pools: readonly Pool[], rank: number, arrival: number): Pool | undefined {
  let best: Pool | undefined;
  for (const pool of pools) {
    const top = pool.rank < rank ? undefined : pool.waiting.top();
    if (top !== undefined && precedes(top, best?.waiting.top(), arrival)) best = pool;
  }
  return best;
}

function bestPerson(people: ReadonlyMap<PersonId, Worker>, out: ReadonlySet<Worker>, candidates: readonly PersonId[], arrival: number): Worker | undefined {
  if (people.size === 0) return undefined;
  let best: Worker | undefined;
  for (const id of candidates) {
    const worker = people.get(id);
    if (worker !== undefined && !out.has(worker) && precedes(worker, best, arrival)) best = worker;
  }
  return best;
}

/**
 * Gives a worker so many minutes of work and answers the working minute at which it begins.
 * @param daily review minutes of one day, above 0 and at most a working day.
 */
export function work(worker: Worker, arrival: number, minutes: number, daily: number): number {
  const begin = Math.max(worker.free, arrival);
  const spent = dayOf(begin) === dayOf(worker.free) ? worker.spent : 0;
  const today = Math.min(daily - spent, (dayOf(begin) + 1) * WORKDAY - begin);
  if (minutes < today) {
    worker.free = begin + minutes;
    worker.spent = spent + minutes;
    return begin;
  }
  // Carried over: whole days first, the rest on the morning after.
  const left = minutes - today;
  const days = Math.floor(left / daily);
  worker.free = (dayOf(begin) + 1 + days) * WORKDAY + (left - days * daily);
  worker.spent = left - days * daily;
  return begin;
}

const dayOf = (minute: number): number => Math.floor(minute / WORKDAY);

/** Heads by level, highest first. */
export const headCount = (reviewers: readonly Reviewer[], ladder: readonly string[]): readonly { readonly level: string; readonly people: number }[] =>
  [...Map.groupBy(reviewers, (r) => r.level)]
    .map(([level, some]) => ({ level, people: some.length }))
    .sort((a, b) => rankOf(ladder, b.level) - rankOf(ladder, a.level) || byName(a.level, b.level));
