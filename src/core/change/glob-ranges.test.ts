/** Sets of characters against sets of numbers. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ANYTHING, holds, NO_SLASH, only, type Ranges, spanning, without } from './glob-ranges.ts';

const spans = fc.array(
  fc.tuple(fc.nat(30), fc.nat(6)).map(([low, more]) => [low, low + more] as const),
  { maxLength: 6 },
);
const within = (ranges: Ranges): readonly number[] => Array.from({ length: 40 }, (_, i) => i).filter((i) => holds(ranges, i));

test('spans become ranges that hold the same, ascending and apart', () => {
  fc.assert(
    fc.property(spans, (given) => {
      const ranges = spanning(given);
      expect(within(ranges)).toEqual(Array.from({ length: 40 }, (_, i) => i).filter((i) => given.some(([low, high]) => low <= i && i <= high)));
      expect(ranges.every((n, i) => i === 0 || n > (ranges[i - 1] ?? 0) + (i % 2 === 0 ? 1 : -1))).toBe(true);
    }),
  );
});

test('what is taken out is gone, and nothing else', () => {
  fc.assert(
    fc.property(spans, spans, (a, b) => {
      const [all, out] = [spanning(a), spanning(b)];
      expect(within(without(all, out))).toEqual(within(all).filter((i) => !holds(out, i)));
    }),
  );
});

test('the whole of Unicode, and all but the slash', () => {
  expect([0, 0x2f, 0x10ffff].map((p) => holds(ANYTHING, p))).toEqual([true, true, true]);
  expect([0x2e, 0x2f, 0x30, 0x10ffff].map((p) => holds(NO_SLASH, p))).toEqual([true, false, true, true]);
  expect(without(only(0x2f), only(0x2f))).toEqual([]);
});
