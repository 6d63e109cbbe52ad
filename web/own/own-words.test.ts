import { expect, it } from 'vitest';
import { linesOf, NO_WORDS, ownBody } from './own-words.ts';

const FULL = { files: '2', ran: 'npm test: passed\n\n  plan: 1 to destroy ', unclear: 'nothing', assumptions: [] };

it('says all that is missing, in one line', () => {
  expect(ownBody(NO_WORDS, 3)).toBe('Still missing: how many of the 3 you read, what you ran, what you do not understand.');
  for (const files of ['4', '-1', '1.5', 'all']) expect(ownBody({ ...FULL, files }, 3)).toBe('Still missing: how many of the 3 you read.');
  expect(ownBody({ ...FULL, unclear: ' \n ' }, 3)).toBe('Still missing: what you do not understand.');
  expect(ownBody({ ...FULL, assumptions: [{ text: 'the backup is fresh', holds: '' }] }, 3)).toBe('Still missing: the rest of an assumption.');
});

it('sends an entry a line, and no empty ones', () => {
  expect(
    ownBody(
      {
        ...FULL,
        assumptions: [
          { text: ' x ', holds: 'true' },
          { text: '', holds: '' },
        ],
      },
      3,
    ),
  ).toEqual({
    filesRead: 2,
    ran: ['npm test: passed', 'plan: 1 to destroy'],
    notUnderstood: ['nothing'],
    assumptions: [{ text: 'x', holds: 'true' }],
  });
  expect(ownBody({ ...FULL, files: '0' }, 3)).toMatchObject({ filesRead: 0 });
  expect(linesOf('\n \n')).toEqual([]);
});
