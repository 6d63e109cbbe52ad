import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agedFrom, FEW, fitOwn, ownWeight, shareOf, spaceOf, thinned } from './fit.ts';
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

describe('what is learnt of old changes', () => {
  const day = 86_400;
  const space = spaceOf([{ name: 'risky', group: 'message', scale: 'binary' }]);

  /** In its newer half only changes of that kind went wrong, in its older half only the others. */
  const history = (kind: 0 | 1): readonly Labelled[] =>
    Array.from({ length: 4_000 }, (_, i): Labelled => {
      const bad = (i % 2 === kind) === i >= 2_000 && i % 4 < 2;
      return { sample: { id: String(i), x: Float64Array.of(i % 2), at: i * day, revertedAt: null, planned: false, scored: true, prior: 0.1 }, bad };
    });

  it('counts half after a year and a half, and never more than one of today', () => {
    const aged = agedFrom(10_000 * day);
    const of = (at: number): number => aged({ bad: false, sample: { id: '', x: new Float64Array(0), at: at * day, revertedAt: null, planned: false, scored: true, prior: 0 } });
    expect([of(10_000), of(9_460), of(8_920), of(10_001)]).toEqual([1, 0.5, 0.25, 1]);
  });

  it('believes the newer half of a history that changed its mind', () => {
    const learnt = (rows: readonly Labelled[]): number =>
      fitOwn(
        space,
        shareOf(
          space,
          rows.map((r) => r.sample),
          rows,
        ),
        { strength: 1 },
      )?.linear.weights[0] ?? 0;
    expect(learnt(history(1))).toBeGreaterThan(0.1);
    expect(learnt(history(0))).toBeLessThan(-0.1);
  });

  it('leaves single words to the prior', () => {
    const two = spaceOf([
      { name: 'w_risky', group: 'words', scale: 'binary' },
      { name: 'risky', group: 'message', scale: 'binary' },
    ]);
    const rows = history(1).map((r): Labelled => ({ ...r, sample: { ...r.sample, x: Float64Array.of(r.sample.x[0] ?? 0, r.sample.x[0] ?? 0) } }));
    const weights = fitOwn(two, shareOf(two, [], rows), { strength: 1 })?.linear.weights;
    expect(weights?.[0]).toBe(0);
    expect(weights?.[1]).toBeGreaterThan(0.1);
  });

  it('weighs against the prior by how many went wrong', () => {
    const own = fitOwn(space, shareOf(space, [], history(1)));
    expect(ownWeight(null, 1_000)).toBe(0);
    expect(ownWeight(own, 75)).toBe(0.5);
    expect(ownWeight(own, FEW)).toBeLessThan(0.2);
  });
});
