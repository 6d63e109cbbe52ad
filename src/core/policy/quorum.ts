/**
 * Filling seats with people: each person once in the whole decision, as many seats as possible (maximum bipartite
 * matching). Where seats stay empty, the answer names everybody who would fill one more.
 */
import type { PersonId } from '../roster/roster.ts';
import type { Seat } from './decision.ts';

export interface Filled {
  readonly seat: Seat;
  readonly person: PersonId;
}

export interface Missing {
  readonly seat: Seat;
  readonly count: number;
  /** Any one of these, by adding a sign-off, fills one more seat; sorted. */
  readonly anyOf: readonly PersonId[];
}

export interface Quorum {
  readonly filled: readonly Filled[];
  readonly missing: readonly Missing[];
}

/** @param people who signed validly; order and repetition do not matter. Only candidates of a seat fill it. */
export function fillSeats(seats: readonly Seat[], people: readonly PersonId[]): Quorum {
  const slots = seats.flatMap((seat) => Array.from({ length: seat.humans }, () => seat));
  const able = new Set(people);
  const holder = new Map<PersonId, number>();
  for (const slot of slots.keys()) augment(slots, slot, able, holder, new Set());
  const taken = new Map([...holder].map(([person, slot]) => [slot, person]));
  const filled = slots.flatMap((seat, i) => {
    const person = taken.get(i);
    return person === undefined ? [] : [{ seat, person }];
  });
  const missing = seats.flatMap((seat) => {
    const empty = slots.flatMap((s, i) => (s === seat && !taken.has(i) ? [i] : []));
    return empty.length === 0 ? [] : [{ seat, count: empty.length, anyOf: helpers(slots, empty, able, holder) }];
  });
  return { filled, missing };
}

/** Seats somebody in this slot, moving others along where that frees one (Kuhn). */
function augment(slots: readonly Seat[], slot: number, able: ReadonlySet<PersonId>, holder: Map<PersonId, number>, tried: Set<PersonId>): boolean {
  for (const person of [...(slots[slot]?.candidates ?? [])].sort()) {
    if (!able.has(person) || tried.has(person)) continue;
    tried.add(person);
    const other = holder.get(person);
    if (other === undefined || augment(slots, other, able, holder, tried)) {
      holder.set(person, slot);
      return true;
    }
  }
  return false;
}

/** Candidates who have not signed, of these empty slots and of every slot whose holder could move into them. */
function helpers(slots: readonly Seat[], empty: readonly number[], able: ReadonlySet<PersonId>, holder: ReadonlyMap<PersonId, number>): readonly PersonId[] {
  const reached = new Set(empty);
  const found = new Set<PersonId>();
  for (const slot of reached) {
    for (const person of slots[slot]?.candidates ?? []) {
      const other = holder.get(person);
      if (!able.has(person)) found.add(person);
      else if (other !== undefined) reached.add(other);
    }
  }
  return [...found].sort();
}
