import { expect, test } from 'vitest';
import { clip, row, wrapped } from './text-rows.ts';

test('breaks between words, and never between a figure and its unit', () => {
  expect(wrapped('wait for 12 h (95 %: 3) here', 11)).toEqual(['wait for', '12 h (95 %:', '3) here']);
  expect(wrapped('a bbbbbbbbbb c', 6)).toEqual(['a', 'bbb...', 'c']);
  expect(wrapped('', 6)).toEqual(['']);
});

test('lines of a row stand under each other', () => {
  const lines = row('hours', 'word '.repeat(40).trim());
  expect(lines.map((l) => l.slice(0, 12))).toEqual(['  hours     ', ' '.repeat(12), ' '.repeat(12)]);
  expect(lines.every((l) => l.length <= 100)).toBe(true);
});

test('cuts whole characters, and only what is too long', () => {
  expect(clip('short', 5)).toBe('short');
  expect(clip('𝒜𝒜𝒜𝒜𝒜𝒜', 5)).toBe('𝒜𝒜...');
});
