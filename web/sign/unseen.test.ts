import { expect, it } from 'vitest';
import { unseenText } from './unseen.ts';

it.each([
  [0, 1, 'the one file of this change'],
  [0, 3, 'any of the 3 files'],
  [2, 3, '1 of the 3 files'],
])('%d of %d: %s', (filesViewed, filesTotal, files) => expect(unseenText({ filesViewed, filesTotal })).toBe(`You have not looked at ${files}. Your signature will say so.`));

it.each([
  [3, 3],
  [0, 0],
])('%d of %d is nothing to say', (filesViewed, filesTotal) => expect(unseenText({ filesViewed, filesTotal })).toBe(''));
