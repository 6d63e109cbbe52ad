import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { atWorkMinute, dayName, daysBetween, plausible, WORKDAY, weekName, weekOf, workMinute } from './calendar.ts';

const time = fc.integer({ min: -1e13, max: 1e13 });
const iso = (text: string): number => Date.parse(text);

describe('weeks', () => {
  test('begin on Mondays, also before 1970', () => {
    expect(weekName(weekOf(iso('2026-01-11T23:59:59Z')))).toBe('2026-01-05');
    expect(weekName(weekOf(iso('2026-01-12T00:00:00Z')))).toBe('2026-01-12');
    expect(weekName(weekOf(iso('1969-12-31T12:00:00Z')))).toBe('1969-12-29');
  });
  test('name the day the calendar calls Monday', () => {
    fc.assert(fc.property(time, (at) => new Date(iso(weekName(weekOf(at)))).getUTCDay() === 1));
  });
});

describe('working minutes', () => {
  test('nights and weekends have no length', () => {
    const day = workMinute(iso('2026-01-05T09:00:00Z'));
    expect(workMinute(iso('2026-01-05T09:30:00Z')) - day).toBe(30);
    expect(workMinute(iso('2026-01-05T22:00:00Z')) - day).toBe(WORKDAY);
    expect(workMinute(iso('2026-01-06T03:00:00Z')) - day).toBe(WORKDAY);
    expect(workMinute(iso('2026-01-10T12:00:00Z'))).toBe(workMinute(iso('2026-01-12T09:00:00Z')));
    expect(workMinute(iso('2026-01-12T09:00:00Z')) - day).toBe(5 * WORKDAY);
  });
  test('never run backwards', () => {
    fc.assert(fc.property(time, fc.nat(1e9), (at, later) => workMinute(at + later) >= workMinute(at)));
  });
  test('and back', () => {
    fc.assert(fc.property(fc.integer({ min: -1e7, max: 1e7 }), (minute) => workMinute(atWorkMinute(minute)) === minute));
  });
});

test('both ends of a span count, and nothing is shorter than a day', () => {
  expect(daysBetween(iso('2026-01-05T23:00:00Z'), iso('2026-01-06T01:00:00Z'))).toBe(2);
  expect(daysBetween(5, 5)).toBe(1);
});

test('a time no calendar holds has no date, and throws nothing', () => {
  expect([dayName(Number.NaN), dayName(9e15), dayName(0)]).toEqual(['no date', 'no date', '1970-01-01']);
});

test('a few absurd dates are told from many sound ones', () => {
  const sound = [1.7e12, 1.71e12, 1.72e12];
  const dated = plausible([...sound, 0, 9e15, Number.NaN]);
  expect([...sound, 0, 9e15, Number.NaN].map(dated)).toEqual([true, true, true, false, false, false]);
});
