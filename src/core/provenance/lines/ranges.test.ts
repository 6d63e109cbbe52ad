/** Ranges that records claim, against what one line after the other would say. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AttributedRange } from './attribution.ts';
import { lengthOf, painted, within } from './ranges.ts';

const range = fc
  .record({ start: fc.integer({ min: 1, max: 30 }), size: fc.nat(8), hand: fc.constantFrom('a', 'b', 'c') })
  .map(({ start, size, hand }) => ({ start, end: start + size, hand }));
const lines = (ranges: readonly AttributedRange[]): ReadonlyMap<number, string> =>
  new Map(ranges.flatMap((r) => Array.from({ length: r.end - r.start + 1 }, (_, i) => [r.start + i, r.hand] as const)));

describe('ranges', () => {
  test('made disjoint say of every line what the last claim says, ascending, in the fewest ranges', () => {
    fc.assert(
      fc.property(fc.array(range), (claims) => {
        const found = painted(claims);
        expect([...lines(found)].sort(([a], [b]) => a - b)).toEqual([...lines(claims)].sort(([a], [b]) => a - b));
        for (const [i, r] of found.entries()) expect(r.start > (found[i - 1]?.end ?? 0) && !(found[i - 1]?.hand === r.hand && found[i - 1]?.end === r.start - 1)).toBe(true);
      }),
    );
  });

  test('inside windows are the lines that both hold', () => {
    fc.assert(
      fc.property(fc.array(range), fc.array(range), (claims, opened) => {
        const [mine, windows] = [painted(claims), painted(opened)];
        const open = lines(windows);
        expect([...lines(within(mine, windows))]).toEqual([...lines(mine)].filter(([line]) => open.has(line)));
      }),
    );
  });

  test('of a thousand million lines cost no more than those of one', () => {
    const huge = Array.from({ length: 50_000 }, (_, i) => ({ start: 1 + i, end: 999_999_999 - i, hand: `${i % 7}` }));
    const found = painted(huge);
    expect(lengthOf(found)).toBe(999_999_999);
    expect(lengthOf(within(found, [{ start: 5, end: 9 }]))).toBe(5);
  });
});
