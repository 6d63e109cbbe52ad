import fc from 'fast-check';
import { expect, it } from 'vitest';
import { equal, text, utf8 } from '../base/bytes.ts';
import { noteKey } from './note.ts';
import { parseRotationFile, parseRotationPath, rotationFile, rotationPath, sworn } from './rotation-file.ts';

it('is three lines, and nothing else', () => {
  const bytes = rotationFile({ index: 41, entry: utf8('e'), body: utf8('b') });
  expect(text(bytes)).toBe('41\nZQ==\nYg==\n');
  for (const bad of ['', '41\nZQ==\nYg==', '41\nZQ==\nYg==\n\n', '041\nZQ==\nYg==\n', '41\nZR==\nYg==\n', '41\nZQ==\n']) expect(parseRotationFile(utf8(bad)).ok, bad).toBe(false);
});

it('is read back exactly, and of arbitrary text writes the same again or is refused', () => {
  fc.assert(
    fc.property(fc.nat(), fc.uint8Array(), fc.uint8Array(), (index, entry, body) => {
      expect(parseRotationFile(rotationFile({ index, entry, body }))).toEqual({ ok: true, value: { index, entry, body } });
    }),
  );
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9]{0,2}\n[AQg=]{0,8}\n[AQg=]{0,8}\n{0,2}$/), (written) => {
      const read = parseRotationFile(utf8(written));
      return !read.ok || equal(rotationFile(read.value), utf8(written));
    }),
  );
});

it('has one name', () => {
  expect([0, 17].map(rotationPath)).toEqual(['log-key/0', 'log-key/17']);
  expect(['log-key/0', 'log-key/00', 'log-key/', 'log-key/-1', 'log-keys/0', 'tile/0/000'].map(parseRotationPath)).toEqual([
    0,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

it('is followed from a trusted key on, and from nobody else', () => {
  const [a, b, c, x] = [1, 2, 3, 4].map((n) => noteKey('log.example', new Uint8Array(32).fill(n)));
  if (a === undefined || b === undefined || c === undefined || x === undefined) throw new Error('no key');
  const [first, second, strange] = [
    { old: a, new: b, size: 1 },
    { old: b, new: c, size: 2 },
    { old: x, new: c, size: 3 },
  ];
  expect(sworn([a], [strange, first, second])).toEqual([first, second]);
  expect(sworn([b], [first, second])).toEqual([second]);
  expect(sworn([a], [second, first])).toEqual([first]);
  expect(sworn([c], [first, second, strange])).toEqual([]);
});
