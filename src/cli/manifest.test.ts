/** What the command prints, over a repository in memory: reading real ones is tested where they are read. */
import { describe, expect, test } from 'vitest';
import { utf8 } from '../core/base/bytes.ts';
import { err, ok, problem, type Result } from '../core/base/result.ts';
import type { Change, TreeRecord } from '../core/change/change.ts';
import type { Repository } from '../flows/ports.ts';
import { runManifest } from './manifest.ts';

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

  test('what was not seen is said beside the answer', async () => {
    expect((await runManifest(args, repository(ok(change([], ['this clone is shallow']))))).stderr).toBe('not seen: this clone is shallow\n');
  });
});

test('JSON holds the exact bytes of every path', async () => {
  const printed = await runManifest({ ...args, json: true }, repository(ok(change([record('a')]))));
  expect(JSON.parse(printed.stdout)).toMatchObject({
    alg: 'git-diff-tree-raw-z/sha256',
    manifest: '1'.repeat(64),
    manifest256: '2'.repeat(64),
    mergeBase: null,
    records: [{ path: 'a', pathBytes: 'YQ==' }],
  });
});

describe('refusals', () => {
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
