import { describe, expect, it } from 'vitest';
import { ago, anyOf, shortRef, trustWord } from './words.ts';

describe('words', () => {
  it.each([
    [30_000, 'just now'],
    [60_000, '1 minute ago'],
    [59 * 60_000, '59 minutes ago'],
    [60 * 60_000, '1 hour ago'],
    [47 * 3_600_000, '47 hours ago'],
    [72 * 3_600_000, '3 days ago'],
    [-5_000, 'just now'],
  ])('%d ms is %s', (age, words) => expect(ago(1e12 - age, 1e12)).toBe(words));

  it('lists people', () => {
    expect([[], ['Ana'], ['Ana', 'Ben'], ['Ana', 'Ben', 'Cy']].map((n) => anyOf(n))).toEqual(['nobody', 'Ana', 'Ana or Ben', 'Ana, Ben or Cy']);
  });

  it('shortens refs of branches and tags alone', () => {
    expect(['refs/heads/a/b', 'refs/tags/v1', 'refs/notes/x'].map(shortRef)).toEqual(['a/b', 'v1', 'refs/notes/x']);
  });

  it('has a word for any trust', () => expect([1, 5, 9].map(trustWord)).toEqual(['hint', 'verified by the forge', 'unknown']));
});
