import { expect, test } from 'vitest';
import { dateOf } from './date.ts';

test('dates are days, or moments with a zone; without one they are UTC', () => {
  expect(dateOf('2026-01-31')).toBe(Date.UTC(2026, 0, 31));
  expect(dateOf('2026-01-31T10:00')).toBe(Date.UTC(2026, 0, 31, 10));
  expect(dateOf('2026-01-31 10:00:30+02:00')).toBe(Date.UTC(2026, 0, 31, 8, 0, 30));
  for (const text of ['', '2026', '31.1.2026', '2026-13-01', '2026-01-31T25:00', 'now', '2026-01-31T10:00 or so']) expect(dateOf(text)).toBeNull();
});
