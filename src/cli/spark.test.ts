import fc from 'fast-check';
import { expect, test } from 'vitest';
import { spark } from './spark.ts';

test('the greatest is full, nothing is the lowest, and something is never nothing', () => {
  expect(spark([0, 1, 50, 100], { width: 10, ascii: false })).toBe('▁▂▄█');
  expect(spark([0, 1, 50, 100], { width: 10, ascii: true })).toBe('_.-#');
  expect(spark([0, 0], { width: 10, ascii: false })).toBe('▁▁');
  expect(spark([], { width: 10, ascii: false })).toBe('');
});

test('more values than columns are put together by their mean', () => {
  expect(spark([1, 3, 8, 8], { width: 2, ascii: false })).toBe('▂█');
});

test('is as wide as asked at most, and rises with its values', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: 300 }), fc.integer({ min: 1, max: 60 }), (values, width) => {
      expect([...spark(values, { width, ascii: false })].length).toBe(Math.min(width, values.length));
      const sorted = [
        ...spark(
          values.toSorted((a, b) => a - b),
          { width: 300, ascii: false },
        ),
      ];
      expect(sorted).toEqual(sorted.toSorted());
    }),
  );
});
