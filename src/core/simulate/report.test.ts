/** What must hold of every report, whatever history it is of. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SAMPLE_REVIEWERS, sampleHeld, sampleHistory, sampleReplayed } from '../../testing/sample-history.ts';
import { TIERS } from '../risk/risk.ts';
import { type Assumptions, DEFAULT_ASSUMPTIONS, readMinutes } from './assumptions.ts';
import { type Counted, isHeld } from './counted.ts';
import type { Replayed } from './replay.ts';
import { reportOf } from './report.ts';

const HEADS = [
  { person: null, level: 'L7' },
  { person: null, level: 'L6' },
  { person: null, level: 'L5' },
];
const ASSUMED: Assumptions = { ...DEFAULT_ASSUMPTIONS, reviewers: HEADS, rounds: 50 };

const seat = fc.record({
  rule: fc.constantFrom('a', 'b', 'c'),
  humans: fc.integer({ min: 1, max: 3 }),
  level: fc.constantFrom('L4', 'L5', 'L6', 'L7', 'unheard-of', null),
  candidates: fc.uniqueArray(fc.constantFrom('ada', 'ben', 'cleo', 'dan')),
});
const held = fc.record({ tier: fc.constantFrom(...TIERS.values), seats: fc.array(seat, { minLength: 1, maxLength: 3 }), refused: fc.boolean() });
const landing = fc
  .record({
    at: fc.oneof(fc.integer({ min: 1_700_000_000_000, max: 1_760_000_000_000 }), fc.constantFrom(0, -1e15, 4e12, Number.MAX_SAFE_INTEGER, Number.NaN)),
    files: fc.nat(500),
    commits: fc.nat(9),
    held: fc.option(held),
    title: fc.string({ unit: 'binary' }),
    hurt: fc.constantFrom<Partial<Replayed>>({}, { revertedBy: 'x' }, { incidents: ['I-1'] }, { reverts: 'y' }, { reverts: 'y', revertedBy: 'z' }),
  })
  .map(({ held: h, hurt, ...plain }): Replayed => {
    if (h === null) return sampleReplayed({ ...plain, ...hurt });
    const refusals = h.refused ? (['SOD_UNRESOLVED'] as const) : [];
    return sampleReplayed({ ...plain, ...hurt, tier: h.tier, seats: h.seats, rules: h.seats.map((s) => s.rule), refusals, outcome: h.refused ? 'refused' : 'signoff' });
  });
const history = fc.array(landing, { maxLength: 40 }).map((all) => all.map((l, i) => ({ ...l, id: i.toString(16).padStart(40, '0') })));

const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** Every number in it, with where it stands. */
function numbers(value: unknown, at = ''): readonly (readonly [string, number])[] {
  if (typeof value === 'number') return [[at, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => numbers(item, `${at}.${key}`));
}

describe('every report', () => {
  test('adds up', () => {
    fc.assert(
      fc.property(history, (all) => {
        const r = reportOf(all, ASSUMED);
        expect(r.shares.pass + r.shares.signoff + r.shares.refused).toBe(all.length);
        expect(total(r.shares.byTier.map((t) => t.landings))).toBe(all.length);
        expect(total(r.hours.byLevel.map((l) => l.hours))).toBeCloseTo(r.hours.seats, 6);
        expect(total(r.hours.byTier.map((t) => t.hours))).toBeCloseTo(r.hours.seats, 6);
        expect(total(r.hours.byWeek.map((w) => w.hours)) + r.hours.undated).toBeCloseTo(r.hours.total, 6);
        expect(r.hours.seats + r.hours.sampled).toBeCloseTo(r.hours.total, 6);
        expect(total(r.causes.map((c) => c.minutes)) / 60).toBeCloseTo(r.hours.seats, 6);
        expect(total(r.hours.byWeek.map((w) => w.landings)) + r.window.notSeen.undated).toBe(all.length);
        expect(r.friction.held).toBe(r.shares.held);
        expect(r.friction.unharmed + r.catches.caught).toBe(r.shares.held);
        expect(r.catches.caught + r.catches.missedOnes.length + r.catches.moreMissed).toBe(r.catches.hurt);
        expect(total(r.catches.byTier.map((t) => t.caught))).toBe(r.catches.caught);
      }),
    );
  });

  test('holds finite numbers alone, and none below nothing but a difference', () => {
    fc.assert(
      fc.property(history, (all) => {
        const found = numbers(reportOf(all, ASSUMED));
        expect(found.filter(([, n]) => !Number.isFinite(n))).toEqual([]);
        expect(found.filter(([at, n]) => n < 0 && !at.includes('beyondSize') && !at.endsWith('.at'))).toEqual([]);
      }),
    );
  });

  test('is the same in whatever order landings come, and twice', () => {
    fc.assert(
      fc.property(
        history.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([all, shuffled]) => {
          expect(JSON.stringify(reportOf(shuffled, ASSUMED))).toBe(JSON.stringify(reportOf(all, ASSUMED)));
        },
      ),
    );
  });

  test('of two windows together has the hours, seats and catches of both', () => {
    fc.assert(
      fc.property(history, fc.nat(40), (all, at) => {
        const [one, two, both] = [all.slice(0, at), all.slice(at), all].map((some) => reportOf(some, ASSUMED));
        expect((one?.hours.total ?? 0) + (two?.hours.total ?? 0)).toBeCloseTo(both?.hours.total ?? -1, 6);
        expect((one?.catches.caught ?? 0) + (two?.catches.caught ?? 0)).toBe(both?.catches.caught);
        expect((one?.shares.held ?? 0) + (two?.shares.held ?? 0)).toBe(both?.shares.held);
      }),
    );
  });

  test('holds, costs and catches no less where some of what passed is held', () => {
    fc.assert(
      fc.property(history, fc.func(fc.boolean()), (all, chosen) => {
        const stricter = all.map(
          (l): Counted => (isHeld(l) || !chosen(l.id) ? l : { ...l, outcome: 'signoff', seats: [{ rule: 'more', humans: 1, level: 'L6', candidates: ['ben'] }] }),
        );
        const [before, after] = [reportOf(all, ASSUMED), reportOf(stricter, ASSUMED)];
        expect(after.shares.held).toBeGreaterThanOrEqual(before.shares.held);
        expect(after.catches.caught).toBeGreaterThanOrEqual(before.catches.caught);
        expect(after.hours.seats).toBeGreaterThanOrEqual(before.hours.seats);
      }),
    );
  });
});

describe('the arithmetic', () => {
  test.each([1, 7, 10_000])('%i changes, every one signed, 20 minutes each: changes x minutes / 60', (changes) => {
    const minutes = readMinutes('20');
    if (!minutes.ok) throw new Error('minutes');
    const all = Array.from({ length: changes }, (_, i) => sampleHeld({}, { id: String(i), at: Date.UTC(2026, 0, 1) + i * 200_000, tier: TIERS.values[i % 4] ?? 'routine' }));
    const { hours } = reportOf(all, { ...ASSUMED, minutes: minutes.value });
    expect(hours.total).toBe((changes * 20) / 60);
    expect(hours.everyChange).toEqual({ minutes: 20, hours: (changes * 20) / 60, share: 1 });
    expect(hours.per10000).toBeCloseTo(10_000 / 3, 9);
  });

  test('10,000 that pass cost the sampled 2 % at 5 minutes: 16.7 hours instead of 3,333', () => {
    const { hours } = reportOf(
      Array.from({ length: 10_000 }, (_, i) => sampleReplayed({ id: String(i) })),
      ASSUMED,
    );
    expect(hours.total).toBeCloseTo((10_000 * 0.02 * 5) / 60, 9);
    expect(Math.floor(hours.everyChange.hours)).toBe(3333);
  });
});

describe('size', () => {
  /** How often each landing's seats are read: the work of a report is a fixed number of passes over them. */
  const workOf = (landings: number): { readonly reads: number; readonly bytes: number } => {
    let reads = 0;
    const read = (l: Counted) => () => {
      reads++;
      return l.seats;
    };
    const all = sampleHistory(3, landings, 200).map((l): Counted => Object.defineProperty({ ...l }, 'seats', { get: read(l) }));
    const bytes = JSON.stringify(reportOf(all, { ...ASSUMED, reviewers: SAMPLE_REVIEWERS })).length;
    return { reads: reads / all.length, bytes };
  };

  test('35,000 landings take as many looks at each as 3,500 do, and their report stays small', () => {
    const [few, many] = [workOf(3500), workOf(35_000)];
    expect(few.reads).toBeGreaterThan(5);
    expect(many.reads).toBeLessThan(few.reads * 1.05);
    expect(many.bytes).toBeLessThan(400_000);
  });

  test('one absurd date makes no report of ten thousand weeks', () => {
    const odd = [0, 4_102_444_800_000, -8e15, Number.NaN].map((at, i) => sampleReplayed({ id: `odd${i}`, at }));
    const report = reportOf([...sampleHistory(1, 50, 4), ...odd], ASSUMED);
    expect(report.hours.byWeek.length).toBeLessThan(6);
    expect(report.window.notSeen.undated).toBe(4);
  });
});
