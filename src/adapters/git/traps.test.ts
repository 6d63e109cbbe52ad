/** Each of these makes plain git tell another story about a change. The trap is shown to work first, then not on us. */
import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { concat, fromHex, utf8 } from '../../core/base/bytes.ts';
import type { Change } from '../../core/change/change.ts';
import { gitRoom, type TestRepository } from '../../testing/git.ts';
import { openRepository } from './repository.ts';

const room = gitRoom();
afterAll(() => room.remove());

const ask = (base: string | null, head: string) => ({ repo: 'r', targetRef: 'refs/heads/main', base, head });
async function changeIn(repo: TestRepository, base: string | null, head: string): Promise<Change> {
  const change = await openRepository({ gitDir: repo.gitDir }).change(ask(base, head));
  if (!change.ok) throw new Error(change.error.message);
  return change.value;
}
/** The same with git and sha256sum alone. */
const independent = (repo: TestRepository, base: string, head: string): string =>
  execFileSync('sh', ['-c', 'git --no-replace-objects diff-tree -r -z --no-renames --full-index --ignore-submodules=none "$0" "$1" | sha256sum', base, head], {
    cwd: repo.dir,
    encoding: 'utf8',
  }).slice(0, 64);

test('.gitmodules with ignore = all hides a submodule from plain git', async () => {
  const repo = room.init();
  const base = repo.commit({ '.gitmodules': '[submodule "sub"]\n\tpath = sub\n\turl = ./x\n\tignore = all\n', sub: { gitlink: '1'.repeat(40) } });
  const head = repo.commit({ sub: { gitlink: '2'.repeat(40) } });
  expect(repo.git('diff-tree', '-r', base, head)).toBe('');
  const change = await changeIn(repo, base, head);
  expect(change.records).toMatchObject([{ path: 'sub', newMode: '160000', newId: '2'.repeat(40) }]);
  expect(change.manifest).toBe(independent(repo, base, head));
});

test('refs/replace and grafts rewrite what plain git sees', async () => {
  const repo = room.init();
  const root = repo.commit({ a: '1' });
  const base = repo.commit({ b: '2' });
  const head = repo.commit({ a: '3' });
  const honest = await changeIn(repo, base, head);
  repo.git('replace', head, base);
  expect(repo.git('diff-tree', '-r', base, head)).toBe('');
  expect(await changeIn(repo, base, head)).toEqual(honest);
  repo.git('replace', '-d', head);
  mkdirSync(join(repo.gitDir, 'info'), { recursive: true });
  writeFileSync(join(repo.gitDir, 'info', 'grafts'), `${head} ${root}\n`);
  expect(repo.git('merge-base', base, head)).toBe(root);
  expect(await changeIn(repo, base, head)).toEqual(honest);
});

test('configuration of the clone bends nothing', async () => {
  const repo = room.init();
  const base = repo.commit({ 'd/a': '1', b: '2' });
  const head = repo.commit({ 'd/a': null, 'd/z': '1', b: '3', é: 'x' });
  const honest = await changeIn(repo, base, head);
  writeFileSync(join(repo.dir, 'order'), 'd/z\nb\n');
  for (const [key, value] of [
    ['diff.orderFile', join(repo.dir, 'order')],
    ['diff.renames', 'copies'],
    ['core.quotePath', 'true'],
    ['diff.ignoreSubmodules', 'all'],
    ['diff.relative', 'true'],
    ['core.abbrev', '7'],
    ['log.showSignature', 'true'],
  ]) {
    repo.git('config', key ?? '', value ?? '');
  }
  expect(await changeIn(repo, base, head)).toEqual(honest);
  expect(honest.records.map((r) => `${r.status} ${r.path}`)).toEqual(['M b', 'D d/a', 'A d/z', 'A é']);
  expect(honest.manifest).toBe(independent(repo, base, head));
});

describe('a tree that holds a name twice', () => {
  const repo = room.init();
  const base = repo.commit({ a: '1', 'dir/x': '1', 'other/y': '1' });
  const blob = (text: string): string => new TextDecoder().decode(repo.raw(['hash-object', '-w', '--stdin'], text)).trim();
  const entry = (mode: string, name: string, id: string): Uint8Array => concat(utf8(`${mode} ${name}\0`), fromHex(id) ?? new Uint8Array());
  const tree = (...entries: readonly Uint8Array[]): string =>
    new TextDecoder().decode(repo.raw(['hash-object', '-t', 'tree', '--literally', '-w', '--stdin'], concat(...entries))).trim();
  const commit = (id: string): string => repo.git('commit-tree', id, '-p', base, '-m', 'by hand');
  const [one, two] = [blob('1'), blob('2')];
  const id = (path: string): string => repo.git('rev-parse', `${base}:${path}`);
  const [dir, other] = [entry('40000', 'dir', id('dir')), entry('40000', 'other', id('other'))];

  test.each([
    ['the old content beside the new one', tree(entry('100644', 'a', one), entry('100644', 'a', two), dir, other)],
    ['the new content first', tree(entry('100644', 'a', two), entry('100644', 'a', one), dir, other)],
    ['as a file and as a folder', tree(entry('100644', 'a', one), entry('40000', 'a', id('other')), dir, other)],
    ['a folder twice', tree(entry('100644', 'a', one), dir, entry('40000', 'dir', id('other')), other)],
    ['deep inside', tree(entry('100644', 'a', one), entry('40000', 'dir', tree(entry('100644', 'x', one), entry('100644', 'x', two))), other)],
    ['hidden beside an honest edit', tree(entry('100644', 'a', two), entry('100644', 'b', one), entry('100644', 'b', one), dir, other)],
  ])('%s', async (_, root) => {
    const change = await openRepository({ gitDir: repo.gitDir }).change(ask(base, commit(root)));
    expect(change).toMatchObject({ ok: false, error: { code: 'CONTENT_DUPLICATE' } });
  });

  test('an unsorted tree is refused too', async () => {
    // Git pairs its entries wrongly and prints a path as deleted and as added.
    const change = await openRepository({ gitDir: repo.gitDir }).change(ask(base, commit(tree(other, dir, entry('100644', 'a', two)))));
    expect(change).toMatchObject({ ok: false, error: { code: 'CONTENT_DUPLICATE' } });
  });
});

describe('clones that lack something', () => {
  const repo = room.init();
  repo.git('config', 'uploadpack.allowFilter', 'true');
  repo.git('config', 'uploadpack.allowAnySHA1InWant', 'true');
  const ids = [1, 2, 3, 4].map((n) => repo.commit({ a: `${n}\n`, [`f${n}`]: `${n}\n` }));
  const [first = '', second = '', third = '', last = ''] = ids;

  test.each([['blob:none'], ['tree:0']])('a partial clone (%s) is read without the network, and says what is missing', async (filter) => {
    const partial = repo.clone('--no-checkout', `--filter=${filter}`);
    const before = readdirSync(join(partial.gitDir, 'objects', 'pack')).sort();
    const change = await openRepository({ dir: partial.dir }).change(ask(third, last));
    expect(change).toMatchObject({ ok: false, error: { code: 'CONTENT_UNSEEN' } });
    expect(await openRepository({ dir: partial.dir }).blobs([repo.git('rev-parse', `${first}:a`)], 10)).toMatchObject([{ problem: 'missing' }]);
    await expect(openRepository({ dir: partial.dir }).file(last, 'a')).rejects.toThrow(/not in this repository/);
    expect(await openRepository({ dir: partial.dir }).resolve('1'.repeat(40))).toBeNull();
    expect(readdirSync(join(partial.gitDir, 'objects', 'pack')).sort()).toEqual(before);
  });

  test('a partial clone that has what the change needs answers like a whole one', async () => {
    const partial = repo.clone('--filter=blob:none');
    partial.git('-c', 'protocol.file.allow=always', 'checkout', '-q', third);
    expect(await openRepository({ dir: partial.dir }).change(ask(third, last))).toEqual({ ok: true, value: await changeIn(repo, third, last) });
  });

  test('a shallow clone says where it was cut', async () => {
    const shallow = repo.clone('--depth=2');
    const inside = await changeIn(shallow, third, last);
    expect(inside).toEqual(await changeIn(repo, third, last));
    const fromNothing = await changeIn(shallow, null, last);
    expect(fromNothing.unseen).toEqual([expect.stringContaining(third)]);
    expect(fromNothing.commits).toHaveLength(2);
    const repository = openRepository({ dir: shallow.dir });
    expect(await repository.steps(null, last)).toBeUndefined();
    expect(await repository.steps(third, last)).toEqual([{ parent: third, commit: last, onChain: true }]);
    expect(await repository.change(ask(second, last))).toMatchObject({ ok: false, error: { code: 'CONTENT_UNSEEN' } });
  });

  test('a shallow clone without a common commit in sight', async () => {
    repo.git('checkout', '-q', '-b', 'side', first);
    const side = repo.commit({ side: 'x' });
    const shallow = repo.clone('--depth=1', '--no-single-branch');
    const change = await changeIn(shallow, last, side);
    expect(change.mergeBase).toBeNull();
    expect(change.unseen).toEqual([expect.stringContaining('merge base')]);
    repo.git('checkout', '-q', 'main');
  });
});

/** Only root can give a folder away, so for anybody else there is nothing to try. */
const asRoot = (name: string, body: () => Promise<void>): void => {
  if (process.getuid?.() === 0) test(name, body);
};

asRoot('a repository that belongs to somebody else', async () => {
  const repo = room.init();
  const head = repo.commit({ a: '1' });
  for (const path of [repo.dir, repo.gitDir]) chownSync(path, 65_534, 65_534);
  expect(() => repo.git('rev-parse', 'HEAD')).toThrow(/dubious ownership/);
  expect(await openRepository({ dir: repo.dir }).resolve('HEAD')).toBe(head);
});
