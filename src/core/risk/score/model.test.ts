import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FEATURES } from './features.ts';
import { fitPrior, shareOf } from './fit.ts';
import { knownAt, outcomes, SOON } from './labels.ts';
import type { Sample } from './landed.ts';
import { random } from './measures.ts';
import { modelDigest, SPACE, scoreOf, train } from './model.ts';
import { readModel, rounded, writeModel } from './model-file.ts';
import { ROLLING, rolling } from './rolling.ts';

const HOUR = 3_600;
const DAY = 24 * HOUR;
const LA = FEATURES.findIndex((f) => f.name === 'la');

/** A made-up history: one in twenty is reverted, large ones far more often. */
function history(seed: number, n = 3_000): readonly Sample[] {
  const next = random(seed);
  return Array.from({ length: n }, (_, i): Sample => {
    const x = Float64Array.from(FEATURES, (f) => (f.scale === 'binary' ? Number(next() < 0.2) : f.scale === 'rate' ? 0.02 + 0.06 * next() : Math.floor(100 * next() ** 3)));
    const large = (x[LA] ?? 0) > 60;
    const bad = next() < (large ? 0.25 : 0.02);
    return {
      id: i.toString(16).padStart(40, '0'),
      x,
      at: 1_700_000_000 + i * HOUR,
      revertedAt: bad ? 1_700_000_000 + (i + 5) * HOUR : null,
      planned: false,
      scored: true,
      prior: 0.05,
    };
  });
}
const share = (samples: readonly Sample[]) => shareOf(SPACE, samples, knownAt(samples, Number.POSITIVE_INFINITY, 'clean'));
const prior = fitPrior(SPACE, [share(history(1)), share(history(2))]);
if (prior === undefined) throw new Error('nothing to learn from');
const samples = history(3);
const model = rounded(train(samples, prior, { tip: 'a'.repeat(40), forest: true }));
const like = (la: number) => ({ x: (samples[0]?.x ?? new Float64Array()).with(LA, la), prior: 0.05 });

describe('what is known at a moment', () => {
  const [a, b, c, d] = [0, 1, 2, 3].map((i) => ({ ...(samples[0] as Sample), at: i * DAY }));
  const some = [
    { ...a, revertedAt: 2 * DAY },
    { ...b, revertedAt: 50 * DAY },
    { ...c, planned: true, revertedAt: 3 * DAY },
    { ...d, scored: false },
  ] as readonly Sample[];
  it('is no later, and nothing that was planned or is no change', () => {
    expect(knownAt(some, 1.5 * DAY, 'clean').map((r) => r.bad)).toEqual([false, false]);
    expect(knownAt(some, 10 * DAY, 'clean').map((r) => r.bad)).toEqual([true, false]);
    expect(knownAt(some, 10 * DAY, 'raw').map((r) => r.bad)).toEqual([true, false, true]);
    // reverted late: neither good nor bad
    expect(knownAt(some, 60 * DAY, 'clean').map((r) => r.bad)).toEqual([true]);
  });
  it('is measured only where there was time to go wrong', () => {
    expect(outcomes(some, SOON + 0.5 * DAY, 'clean').map((r) => r.bad)).toEqual([true]);
  });
});

describe('a model', () => {
  it('ranks what history makes risky above what it does not, and says why', () => {
    const [small, large] = [scoreOf(model, like(1)), scoreOf(model, like(99))];
    expect(large.percentile).toBeGreaterThan(small.percentile);
    expect(large.probability).toBeGreaterThan(3 * small.probability);
    expect(large.reasons[0]).toMatchObject({ group: 'size', text: expect.stringMatching(/^it adds 99 lines and removes /) });
    expect(large.reasons.length).toBeLessThanOrEqual(3);
  });

  it('says as much as comes: the mean of what it says is the share that was reverted', () => {
    const said = samples.slice(-2_000).map((s) => scoreOf(model, s, 'd').probability);
    expect(said.reduce((a, b) => a + b, 0) / said.length).toBeCloseTo(samples.filter((s) => s.revertedAt !== null).length / samples.length, 2);
    expect(Math.abs(said.map((_, i) => scoreOf(model, samples[samples.length - 1 - i] as Sample, 'd').percentile).reduce((a, b) => a + b, 0) / said.length - 50)).toBeLessThan(3);
  });

  it('never speaks of people, whoever they are', () => {
    const author = FEATURES.flatMap((f, i) => (f.group === 'author' || f.name === 'arevs' || f.name === 'arevrate' ? [i] : []));
    const x = like(99).x.map((v, i) => (author.includes(i) ? v + 1_000 : v));
    for (const { group, text } of scoreOf(model, { x, prior: 0.05 }).reasons) {
      expect(group).not.toBe('author');
      expect(text).not.toContain('1000');
    }
  });

  it('is the same bytes each time, and reads back as itself', () => {
    const again = rounded(train(history(3), prior, { tip: 'a'.repeat(40), forest: true }));
    expect(writeModel(again)).toBe(writeModel(model));
    expect(modelDigest(again)).toBe(modelDigest(model));
    const read = readModel(writeModel(model));
    expect(read.ok && scoreOf(read.value, like(50))).toEqual(scoreOf(model, like(50)));
  });

  it('rests on the prior alone where little went wrong', () => {
    const young = train(history(4, 60), prior, { tip: 'b'.repeat(40) });
    expect(young).toMatchObject({ own: null, weight: 0 });
    expect(scoreOf(young, like(99)).percentile).toBeGreaterThan(scoreOf(young, like(1)).percentile);
  });

  it('is refused by the place where it is wrong', () => {
    const change = (path: string, value: unknown): string => {
      const json = JSON.parse(writeModel(model));
      const keys = path.split('.');
      const last = keys.pop() ?? '';
      keys.reduce((at, key) => at[key], json)[last] = value;
      return JSON.stringify(json);
    };
    for (const [path, value] of [
      ['version', 2],
      ['features', 99],
      ['weight', 1.5],
      ['weight', null],
      ['prior.weights', []],
      ['ranks.3', 1e9],
      ['usual.0', 'x'],
      ['own.linear.sd.0', 0],
      ['trained.tip', '../x'],
      ['scale.cuts', {}],
      ['own.forest.trees.0.0.left', 0],
    ] as const) {
      const read = readModel(change(path, value));
      expect(read).toMatchObject({ ok: false, error: { code: 'MODEL_INVALID' } });
      expect(!read.ok && read.error.place?.split(/[.[]/)[0]).toBe(path.split('.')[0]);
    }
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        expect(readModel(text).ok).toBe(false);
      }),
    );
  });
});

it('is measured by what was known when each block began', () => {
  const judged = rolling(SPACE, samples, prior, { ...ROLLING, blocks: 3 });
  expect(judged.length).toBeGreaterThan(500);
  // what becomes known after everything is over changes nothing that was said
  const end = samples.at(-1)?.at ?? 0;
  const later = samples.map((s) => ({ ...s, revertedAt: s.revertedAt !== null && s.revertedAt > end - 20 * DAY ? end + 1 : s.revertedAt }));
  const said = new Map(rolling(SPACE, later, prior, { ...ROLLING, blocks: 1 }).map((j) => [j.row.sample.id, j.logit]));
  for (const j of rolling(SPACE, samples, prior, { ...ROLLING, blocks: 1 })) if (said.has(j.row.sample.id)) expect(said.get(j.row.sample.id)).toBe(j.logit);
});
