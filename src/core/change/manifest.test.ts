/** The manifest against its published example, and its parser against everything else. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concat, hex, utf8 } from '../base/bytes.ts';
import { sha256Hex } from '../base/crypto.ts';
import type { TreeRecord } from './change.ts';
import { blobsOf, displayPath, encodeTreeDiff, manifest256Of, manifestAlg, manifestOf, parseTreeDiff } from './manifest.ts';

const ZERO = '0'.repeat(40);
const A_OLD = '5626abf0f72e58d7a153368ba57db4c673c0e171';
const A_NEW = 'f719efd430d52bcfc8566a43b2eb655688d38871';
const RUN = '1a2485251c33a70432394c93fb89330ef214bfc9';
const EXAMPLE = utf8(`:100644 100644 ${A_OLD} ${A_NEW} M\0a.txt\0:000000 100755 ${ZERO} ${RUN} A\0run.sh\0`);

/** The contents behind the example's three blob ids. */
const CONTENTS = new Map([
  [A_OLD, 'one\n'],
  [A_NEW, 'two\n'],
  [RUN, '#!/bin/sh\n'],
]);
const contentDigest = (id: string): string | undefined => {
  const content = CONTENTS.get(id);
  return content === undefined ? undefined : sha256Hex(content);
};

const parsed = (raw: Uint8Array): readonly TreeRecord[] => {
  const records = parseTreeDiff(raw);
  if (!records.ok) throw new Error(records.error.message);
  return records.value;
};

describe('the published example', () => {
  test('211 bytes, its manifest and its records', () => {
    expect(EXAMPLE.length).toBe(211);
    expect(manifestOf(EXAMPLE)).toBe('54d141b53f9eab5e127adbf2aa2b8765b5104062e623b20c422cdd6a7bfb89d1');
    expect(parsed(EXAMPLE).map((r) => [r.path, r.status, r.oldMode, r.newMode])).toEqual([
      ['a.txt', 'M', '100644', '100644'],
      ['run.sh', 'A', '000000', '100755'],
    ]);
    expect(blobsOf(parsed(EXAMPLE))).toEqual([A_OLD, A_NEW, RUN]);
  });

  test('manifest256 over the contents', () => {
    expect(manifest256Of(parsed(EXAMPLE), contentDigest)).toEqual({ ok: true, value: '3cecdba490d6e20b96e643f3904972707b1c2bb0dc31795b603d24e731e11750' });
  });

  test('a content that cannot be read is a problem that names the path', () => {
    const result = manifest256Of(parsed(EXAMPLE), (id) => (id === RUN ? undefined : contentDigest(id)));
    expect(result).toMatchObject({ ok: false, error: { code: 'CONTENT_UNSEEN', place: 'run.sh' } });
  });
});

const oid = fc
  .uint8Array({ minLength: 20, maxLength: 20 })
  .map(hex)
  .filter((id) => id !== ZERO);
const mode = fc.constantFrom('100644', '100755', '120000', '160000');
const pathBytes = fc.uint8Array({ minLength: 1, maxLength: 24 }).filter((b) => !b.includes(0));
const record: fc.Arbitrary<TreeRecord> = fc
  .record({ pathBytes, oldMode: mode, newMode: mode, oldId: oid, newId: oid, status: fc.constantFrom('A' as const, 'D' as const, 'M' as const, 'T' as const) })
  .map((r) => ({
    ...r,
    path: displayPath(r.pathBytes),
    ...(r.status === 'A' ? { oldMode: '000000', oldId: ZERO } : {}),
    ...(r.status === 'D' ? { newMode: '000000', newId: ZERO } : {}),
  }));
const recordList = fc.uniqueArray(record, { selector: (r) => r.path, maxLength: 8 });

describe('the parser', () => {
  test('gives back every list of records, whatever bytes their paths hold', () => {
    fc.assert(
      fc.property(recordList, (records) => {
        expect(parsed(encodeTreeDiff(records))).toEqual(records);
      }),
    );
  });

  test('refuses every cut of a difference except between records', () => {
    for (let end = 1; end < EXAMPLE.length; end++) {
      const cut = parseTreeDiff(EXAMPLE.subarray(0, end));
      if (end === 105) expect(cut).toMatchObject({ ok: true });
      else expect(cut).toMatchObject({ ok: false, error: { code: 'GIT_FAILED' } });
    }
  });

  test('what it accepts it writes back, bit flips included', () => {
    fc.assert(
      fc.property(fc.nat(EXAMPLE.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const bytes = EXAMPLE.slice();
        bytes[at] = (bytes[at] ?? 0) ^ flip;
        const records = parseTreeDiff(bytes);
        if (records.ok) expect(encodeTreeDiff(records.value)).toEqual(bytes);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(parseTreeDiff(bytes).ok).toBe(bytes.length === 0);
      }),
    );
  });

  test('a path twice, or two paths that look the same, is a duplicate', () => {
    const one = `:000000 100644 ${ZERO} ${RUN} A\0`;
    expect(parseTreeDiff(utf8(`${one}a\0${one}b\0${one}a\0`))).toMatchObject({ ok: false, error: { code: 'CONTENT_DUPLICATE', place: 'a' } });
    const alike = concat(utf8(`${one}\\xff\0${one}`), new Uint8Array([0xff, 0]));
    expect(parseTreeDiff(alike)).toMatchObject({ ok: false, error: { code: 'CONTENT_DUPLICATE' } });
  });

  test.each([
    [`:000000 100644 ${A_OLD} ${RUN} A\0x\0`, 'an object without a mode'],
    [`:100644 100644 ${ZERO} ${RUN} M\0x\0`, 'a mode without an object'],
    [`:100644 100644 ${A_OLD} ${RUN} A\0x\0`, 'a status its modes deny'],
    [`:100644 100666 ${A_OLD} ${RUN} M\0x\0`, 'a new mode no file has'],
    [`:100644 000000 ${A_OLD} ${RUN} D\0x\0`, 'a new object without a mode'],
    [`:100644 100644 ${A_OLD} ${ZERO} M\0x\0`, 'a new mode without an object'],
    [`:100644 000000 ${A_OLD} ${ZERO} M\0x\0`, 'a deletion that is called a modification'],
    [`:100644 100644 ${A_OLD} ${RUN} D\0x\0`, 'a modification that is called a deletion'],
    [`:040000 100644 ${A_OLD} ${RUN} T\0x\0`, 'a tree'],
    [`:100644 100644 ${A_OLD} ${RUN}${RUN.slice(0, 24)} M\0x\0`, 'two object formats'],
    [`:100644 100644 ${A_OLD} ${RUN} R100\0x\0`, 'a rename'],
    [`:100644 100644 ${A_OLD} ${RUN.slice(1)} M\0x\0`, 'a short id'],
    [`:100644 100644 ${A_OLD} ${RUN} M\0\0`, 'an empty path'],
  ])('refuses %j: %s', (raw) => {
    expect(parseTreeDiff(utf8(raw))).toMatchObject({ ok: false, error: { code: 'GIT_FAILED' } });
  });
});

test('a change of very many files is no special case', () => {
  const raw = utf8(Array.from({ length: 150_000 }, (_, i) => `:000000 100644 ${ZERO} ${RUN} A\0${i}\0`).join(''));
  const records = parsed(raw);
  expect(manifestOf(encodeTreeDiff(records))).toBe(manifestOf(raw));
  expect(manifest256Of(records, contentDigest).ok).toBe(true);
});

describe('manifest256', () => {
  test('does not depend on the order of the records', () => {
    fc.assert(
      fc.property(recordList, (records) => {
        const backwards = manifest256Of([...records].reverse(), sha256Hex);
        expect(backwards).toEqual(manifest256Of(records, sha256Hex));
      }),
    );
  });

  test('pins a submodule by its commit and never asks for its content', () => {
    const records = parsed(utf8(`:000000 160000 ${ZERO} ${RUN} A\0sub\0`));
    expect(blobsOf(records)).toEqual([]);
    expect(manifest256Of(records, () => undefined)).toEqual({ ok: true, value: sha256Hex(`sub\x00000000 160000 - gitlink:${RUN}\n`) });
  });
});

test('paths as people see them', () => {
  const shown = (...bytes: number[]): string => displayPath(new Uint8Array(bytes));
  expect(shown(0x61, 0xc3, 0xa9)).toBe('aé');
  expect(shown(0x61, 0xff, 0xc3, 0xa9)).toBe('a\\xffé');
  expect(shown(0xc3)).toBe('\\xc3');
  expect(shown(0xe2, 0x82, 0x61)).toBe('\\xe2\\x82a');
  expect(shown(0xed, 0xa0, 0x80)).toBe('\\xed\\xa0\\x80');
});

test('the object format is part of the algorithm', () => {
  expect(manifestAlg(ZERO)).toBe('git-diff-tree-raw-z/sha256');
  expect(manifestAlg('0'.repeat(64))).toBe('git-diff-tree-raw-z/sha256;object-format=sha256');
});
