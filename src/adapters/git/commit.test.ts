/** Commits as somebody may write them by hand. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { concat, utf8 } from '../../core/base/bytes.ts';
import { parseCommit, parseIdent } from './commit.ts';

const HEADER = 'tree t\nparent p1\nparent p2\nauthor A B <a@example.org> 12 +0200\ncommitter C <c@example.org> 34 -0700\n';

test('fields, signature lines, message', () => {
  const commit = parseCommit('id', utf8(`${HEADER}gpgsig -----BEGIN-----\n author Eve <eve@example.org> 1 +0000\n\n -----END-----\n\nSubject\n\nBody\n\nAssisted-by: none\n`));
  expect(commit).toMatchObject({
    tree: 't',
    parents: ['p1', 'p2'],
    author: { name: 'A B', email: 'a@example.org', at: 12_000 },
    committer: { email: 'c@example.org', at: 34_000 },
  });
});

test('a second author does not replace the first', () => {
  expect(parseCommit('id', utf8(`${HEADER}author Eve <eve@example.org> 1 +0000\n\nx`)).author.email).toBe('a@example.org');
});

test('messages in other encodings', () => {
  const latin = concat(utf8(`${HEADER}encoding ISO-8859-1\n\n`), new Uint8Array([0x63, 0xe9]));
  expect(parseCommit('id', latin).message).toBe('cé');
  expect(parseCommit('id', concat(utf8(`${HEADER}\n`), new Uint8Array([0x63, 0xe9]))).message).toBe('c\ufffd');
  expect(parseCommit('id', concat(utf8(`${HEADER}encoding nonsense\n\n`), new Uint8Array([0xe9]))).message).toBe('\ufffd');
  expect(parseCommit('id', utf8(`${HEADER}encoding UTF-16LE\n\nAssisted-by: x`)).message).toBe('Assisted-by: x');
});

test.each([
  ['', { name: '', email: '', at: 0 }],
  ['Only a name', { name: 'Only a name', email: '', at: 0 }],
  ['<a@b>', { name: '', email: 'a@b', at: 0 }],
  ['N <a@b> 99999999999999999999 +0000', { name: 'N', email: 'a@b', at: 0 }],
  ['N <a@b> -5 +0000', { name: 'N', email: 'a@b', at: 0 }],
  ['N <a> <b@c> 7 +0000', { name: 'N', email: 'a', at: 0 }],
])('ident %j', (line, ident) => {
  expect(parseIdent(line)).toEqual(ident);
});

test('never throws', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (raw) => {
      expect(parseCommit('id', raw).id).toBe('id');
    }),
  );
});
