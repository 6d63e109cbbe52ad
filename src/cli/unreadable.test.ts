import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { unreadable } from './unreadable.ts';

function why(file: string): string {
  try {
    return `read ${readFileSync(file).length} bytes`;
  } catch (error) {
    return unreadable(error);
  }
}

test('what the system says, in words', () => {
  expect(why(join(tmpdir(), 'no-such-file-here'))).toBe('there is no such file');
  expect(why(join(import.meta.filename, 'below'))).toBe('there is no such file');
  expect(why(tmpdir())).toBe('it is a folder');
  expect(unreadable(Object.assign(new Error('EACCES: x'), { code: 'EACCES' }))).toBe('this account may not');
  expect(unreadable(Object.assign(new Error('EIO: i/o error'), { code: 'EIO' }))).toBe('EIO: i/o error');
  expect(unreadable('text')).toBe('text');
});
