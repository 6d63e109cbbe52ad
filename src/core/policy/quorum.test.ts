import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Seat, plainSeat as seat } from './decision.ts';
import { fillSeats } from './quorum.ts';

/** Every way to give each slot a person or nobody. */
function best(slots: readonly (readonly string[])[], people: ReadonlySet<string>): number {
  const [first, ...rest] = slots;
  if (first === undefined) return 0;
  const taken = [...new Set(first)].filter((p) => people.has(p)).map((p) => 1 + best(rest, new Set([...people].filter((q) => q !== p))));
  return Math.max(best(rest, people), ...taken);
}

const slotsOf = (seats: readonly Seat[]) => seats.flatMap((s) => Array.from({ length: s.humans }, () => s.candidates));
const PEOPLE = ['a', 'b', 'c', 'd', 'e', 'f'];
const someSeats = fc
  .array(fc.record({ rule: fc.constantFrom('r', 's', 't'), humans: fc.integer({ min: 1, max: 2 }), candidates: fc.subarray(PEOPLE) }), { maxLength: 3 })
  .map((list) => list.map((s) => seat(s.rule, s.humans, s.candidates)));

describe('filling seats', () => {
  test('one person in both teams fills one seat', () => {
    const seats = [seat('sec', 1, ['dan', 'eve']), seat('sre', 1, ['dan', 'flo'])];
    expect(fillSeats(seats, ['dan']).missing).toMatchObject([{ seat: { rule: 'sre' }, count: 1, anyOf: ['eve', 'flo'] }]);
    expect(fillSeats(seats, ['dan', 'eve']).missing).toEqual([]);
  });

  test('signing twice is signing once, and strangers do not count', () => {
    expect(fillSeats([seat('two', 2, ['dan', 'eve'])], ['dan', 'dan', 'mallory']).missing).toMatchObject([{ count: 1, anyOf: ['eve'] }]);
  });

  test('no seats, nothing missing', () => {
    expect(fillSeats([], ['dan'])).toEqual({ filled: [], missing: [] });
  });

  test('is as good as trying everything', () => {
    fc.assert(
      fc.property(someSeats, fc.subarray(PEOPLE), (seats, people) => {
        const { filled, missing } = fillSeats(seats, people);
        const slots = slotsOf(seats);
        expect(filled).toHaveLength(best(slots, new Set(people)));
        expect(filled.length + missing.reduce((n, m) => n + m.count, 0)).toBe(slots.length);
        expect(new Set(filled.map((f) => f.person)).size).toBe(filled.length);
        for (const f of filled) expect(f.seat.candidates).toContain(f.person);
      }),
      { numRuns: 300 },
    );
  });

  test('names exactly those who would fill one more', () => {
    fc.assert(
      fc.property(someSeats, fc.subarray(PEOPLE), (seats, people) => {
        const { filled, missing } = fillSeats(seats, people);
        const named = new Set(missing.flatMap((m) => m.anyOf));
        for (const p of PEOPLE.filter((q) => !people.includes(q))) {
          expect(best(slotsOf(seats), new Set([...people, p])) > filled.length).toBe(named.has(p));
        }
      }),
      { numRuns: 300 },
    );
  });

  test('does not depend on the order of people, and more people never fill less', () => {
    fc.assert(
      fc.property(someSeats, fc.shuffledSubarray(PEOPLE), fc.constantFrom(...PEOPLE), (seats, people, more) => {
        expect(fillSeats(seats, people)).toEqual(fillSeats(seats, [...people].sort()));
        expect(fillSeats(seats, [...people, more]).filled.length).toBeGreaterThanOrEqual(fillSeats(seats, people).filled.length);
      }),
    );
  });
});
