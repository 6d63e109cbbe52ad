/** Any tree somebody pushes under the ref is read or refused, and never is anything in it what its name does not say. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '../../core/base/bytes.ts';
import { sha256Hex } from '../../core/base/crypto.ts';
import { SIGNOFFS_REF } from '../../flows/ports-carried.ts';
import { gitRoom, type TestRepository } from '../../testing/git.ts';
import { openSignoffRef, REF_CAPS, signoffsRef } from './signoff-ref.ts';
import { writeSignoffs } from './signoff-write.ts';

const room = gitRoom();
afterAll(() => room.remove());
let repo: TestRepository;
beforeEach(() => {
  repo = room.init();
  repo.commit({ a: 'a\n' });
});

const MANIFEST = 'ab'.repeat(32);
const read = (at = repo, manifest = MANIFEST) => openSignoffRef({ dir: at.dir }, SIGNOFFS_REF).bundles({ manifest, change: '0'.repeat(16) });
const put = (bytes: string, manifest = MANIFEST, remote: string | null = null, at = repo) =>
  writeSignoffs({ dir: at.dir }, SIGNOFFS_REF, [{ manifest, bytes: utf8(bytes) }], remote);

/** One entry of a tree, as anybody can write it. */
interface Planted {
  readonly mode: string;
  readonly name: string;
  readonly id: string;
}

function plant(repository: TestRepository, folder: readonly Planted[]): void {
  const object = (type: string, body: Uint8Array): string =>
    Buffer.from(repository.raw(['hash-object', '-t', type, '-w', '--stdin', '--literally'], body))
      .toString('utf8')
      .trim();
  const tree = (entries: readonly Planted[]): string =>
    object('tree', Buffer.concat(entries.map(({ mode, name, id }) => Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, 'hex')]))));
  const top = tree([{ mode: '40000', name: MANIFEST.slice(0, 2), id: tree([{ mode: '40000', name: MANIFEST, id: tree(folder) }]) }]);
  const commit = object('commit', utf8(`tree ${top}\nauthor x <x@x> 0 +0000\ncommitter x <x@x> 0 +0000\n\nx\n`));
  repository.git('update-ref', SIGNOFFS_REF, commit);
}

describe('the ref', () => {
  it('that is not there says nothing, and of another content it says nothing', async () => {
    expect(await read()).toEqual({ ok: true, value: [] });
    await put('one\n');
    expect(await read(repo, 'cd'.repeat(32))).toEqual({ ok: true, value: [] });
    expect(await read()).toMatchObject({ ok: true, value: [{ bytes: utf8('one\n') }] });
  });

  it('only grows: each commit is on top of the last, and what is there already moves nothing', async () => {
    const [one, two] = [await put('one\n'), await put('two\n')];
    expect(repo.git('rev-parse', `${SIGNOFFS_REF}^`)).toBe(one.ok ? one.value : '');
    expect(await put('one\n')).toEqual(two);
    expect(((await read()) as { value: readonly unknown[] }).value).toHaveLength(2);
  });

  it('is pushed on top of what the remote holds, the clone’s own aside', async () => {
    const far = repo.bare();
    const other = far.clone();
    await put('theirs\n', MANIFEST, 'origin', other);
    await put('only here\n');
    expect(await put('ours\n', MANIFEST, far.gitDir)).toMatchObject({ ok: true });
    expect(far.git('log', '--format=%s', SIGNOFFS_REF).split('\n')).toHaveLength(2);
    const found = await read(far);
    expect(found.ok && found.value.map((f) => new TextDecoder().decode(f.bytes)).sort()).toEqual(['ours\n', 'theirs\n']);
    expect(await put('x\n', MANIFEST, '/nowhere/at/all')).toMatchObject({ ok: false, error: { code: 'GIT_FAILED', place: '/nowhere/at/all' } });
  });

  it('holds the words of all who write at once', async () => {
    const words = Array.from({ length: 6 }, (_, i) => `${i}\n`);
    const done = await Promise.all(words.map((w) => put(w)));
    expect(done.filter((d) => !d.ok)).toEqual([]);
    const found = await read();
    expect(found.ok && found.value.map((f) => new TextDecoder().decode(f.bytes)).sort()).toEqual(words);
  });

  it('of a name of its own alone is read', () => {
    for (const name of ['refs/heads/main', 'refs/countersign/../heads/main', 'refs/countersign/a/b', '--all', ''])
      expect(signoffsRef(name)).toMatchObject({ ok: false, error: { code: 'USAGE' } });
    expect(signoffsRef(SIGNOFFS_REF)).toMatchObject({ ok: true });
  });
});

describe('what cannot be read', () => {
  it.each<[string, (repository: TestRepository) => void]>([
    ['a blob', (r) => r.git('update-ref', SIGNOFFS_REF, r.git('rev-parse', 'HEAD:a'))],
    ['a folder that is missing', (r) => plant(r, [{ mode: '40000', name: 'x', id: '1'.repeat(40) }])],
    ['a tree cut off', (r) => plantCut(r)],
  ])('%s is a problem or nothing, and never a word', async (_, make) => {
    make(repo);
    const found = await read();
    if (found.ok) expect(found.value).toEqual([]);
    else expect(found.error).toMatchObject({ code: 'CONTENT_UNSEEN', remedy: expect.stringContaining('git fetch') });
  });

  it('a file that is named and not there', async () => {
    plant(repo, [{ mode: '100644', name: `${'1'.repeat(64)}.json`, id: '1'.repeat(40) }]);
    expect(await read()).toMatchObject({ ok: false, error: { code: 'CONTENT_UNSEEN' } });
  });

  it('more files than anybody needs', async () => {
    const id = repo.git('rev-parse', 'HEAD:a');
    plant(
      repo,
      Array.from({ length: REF_CAPS.files + 1 }, (_, i) => ({ mode: '100644', name: `${sha256Hex(`${i}`)}.json`, id })).sort((a, b) => (a.name < b.name ? -1 : 1)),
    );
    expect(await read()).toMatchObject({ ok: false, error: { code: 'PUSH_TOO_LARGE' } });
  });

  it('a symbolic link, a submodule, a name of another digest: told, and worth nothing', async () => {
    const blob = repo.git('rev-parse', 'HEAD:a');
    const own = `${createHash('sha256').update('a\n').digest('hex')}.json`;
    for (const [mode, name] of [
      ['120000', own],
      ['160000', own],
      ['100755', own],
      ['100644', `${'0'.repeat(64)}.json`],
      ['100644', own.toUpperCase()],
    ] as const) {
      plant(repo, [{ mode, name, id: blob }]);
      const found = await read();
      expect(found.ok && found.value.map((f) => f.bytes).some((b) => sha256Hex(b) === own.slice(0, 64))).toBe(false);
      expect(found.ok && found.value).toHaveLength(1);
    }
    plant(repo, [{ mode: '100644', name: own, id: blob }]);
    expect(await read()).toMatchObject({ ok: true, value: [{ bytes: utf8('a\n') }] });
  });

  it('any tree at all: it never throws, and gives no bytes but those of their name', async () => {
    const blobs = [repo.git('rev-parse', 'HEAD:a'), repo.git('rev-parse', 'HEAD^{tree}'), repo.git('rev-parse', 'HEAD'), '1'.repeat(40)];
    const name = fc.oneof(
      fc.constantFrom(`${sha256Hex('a\n')}.json`, `${'0'.repeat(64)}.json`, '..', '.git', 'x', '\u202ex'),
      fc.string({ minLength: 1, maxLength: 20 }).map((s) => s.replace(/[\0/]/g, '_')),
    );
    const entry = fc.record({ mode: fc.constantFrom('100644', '100755', '120000', '160000', '40000', '0', '777777'), name, id: fc.constantFrom(...blobs) });
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 6 }), async (folder) => {
        plant(repo, folder);
        const found = await read();
        for (const file of found.ok ? found.value : []) {
          const told = /([0-9a-f]{64})\.json$/.exec(file.name)?.[1];
          expect(sha256Hex(file.bytes) === told || new TextDecoder().decode(file.bytes).startsWith('its bytes are not')).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });
});

function plantCut(repository: TestRepository): void {
  const tree = Buffer.from(repository.raw(['hash-object', '-t', 'tree', '-w', '--stdin', '--literally'], utf8('40000 ab')))
    .toString('utf8')
    .trim();
  const commit = utf8(`tree ${tree}\nauthor x <x@x> 0 +0000\ncommitter x <x@x> 0 +0000\n\nx\n`);
  repository.git(
    'update-ref',
    SIGNOFFS_REF,
    Buffer.from(repository.raw(['hash-object', '-t', 'commit', '-w', '--stdin', '--literally'], commit))
      .toString('utf8')
      .trim(),
  );
}
