import { expect, test } from 'vitest';
import type { LineMark } from '../api/generated.ts';
import { markNotes, stripes } from './line-marks.ts';

const mark = (start: number, end: number, more: Partial<LineMark> = {}): LineMark => ({ path: 'a', side: 'head', by: 'ai', tool: 'claude', trust: 3, start, end, ...more });

test('says whose hand wrote and removed how much', () => {
  expect(markNotes([mark(1, 3), mark(7, 7), mark(2, 2, { side: 'base', model: 'opus-4' }), mark(9, 9, { by: 'human', tool: '' })])).toEqual([
    '4 lines written by claude',
    '1 line removed by claude, opus-4',
  ]);
  expect(markNotes([])).toEqual([]);
});

test('stripes the lines of an AI on the side they stand on, and not without end', () => {
  expect(stripes([mark(4, 5), mark(9, 9, { side: 'base' }), mark(1, 1, { by: 'human' })])).toBe(
    ':is([data-line-type="change-addition"][data-column-number="4"],[data-line-type="change-addition"][data-column-number="5"],[data-line-type="change-deletion"][data-column-number="9"]) { box-shadow: inset -4px 0 0 var(--ai, #7a4fd0); }',
  );
  expect(stripes([mark(1, 1e9)]).match(/column-number/g)).toHaveLength(2_000);
  expect(stripes([])).toBe('');
});
