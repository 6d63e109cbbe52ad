import { expect, test } from 'vitest';
import { assumptionsOf, DEFAULT_MINUTES, readHoursPerDay, readMinutes, readReviewers } from './assumptions.ts';

const LADDER = ['L4', 'L5', 'L6', 'L7'];

test('minutes: one number for all, or by tier', () => {
  expect(readMinutes('20')).toEqual({ ok: true, value: { routine: 20, elevated: 20, high: 20, critical: 20 } });
  expect(readMinutes('elevated=7.5, critical=30')).toEqual({ ok: true, value: { ...DEFAULT_MINUTES, elevated: 7.5, critical: 30 } });
});

test.each(['', '-1', '1e9', '481', 'NaN', 'grave=5', 'high', 'high=', 'high=x', 'high=5,', '__proto__=5'])('minutes that are none: %j', (text) => {
  const read = readMinutes(text);
  expect(!read.ok && read.error).toMatchObject({ code: 'USAGE', place: '--minutes' });
});

test('reviewers: heads by level', () => {
  const read = readReviewers('L6=2,L7=1', LADDER);
  expect(read.ok && read.value.map((r) => r.level)).toEqual(['L6', 'L6', 'L7']);
});

test.each(['', 'L9=2', 'L6', 'L6=many', 'L6=-1', 'L6=99999', '=4'])('reviewers that are none: %j', (text) => {
  expect(readReviewers(text, LADDER)).toMatchObject({ ok: false, error: { code: 'USAGE', place: '--reviewers' } });
});

test.each([
  ['2', true],
  ['0.5', true],
  ['8', true],
  ['0', false],
  ['9', false],
  ['8.5', false],
  ['two', false],
  ['', false],
])('hours a day: %s', (text, good) => {
  expect(readHoursPerDay(text).ok).toBe(good);
});

test('people of a roster sit where they are candidates; guessed ones, and heads from the command line, wherever their level allows', () => {
  const known = { ladder: LADDER, reviewers: [{ person: 'mara', level: 'L7' }] };
  const seated = (levels: 'given' | 'inferred', reviewers?: string) => {
    const read = assumptionsOf(reviewers === undefined ? {} : { reviewers }, { ...known, levels });
    return read.ok ? [read.value.reviewersFrom, read.value.seating, read.value.reviewers.length] : read.error;
  };
  expect(seated('given')).toEqual(['roster', 'candidates', 1]);
  expect(seated('inferred')).toEqual(['history', 'levels', 1]);
  expect(seated('given', 'L6=3')).toEqual(['options', 'levels', 3]);
});

test('everything that is wrong on the command line is said at once', () => {
  const read = assumptionsOf({ minutes: 'x', reviewers: 'y', hoursPerDay: 'z' }, { ladder: LADDER, levels: 'given', reviewers: [] });
  expect(!read.ok && read.error.map((p) => p.place)).toEqual(['--minutes', '--reviewers', '--hours-per-day']);
});
