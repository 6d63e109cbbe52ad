import { expect, test } from 'vitest';
import { SAMPLE_START, sampleHeld, sampleReplayed } from '../../testing/sample-history.ts';
import { DEFAULT_ASSUMPTIONS } from './assumptions.ts';
import { MONTH } from './calendar.ts';
import { reportOf } from './report.ts';

const DAY = 86_400_000;

test('a window counts both of its days, and its months are days over a mean month', () => {
  const landings = [
    sampleHeld({}, { id: '1', tier: 'critical', commits: 3 }),
    sampleReplayed({ id: '2', at: SAMPLE_START + 20 * DAY, tier: 'elevated', author: null, reverts: '1' }),
    sampleReplayed({ id: '3', at: SAMPLE_START + 59 * DAY, tier: 'elevated', notSeen: ['a: too large', 'a: too large', 'b: too large'] }),
    sampleReplayed({ id: '4', at: SAMPLE_START + 59 * DAY, tier: 'elevated', notSeen: ['b: too large'] }),
  ];
  const { window, hours } = reportOf(landings, DEFAULT_ASSUMPTIONS);
  expect(window).toEqual({
    from: '2026-01-05',
    to: '2026-03-05',
    days: 60,
    months: 60 / MONTH,
    landings: 4,
    commits: 6,
    reverts: 1,
    unknownAuthors: 1,
    notSeen: {
      landings: 2,
      reasons: [
        { why: 'b: too large', landings: 2 },
        { why: 'a: too large', landings: 1 },
      ],
      moreReasons: 0,
      undated: 0,
    },
  });
  expect(hours.perMonth).toBeCloseTo(20 / 60 / (60 / MONTH), 9);
  expect(hours.byWeek.map((w) => w.landings)).toEqual([1, 0, 1, 0, 0, 0, 0, 0, 2]);
});

test('nothing has no dates, no days and no rates', () => {
  const { window, hours, wait } = reportOf([], DEFAULT_ASSUMPTIONS);
  expect(window).toMatchObject({ from: null, to: null, days: 0, months: 0 });
  expect(hours).toMatchObject({ total: 0, perMonth: null, per10000: null, byWeek: [] });
  expect(wait).toMatchObject({ asked: 0, unbounded: false, needed: [] });
});
