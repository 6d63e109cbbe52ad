/** The port over every kind of repository and path git knows, and over ids and names nobody should send. */
import { afterAll, describe, expect, test } from 'vitest';
import { compare, utf8 } from '../../core/base/bytes.ts';
import type { Change } from '../../core/change/change.ts';
import { gitRoom, type TestRepository } from '../../testing/git.ts';
import { openRepository } from './repository.ts';

const room = gitRoom();
afterAll(() => room.remove());

async function changeIn(repo: TestRepository, base: string | null, head: string): Promise<Change> {
  const change = await openRepository({ dir: repo.dir }).change({ repo: 'r', targetRef: 'refs/heads/main', base, head });
  if (!change.ok) throw new Error(change.error.message);
  return change.value;
}
const shown = (change: Change): readonly string[] => change.records.map((r) => `${r.status} ${r.oldMode} ${r.newMode} ${r.path}`);

describe.each(['sha1', 'sha256'])('a %s repository', (format) => {
  const repo = room.init(`--object-format=${format}`);
  const first = repo.commit(
    { 'a.txt': 'one\n', 'dir/b': 'two\n', old: 'same\n' },
    { message: 'First\n\nBody\n', author: { name: 'Ann É', email: 'ann@example.org' }, at: 1_700_000_000 },
  );

  test('a root commit is compared with the empty tree', async () => {
    const change = await changeIn(repo, null, first);
    expect(shown(change)).toEqual(['A 000000 100644 a.txt', 'A 000000 100644 dir/b', 'A 000000 100644 old']);
    expect(change).toMatchObject({ base: null, mergeBase: null, head: first, headTree: repo.git('rev-parse', 'HEAD^{tree}'), unseen: [] });
    expect(change.alg).toBe(`git-diff-tree-raw-z/sha256${format === 'sha256' ? ';object-format=sha256' : ''}`);
    expect(change.commits).toEqual([
      {
        id: first,
        tree: change.headTree,
        parents: [],
        author: { name: 'Ann É', email: 'ann@example.org', at: 1_700_000_000_000 },
        committer: { name: 'Ann É', email: 'ann@example.org', at: 1_700_000_000_000 },
        message: 'First\n\nBody\n',
      },
    ]);
  });

  test('renames, binaries, symlinks, submodules, modes, deletions', async () => {
    const head = repo.commit({
      old: null,
      new: 'same\n',
      'bin.dat': new Uint8Array([0, 1, 2]),
      link: { link: 'a.txt' },
      'a.txt': { exec: 'one\n' },
      sub: { gitlink: first },
      dir: 'a file now',
    });
    const change = await changeIn(repo, first, head);
    expect(shown(change)).toEqual([
      'M 100644 100755 a.txt',
      'A 000000 100644 bin.dat',
      'A 000000 100644 dir',
      'D 100644 000000 dir/b',
      'A 000000 120000 link',
      'A 000000 100644 new',
      'D 100644 000000 old',
      'A 000000 160000 sub',
    ]);
  });

  test('no difference is a change without records', async () => {
    expect((await changeIn(repo, first, first)).records).toEqual([]);
    expect((await changeIn(repo, first, first)).commits).toEqual([]);
  });
});

test('the published example, made by git', async () => {
  const repo = room.init();
  const base = repo.commit({ 'a.txt': 'one\n' });
  const change = await changeIn(repo, base, repo.commit({ 'a.txt': 'two\n', 'run.sh': { exec: '#!/bin/sh\n' } }));
  expect(change.manifest).toBe('54d141b53f9eab5e127adbf2aa2b8765b5104062e623b20c422cdd6a7bfb89d1');
  expect(change.manifest256).toBe('3cecdba490d6e20b96e643f3904972707b1c2bb0dc31795b603d24e731e11750');
});

describe('history', () => {
  const repo = room.init();
  const root = repo.commit({ a: '1' });
  const left = repo.commit({ b: '1' });
  repo.git('checkout', '-q', '-b', 'topic', root);
  const topic = repo.commit({ c: '1' });
  repo.git('checkout', '-q', 'main');
  repo.git('merge', '-q', '--no-ff', '--no-edit', 'topic');
  const merge = repo.git('rev-parse', 'HEAD');
  repo.git('checkout', '-q', '--orphan', 'alone');
  const alone = repo.commit({ d: '1' });
  const repository = openRepository({ dir: repo.dir });

  test('a merge is compared with its merge base and brings its commits, oldest first', async () => {
    const change = await changeIn(repo, left, merge);
    expect(change.mergeBase).toBe(left);
    expect(shown(change)).toEqual(['A 000000 100644 c']);
    expect(change.commits.map((c) => c.id)).toEqual([topic, merge]);
    expect(change.commits[1]?.parents).toEqual([left, topic]);
  });

  test('histories that never met are compared with the empty tree', async () => {
    expect(await changeIn(repo, merge, alone)).toMatchObject({ mergeBase: null, unseen: [], base: merge });
  });

  test('steps, where the ref goes and what a merge brings', async () => {
    const steps = await repository.steps(root, merge);
    expect(steps?.filter((s) => s.onChain)).toEqual([
      { parent: root, commit: left, onChain: true },
      { parent: left, commit: merge, onChain: true },
    ]);
    expect(steps?.filter((s) => !s.onChain)).toEqual([{ parent: expect.any(String), commit: topic, onChain: false }]);
    expect(steps?.at(-1)?.commit).toBe(merge);
    expect(await repository.steps(null, left)).toEqual([
      { parent: null, commit: root, onChain: true },
      { parent: root, commit: left, onChain: true },
    ]);
    expect(await repository.steps(merge, merge)).toEqual([]);
    expect(await repository.steps(topic, merge)).toBeUndefined();
    expect(await repository.steps(merge, left)).toBeUndefined();
    expect(await repository.steps('1'.repeat(40), merge)).toBeUndefined();
    expect(await repository.steps(root, '--all')).toBeUndefined();
  });

  test('revisions resolve to commits or to nothing', async () => {
    repo.git('tag', '-a', 'v1', '-m', 'tag', merge);
    for (const revision of ['main', 'v1', merge, merge.slice(0, 12), 'refs/heads/main', 'main~0']) expect(await repository.resolve(revision)).toBe(merge);
    for (const revision of ['nope', '', '--all', '-h', 'main\nHEAD', `${merge}:a`, '1'.repeat(40), 'main^{tree}']) expect(await repository.resolve(revision)).toBeNull();
  });

  test('a linked work tree is the same repository', async () => {
    const linked = room.folder();
    repo.git('worktree', 'add', '-q', '--detach', `${linked}/w`, left);
    const there = openRepository({ dir: `${linked}/w` });
    expect(await there.resolve('HEAD')).toBe(left);
    expect(await there.change({ repo: 'r', targetRef: 'refs/heads/main', base: left, head: merge })).toEqual({ ok: true, value: await changeIn(repo, left, merge) });
  });

  test('ids that are no ids are problems, not options', async () => {
    for (const head of ['--output=/tmp/x', 'HEAD', merge.slice(1), '']) {
      expect(await repository.change({ repo: 'r', targetRef: 'refs/heads/main', base: root, head })).toMatchObject({ ok: false, error: { code: 'GIT_FAILED' } });
    }
    expect(await repository.change({ repo: 'r', targetRef: 'refs/heads/main', base: root, head: '1'.repeat(40) })).toMatchObject({ ok: false, error: { code: 'CONTENT_UNSEEN' } });
  });

  test('a folder that is no repository', async () => {
    const nowhere = openRepository({ gitDir: room.folder() });
    expect(await nowhere.change({ repo: 'r', targetRef: 'refs/heads/main', base: null, head: merge })).toMatchObject({ ok: false, error: { code: 'GIT_FAILED' } });
    expect(await nowhere.resolve('HEAD')).toBeNull();
    await expect(nowhere.steps(null, merge)).rejects.toThrow(/no git repository/);
  });
});

describe('contents', () => {
  const repo = room.init();
  const head = repo.commit({ 'd/e/file': 'text\n', link: { link: 'd/e/file' }, 'a\nb': 'newline\n', empty: '', sub: { gitlink: '1'.repeat(40) } });
  const repository = openRepository({ dir: repo.dir });

  test('files by path', async () => {
    expect(await repository.file(head, 'd/e/file')).toEqual(utf8('text\n'));
    expect(await repository.file(head, 'a\nb')).toEqual(utf8('newline\n'));
    expect(await repository.file(head, 'link')).toEqual(utf8('d/e/file'));
    expect(await repository.file(head, 'empty')).toEqual(new Uint8Array());
    for (const path of ['nope', 'd', 'd/e', 'd/e/file/x', 'link/x', 'sub', 'sub/x', '', '../x', 'd//e']) expect(await repository.file(head, path)).toBeNull();
  });

  test('blobs by id, in the order of the ask, missing and large ones named', async () => {
    const id = (path: string): string => repo.git('rev-parse', `${head}:${path}`);
    const asked = [id('d/e/file'), '1'.repeat(40), id('empty'), id('d'), id('d/e/file'), 'HEAD'];
    expect(await repository.blobs(asked, 5)).toEqual([
      { id: asked[0], bytes: utf8('text\n') },
      { id: asked[1], problem: 'missing' },
      { id: asked[2], bytes: new Uint8Array() },
      { id: asked[3], problem: 'missing' },
      { id: asked[4], bytes: utf8('text\n') },
      { id: asked[5], problem: 'missing' },
    ]);
    expect(await repository.blobs([id('d/e/file')], 4)).toEqual([{ id: asked[0], problem: 'too-large' }]);
    expect(await repository.blobs([], 4)).toEqual([]);
  });

  test('paths that are not UTF-8, made by fast-import', async () => {
    const odd = room.init();
    const stream = new Uint8Array([
      ...utf8('commit refs/heads/main\ncommitter A <a@example.org> 1 +0000\ndata 0\nM 100644 inline "'),
      0x66,
      0xff,
      0xfe,
      ...utf8('"\ndata 1\nx\nM 100644 inline f\ndata 1\ny\n'),
    ]);
    odd.raw(['fast-import', '--quiet'], stream);
    const change = await changeIn(odd, null, odd.git('rev-parse', 'main'));
    expect(change.records.map((r) => r.path)).toEqual(['f', 'f\\xff\\xfe']);
    expect(change.records.map((r) => r.pathBytes).every((p, i, all) => i === 0 || compare(all[i - 1] ?? p, p) < 0)).toBe(true);
  });

  test('more objects and bytes than a pipe holds', async () => {
    const many = room.init();
    const files = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`d${i % 7}/${i}`, `${i}\n`.repeat(i * 20)]));
    const change = await changeIn(many, null, many.commit(files));
    expect(change.records).toHaveLength(400);
    const read = await openRepository({ dir: many.dir }).blobs(
      change.records.map((r) => r.newId),
      1 << 20,
    );
    expect(read.map((b) => ('bytes' in b ? b.bytes.length : b.problem))).toEqual(change.records.map((r) => files[r.path]?.length));
  });
});
