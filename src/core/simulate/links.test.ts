/** Reverts and incidents out of words: what git and forges write, and what anybody could. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { landed } from '../../testing/history.ts';
import { linksOf } from './links.ts';
import { commitsTakenBack, pullNumber, pullsTakenBack, subjectTakenBack } from './revert-words.ts';

const A = `a1${'0'.repeat(38)}`;
const B = `b1${'0'.repeat(38)}`;
const C = `c1${'0'.repeat(38)}`;
const D = `d1${'0'.repeat(38)}`;

const pairs = (links: ReturnType<typeof linksOf>): readonly string[] => [...links.reverts].map(([by, of]) => `${by.slice(0, 2)} takes back ${of.slice(0, 2)}`);

describe('who takes back whom', () => {
  test('by id: full, short, several, in the body of a merge', () => {
    const message = `Merge branch 'x'\n\nThis reverts commit ${A}, reversing\nchanges made to ${B}.\n`;
    expect(pairs(linksOf(landed({ id: A }, { id: B }, { id: C, message }), []))).toEqual(['c1 takes back a1']);
    expect(pairs(linksOf(landed({ id: A }, { id: B, message: `Undo\n\nThis reverts commit ${A.slice(0, 9)}.\n` }), []))).toEqual(['b1 takes back a1']);
    const both = linksOf(landed({ id: A }, { id: B }, { id: C, message: `Undo\n\nThis reverts commits ${A.slice(0, 8)} and ${B.slice(0, 8)}.\n` }), []);
    expect(both.reverts.get(C)).toBe(A);
    expect([both.revertedBy.get(A), both.revertedBy.get(B)]).toEqual([C, C]);
  });

  test('by subject: the nearest landing before it, with or without the number of a pull request', () => {
    const title = 'Add a cache (#7)\n';
    expect(pairs(linksOf(landed({ id: A, message: title }, { id: B, message: title }, { id: C, message: 'Revert "Add a cache (#7)" (#9)\n' }), []))).toEqual(['c1 takes back b1']);
    expect(pairs(linksOf(landed({ id: A, message: title }, { id: B, message: 'Revert "Add a cache"\n' }), []))).toEqual(['b1 takes back a1']);
  });

  test('by the number of a pull request', () => {
    const merge = 'Merge pull request #12 from x/y\n\nSomething\n';
    expect(pairs(linksOf(landed({ id: A, message: merge }, { id: B, message: 'Take it out\n\nReverts owner/name#12\n' }), []))).toEqual(['b1 takes back a1']);
  });

  test('a revert is taken back in its turn', () => {
    const links = linksOf(landed({ id: A, message: 'One\n' }, { id: B, message: 'Revert "One"\n' }, { id: C, message: 'Revert "Revert "One""\n' }, { id: D, message: 'x\n' }), []);
    expect(pairs(links)).toEqual(['b1 takes back a1', 'c1 takes back b1']);
    expect(pairs(linksOf(landed({ id: A, message: 'One\n' }, { id: B, message: 'Revert "One"\n' }, { id: C, message: 'Reapply "One"\n' }), []))).toEqual(pairs(links));
  });

  test('not what nobody knows, what comes later, itself, or an id that fits two', () => {
    const later = landed({ id: A, message: `This reverts commit ${B}\n` }, { id: B });
    expect(pairs(linksOf(later, []))).toEqual([]);
    expect(pairs(linksOf(landed({ id: A, message: `This reverts commit ${A}\n` }), []))).toEqual([]);
    const twins = landed({ id: `${A.slice(0, 10)}${'1'.repeat(30)}` }, { id: `${A.slice(0, 10)}${'2'.repeat(30)}` }, { id: C, message: `This reverts commit ${A.slice(0, 10)}\n` });
    expect(pairs(linksOf(twins, []))).toEqual([]);
    expect(pairs(linksOf(landed({ id: A }, { id: B, message: 'Revert "nothing of the kind"\n' }), []))).toEqual([]);
  });

  test('the first that took it back is who did', () => {
    const links = linksOf(landed({ id: A }, { id: B, message: `This reverts commit ${A}\n` }, { id: C, message: `This reverts commit ${A}\n` }), []);
    expect(links.revertedBy.get(A)).toBe(B);
  });
});

test('incidents name landings by any commit of theirs, and what is not there is said', () => {
  const one = { id: 'INC-1', at: 0, severity: 1 as const, class: null, systems: [], closed: null, commits: [A.slice(0, 7), B, 'feedfeed'] };
  const { incidents, notes } = linksOf(landed({ id: A }, { id: B }, { id: C }), [one, { ...one, id: 'INC-2', commits: [A] }]);
  expect([...incidents]).toEqual([
    [A, ['INC-1', 'INC-2']],
    [B, ['INC-1']],
  ]);
  expect(notes).toEqual(['incident INC-1 names feedfeed, which is not one commit of this history']);
});

describe('words', () => {
  test('as people write them', () => {
    expect(commitsTakenBack(`this reverts the merge commit ${A}`)).toEqual([A]);
    expect(commitsTakenBack(`Reverts commits:  ${A},\n${B}, and ${C}`)).toEqual([A, B, C]);
    expect(commitsTakenBack('this reverts commit abc')).toEqual([]);
    expect(pullsTakenBack('Reverts: #5\nreverts a/b!6\nthis reverts #7')).toEqual(['5', '6']);
    expect(subjectTakenBack('revert: "a "quoted" one" (#3)')).toBe('a "quoted" one');
    expect(subjectTakenBack('Reapply "x"')).toBe('Revert "x"');
    expect(subjectTakenBack('Revert nothing')).toBeUndefined();
    expect([pullNumber('Title (#12)'), pullNumber('Merge pull request #4 from a/b'), pullNumber('#12 is bad')]).toEqual(['12', '4', undefined]);
  });

  test('and however long and odd, in time', () => {
    for (const evil of ['reverts commit 0123456 '.repeat(50_000), `reverts commit ${'0123456, '.repeat(100_000)}`, 'reverts '.repeat(100_000), `Revert "${'"'.repeat(100_000)}`]) {
      expect(commitsTakenBack(evil).length).toBeLessThanOrEqual(50);
      pullsTakenBack(evil);
      subjectTakenBack(evil);
    }
    fc.assert(fc.property(fc.string(), (message) => linksOf(landed({ id: A }, { id: B, message }), []).notes.length === 0));
  });
});
