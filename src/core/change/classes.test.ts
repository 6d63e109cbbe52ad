/** Classes of a moved change over written-down records: the table row by row, and what is malformed. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { utf8 } from '../base/bytes.ts';
import type { TreeRecord } from './change.ts';
import { classWords } from './class-words.ts';
import { CHANGE_CLASSES, type ClassedChange, classify, mergesAsked } from './classes.ts';

const ZERO = '0'.repeat(40);
const id = (name: string): string =>
  utf8(name)
    .reduce((text, byte) => text + byte.toString(16).padStart(2, '0'), '')
    .padEnd(40, 'f');

interface File {
  readonly old?: string | null;
  readonly new?: string | null;
  readonly modes?: readonly [string, string];
}
function record(path: string, { old = 'one', new: after = 'two', modes = ['100644', '100644'] }: File = {}): TreeRecord {
  const status = old === null ? 'A' : after === null ? 'D' : modes[0].slice(0, 3) === modes[1].slice(0, 3) ? 'M' : 'T';
  return {
    path,
    pathBytes: utf8(path),
    oldMode: old === null ? '000000' : modes[0],
    newMode: after === null ? '000000' : modes[1],
    oldId: old === null ? ZERO : id(old),
    newId: after === null ? ZERO : id(after),
    status,
  };
}
const change = (files: { readonly [path: string]: File }, more: Partial<ClassedChange> = {}): ClassedChange => ({
  base: id('base'),
  mergeBase: id('base'),
  head: id('head'),
  records: Object.entries(files).map(([path, file]) => record(path, file)),
  manifest256: JSON.stringify(files),
  unseen: [],
  ...more,
});
const rebased = { base: id('base 2'), mergeBase: id('base 2'), head: id('head 2') };
const classes = (signed: ClassedChange, now: ClassedChange, merged: { readonly [path: string]: string | null } = {}): object => {
  const { overall, paths } = classify(signed, now, new Map(Object.entries(merged)));
  return { overall, ...Object.fromEntries(paths) };
};

describe('a change that is the same', () => {
  const signed = change({ a: {}, b: { old: null } });
  test.each<[string, Partial<ClassedChange>, string]>([
    ['commit for commit is no change', {}, 'no-change'],
    ['in other commits is a message', { head: id('amended') }, 'message'],
    ['on a base that moved is a trivial rebase', rebased, 'trivial-rebase'],
    ['against a target that moved is a trivial rebase', { base: id('base 2') }, 'trivial-rebase'],
    ['with the base merged in is a trivial rebase', { mergeBase: id('base 2'), head: id('head 2') }, 'trivial-rebase'],
  ])('%s', (_, more, expected) => expect(classes(signed, { ...signed, ...more })).toEqual({ overall: expected, a: expected, b: expected }));

  it('by ids, over contents that are not, is rework everywhere', () =>
    expect(classes(signed, { ...signed, head: id('h'), manifest256: 'another' })).toEqual({ overall: 'rework', a: 'rework', b: 'rework' }));
});

describe('a path', () => {
  const plain = { a: {}, b: {} };
  test.each<[string, { readonly [path: string]: File }, { readonly [path: string]: File }]>([
    ['with other content', plain, { a: {}, b: { new: 'three' } }],
    ['that came', { a: {} }, { a: {}, b: {} }],
    ['that left', plain, { a: {} }],
    ['that became executable', plain, { a: {}, b: { modes: ['100644', '100755'] } }],
    ['that became a symlink', plain, { a: {}, b: { modes: ['100644', '120000'] } }],
    ['that is a moved submodule', { a: {}, b: { modes: ['160000', '160000'] } }, { a: {}, b: { new: 'three', modes: ['160000', '160000'] } }],
    ['that is deleted instead', plain, { a: {}, b: { new: null } }],
  ])('%s is rework, the other is not', (_, before, after) => {
    expect(classes(change(before), change(after, { head: id('h') }))).toEqual({ overall: 'rework', a: 'no-change', b: 'rework' });
    expect(classes(change(before), change(after, rebased))).toEqual({ overall: 'rework', a: 'trivial-rebase', b: 'rework' });
  });

  it('whose base moved is context-moved where the clean merge is exactly what is there', () => {
    const [signed, now] = [change(plain), change({ a: {}, b: { old: 'one!', new: 'two!' } }, rebased)];
    expect(mergesAsked(signed, now)).toEqual([{ path: 'b', ancestor: id('one'), ours: id('one!'), theirs: id('two') }]);
    expect(classes(signed, now, { b: id('two!') })).toEqual({ overall: 'context-moved', a: 'trivial-rebase', b: 'context-moved' });
    const wrong: readonly { readonly [path: string]: string | null }[] = [{}, { b: null }, { b: id('two') }, { b: '' }, { a: id('two!') }];
    for (const merged of wrong) expect(classes(signed, now, merged)).toEqual({ overall: 'rework', a: 'trivial-rebase', b: 'rework' });
  });

  test.each<[string, File, File]>([
    ['a symlink', { modes: ['120000', '120000'] }, { old: 'one!', new: 'two!', modes: ['120000', '120000'] }],
    ['a file that becomes a symlink', { modes: ['100644', '120000'] }, { old: 'one!', new: 'two!', modes: ['100644', '120000'] }],
    ['a submodule', { modes: ['160000', '160000'] }, { old: 'one!', new: 'two!', modes: ['160000', '160000'] }],
    ['a file whose mode moved in the base', {}, { old: 'one!', new: 'two!', modes: ['100755', '100755'] }],
    ['a file whose mode was moved beside', {}, { old: 'one!', new: 'two!', modes: ['100644', '100755'] }],
    ['a file added on both sides', { old: null }, { old: 'one!', new: 'two!' }],
    ['a file deleted on both sides', { new: null }, { old: 'one!', new: null }],
    ['a base that is gone', {}, { old: null, new: 'two!' }],
  ])('that is %s is never merged, whatever git says', (_, before, after) => {
    const [signed, now] = [change({ b: before }), change({ b: after }, rebased)];
    expect(mergesAsked(signed, now)).toEqual([]);
    expect(classes(signed, now, { b: record('b', after).newId })).toEqual({ overall: 'rework', b: 'rework' });
  });

  it('is compared by its bytes', () => {
    const shown = record('\\xff');
    const bytes = { ...shown, pathBytes: new Uint8Array([0xff]) };
    const [signed, now] = [change({}, { records: [shown] }), change({}, { records: [bytes], head: id('h') })];
    expect(classes(signed, now)).toEqual({ overall: 'rework', '\\xff': 'rework' });
  });
});

describe('what is malformed, or was not seen, is rework everywhere', () => {
  const signed = change({ a: {}, b: {} });
  const r = record('b');
  test.each<[string, Partial<ClassedChange>]>([
    ['a path twice', { records: [record('a'), r, r] }],
    ['a path shown as another', { records: [record('a'), { ...r, path: 'c' }] }],
    ['a mode no file has', { records: [record('a'), { ...r, newMode: '100600' }] }],
    ['an id that is none', { records: [record('a'), { ...r, newId: 'HEAD' }] }],
    ['a mode without an object', { records: [record('a'), { ...r, newId: ZERO }] }],
    ['an empty path', { records: [record('a'), { ...r, path: '', pathBytes: utf8('') }] }],
    ['two records in one path', { records: [{ ...record('a'), pathBytes: utf8(`a\0:100644 100644 ${id('one')} ${id('two')} M\0b`) }] }],
    ['history that was cut off', { unseen: ['shallow'] }],
    ['the same commits with another content', { records: [record('a'), record('b', { new: 'three' })], manifest256: 'x' }],
  ])('%s', (_, more) => {
    for (const [s, n] of [
      [signed, { ...signed, ...more }],
      [{ ...signed, ...more }, signed],
    ] as const) {
      const { overall, paths } = classify(s, n, new Map([['b', id('two')]]));
      expect(overall).toBe('rework');
      expect(new Set(paths.values())).toEqual(new Set(['rework']));
      expect(paths.get('a')).toBe('rework');
    }
  });
});

const files = fc.dictionary(
  fc.constantFrom('a', 'b', 'c', 'd'),
  fc.record({
    old: fc.constantFrom('one', 'one!', null),
    new: fc.constantFrom('two', 'two!'),
    modes: fc.constantFrom(['100644', '100644'] as const, ['100755', '100755'] as const, ['100644', '100755'] as const),
  }),
);
const sides = fc.record({
  before: files,
  after: files,
  moves: fc.boolean(),
  amends: fc.boolean(),
  merged: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom(id('two'), id('two!'), null)),
});

test('every path of either side has one class, the overall is the heaviest, and a merge git did not make lifts nothing', () => {
  fc.assert(
    fc.property(sides, ({ before, after, moves, amends, merged }) => {
      const [signed, now] = [change(before), change(after, moves ? rebased : amends ? { head: id('h') } : {})];
      const found = classify(signed, now, new Map(Object.entries(merged)));
      expect([...found.paths.keys()].sort()).toEqual([...new Set([...Object.keys(before), ...Object.keys(after)])].sort());
      for (const c of found.paths.values()) expect(CHANGE_CLASSES.atLeast(found.overall, c)).toBe(true);
      const without = classify(signed, now, new Map());
      for (const [path, c] of without.paths) expect(CHANGE_CLASSES.atLeast(c, found.paths.get(path) ?? 'rework')).toBe(true);
      expect([...without.paths.values()]).not.toContain('context-moved');
      for (const [path, c] of found.paths) {
        const [s, n] = [signed, now].map((side) => side.records.find((r) => r.path === path));
        if (c === 'context-moved') expect(merged[path]).toBe(n?.newId);
        if (!CHANGE_CLASSES.above(c, 'trivial-rebase')) expect(s).toEqual(n);
      }
    }),
  );
});

describe('in words', () => {
  const words = (signed: ClassedChange, now: ClassedChange, merged: Readonly<Record<string, string>> = {}): string =>
    classWords(signed, now, classify(signed, now, new Map(Object.entries(merged))));

  it('what differs comes first', () => {
    const signed = change({ 'docs/a.md': {}, 'db/a.sql': {}, 'db/gone.sql': {}, 'db/moved.sql': {} });
    const now = change({ 'docs/a.md': {}, 'db/a.sql': { new: 'three' }, 'db/new.sql': {}, 'db/moved.sql': { old: 'one!', new: 'two!' } }, rebased);
    expect(words(signed, now, { 'db/moved.sql': id('two!') })).toBe(
      'db/a.sql was reworked; db/new.sql is new; db/gone.sql is no longer changed; db/moved.sql moved with its base, which changed in the same file; docs/a.md is unchanged',
    );
  });

  it('five paths are named and the rest is counted', () => {
    const many = (n: number, content: string) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`f${i}`, { new: content }]));
    const [signed, now] = [change({ ...many(7, 'two'), z: {} }), change({ ...many(7, 'three'), z: {} }, { head: id('h') })];
    expect(words(signed, now)).toBe('f0, f1, f2, f3, f4 and 2 more were reworked; 1 file is unchanged');
    expect(words(change({ ...many(4, 'two'), y: {}, z: {} }), change({ ...many(4, 'three'), y: {}, z: {} }, { head: id('h') }))).toBe(
      'f0, f1, f2, f3 were reworked; y and 1 more are unchanged',
    );
  });
});
