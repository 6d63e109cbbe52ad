import { expect, test } from 'vitest';
import { DEFAULT_MINUTES, readHoursPerDay, readMinutes, readReviewers } from './assumptions.ts';

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
