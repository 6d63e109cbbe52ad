/** Load and bus factor: who is asked, and where one person's holiday stops everything. */
import { expect, test } from 'vitest';
import { SAMPLE_START, sampleHeld, sampleReplayed } from '../../testing/sample-history.ts';
import { DEFAULT_ASSUMPTIONS } from './assumptions.ts';
import { busFactorOf } from './bus-factor.ts';
import type { Counted } from './counted.ts';
import { peopleOf } from './overload.ts';
import { weeksOf } from './window.ts';

const WEEK = 7 * 86_400_000;
const people = (landings: readonly Counted[]) => peopleOf(landings, weeksOf(landings), { ...DEFAULT_ASSUMPTIONS, hoursPerDay: 0.1, reviewers: [{ person: 'mara', level: 'L7' }] });

test('a seat is shared evenly by those who could take it, and the worst week is named', () => {
  const found = people([
    sampleHeld({ candidates: ['mara', 'ben'] }, { id: '1' }),
    sampleHeld({ candidates: ['mara'] }, { id: '2', at: SAMPLE_START + WEEK }),
    sampleHeld({ candidates: ['mara'], humans: 2 }, { id: '3', at: SAMPLE_START + WEEK, tier: 'critical' }),
  ]);
  expect(found).toMatchObject({ weekHours: 0.5, overloaded: 1, morePeople: 0 });
  expect(found.busiest).toEqual([
    {
      person: 'mara',
      level: 'L7',
      candidateFor: 3,
      hours: (7.5 + 35) / 60,
      weekHours: (7.5 + 35) / 120,
      share: (7.5 + 35) / 60,
      worst: { week: '2026-01-12', hours: 35 / 60 },
      weeksOver: 1,
    },
    { person: 'ben', level: null, candidateFor: 1, hours: 0.125, weekHours: 0.0625, share: 0.125, worst: { week: '2026-01-05', hours: 0.125 }, weeksOver: 0 },
  ]);
});

test('a seat nobody can take loads nobody', () => {
  expect(people([sampleHeld({ candidates: [] })]).busiest).toEqual([]);
});

test('seats with as many candidates as humans hang on each of them; with fewer, nobody can', () => {
  const landings: readonly Counted[] = [
    { ...sampleHeld({ rule: 'a', candidates: ['mara'] }), areas: ['payments', 'payments'] },
    sampleHeld({ rule: 'a', candidates: ['mara', 'ben'], humans: 2 }),
    { ...sampleHeld({ rule: 'b', candidates: [] }), areas: ['billing'] },
    sampleHeld({ rule: 'b', candidates: ['ben', 'mara', 'kat'] }),
    sampleReplayed(),
  ];
  const found = busFactorOf(landings);
  expect(found).toMatchObject({ asks: 4, nobody: 1, single: 2, fewest: 0, median: 1 });
  expect(found.indispensable).toEqual([
    { person: 'mara', asks: 2 },
    { person: 'ben', asks: 1 },
  ]);
  expect(found.byRule.map((r) => [r.rule, r.nobody, r.single])).toEqual([
    ['b', 1, 0],
    ['a', 0, 2],
  ]);
  expect(found.byArea.map((r) => [r.area, r.asks])).toEqual([
    ['billing', 1],
    ['payments', 1],
  ]);
});
