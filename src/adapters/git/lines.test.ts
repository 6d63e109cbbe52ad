/** Lines of a change, as git itself finds them, whatever a repository holds or configures. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { CommitLines } from '../../flows/ports.ts';
import { gitRoom } from '../../testing/git.ts';
import { openLines } from './lines.ts';

const room = gitRoom();
afterAll(() => room.remove());

const LINES = Array.from({ length: 12 }, (_, i) => `line ${i + 1}`);
const edited = (edits: { readonly [line: number]: string | null }): string => `${LINES.flatMap((line, i) => (edits[i + 1] === null ? [] : [edits[i + 1] ?? line])).join('\n')}\n`;

describe.each([
  ['sha1', []],
  ['sha256', ['--object-format=sha256']],
])('in a repository of %s', (_, args) => {
  const repo = room.init(...args);
  const base = repo.commit({ 'a.txt': edited({}), 'gone.txt': 'one\ntwo\n', 'same.txt': 'x\n' });
  const head = repo.commit({ 'a.txt': edited({ 3: 'three\nand more', 7: null }), 'gone.txt': null, 'new.txt': 'first\nlast', 'empty.txt': '' });

  test('what is added stands where the new file has it, what is removed where the old one had it', async () => {
    expect(await openLines({ gitDir: repo.gitDir }).between(base, head)).toEqual({
      ok: true,
      value: [
        {
          path: 'a.txt',
          added: [{ start: 3, lines: ['three', 'and more'] }],
          removed: [
            { start: 3, lines: ['line 3'] },
            { start: 7, lines: ['line 7'] },
          ],
        },
        { path: 'empty.txt', added: [], removed: [] },
        { path: 'gone.txt', added: [], removed: [{ start: 1, lines: ['one', 'two'] }] },
        { path: 'new.txt', added: [{ start: 1, lines: ['first', 'last'] }], removed: [] },
      ],
    });
  });

  test('from nothing everything is added', async () => {
    const all = await openLines({ dir: repo.dir }).between(null, base);
    expect(all.ok && all.value.map((f) => [f.path, f.added.flatMap((h) => h.lines).length])).toEqual([
      ['a.txt', 12],
      ['gone.txt', 2],
      ['same.txt', 1],
    ]);
  });

  test('what is staged is found, and what is not is not', async () => {
    writeFileSync(join(repo.dir, 'new.txt'), 'first\nlast\nstaged\n');
    repo.git('add', 'new.txt');
    writeFileSync(join(repo.dir, 'new.txt'), 'first\nlast\nstaged\nnot staged\n');
    expect(await openLines({ dir: repo.dir }).staged()).toEqual({
      ok: true,
      value: [{ path: 'new.txt', added: [{ start: 2, lines: ['last', 'staged'] }], removed: [{ start: 2, lines: ['last'] }] }],
    });
  });
});

test('before the first commit everything staged is added', async () => {
  const repo = room.init();
  writeFileSync(join(repo.dir, 'a'), 'one\n');
  repo.git('add', 'a');
  expect(await openLines({ dir: repo.dir }).staged()).toEqual({ ok: true, value: [{ path: 'a', added: [{ start: 1, lines: ['one'] }], removed: [] }] });
});

test('no attribute, driver or setting of the clone hides or makes up lines, and nothing of it runs', async () => {
  const repo = room.init();
  const script = join(room.folder(), 'evil');
  writeFileSync(script, '#!/bin/sh\necho made up\n');
  chmodSync(script, 0o755);
  for (const [key, value] of [
    ['diff.external', script],
    ['diff.evil.textconv', script],
    ['diff.evil.command', script],
    ['diff.noprefix', 'true'],
    ['diff.context', '9'],
    ['diff.renames', 'copies'],
    ['color.ui', 'always'],
    ['core.quotepath', 'true'],
  ] as const)
    repo.git('config', key, value);
  const base = repo.commit({ '.gitattributes': '*.x -diff\n*.y diff=evil\n', 'a.x': 'one\n', 'a.y': 'one\n' });
  const head = repo.commit({ 'a.x': 'one\ntwo\n', 'a.y': 'one\ntwo\n', 'caf\u00e9.y': 'moved\n' });
  const added = [{ start: 2, lines: ['two'] }];
  const expected = [
    { path: 'a.x', added, removed: [] },
    { path: 'a.y', added, removed: [] },
    { path: 'caf\u00e9.y', added: [{ start: 1, lines: ['moved'] }], removed: [] },
  ];
  expect(await openLines({ dir: repo.dir }).between(base, head)).toEqual({ ok: true, value: expected });
  repo.git('reset', '-q', '--soft', base);
  expect(await openLines({ dir: repo.dir }).staged()).toEqual({ ok: true, value: expected });
});

test('paths and contents that look like a patch are paths and contents', async () => {
  const repo = room.init();
  const files = {
    'with space b/with': 'x\n',
    'b/x b/x': 'y\n',
    'line\n@@ -1 +1 @@\nbreak': '-- a\n++ b\n@@ -1 +1 @@\ndiff --git a/z b/z\n\\ No newline\n',
    'quote"back\\slash\ttab': 'z\r\n',
    '"': 'q\n',
  };
  const head = repo.commit(files);
  const found = await openLines({ dir: repo.dir }).between(null, head);
  const said = Object.fromEntries(found.ok ? found.value.map((f) => [f.path, `${f.added.flatMap((h) => h.lines).join('\n')}\n`]) : []);
  expect(said).toEqual(files);
});

test('binary files, submodules, links, modes: no made-up lines, and what has none says why', async () => {
  const repo = room.init();
  const base = repo.commit({ bin: '\0a', mode: 'same\n', kind: 'a file\n' });
  const head = repo.commit({ bin: '\0b', mode: { exec: 'same\n' }, kind: { link: 'mode' }, sub: { gitlink: base }, big: 'x\n'.repeat(5 << 20) });
  const found = await openLines({ dir: repo.dir }).between(base, head);
  expect(found.ok && [...found.value].sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
    { path: 'big', added: [], removed: [], unread: 'it is binary, or too large to compare' },
    { path: 'bin', added: [], removed: [], unread: 'it is binary, or too large to compare' },
    { path: 'kind', added: [{ start: 1, lines: ['mode'] }], removed: [{ start: 1, lines: ['a file'] }] },
    { path: 'mode', added: [], removed: [] },
    { path: 'sub', added: [], removed: [] },
  ]);
});

test('over a cap, files say so instead of having no lines', async () => {
  const repo = room.init();
  const base = repo.commit({});
  const head = repo.commit({ a: 'x\n'.repeat(5), b: 'x\n'.repeat(11), c: 'x\n'.repeat(5), d: 'x\n' });
  const read = async (caps: { file: number; lines: number; bytes: number }) => {
    const found = await openLines({ dir: repo.dir }, undefined, caps).between(base, head);
    return found.ok && found.value.map((f) => f.unread ?? f.added.flatMap((h) => h.lines).length);
  };
  expect(await read({ file: 10, lines: 100, bytes: 1 << 20 })).toEqual([5, 'more than 10 lines of it change', 5, 1]);
  expect(await read({ file: 100, lines: 3, bytes: 1 << 20 })).toEqual(Array.from({ length: 4 }, () => expect.stringMatching(/^the change is over 3 lines/)));
});

test('what is not there is a problem, and so is what is no id', async () => {
  const repo = room.init();
  const base = repo.commit({ a: 'x\n' });
  const lines = openLines({ dir: repo.dir });
  expect(await lines.between(base, 'f'.repeat(40))).toMatchObject({ ok: false, error: { code: 'CONTENT_UNSEEN' } });
  expect(await lines.between(base, '--output=x')).toMatchObject({ ok: false, error: { code: 'GIT_FAILED' } });
  expect(await openLines({ dir: room.folder() }).staged()).toMatchObject({ ok: false, error: { code: 'GIT_FAILED' } });
});

describe('commit after commit', () => {
  const repo = room.init();
  const ids = [repo.commit({ a: 'one\n' }), repo.commit({ a: 'one\ntwo\n' }), repo.commit({}), repo.commit({ a: `${'f'.repeat(40)}\n`, b: 'x\n' })];
  repo.git('checkout', '-q', '-b', 'side', ids[1] ?? '');
  repo.commit({ c: 'of the side\n' });
  repo.git('checkout', '-q', 'main');
  repo.git('merge', '-q', '--no-ff', '-m', 'merge', 'side');
  ids.push(repo.git('rev-parse', 'HEAD'));
  const read = async (of: readonly string[], since = 0) => {
    const seen: CommitLines[] = [];
    const done = await openLines({ dir: repo.dir }).each(of, since, (c) => seen.push(c));
    return { seen, lost: done.ok ? done.value : done.error };
  };

  test('each says the same as the difference to its first parent, in the order of the ask', async () => {
    const { seen, lost } = await read([...ids].reverse());
    expect(lost).toEqual([]);
    expect(seen.map((c) => c.commit)).toEqual([...ids].reverse());
    for (const { commit, parent, changed } of seen) expect(await openLines({ dir: repo.dir }).between(parent, commit)).toEqual({ ok: true, value: changed });
    expect(seen[0]?.changed.map((f) => f.path)).toEqual(['c']);
  });

  test('what is not here, and what is too old, is not there', async () => {
    expect(await read([ids[0] ?? '', 'e'.repeat(40), 'HEAD'])).toMatchObject({ seen: [{ commit: ids[0] }], lost: ['e'.repeat(40), 'HEAD'] });
    const at = Number(repo.git('log', '-1', '--format=%ct', ids[1] ?? '')) * 1_000;
    expect((await read(ids.slice(0, 4), at)).seen.map((c) => c.commit)).toEqual(ids.slice(1, 4));
  });

  test('a commit that is damaged does not hide the others', async () => {
    const bytes = `tree ${'d'.repeat(40)}\nauthor a <a@x> 1790000000 +0000\ncommitter a <a@x> 1790000000 +0000\n\nx\n`;
    const lost = Buffer.from(repo.raw(['hash-object', '-t', 'commit', '-w', '--literally', '--stdin'], bytes))
      .toString('latin1')
      .trim();
    expect(await read([ids[0] ?? '', lost, ids[1] ?? '']).then((r) => [r.seen.map((c) => c.commit), r.lost])).toEqual([ids.slice(0, 2), [lost]]);
  });
});

test('a path that is no UTF-8 is written as everywhere here', async () => {
  const repo = room.init();
  const id = Buffer.from(repo.raw(['hash-object', '-w', '--stdin'], 'x\n'))
    .toString('latin1')
    .trim();
  const tree = Buffer.from(repo.raw(['mktree', '-z'], Buffer.concat([Buffer.from(`100644 blob ${id}\tcaf`), Buffer.from([0xe9, 0])])))
    .toString('latin1')
    .trim();
  const found = await openLines({ dir: repo.dir }).between(null, repo.git('commit-tree', tree, '-m', 'x'));
  expect(found.ok && found.value.map((f) => f.path)).toEqual(['caf\\xe9']);
});
