/** The queue against what theory says of queues, and against cases worked out by hand. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SAMPLE_REVIEWERS, SAMPLE_START, sampleHeld, sampleHistory } from '../../testing/sample-history.ts';
import { type Assumptions, DEFAULT_ASSUMPTIONS, type Reviewer } from './assumptions.ts';
import { atWorkMinute, WORKDAY, workMinute } from './calendar.ts';
import { chance } from './chance.ts';
import type { Counted } from './counted.ts';
import { queueWaitOf } from './queue-wait.ts';
import { weeksOf } from './window.ts';

const heads = (level: string, people: number): readonly Reviewer[] => Array.from({ length: people }, () => ({ person: null, level }));
const people = (...ids: readonly string[]): readonly Reviewer[] => ids.map((person) => ({ person, level: 'L6' }));
const assume = (reviewers: readonly Reviewer[], more: Partial<Assumptions> = {}): Assumptions => ({ ...DEFAULT_ASSUMPTIONS, reviewers, hoursPerDay: 8, ...more });
const MINUTES = 20;
const all20 = { routine: MINUTES, elevated: MINUTES, high: MINUTES, critical: MINUTES };
const wait = (landings: readonly Counted[], assumptions: Assumptions) => queueWaitOf(landings, weeksOf(landings), { ...assumptions, minutes: all20 });

/** Landings at these working minutes after the start, each asking for one seat. */
const START = workMinute(SAMPLE_START);
const at = (minutes: readonly number[], seat: Parameters<typeof sampleHeld>[0] = {}): readonly Counted[] =>
  minutes.map((m, i) => sampleHeld(seat, { id: i.toString(16).padStart(40, '0'), at: atWorkMinute(START + Math.floor(m)) }));

/** Poisson arrivals that keep so many people busy for this share of their time. */
function poisson(seed: number, count: number, servers: number, load: number): readonly number[] {
  const next = chance(seed);
  let clock = 0;
  return Array.from({ length: count }, () => {
    clock += (-Math.log(1 - next()) * MINUTES) / (servers * load);
    return clock;
  });
}

describe('theory', () => {
  test.each([0.5, 0.8])('M/D/1 at %d: the mean wait of Pollaczek and Khinchine, within a twentieth', (load) => {
    const { mean, utilisation } = wait(at(poisson(7, 30_000, 1, load)), assume(heads('L6', 1)));
    const expected = (load * MINUTES) / (2 * (1 - load)) / 60;
    expect(Math.abs((mean ?? 0) / expected - 1)).toBeLessThan(0.05);
    expect(utilisation[0]?.share).toBeCloseTo(load, 1);
  });

  test('M/D/4: the mean wait is a little above half of what Erlang C says of M/M/4', () => {
    const [servers, load] = [4, 0.8];
    const { mean } = wait(at(poisson(11, 30_000, servers, load)), assume(heads('L6', servers)));
    const offered = servers * load;
    const terms = Array.from({ length: servers }, (_, k) => offered ** k / factorial(k));
    const last = offered ** servers / factorial(servers) / (1 - load);
    const queued = last / (terms.reduce((a, b) => a + b, 0) + last);
    const markov = (queued * MINUTES) / (servers * (1 - load)) / 60;
    expect(mean).toBeGreaterThan(0.5 * markov);
    expect(mean).toBeLessThan(0.6 * markov);
  });

  test('D/D/1 below 1 never waits; above 1 the n-th waits n times the difference, and it is said to be unbounded', () => {
    const every = (gap: number) => at(Array.from({ length: 400 }, (_, i) => i * gap));
    const under = wait(every(20), assume(heads('L6', 1)));
    expect([under.p99, under.unbounded]).toEqual([0, false]);
    const over = wait(every(16), assume(heads('L6', 1)));
    expect(over.unbounded).toBe(true);
    expect(over.mean).toBeCloseTo((4 * 399) / 2 / 60, 9);
    expect(over.backlogDays).toBeGreaterThan(2.5);
    const later = over.byWeek.map((w) => w.median ?? 0);
    expect(later).toEqual(later.toSorted((a, b) => a - b));
  });

  test('work is neither made nor lost', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5000), { minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 4 }), fc.constantFrom(0.25, 1, 2, 8), (arrivals, n, hoursPerDay) => {
        const landings = at(arrivals.toSorted((a, b) => a - b));
        const few = wait(landings, assume(heads('L6', n), { hoursPerDay }));
        const more = wait(landings, assume(heads('L6', n + 1), { hoursPerDay }));
        expect(few.asked).toBe(landings.length);
        expect(more.mean ?? 0).toBeLessThanOrEqual((few.mean ?? 0) + 1e-9);
      }),
    );
  });
});

const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));

describe('by hand', () => {
  test('two review hours a day: the seventh of seven waits for tomorrow', () => {
    const { byWeek, p99, median } = wait(at(Array.from({ length: 7 }, () => 0)), assume(heads('L6', 1), { hoursPerDay: 2 }));
    expect(p99).toBe(WORKDAY / 60);
    expect(median).toBe(1);
    expect(byWeek[0]?.asked).toBe(7);
  });

  test('what lands at the weekend waits from Monday, nine o clock', () => {
    const saturday = [0, 1].map((i) => sampleHeld({}, { id: String(i), at: SAMPLE_START + 5 * 86_400_000 }));
    expect(wait(saturday, assume(heads('L6', 1))).p99).toBeCloseTo(MINUTES / 60, 9);
  });

  test('two seats of one change take two people', () => {
    const pair = at([0], { humans: 2 });
    expect(wait(pair, assume(heads('L6', 1)))).toMatchObject({ asked: 1, unserved: 1 });
    expect(wait(pair, assume(heads('L6', 2)))).toMatchObject({ asked: 2, unserved: 0, p99: 0 });
    expect(wait(pair, assume(people('mara', 'ben')))).toMatchObject({ asked: 2, unserved: 0, p99: 0 });
    expect(wait(pair, assume(people('mara', 'kat')))).toMatchObject({ asked: 1, unserved: 1 });
  });

  test('guessed people sit by level, wherever somebody else was the candidate', () => {
    const gone = at([0], { candidates: ['left-long-ago'] });
    expect(wait(gone, assume(people('mara')))).toMatchObject({ asked: 0, unserved: 1 });
    expect(wait(gone, assume(people('mara'), { seating: 'levels' }))).toMatchObject({ asked: 1, unserved: 0, tightest: null });
  });

  test('people are moved along where greed would leave a seat empty', () => {
    const seats = [
      { rule: 'a', humans: 1, level: 'L6', candidates: ['ann', 'bob'] },
      { rule: 'b', humans: 1, level: 'L6', candidates: ['ann', 'cid'] },
      { rule: 'c', humans: 1, level: 'L6', candidates: ['bob', 'ann'] },
    ];
    expect(wait([sampleHeld({}, { seats })], assume(people('ann', 'bob', 'cid')))).toMatchObject({ asked: 3, unserved: 0 });
  });

  test('a level takes those above it too, and only a level nobody declared takes nobody', () => {
    expect(wait(at([0], { level: 'L5' }), assume(heads('L7', 1))).unserved).toBe(0);
    expect(wait(at([0], { level: 'L7' }), assume(heads('L6', 9))).unserved).toBe(1);
    expect(wait(at([0], { level: 'L99' }), assume(heads('L7', 9))).unserved).toBe(1);
    expect(wait(at([0], { level: null }), assume(heads('L4', 1))).unserved).toBe(0);
  });

  test('the seat that is hardest to fill is filled first, though somebody else is busy', () => {
    const seats = [
      { rule: 'a', humans: 1, level: 'L5', candidates: [] },
      { rule: 'b', humans: 1, level: 'L7', candidates: [] },
    ];
    const [busy, asks] = at([0, 1], { level: 'L6' });
    if (busy === undefined || asks === undefined) throw new Error('two');
    expect(wait([busy, { ...asks, seats }], assume([...heads('L7', 1), ...heads('L6', 1)]))).toMatchObject({ asked: 3, unserved: 0 });
  });

  test('nobody at all: everything unserved, no wait, and it cannot be kept up with', () => {
    expect(wait(at([0, 1]), assume([]))).toMatchObject({ asked: 0, unserved: 2, median: null, p90: null, unbounded: true });
  });

  test('the least senior who may begins, so that the senior are free for what only they may judge', () => {
    const [low] = at([0], { level: 'L5' });
    const [high] = at([1], { level: 'L7' });
    const landings = [low, high].flatMap((l, i) => (l === undefined ? [] : [{ ...l, id: String(i) }]));
    expect(wait(landings, assume([...heads('L7', 1), ...heads('L5', 1)])).p99).toBe(0);
  });
});

describe('heads needed', () => {
  const busy = sampleHistory(5, 3000, 8);
  const needed = wait(busy, assume(SAMPLE_REVIEWERS, { hoursPerDay: 0.5 })).needed ?? [];
  const withHeads = (change: number) =>
    assume(
      needed.flatMap(({ level, people: n }, i) => heads(level ?? 'L4', i === needed.length - 1 ? n + change : n)),
      { hoursPerDay: 0.5 },
    );
  const worst = (a: Assumptions): number => Math.max(...wait(busy, a).byLevel.map((l) => l.p90 ?? 0));

  test('meet the target, and one fewer does not', () => {
    expect(needed.map((n) => n.level)).toEqual(['L7', 'L6', 'L5']);
    expect(worst(withHeads(0))).toBeLessThan(4);
    expect(worst(withHeads(-1))).toBeGreaterThanOrEqual(4);
  });

  test('for seats anybody takes are heads below every level', () => {
    const any = at(
      Array.from({ length: 9 }, () => 0),
      { level: null },
    );
    expect(wait(any, assume([], { hoursPerDay: 1 })).needed).toEqual([{ level: null, people: 3 }]);
  });
});
