/**
 * Weeks and working hours, in UTC and by arithmetic: Monday to Friday, 9 to 17. Public holidays are not known.
 * Times are what commits claim, so an author chooses them: `plausible` bounds how far one absurd date can stretch a report.
 */
const DAY = 86_400_000;
/** 1970-01-01 was a Thursday. */
const MONDAY_SHIFT = 3;
const OPEN = 9 * 60;
/** Working minutes of one day. */
export const WORKDAY = 8 * 60;
export const WORKDAYS = 5;
const FAR = 20 * 366 * DAY;

const dayOf = (at: number): number => Math.floor(at / DAY) + MONDAY_SHIFT;

/** Number of the week, Monday first, counted from the one that holds 1970-01-01. */
export const weekOf = (at: number): number => Math.floor(dayOf(at) / 7);

/** Its Monday, `2026-01-05`. */
export const weekName = (week: number): string => dayName((week * 7 - MONDAY_SHIFT) * DAY);

/** `2026-01-05`; a time that is none, or beyond what a calendar holds, is said to be so. */
export const dayName = (at: number): string => (Math.abs(at) <= 8.64e15 ? new Date(at).toISOString().replace(/T.*/, '') : 'no date');

/** Working minutes since the beginning of 1970: the hours outside of work have no length. */
export function workMinute(at: number): number {
  const day = dayOf(at);
  const week = Math.floor(day / 7);
  const weekday = day - week * 7;
  if (weekday >= WORKDAYS) return (week + 1) * WORKDAYS * WORKDAY;
  const minute = Math.floor((at - (day - MONDAY_SHIFT) * DAY) / 60_000);
  return (week * WORKDAYS + weekday) * WORKDAY + Math.min(Math.max(minute - OPEN, 0), WORKDAY);
}

/** The moment a working minute begins. Of an evening and the morning after, which are one working minute, the morning. */
export function atWorkMinute(minute: number): number {
  const workday = Math.floor(minute / WORKDAY);
  const week = Math.floor(workday / WORKDAYS);
  const day = week * 7 + (workday - week * WORKDAYS) - MONDAY_SHIFT;
  return day * DAY + (OPEN + minute - workday * WORKDAY) * 60_000;
}

/** Calendar days from the first to the last, both counted; at least 1. */
export const daysBetween = (from: number, to: number): number => Math.max(1, dayOf(to) - dayOf(from) + 1);

/** A mean month, in days. */
export const MONTH = 365.25 / 12;

/** Is a claimed time within twenty years of the middle one? One commit dated 1970 or 2106 must not make a report of ten thousand weeks. */
export function plausible(times: readonly number[]): (at: number) => boolean {
  const ascending = times.filter((at) => Math.abs(at) < 2 ** 52).sort((a, b) => a - b);
  const middle = ascending[Math.floor(ascending.length / 2)] ?? 0;
  return (at) => Math.abs(at - middle) <= FAR;
}
