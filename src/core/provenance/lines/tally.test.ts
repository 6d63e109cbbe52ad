import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Hand } from './attribution.ts';
import { shareOf, tallyOf } from './tally.ts';

const AI: Hand = { by: 'ai', tool: 'claude' };
const PERSON: Hand = { by: 'human', tool: '', person: 'Rui <rui@x.example>' };
const hands = new Map([
  ['a', AI],
  ['h', PERSON],
]);
const file = {
  path: 'a.ts',
  ranges: [
    { start: 1, end: 3, hand: 'a' },
    { start: 4, end: 4, hand: 'h' },
  ],
  removed: [{ start: 9, count: 2, hand: 'a' }],
};
const changed = [{ path: 'a.ts', added: [{ start: 1, lines: ['1', '2', '3', '4', '5'] }], removed: [] }];

describe('a tally', () => {
  it('counts the lines of an AI, and nobody else', () => {
    expect(tallyOf({ files: [file], hands }, changed, 1, 1)).toEqual({ ai: 3, added: 5, removed: 2, proven: true });
  });
  it('is proven where every commit was signed for, and never for none', () => {
    expect(tallyOf({ files: [], hands }, [], 2, 1).proven).toBe(false);
    expect(tallyOf({ files: [], hands }, [], 0, 0).proven).toBe(false);
    expect(tallyOf({ files: [], hands }, [...changed, { path: 'b', added: [], removed: [], unread: 'it is binary' }], 1, 1).proven).toBe(false);
  });
  it('is a whole percent, rounded up, and never more than all', () => {
    const tally = (ai: number, added: number) => ({ ai, added, removed: 0, proven: true });
    expect([shareOf(tally(1, 1_000)), shareOf(tally(0, 0)), shareOf(tally(2, 4)), shareOf(tally(1, 0))]).toEqual([1, 0, 50, 100]);
    fc.assert(fc.property(fc.nat(), fc.nat(), (ai, added) => shareOf(tally(ai, added)) <= 100 && (ai === 0 || shareOf(tally(ai, added)) > 0)));
  });
});
