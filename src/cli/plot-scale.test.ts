import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { monthMarks, ticks } from './plot-scale.ts';

describe('marks of an axis', () => {
  test.each([
    [0, [0, 1]],
    [7, [0, 2, 4, 6, 8]],
    [100, [0, 50, 100]],
    [11.2, [0, 5, 10, 15]],
  ])('of %d', (most, marks) => {
    expect(ticks(most)).toEqual(marks);
  });
  test('reach what they measure, and are few', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 1e9, noNaN: true }), (most) => {
        const marks = ticks(most);
        expect(marks.at(-1) ?? 0).toBeGreaterThanOrEqual(most * (1 - 1e-9));
        expect(marks.length).toBeLessThan(8);
      }),
    );
  });
});

const mondays = (count: number): readonly string[] => Array.from({ length: count }, (_, i) => new Date(Date.UTC(2026, 0, 5) + i * 7 * 86_400_000).toISOString().slice(0, 10));

describe('months under weeks', () => {
  test('the year comes with the first and wherever one begins', () => {
    expect(monthMarks(mondays(60), 4, 1).map((m) => m.text)).toEqual(['Jan 2026', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec', 'Jan 2027', 'Feb']);
  });
  test('a first month that stands too close to the next mark gives way', () => {
    expect(monthMarks(mondays(60).slice(3), 3, 1).map((m) => m.text)[0]).toBe('Feb 2026');
  });
  test('stand at the same months of every year where there is no room for all', () => {
    expect(monthMarks(mondays(110), 20, 1).map((m) => m.text)).toEqual(['Jan 2026', 'Jul', 'Jan 2027', 'Jul']);
    expect(monthMarks(mondays(300), 80, 1).map((m) => m.text)).toEqual(['2026', '2028', '2030']);
  });
  test('never touch one another', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 900 }), fc.integer({ min: 1, max: 60 }), (count, apart) => {
        const at = monthMarks(mondays(count), apart, 1).map((m) => m.index);
        expect(at.every((index, i) => i < 1 || index - (at[i - 1] ?? 0) >= apart * 0.8)).toBe(true);
      }),
    );
  });
});
