import { describe, expect, it } from 'vitest';
import type { Signoff } from '../api/generated.ts';
import { latestWords, objections, wordOf } from './signoffs.ts';

const word = (index: number, id: string, decision: Signoff['decision']): Signoff => ({ index, signer: { id, name: id, level: 'L6' }, decision, at: index, said: null });
const dossier = { signoffs: [word(1, 'mara', 'approve'), word(2, 'noor', 'changes'), word(3, 'mara', 'changes'), word(4, 'noor', 'approve')] };

describe('words', () => {
  it('of a person are the latest one', () => expect(latestWords(dossier).map((s) => s.index)).toEqual([3, 4]));
  it('object only while they stand', () => expect(objections(dossier).map((s) => s.signer.id)).toEqual(['mara']));
  it('of somebody are found, and of nobody are not', () => expect([wordOf(dossier, 'noor')?.index, wordOf(dossier, 'kim')]).toEqual([4, undefined]));
});
