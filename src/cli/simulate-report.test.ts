import { expect, test } from 'vitest';
import { SAMPLE_REVIEWERS, sampleHeld, sampleReplayed } from '../testing/sample-history.ts';
import { simulationOf } from './simulate-report.ts';

const run = { repo: 'orders', branch: 'refs/heads/main', tip: 'a'.repeat(40), complete: true, notes: [], notSeen: [] };
const judged = { policy: 'countersign.yml', ladder: ['L4', 'L5', 'L6', 'L7'], levels: 'given', reviewers: SAMPLE_REVIEWERS } as const;
const every = Array.from({ length: 10_000 }, (_, i) => sampleHeld({}, { id: String(i), at: Date.UTC(2026, 0, 1) + i * 260_000 }));

test('10,000 changes, every one signed, 20 minutes each: 3,333 hours', () => {
  const done = simulationOf(run, { ...judged, replayed: every }, null, { minutes: '20' });
  expect(done.ok && Math.floor(done.value.report.hours.total)).toBe(3333);
  expect(done.ok && done.value.comparison).toBeNull();
});

test('what is in force is the first of each pair, the proposal the second', () => {
  const proposal = every.map((l, i) => (i < 100 ? l : sampleReplayed({ id: l.id, at: l.at })));
  const done = simulationOf(run, { ...judged, replayed: proposal }, { ...judged, policy: 'main', replayed: every }, {});
  expect(done.ok && done.value.comparison).toMatchObject({ against: 'main', changes: { held: [10_000, 100], released: { landings: 9900 } } });
});

test('options that cannot be read are problems, not figures', () => {
  const done = simulationOf(run, { ...judged, replayed: [] }, null, { minutes: 'long', hoursPerDay: '0' });
  expect(!done.ok && done.error.map((p) => p.place)).toEqual(['--minutes', '--hours-per-day']);
});
