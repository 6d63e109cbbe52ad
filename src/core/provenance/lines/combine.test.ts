/** Several records of the same lines: which one is believed of each. */
import { describe, expect, test } from 'vitest';
import type { Trust } from '../trust.ts';
import type { Hand } from './attribution.ts';
import { combined, type Part } from './combine.ts';

const AI: Hand = { by: 'ai', tool: 'claude' };
const OTHER: Hand = { by: 'ai', tool: 'codex' };
const PERSON: Hand = { by: 'human', tool: '', person: 'Rui' };
const part = (hand: Hand, start: number, end: number, trust: Trust, derived = false): Part => ({
  hands: new Map([['k', hand]]),
  files: [{ path: 'a', ranges: [{ start, end, hand: 'k' }], removed: [{ start, count: 1, hand: 'k' }] }],
  trust,
  derived,
});
const said = (...parts: readonly Part[]) =>
  combined(parts)
    .marks.filter((m) => m.side === 'head')
    .map((m) => `${m.start}-${m.end} ${m.tool || 'person'} ${m.trust}`);

describe('of two records of a line', () => {
  test('an AI goes before a person nobody signed for, wherever either was found', () => {
    expect(said(part(AI, 2, 4, 3, true), part(PERSON, 1, 5, 3))).toEqual(['1-1 person 3', '2-4 claude 3', '5-5 person 3']);
    expect(said(part(PERSON, 1, 5, 4), part(AI, 2, 4, 3))).toEqual(['1-5 person 4']);
  });

  test('what stands at the commit goes before what was found by content, and the stronger before the weaker', () => {
    expect(said(part(AI, 1, 2, 3), part(OTHER, 1, 3, 4, true))).toEqual(['1-2 claude 3', '3-3 codex 4']);
    expect(said(part(AI, 1, 2, 4), part(OTHER, 1, 3, 3))).toEqual(['1-2 claude 4', '3-3 codex 3']);
  });

  test('every hand is named, added and removed', () => {
    const found = combined([part(AI, 1, 2, 3), part(OTHER, 3, 3, 3)]);
    expect([...found.hands.values()].map((h) => h.tool)).toEqual(['claude', 'codex']);
    expect(found.files).toEqual([
      {
        path: 'a',
        ranges: [expect.objectContaining({ start: 1, end: 2 }), expect.objectContaining({ start: 3, end: 3 })],
        removed: [expect.objectContaining({ start: 1, count: 1 }), expect.objectContaining({ start: 3, count: 1 })],
      },
    ]);
    for (const file of found.files) for (const { hand } of [...file.ranges, ...file.removed]) expect(found.hands.has(hand)).toBe(true);
  });
});
