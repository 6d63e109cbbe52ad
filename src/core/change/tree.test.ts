/** Tree objects: round trip, refusals, and the two lies a hand-written tree can tell. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { concat, fromHex, utf8 } from '../base/bytes.ts';
import { parseTree, type TreeEntry } from './tree.ts';

const ID = '11'.repeat(20);
const bytesOf = (e: TreeEntry): Uint8Array => concat(utf8(`${e.mode.replace(/^0/, '')} `), e.name, new Uint8Array(1), fromHex(e.id) ?? new Uint8Array());
const tree = (...entries: readonly (readonly [string, string])[]): Uint8Array => concat(...entries.map(([mode, name]) => bytesOf({ mode, name: utf8(name), id: ID })));

test('entries come back as they were', () => {
  const names = fc.uniqueArray(fc.integer({ min: 1, max: 255 }), { maxLength: 20 }).map((list) => [...list].sort((a, b) => a - b));
  fc.assert(
    fc.property(names, (list) => {
      const entries = list.map((byte) => ({ mode: '100644', name: new Uint8Array([byte]), id: ID }));
      expect(parseTree(concat(...entries.map(bytesOf)), 20)).toEqual({ ok: true, value: entries });
    }),
  );
});

test('a tree sorts by its name and a slash', () => {
  expect(parseTree(tree(['100644', 'a.txt'], ['040000', 'a']), 20).ok).toBe(true);
  expect(parseTree(tree(['040000', 'a'], ['100644', 'a.txt']), 20)).toMatchObject({ ok: false, error: { code: 'GIT_FAILED', place: 'a.txt' } });
});

test('a name twice, side by side or as file and folder apart', () => {
  const duplicate = { ok: false, error: { code: 'CONTENT_DUPLICATE', place: 'a' } };
  expect(parseTree(tree(['100644', 'a'], ['100644', 'a']), 20)).toMatchObject(duplicate);
  expect(parseTree(tree(['100644', 'a'], ['100644', 'a.txt'], ['040000', 'a']), 20)).toMatchObject(duplicate);
});

test('anything else is refused, never thrown', () => {
  const good = tree(['100644', 'a'], ['040000', 'b']);
  for (let end = 1; end < good.length; end++) if (end !== 29) expect(parseTree(good.subarray(0, end), 20).ok).toBe(false);
  expect(parseTree(tree(['999999', 'a']), 20).ok).toBe(false);
  expect(parseTree(tree(['100644', '']), 20).ok).toBe(false);
  fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), fc.constantFrom(20, 32), (raw, length) => typeof parseTree(raw, length).ok === 'boolean'));
});
