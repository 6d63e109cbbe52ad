import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { thinned } from './fit.ts';
import type { Labelled } from './labels.ts';

const rowsOf = (bad: readonly boolean[]): readonly Labelled[] =>
  bad.map((b, at) => ({ sample: { id: String(at), x: new Float64Array(0), at, revertedAt: null, planned: false, scored: true, prior: 0.1 }, bad: b }));

describe('what is learnt of what went well', () => {
  it('keeps all that went wrong, as many others as it may in their order, and what they weigh together', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 200 }), fc.integer({ min: 1, max: 50 }), (bad, most) => {
        const all = rowsOf(bad);
        const { rows, each } = thinned(all, most);
        const good = (some: readonly Labelled[]): number => some.filter((r) => !r.bad).length;
        expect(rows.filter((r) => r.bad)).toEqual(all.filter((r) => r.bad));
        expect(good(rows)).toBe(Math.min(most, good(all)));
        expect(good(rows) * each).toBeCloseTo(good(all), 6);
        expect(rows).toEqual(all.filter((r) => rows.includes(r)));
      }),
    );
  });

  it('takes them evenly over time', () => {
    const { rows } = thinned(rowsOf(Array.from({ length: 1_000 }, () => false)), 10);
    expect(rows.map((r) => Math.floor(r.sample.at / 100))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});
