import { describe, expect, it } from 'vitest';
import type { QueueItem } from '../api/generated.ts';
import { asks } from './asks.ts';

const named = (id: string) => ({ id, name: id, level: 'L6' });
const item = (words: readonly (readonly [string, QueueItem['words'][number]['decision']])[], state: QueueItem['state'] = 'open') =>
  ({
    state,
    seats: [{ rule: 'all', humans: 2, level: null, candidates: [named('mara'), named('noor')] }],
    words: words.map(([id, decision]) => ({ signer: named(id), decision, conditions: [] })),
  }) as unknown as QueueItem;

describe('asks', () => {
  it.each([
    ['a candidate', item([]), 'mara', true],
    ['nobody who is none', item([]), 'jonas', false],
    ['nobody who is signed out', item([]), undefined, false],
    ['nobody about what is settled', item([], 'signed'), 'mara', false],
    ['nobody who has signed', item([['mara', 'approve']]), 'mara', false],
    ['nobody who could not judge', item([['mara', 'cannot_judge']]), 'mara', false],
    ['the second of two', item([['mara', 'approve']]), 'noor', true],
    ['nobody while somebody wants it changed', item([['mara', 'changes']]), 'noor', false],
  ])('%s', (_, change, me, asked) => expect(asks(change, me)).toBe(asked));
});
