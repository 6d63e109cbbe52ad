import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCommitLine } from './detect-line.ts';

const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const rui = { name: 'Rui', email: 'rui@x.example' };
const commit = { sha: 'a'.repeat(40), author: rui, committer: rui, message: 'Fix it\n' };

describe('a line of standard input', () => {
  test('is a commit, and what nobody asked for is passed over', () => {
    expect(readCommitLine(bytes({ ...commit, stars: 9, branch: null, pr: { author: 'a', labels: [] } }))).toEqual({ ok: true, value: { ...commit, pr: { author: 'a' } } });
  });

  test('may bring one note or several', () => {
    const notes = (value: unknown) => {
      const read = readCommitLine(bytes({ ...commit, notes: value }));
      return read.ok ? read.value.notes : read.error;
    };
    expect(notes('a')).toEqual([{ ref: 'notes', text: 'a' }]);
    expect(notes(['a', { ref: 'refs/notes/ai', text: 'b' }])).toEqual([
      { ref: 'notes', text: 'a' },
      { ref: 'refs/notes/ai', text: 'b' },
    ]);
    expect(notes([1, {}])).toBe('notes[0] is neither text nor an object; notes[1].text is missing');
  });

  test.each([
    [null, 'is longer than this reads'],
    [Uint8Array.of(0x22, 0xff, 0x22), 'is not UTF-8'],
    [bytes('{"sha":'), /^is not one JSON value: /],
    [bytes('[]'), 'is not a JSON object'],
    [bytes('null'), 'is not a JSON object'],
    [bytes({}), 'sha is missing; author is missing; committer is missing; message is missing'],
    [
      bytes({ ...commit, sha: '', author: { name: 1 }, committer: 'x', pr: 3, branch: 4, date: {} }),
      /^sha is not 1 to 200 characters; .*author\.name is no text; author\.email is missing/,
    ],
    [bytes({ ...commit, pr: { author: 1 } }), 'pr.author is no text'],
  ])('%s: %s', (line, words) => {
    const read = readCommitLine(line);
    expect(read.ok ? '' : read.error).toEqual(typeof words === 'string' ? words : expect.stringMatching(words));
  });

  test('any JSON is a commit or is refused in words', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const read = readCommitLine(bytes(JSON.stringify(value)));
        expect(read.ok ? read.value.sha : read.error).not.toBe('');
      }),
    );
    fc.assert(fc.property(fc.uint8Array(), (line) => typeof readCommitLine(line).ok === 'boolean'));
  });
});
