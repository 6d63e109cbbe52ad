/** What the command prints, over a repository in memory, and of real ones as they are named on the command line. */
import { afterAll, describe, expect, test } from 'vitest';
import { utf8 } from '../core/base/bytes.ts';
import { err, ok, problem, type Result } from '../core/base/result.ts';
import type { Change, TreeRecord } from '../core/change/change.ts';
import type { Repository } from '../flows/ports.ts';
import { gitRoom } from '../testing/git.ts';
import { manifest, runManifest } from './manifest.ts';

const ID = 'a'.repeat(40);
const record = (path: string): TreeRecord => ({ path, pathBytes: utf8(path), oldMode: '000000', newMode: '100644', oldId: '0'.repeat(40), newId: ID, status: 'A' });
const change = (records: readonly TreeRecord[], unseen: readonly string[] = []): Change => ({
  alg: 'git-diff-tree-raw-z/sha256',
  manifest: '1'.repeat(64),
  manifest256: '2'.repeat(64),
  records,
  repo: 'r',
  targetRef: 'main',
  base: ID,
  mergeBase: null,
  head: ID,
  headTree: ID,
  commits: [],
  unseen,
});
const repository = (answer: Result<Change>): Repository => ({
  resolve: async (revision) => (revision === 'nope' ? null : ID),
  change: async () => answer,
  steps: async () => undefined,
  mergeBases: async () => ok([]),
  file: async () => null,
  blobs: async () => [],
});
const args = { base: 'main', head: 'HEAD', json: false, dir: '/clone' };

describe('text', () => {
  test('both digests, then a line for each record', async () => {
    const printed = await runManifest(args, repository(ok(change([record('a.txt'), record('é \\xff')]))));
    expect(printed).toEqual({
      code: 0,
      stdout: `manifest ${'1'.repeat(64)}\nmanifest256 ${'2'.repeat(64)}\nA 000000 100644 ${'0'.repeat(40)} ${ID} a.txt\nA 000000 100644 ${'0'.repeat(40)} ${ID} é \\xff\n`,
      stderr: '',
    });
  });

  test('a path cannot speak to the terminal', async () => {
    const printed = await runManifest(args, repository(ok(change([record('a\n\u001b[2Jmanifest \u202e\u009b')]))));
    expect(printed.stdout.split('\n')).toHaveLength(4);
    for (const char of '\u001b\u202e\u009b') expect(printed.stdout).not.toContain(char);
    expect(printed.stdout).toContain('"a\\n\\u001b[2Jmanifest \\u{202e}\\u{9b}"');
  });

  test('where nothing lies between, it says so beside the answer', async () => {
    const printed = await runManifest(args, repository(ok(change([]))));
    expect(printed).toMatchObject({ code: 0, stdout: expect.stringMatching(/^manifest 1+\nmanifest256 2+\n$/) });
    expect(printed.stderr).toBe('countersign: the difference is empty: HEAD brings nothing that main does not have\n');
  });
});

test('JSON holds the exact bytes of every path', async () => {
  const printed = await runManifest({ ...args, json: true }, repository(ok(change([record('a')]))));
  expect(JSON.parse(printed.stdout)).toMatchObject({
    version: 1,
    exit: 0,
    alg: 'git-diff-tree-raw-z/sha256',
    manifest: '1'.repeat(64),
    manifest256: '2'.repeat(64),
    mergeBase: null,
    records: [{ path: 'a', pathBytes: 'YQ==' }],
  });
});

describe('refusals', () => {
  test('what was not seen: no digest is printed that may be of another change', async () => {
    const shallow = repository(ok(change([record('a')], ['this clone is shallow'])));
    const printed = await runManifest(args, shallow);
    expect(printed).toMatchObject({ code: 2, stdout: '' });
    expect(printed.stderr).toMatch(/^countersign: \/clone: this clone is shallow \[CONTENT_UNSEEN\]\n {2}remedy: .*git fetch --unshallow/);
    const json = await runManifest({ ...args, json: true }, shallow);
    expect(json).toMatchObject({ code: 2, stderr: '' });
    expect(JSON.parse(json.stdout)).toMatchObject({ exit: 2, unseen: ['this clone is shallow'] });
  });

  test.each([[{ ...args, base: 'nope' }], [{ ...args, head: 'nope', json: true }]])('an unknown revision: %j', async (asked) => {
    const printed = await runManifest(asked, repository(ok(change([]))));
    expect(printed.code).toBe(2);
    const said = asked.json ? printed.stdout : printed.stderr;
    expect(said).toMatch(/nope\\?" names no commit/);
    expect(said).toContain('remedy');
  });

  test('a problem of the repository', async () => {
    const printed = await runManifest({ ...args, json: true }, repository(err(problem('CONTENT_UNSEEN', 'missing'))));
    expect(printed.code).toBe(2);
    expect(JSON.parse(printed.stdout)).toMatchObject({ exit: 2, problems: [{ code: 'CONTENT_UNSEEN', message: 'missing' }] });
  });
});

describe('as it is typed', () => {
  const room = gitRoom();
  afterAll(() => room.remove());
  const typed = (base: string, head?: string, dir = repo.dir) => manifest({ base, head, dir, json: false });
  const repo = room.init();
  repo.commit({ a: 'a\n' });
  repo.commit({ b: 'b\n' });

  test.each(['HEAD~1..HEAD', 'HEAD~1...HEAD', 'HEAD~1..'])('one argument names both ends: %s', async (range) => {
    expect(await typed(range)).toEqual(await typed('HEAD~1', 'HEAD'));
  });

  test.each(['HEAD', '..HEAD', 'a..b..c', ''])('one argument that does not: %j', async (range) => {
    expect(await typed(range)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/\[USAGE\]\n {2}remedy: /) });
  });

  test('a folder that is no repository is called that', async () => {
    const printed = await typed('HEAD~1', 'HEAD', room.folder());
    expect(printed).toMatchObject({ code: 2, stderr: expect.stringMatching(/there is no git repository here \[GIT_FAILED\]\n {2}remedy: .*--repo/) });
  });

  test('a shallow clone has no identity to print', async () => {
    const clone = repo.bare().clone('--depth=1');
    clone.commit({ c: 'c\n' });
    clone.git('checkout', '-q', '--orphan', 'apart');
    clone.commit({ d: 'd\n' });
    expect(await typed('main', 'HEAD', clone.dir)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('git fetch --unshallow') });
  });
});
