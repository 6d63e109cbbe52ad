import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sampleHeld, sampleHistory, sampleReplayed } from '../../testing/sample-history.ts';
import { DEFAULT_ASSUMPTIONS } from './assumptions.ts';
import { catchesOf } from './catches.ts';
import { chance, drawMarked } from './chance.ts';
import { type Counted, hurt } from './counted.ts';

const catches = (landings: readonly Counted[]) => catchesOf(landings, DEFAULT_ASSUMPTIONS);
const id = (n: number): string => n.toString(16).padStart(40, '0');

describe('what hurt', () => {
  test('is what was taken back or an incident names, and not a revert that was taken back', () => {
    expect(hurt(sampleReplayed({ revertedBy: 'x' }))).toBe(true);
    expect(hurt(sampleReplayed({ incidents: ['I-1'] }))).toBe(true);
    expect(hurt(sampleReplayed({ reverts: 'w', revertedBy: 'x' }))).toBe(false);
    expect(hurt(sampleReplayed({ reverts: 'w', incidents: ['I-1'] }))).toBe(true);
    expect(hurt(sampleReplayed())).toBe(false);
  });
});

describe('catches by hand', () => {
  const landings = [
    sampleHeld({}, { id: id(1), revertedBy: id(9), files: 1 }),
    sampleHeld({ humans: 2 }, { id: id(2), tier: 'critical', files: 85 }),
    sampleReplayed({ id: id(3), incidents: ['I-1'], files: 80, title: 'Big and quiet', findings: [{ rule: 'CFG1', severity: 'elevated' }] }),
    sampleReplayed({ id: id(4), files: 90, notSeen: ['a.bin: too large'] }),
    sampleReplayed({ id: id(5), revertedBy: id(8), incidents: ['I-2'], notSeen: ['b.bin: too large'] }),
  ];
  const found = catches(landings);

  test('count, cost and share', () => {
    expect(found).toMatchObject({ hurt: 3, reverted: 2, incidents: 2, caught: 1, share: 1 / 3, minutesPerCatch: 15 + 40, shareOfHeld: 0.5 });
  });
  test('the same number by size catches none, by chance two fifths of three', () => {
    expect(found.size).toMatchObject({ held: 2, caught: 0 });
    expect(found.chance).toMatchObject({ held: 2, share: 0.4 });
    expect(found.chance.caught).toBeCloseTo(1.2, 9);
    expect(found.beyondSize?.caught).toBe(1);
  });
  test('what was missed says why it passed', () => {
    expect(found.missedOnes.map((m) => [m.title, m.why])).toEqual([
      ['Say what a retry costs', 'nothing was found; not seen: b.bin: too large'],
      ['Big and quiet', 'CFG1 found, tier routine, and no rule asks for a human'],
    ]);
  });
});

test('without harm, or without anything held, nothing is divided', () => {
  expect(catches([])).toMatchObject({ share: null, interval: null, minutesPerCatch: null, beyondSize: null });
  expect(catches([sampleReplayed({ revertedBy: 'x' })])).toMatchObject({ caught: 0, share: 0, minutesPerCatch: null, shareOfHeld: null });
});

describe('intervals', () => {
  test('hold the figure they are of, and are the same for the same seed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
        const found = catchesOf(sampleHistory(seed, 600, 4), { ...DEFAULT_ASSUMPTIONS, rounds: 400 });
        const [low, high] = found.interval ?? [2, -1];
        expect(low).toBeLessThanOrEqual(found.share ?? 0);
        expect(high).toBeGreaterThanOrEqual(found.share ?? 1);
        expect(found).toEqual(catchesOf(sampleHistory(seed, 600, 4), { ...DEFAULT_ASSUMPTIONS, rounds: 400 }));
      }),
      { numRuns: 20 },
    );
  });

  test('of a share of a half over 400 is what the normal law says: 0.49 either side', () => {
    const half = Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? sampleHeld({}, { id: id(i), revertedBy: 'x' }) : sampleReplayed({ id: id(i), revertedBy: 'x' })));
    const [low, high] = catches(half).interval ?? [0, 0];
    expect(Math.abs(low - (0.5 - 0.049))).toBeLessThan(0.01);
    expect(Math.abs(high - (0.5 + 0.049))).toBeLessThan(0.01);
  });

  test('chance draws without putting back: all of all, and on average its share', () => {
    const next = chance(3);
    expect(drawMarked(next, 10, 4, 10)).toBe(4);
    expect(drawMarked(next, 10, 4, 0)).toBe(0);
    const draws = Array.from({ length: 4000 }, () => drawMarked(next, 50, 10, 20));
    expect(draws.reduce((a, b) => a + b, 0) / draws.length).toBeCloseTo(4, 1);
  });
});
