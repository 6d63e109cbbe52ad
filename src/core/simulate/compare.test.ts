import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sampleHeld, sampleHistory, sampleReplayed } from '../../testing/sample-history.ts';
import { DEFAULT_ASSUMPTIONS } from './assumptions.ts';
import { compare } from './compare.ts';
import { isHeld } from './counted.ts';

const same = (id: string) => ({ id, revertedBy: 'x' });

test('what moves, why, at what price, and what is caught or lost', () => {
  const first = [sampleReplayed(same('1')), sampleHeld({}, same('2')), sampleHeld({}, { id: '3' }), sampleHeld({}, { id: '4' }), sampleReplayed({ id: '5' })];
  const second = [
    sampleHeld({}, same('1')),
    sampleReplayed(same('2')),
    sampleHeld({ humans: 2 }, { id: '3' }),
    sampleHeld({ rule: 'renamed' }, { id: '4' }),
    sampleReplayed({ id: '6' }),
  ];
  const found = compare(first, second, DEFAULT_ASSUMPTIONS);
  expect(found).toMatchObject({ landings: 4, onlyOne: 2, held: [3, 3], hours: [0.75, 1], hoursChange: 0.25, hoursRatio: 4 / 3 });
  expect(found.newlyHeld.examples.map((e) => [e.id, e.first, e.second])).toEqual([['1', 'nothing was found', '1 at L6 (risky-change)']]);
  expect(found.released.examples.map((e) => e.id)).toEqual(['2']);
  expect(found.asksOtherwise.examples.map((e) => e.id)).toEqual(['3']);
  expect([found.catchesGained.landings, found.catchesLost.landings]).toEqual([1, 1]);
});

test('with itself changes nothing; the other way about is the mirror', () => {
  fc.assert(
    fc.property(fc.nat(1000), (seed) => {
      const one = sampleHistory(seed, 200, 4);
      const two = one.map((l, i) => (i % 5 === 0 && isHeld(l) ? { ...l, outcome: 'pass' as const, seats: [], rules: [], refusals: [] } : l));
      expect(compare(one, one, DEFAULT_ASSUMPTIONS)).toMatchObject({ newlyHeld: { landings: 0 }, released: { landings: 0 }, asksOtherwise: { landings: 0 }, hoursChange: 0 });
      const [there, back] = [compare(one, two, DEFAULT_ASSUMPTIONS), compare(two, one, DEFAULT_ASSUMPTIONS)];
      expect(there.released.landings).toBe(back.newlyHeld.landings);
      expect(there.catchesLost.landings).toBe(back.catchesGained.landings);
      expect(there.held[0] - there.released.landings + there.newlyHeld.landings).toBe(there.held[1]);
      expect(there.hoursChange).toBeCloseTo(-back.hoursChange, 9);
    }),
    { numRuns: 20 },
  );
});
