import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tightestOf, waterLevel } from './tightest.ts';

const PEOPLE = ['ann', 'bob', 'cid', 'dan'];
const all = new Set(PEOPLE);

test('two who alone may do much are the tightest place, though all together have time', () => {
  const demands = [
    { candidates: ['ann', 'bob'], minutes: 600 },
    { candidates: PEOPLE, minutes: 60 },
  ];
  expect(tightestOf(demands, all, 4)).toEqual({ people: ['ann', 'bob'], asked: 5, offered: 4, share: 1.25 });
});

test('nobody asked is no place', () => {
  expect(tightestOf([], all, 1)).toBeNull();
  expect(tightestOf([{ candidates: ['eve'], minutes: 5 }], all, 1)).toBeNull();
});

/** Every set of people: what only they can do, over how many they are. The greatest of these is the least possible load (Hall). */
const bound = (demands: readonly { readonly candidates: readonly string[]; readonly minutes: number }[]): number =>
  Math.max(
    ...Array.from({ length: 2 ** PEOPLE.length - 1 }, (_, i) => {
      const some = PEOPLE.filter((_, bit) => Math.floor((i + 1) / 2 ** bit) % 2 === 1);
      const only = demands.filter((d) => d.candidates.every((p) => some.includes(p)));
      return only.reduce((n, d) => n + d.minutes, 0) / some.length;
    }),
  );

test('its load is the least there can be, by every set of people', () => {
  const demand = fc.record({ candidates: fc.uniqueArray(fc.constantFrom(...PEOPLE), { minLength: 1 }), minutes: fc.integer({ min: 1, max: 100 }) });
  fc.assert(
    fc.property(fc.array(demand, { minLength: 1, maxLength: 8 }), (demands) => {
      const least = bound(demands) / 60;
      const found = tightestOf(demands, all, 1)?.asked ?? 0;
      expect(found).toBeLessThan(least * (1 + 1e-9));
      expect(found).toBeGreaterThan(least * 0.999);
    }),
  );
});

test('water fills the low ground first', () => {
  expect(waterLevel([0, 10, 20], 4)).toBe(4);
  expect(waterLevel([0, 10, 20], 30)).toBe(20);
  expect(waterLevel([5], 1)).toBe(6);
});
