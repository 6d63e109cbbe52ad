import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { basisOf, expand } from './basis.ts';
import { fitForest, forestLogit } from './boost.ts';
import type { Feature } from './feature.ts';
import { fitLogistic, logit, type Rows } from './logistic.ts';
import { atBudget, auc, caught, interval, random, reliability, type Scored } from './measures.ts';
import { fitScale, scaled } from './scale.ts';

const rows = (x: readonly (readonly number[])[], y: readonly number[], weight: readonly number[] | null = null): Rows => ({
  x: Float32Array.from(x.flat()),
  width: x[0]?.length ?? 0,
  y: Uint8Array.from(y),
  weight: weight === null ? null : Float64Array.from(weight),
});

describe('logistic regression', () => {
  it('says the share of ones where nothing else is known', () => {
    const fitted = fitLogistic(rows([[3], [3], [3], [3]], [1, 0, 0, 0]), 1);
    expect(1 / (1 + Math.exp(-logit(fitted, Float32Array.from([3]))))).toBeCloseTo(0.25, 3);
  });

  it('finds the weights of a single column: the gradient is nought there', () => {
    // by hand: x standardised is ±1, so with C it solves b/C = Σ(y - p)x
    const x = [[-1], [-1], [-1], [1], [1], [1]];
    const y = [0, 0, 1, 0, 1, 1];
    const { weights, intercept } = fitLogistic(rows(x, y), 2);
    const b = weights[0] ?? 0;
    expect(intercept).toBeCloseTo(0, 4);
    const pull = x.reduce((sum, [v = 0], i) => sum + ((y[i] ?? 0) - 1 / (1 + Math.exp(-b * v))) * v, 0);
    expect(b / 2).toBeCloseTo(pull, 3);
  });

  it('finds what made the data, whatever the unit of a column', () => {
    const next = random(7);
    const data = Array.from({ length: 4_000 }, () => [next(), next() * 1_000, next()]);
    const y = data.map(([a = 0, b = 0]) => (next() < 1 / (1 + Math.exp(-(4 * a - 0.006 * b))) ? 1 : 0));
    const { weights, sd } = fitLogistic(rows(data, y), 100);
    const raw = Array.from(weights, (w, j) => w / (sd[j] ?? 1));
    expect(raw[0]).toBeCloseTo(4, 0);
    expect(raw[1]).toBeCloseTo(-0.006, 3);
    expect(Math.abs(raw[2] ?? 1)).toBeLessThan(0.5);
  });

  it('gives the same bits each time, and a weight of two is a row twice', () => {
    const x = [
      [0, 1],
      [1, 0],
      [1, 1],
      [0, 0],
      [2, 1],
    ];
    const y = [0, 1, 1, 0, 1];
    const one = fitLogistic(rows(x, y), 1);
    expect(fitLogistic(rows(x, y), 1)).toEqual(one);
    const twice = fitLogistic(rows([...x, [2, 1]], [...y, 1]), 1);
    const weighed = fitLogistic(rows(x, y, [1, 1, 1, 1, 2]), 1);
    for (const row of x) expect(logit(weighed, Float32Array.from(row))).toBeCloseTo(logit(twice, Float32Array.from(row)), 3);
  });
});

describe('boosting', () => {
  const next = random(3);
  const n = 3_000;
  const columns = [0, 1, 2].map(() => Float32Array.from({ length: n }, () => next()));
  // an exclusive or: no sum of lines sees it
  const y = Uint8Array.from({ length: n }, (_, i) => (next() < ((columns[0]?.[i] ?? 0) > 0.5 !== (columns[1]?.[i] ?? 0) > 0.5 ? 0.9 : 0.1) ? 1 : 0));
  const scored = (f: (z: Float64Array) => number): readonly Scored[] =>
    Array.from({ length: n }, (_, i) => ({ score: f(Float64Array.from(columns, (c) => c[i] ?? 0)), bad: y[i] === 1, minutes: 1 }));

  it('sees what only holds together', () => {
    const forest = fitForest(columns, y);
    expect(auc(scored((z) => forestLogit(forest, z)))).toBeGreaterThan(0.85);
    expect(fitForest(columns, y)).toEqual(forest);
  });

  it('puts every row where its tree was grown for it', () => {
    const forest = fitForest(columns, y, null, { trees: 1, rate: 1, leaves: 4, least: 60, l2: 0 });
    const mean = scored((z) => 1 / (1 + Math.exp(-forestLogit(forest, z))));
    const leaves = Map.groupBy(mean, (m) => m.score);
    expect(leaves.size).toBe(4);
    // one step of Newton from the base rate goes to the side the leaf's own rate lies on
    const base = mean.filter((m) => m.bad).length / n;
    for (const [score, members] of leaves) expect(Math.sign(score - base)).toBe(Math.sign(members.filter((m) => m.bad).length / members.length - base));
  });
});

describe('the scale', () => {
  const features: readonly Feature[] = [
    { name: 'lines', group: 'size', scale: 'rank' },
    { name: 'fix', group: 'message', scale: 'binary' },
    { name: 'rate', group: 'reverts', scale: 'rate' },
  ];
  const seen = Array.from({ length: 1_000 }, (_, i) => Float64Array.from([i, i % 2, 0.1]));
  const scale = fitScale(features, seen);

  it('is the share of what was seen that lies below', () => {
    expect([...scaled(features, scale, Float64Array.from([500, 1, 0.1]), 0.1)]).toEqual([expect.closeTo(0.5, 1), 1, 0.5]);
    expect([...scaled(features, scale, Float64Array.from([-1, 0, 0.2]), 0.1)]).toEqual([0, 0, expect.closeTo(0.8, 10)]);
    expect([...scaled(features, scale, Float64Array.from([9_999, 0, 0.05]), 0.1)]).toEqual([1, 0, expect.closeTo(0.2, 10)]);
  });

  it('is between nought and one and never falls, whatever comes', () => {
    fc.assert(
      fc.property(fc.double(), fc.double(), (a, b) => {
        const [x, y] = [a, b].map((v) => scaled(features, scale, Float64Array.from([v, 0, v]), 0.1));
        for (const z of [x, y]) for (const v of z ?? []) expect(v >= 0 && v <= 1).toBe(true);
        if (Number.isFinite(a) && Number.isFinite(b) && a <= b) expect(x?.[0] ?? 2).toBeLessThanOrEqual(y?.[0] ?? -1);
      }),
    );
  });

  it('bends where it says, and leaves time out', () => {
    const basis = basisOf([...features, { name: 'hour', group: 'time', scale: 'rank' }]);
    const line = new Float64Array(basis.of.length);
    expand(basis, Float64Array.from([0.8, 1, 0.1, 1]), line);
    expect([...line].map((v) => Number(v.toFixed(2)))).toEqual([0.8, 0.55, 0.3, 0.05, 0, 1, 0.1, 0, 0, 0, 0]);
  });
});

describe('measures', () => {
  const all = (scores: readonly number[], bad: readonly number[]): readonly Scored[] => scores.map((score, i) => ({ score, bad: bad.includes(i), minutes: i + 1 }));

  it('counts pairs, ties half', () => {
    expect(auc(all([1, 2, 3, 4], [3]))).toBe(1);
    expect(auc(all([1, 2, 3, 4], [0]))).toBe(0);
    expect(auc(all([1, 1, 1, 1], [2]))).toBe(0.5);
    expect(auc(all([1, 2, 2, 3], [1, 3]))).toBe(0.875);
  });

  it('is what counting every pair gives', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ score: fc.integer({ min: 0, max: 5 }), bad: fc.boolean(), minutes: fc.constant(1) }), { minLength: 2, maxLength: 30 }), (some) => {
        const [bad, good] = [some.filter((r) => r.bad), some.filter((r) => !r.bad)];
        fc.pre(bad.length > 0 && good.length > 0);
        const pairs = bad.flatMap((b) => good.map((g) => (b.score > g.score ? 1 : b.score === g.score ? 0.5 : 0) as number));
        expect(auc(some)).toBeCloseTo(pairs.reduce((a, b) => a + b, 0) / pairs.length, 10);
      }),
    );
  });

  it('knows what is read within a budget, and what is opened for it', () => {
    const some = all([4, 3, 2, 1], [0, 3]);
    expect(caught(some, 0.5)).toBe(0.5);
    expect(atBudget(some, 0.3, (r) => r.score)).toEqual({ caught: 0.5, opened: 0.5 });
    expect(atBudget(some, 0.3, (r) => -r.minutes)).toEqual({ caught: 0.5, opened: 0.5 });
    expect(atBudget(some, 1, (r) => r.score)).toEqual({ caught: 1, opened: 1 });
  });

  it('draws the same interval each time, around the figure', () => {
    const some = all(
      Array.from({ length: 200 }, (_, i) => (i * 37) % 101),
      Array.from({ length: 20 }, (_, i) => i * 10),
    );
    const [low, high] = interval(some, auc);
    expect([low, high]).toEqual(interval(some, auc));
    expect(low).toBeLessThan(auc(some));
    expect(high).toBeGreaterThan(auc(some));
  });

  it('tells a chance that holds from one that does not', () => {
    const some = Array.from({ length: 1_000 }, (_, i): Scored => ({ score: 0.1, bad: i % 10 === 0, minutes: 1 }));
    expect(reliability(some).error).toBeCloseTo(0, 10);
    expect(reliability(some.map((r) => ({ ...r, score: 0.3 }))).error).toBeCloseTo(0.2, 10);
  });
});
