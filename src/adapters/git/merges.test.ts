/** File merges from objects alone: what git answers, what no repository can bend, and the caps. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { gitRoom, type TestRepository } from '../../testing/git.ts';
import { MERGE_CAPS, openMerges } from './merges.ts';

const room = gitRoom();
afterAll(() => room.remove());

const LINES = Array.from({ length: 30 }, (_, i) => `line ${i}`);
const edited = (edits: { readonly [line: number]: string }): string => `${LINES.map((line, i) => edits[i] ?? line).join('\n')}\n`;
const blob = (repo: TestRepository, content: string | Uint8Array): string =>
  Buffer.from(repo.raw(['hash-object', '-w', '--stdin'], content))
    .toString('utf8')
    .trim();
const asks = (repo: TestRepository, ...of: readonly (readonly [string | Uint8Array, string | Uint8Array, string | Uint8Array])[]) =>
  of.map(([ancestor, ours, theirs], i) => ({ path: `p${i}`, ancestor: blob(repo, ancestor), ours: blob(repo, ours), theirs: blob(repo, theirs) }));
const objects = (repo: TestRepository): readonly string[] => readdirSync(join(repo.gitDir, 'objects'), { recursive: true }).map(String).sort();
const leftovers = (): readonly string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('countersign-merge-'));

describe.each([
  ['sha1', []],
  ['sha256', ['--object-format=sha256']],
])('in a repository of %s', (_, args) => {
  const repo = room.init(...args);
  const clean = [edited({}), edited({ 25: 'base' }), edited({ 3: 'signed' })] as const;

  test('clean merges give a blob, conflicts and binaries none, in the order of the ask', async () => {
    const asked = asks(
      repo,
      [edited({}), edited({ 3: 'base' }), edited({ 3: 'signed' })],
      clean,
      ['\0a', '\0b', '\0c'],
      [edited({}), edited({ 3: 'same' }), edited({ 3: 'same' })],
      ['', edited({ 1: 'x' }), ''],
    );
    const before = objects(repo);
    const merged = await openMerges({ gitDir: repo.gitDir }).files(asked);
    // Nothing is written, not even the blob that would be new.
    expect(objects(repo)).toEqual(before);
    expect(merged).toEqual({ ok: true, value: [null, blob(repo, edited({ 3: 'signed', 25: 'base' })), null, blob(repo, edited({ 3: 'same' })), blob(repo, edited({ 1: 'x' }))] });
  });

  test('a folder of the clone will do, and hundreds at once', async () => {
    const [ask] = asks(repo, clean);
    const asked = ask === undefined ? [] : Array.from({ length: 300 }, () => ask);
    const merged = await openMerges({ dir: repo.dir }).files(asked);
    expect(merged).toEqual({ ok: true, value: asked.map(() => blob(repo, edited({ 3: 'signed', 25: 'base' }))) });
  });
});

test('no driver, attribute or setting of the clone has a say, wherever it stands', async () => {
  const repo = room.init();
  const ran = join(room.folder(), 'ran');
  const attributes = '* merge=union\n*.x merge=evil\n* merge=evil\n';
  for (const [key, value] of [
    ['merge.evil.driver', `touch ${ran}; true`],
    ['merge.default', 'evil'],
    ['merge.renormalize', 'true'],
    ['core.attributesFile', join(repo.dir, '.gitattributes')],
    ['filter.evil.clean', `touch ${ran}; cat`],
  ] as const)
    repo.git('config', key, value);
  repo.commit({ '.gitattributes': attributes, 'p0.x': 'a\n' });
  mkdirSync(join(repo.gitDir, 'info'), { recursive: true });
  writeFileSync(join(repo.gitDir, 'info/attributes'), attributes);
  const [base, ours, theirs] = [edited({}), edited({ 3: 'base' }), edited({ 3: 'signed' })];
  // The trap works on plain git: it merges what conflicts.
  const start = repo.commit({ 'p0.x': base });
  const side = (content: string): string => {
    repo.git('checkout', '-q', '--detach', start);
    return repo.commit({ 'p0.x': content });
  };
  expect(() => repo.git('merge-tree', '--write-tree', side(ours), side(theirs))).not.toThrow();
  expect(readdirSync(join(ran, '..'))).toEqual(['ran']);
  const again = room.folder();
  repo.git('config', 'merge.evil.driver', `touch ${join(again, 'ran')}; true`);
  const asked = asks(repo, [base, ours, theirs]);
  const before = process.cwd();
  // Not even from the folder somebody stands in.
  process.chdir(repo.dir);
  try {
    for (const place of [{ dir: repo.dir }, { gitDir: repo.gitDir }]) expect(await openMerges(place).files(asked)).toEqual({ ok: true, value: [null] });
  } finally {
    process.chdir(before);
  }
  expect(readdirSync(again)).toEqual([]);
});

test('objects of a quarantine and of alternates are merged too', async () => {
  const [repo, other] = [room.init(), room.init()];
  const [ancestor = '', ours = '', theirs = ''] = [blob(repo, edited({})), blob(other, edited({ 25: 'base' })), blob(other, edited({ 3: 'signed' }))];
  const expected = { ok: true, value: [blob(other, edited({ 3: 'signed', 25: 'base' }))] };
  const asked = [{ path: 'p', ancestor, ours, theirs }];
  expect(await openMerges({ gitDir: repo.gitDir }).files(asked)).toEqual({ ok: true, value: [null] });
  expect(await openMerges({ gitDir: repo.gitDir, objectDirectory: join(other.gitDir, 'objects') }).files(asked)).toEqual(expected);
  expect(await openMerges({ gitDir: repo.gitDir, alternates: [join(other.gitDir, 'objects')] }).files(asked)).toEqual(expected);
});

describe('what cannot be merged', () => {
  const repo = room.init();
  const clean = [edited({}), edited({ 25: 'base' }), edited({ 3: 'signed' })] as const;
  const [good] = asks(repo, clean);
  const at = (caps: Partial<typeof MERGE_CAPS> | { readonly [cap: string]: number }) => openMerges({ gitDir: repo.gitDir }, { ...MERGE_CAPS, ...caps });
  const merged = blob(repo, edited({ 3: 'signed', 25: 'base' }));
  const ask = good ?? { path: '', ancestor: '', ours: '', theirs: '' };

  test('nothing asked, nothing answered', async () => expect(await at({}).files([])).toEqual({ ok: true, value: [] }));

  test('a blob that is missing, too large, or no blob spoils only its own merge', async () => {
    const tree = repo.git('mktree', '--missing');
    const answer = await at({ blob: 10_000 }).files([{ ...ask, theirs: 'f'.repeat(40) }, ask, ...asks(repo, ['', 'x'.repeat(10_001), '']), { ...ask, ancestor: tree }]);
    expect(answer).toEqual({ ok: true, value: [null, merged, null, null] });
  });

  test.each([
    ['too many', { files: 1 }, [ask, ask], 'PUSH_TOO_LARGE'],
    ['too much together', { all: 100 }, [ask], 'PUSH_TOO_LARGE'],
    ['too long', { seconds: 0 }, [ask], 'PUSH_TOO_LARGE'],
    ['a name instead of an object', {}, [{ ...ask, ours: 'HEAD' }], 'GIT_FAILED'],
    ['an option instead of an object', {}, [{ ...ask, ours: '--help' }], 'GIT_FAILED'],
    ['ids of another object format', {}, [{ ...ask, ours: 'a'.repeat(64) }], 'GIT_FAILED'],
  ])('%s is a problem, and nothing is left behind', async (_, caps, asked, code) => {
    const before = leftovers();
    expect(await at(caps).files(asked)).toMatchObject({ ok: false, error: { code } });
    expect(leftovers().filter((name) => !before.includes(name))).toEqual([]);
  });

  test('no repository is a problem', async () => expect(await openMerges({ gitDir: room.folder() }).files([ask])).toMatchObject({ ok: false, error: { code: 'GIT_FAILED' } }));
});
