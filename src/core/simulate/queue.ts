/**
 * The queue: landings ask for seats at the moment they landed, first come first served, in working minutes. Distinct people
 * take the seats of one landing. A wait is the time from asking to the beginning of the review.
 */

import { plainSeat } from '../policy/decision.ts';
import { fillSeats } from '../policy/quorum.ts';
import type { PersonId } from '../roster/roster.ts';
import { type Assumptions, rankOf } from './assumptions.ts';
import { workMinute } from './calendar.ts';
import type { Counted } from './counted.ts';
import { minutesOf } from './hours.ts';
import { type Place, type Staff, type Worker, work } from './staff.ts';
import type { Weeks } from './window.ts';

export interface Task {
  /** Working minute. */
  readonly arrival: number;
  /** Of each of its places. */
  readonly minutes: number;
  readonly week: number;
  /** One for each person needed, hardest to fill first. */
  readonly places: readonly Place[];
}

/** Waits of places, in working minutes, in the order of asking. */
export interface Served {
  readonly waits: readonly Waited[];
  /** Places nobody may take. */
  readonly unserved: number;
  /** The working minute at which the last review ends. */
  readonly end: number;
}

export interface Waited {
  readonly rank: number;
  readonly week: number;
  readonly minutes: number;
}

/** @param landings oldest first. */
export function tasksOf(landings: readonly Counted[], weeks: Weeks, assumptions: Assumptions): readonly Task[] {
  return landings.flatMap((l) => {
    const week = weeks.indexOf(l);
    if (week === null || l.seats.length === 0) return [];
    const seats = l.seats.map((s) => ({ rank: rankOf(assumptions.ladder, s.level), candidates: s.candidates, humans: s.humans }));
    const hardest = seats.sort((a, b) => b.rank - a.rank || a.candidates.length - b.candidates.length);
    return [
      { arrival: workMinute(l.at), minutes: minutesOf(l, assumptions), week, places: hardest.flatMap(({ humans, ...place }) => Array.from({ length: humans }, () => place)) },
    ];
  });
}

export function serve(tasks: readonly Task[], staff: Staff, daily: number): Served {
  const waits: Waited[] = [];
  let [unserved, end] = [0, Number.NEGATIVE_INFINITY];
  for (const task of tasks) {
    const seated = seat(task, staff);
    unserved += task.places.length - seated.length;
    for (const { place, worker } of seated) {
      waits.push({ rank: place.rank, week: task.week, minutes: work(worker, task.arrival, task.minutes, daily) - task.arrival });
      staff.putBack(worker);
      end = Math.max(end, worker.free);
    }
  }
  return { waits, unserved, end };
}

interface Seated {
  readonly place: Place;
  readonly worker: Worker;
}

/** Whoever is free first; where that leaves a place empty that a cleverer choice of people would fill, that choice. */
function seat(task: Task, staff: Staff): readonly Seated[] {
  const first = task.places.map((place) => ({ place, worker: staff.take(place, task.arrival) }));
  const seated = first.flatMap(({ place, worker }) => (worker === undefined ? [] : [{ place, worker }]));
  if (seated.length === task.places.length || seated.every((s) => s.worker.person === null)) return seated;
  const matched = match(task.places, staff);
  if (matched.length <= seated.length) return seated;
  for (const { worker } of seated) staff.putBack(worker);
  const again = matched.flatMap(({ place, person }) => {
    const worker = staff.takePerson(person);
    return worker === undefined ? [] : [{ place, worker }];
  });
  if (again.length > seated.length) return again;
  for (const { worker } of again) staff.putBack(worker);
  return task.places.flatMap((place) => {
    const worker = staff.take(place, task.arrival);
    return worker === undefined ? [] : [{ place, worker }];
  });
}

function match(places: readonly Place[], staff: Staff): readonly { readonly place: Place; readonly person: PersonId }[] {
  const seats = places.map((place, i) => plainSeat(String(i), 1, place.candidates.filter(staff.knows)));
  const { filled } = fillSeats(
    seats,
    seats.flatMap((s) => s.candidates),
  );
  return filled.flatMap(({ seat, person }) => {
    const place = places[Number(seat.rule)];
    return place === undefined ? [] : [{ place, person }];
  });
}
