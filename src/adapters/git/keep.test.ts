/** A real push over real smart HTTP, refused by a real hook: afterwards git has thrown it away, and we still have it. */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { concat, fromHex, utf8 } from '../../core/base/bytes.ts';
import { gitEnvironment, gitRoom } from '../../testing/git.ts';
import { handleGit } from './http.ts';
import { objectStore } from './keep.ts';
import { openRepository } from './repository.ts';

const AUTHOR = { GIT_AUTHOR_NAME: 'x', GIT_AUTHOR_EMAIL: 'x@example.org', GIT_COMMITTER_NAME: 'x', GIT_COMMITTER_EMAIL: 'x@example.org' };
const room = gitRoom();
const origin = room.init();
const base = origin.commit({ 'a.txt': 'one\n', 'dir/b.txt': 'two\n' });
const projects = room.folder();
const served = join(projects, 'infra.git');
origin.git('clone', '-q', '--bare', origin.dir, served);
origin.git('--git-dir', served, 'config', 'receive.fsckObjects', 'true');

/** The hook tells what it was given, waits for the word, and refuses unless the word is yes. */
const talk = room.folder();
writeFileSync(
  join(served, 'hooks', 'pre-receive'),
  `#!/bin/sh
env > "$COUNTERSIGN_TALK/env"; cat > "$COUNTERSIGN_TALK/updates"
echo "asking" >&2; touch "$COUNTERSIGN_TALK/asked"
n=0; while [ ! -e "$COUNTERSIGN_TALK/word" ] && [ $n -lt 3000 ]; do n=$((n + 1)); sleep 0.02; done
[ "$(cat "$COUNTERSIGN_TALK/word")" = yes ] || { echo "refused: no sign-off" >&2; exit 1; }
`,
  { mode: 0o755 },
);

const server = createServer((req, res) => void handleGit(req, res, { projectRoot: projects, remoteUser: 'alice', env: { COUNTERSIGN_TALK: talk } }));
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/infra.git`;
afterAll(() => {
  server.close();
  room.remove();
});

const root = join(room.folder(), 'kept');
const gitDirOf = (repo: string): string | undefined => (repo === 'infra' ? served : undefined);
const store = objectStore({ root, gitDirOf });

async function push(...refspecs: readonly string[]): Promise<{ code: number; stderr: string }> {
  const env = { ...gitEnvironment(room.root), HOME: room.root };
  try {
    const { stderr } = await promisify(execFile)('git', ['-C', origin.dir, 'push', '-q', url, ...refspecs], { env });
    return { code: 0, stderr };
  } catch (error) {
    return error as { code: number; stderr: string };
  }
}
async function asked(): Promise<string> {
  while (!existsSync(join(talk, 'asked'))) await pause(10);
  return /^GIT_QUARANTINE_PATH=.*\/(tmp_objdir-incoming-\w+)$/m.exec(readFileSync(join(talk, 'env'), 'utf8'))?.[1] ?? '';
}

test('an id that is a path stays inside the root', async () => {
  const inside = join(room.folder(), 'kept');
  const climbing = objectStore({ root: inside, gitDirOf: () => served });
  for (const id of ['../climbed', 'a/../../climbed', '.', '..']) expect(await climbing.keep(id, [base], undefined)).toMatchObject({ ok: true });
  expect(readdirSync(join(inside, '..'))).toEqual(['kept']);
  expect(readdirSync(inside).filter((name) => !/^sha256-[0-9a-f]{64}\.git$/.test(name))).toEqual([]);
});

test('a refused push is kept, base and all, and reads like the real thing', async () => {
  const head = origin.commit({ 'a.txt': 'ONE\n', 'new.bin': new Uint8Array([0, 1, 255]) });
  const pushing = push('HEAD:main');
  const quarantine = await asked();
  const env = readFileSync(join(talk, 'env'), 'utf8');
  expect(env).toMatch(/^GIT_OBJECT_DIRECTORY=.*\/objects\/tmp_objdir-incoming-\w+$/m);
  expect(env).toMatch(/^GIT_ALTERNATE_OBJECT_DIRECTORIES=.*\/objects$/m);
  expect(env).toMatch(/^REMOTE_USER=alice$/m);

  const of = { repo: 'infra', targetRef: 'refs/heads/main', base, head };
  const inQuarantine = await openRepository({ gitDir: served, objectDirectory: join(served, 'objects', quarantine) }).change(of);
  // Twice at once, and once more: the second and third find it done.
  expect(await Promise.all([store.keep('infra', [head], quarantine), store.keep('infra', [head], quarantine)])).toEqual([{ ok: true }, { ok: true }]);
  expect(await store.keep('infra', [head, '0'.repeat(40)], quarantine)).toEqual({ ok: true });
  writeFileSync(join(talk, 'word'), 'no');
  const refused = await pushing;
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('remote: refused: no sign-off');

  expect(await openRepository({ gitDir: served }).resolve(head)).toBeNull();
  const kept = await store.open('infra').change(of);
  expect(kept).toEqual(inQuarantine);
  expect(kept).toMatchObject({ ok: true, value: { mergeBase: base, head, unseen: [] } });
  expect(await store.open('infra').file(base, 'dir/b.txt')).toEqual(new TextEncoder().encode('two\n'));
  const git = (...args: string[]): string => origin.git('--git-dir', join(root, 'infra.git'), ...args);
  expect(git('for-each-ref', '--format=%(refname)').split('\n').sort()).toEqual([`refs/kept/${base}`, `refs/kept/${head}`].sort());
  git('fsck', '--strict', '--connectivity-only');
  expect(readdirSync(join(root, 'infra.git', 'objects', 'pack')).filter((name) => name.endsWith('.pack'))).toHaveLength(2);
});

test('a push that is let through lands, and can be taken from the repository itself', async () => {
  const head = origin.git('rev-parse', 'HEAD');
  writeFileSync(join(talk, 'word'), 'yes');
  expect((await push('HEAD:main')).code).toBe(0);
  expect(await store.keep('infra', [head], undefined)).toEqual({ ok: true });
});

test('what the hook says is checked', async () => {
  const invalid = { ok: false, error: { code: 'GATE_REQUEST_INVALID' } };
  const elsewhere = room.folder();
  symlinkSync(elsewhere, join(served, 'objects', 'tmp_objdir-incoming-link'));
  mkdirSync(join(served, 'objects', 'other'));
  for (const name of [
    '../objects',
    '/etc',
    'other',
    'tmp_objdir-incoming-',
    'tmp_objdir-incoming-link',
    'tmp_objdir-incoming-gone',
    'tmp_objdir-incoming-a/..',
    'tmp_objdir-incoming-a\n',
  ]) {
    expect(await store.keep('infra', [base], name)).toMatchObject(invalid);
  }
  expect(await store.keep('infra', ['--all'], undefined)).toMatchObject(invalid);
  expect(await store.keep('nope', [base], undefined)).toMatchObject({ ok: false, error: { code: 'REPOSITORY_UNKNOWN' } });
  expect((await store.keep('infra', ['1'.repeat(40)], undefined)).ok).toBe(false);
});

test('a push over the cap is refused and leaves nothing behind', async () => {
  const head = origin.commit({ noise: crypto.getRandomValues(new Uint8Array(65_536)) });
  origin.git('push', '-q', '--receive-pack=git -c core.hooksPath=/dev/null receive-pack', served, 'HEAD:refs/heads/big');
  const small = objectStore({ root, gitDirOf, caps: (repo) => (repo === 'infra' ? { bytes: 10_000 } : {}) });
  expect(await small.keep('infra', [head], undefined)).toMatchObject({ ok: false, error: { code: 'PUSH_TOO_LARGE' } });
  expect(readdirSync(join(root, 'infra.git', 'objects', 'pack')).filter((name) => name.startsWith('tmp_'))).toEqual([]);
  expect(await store.open('infra').resolve(head)).toBeNull();
  expect(await store.keep('infra', [head], undefined)).toEqual({ ok: true });
});

test('one repository may be given more than another', async () => {
  const head = origin.commit({ noise: crypto.getRandomValues(new Uint8Array(65_536)) });
  origin.git('push', '-q', '-f', '--receive-pack=git -c core.hooksPath=/dev/null receive-pack', served, 'HEAD:refs/heads/big');
  const some = objectStore({ root: join(room.folder(), 'kept'), gitDirOf: () => served, caps: (repo) => (repo === 'small' ? { bytes: 10_000 } : {}) });
  expect(await some.keep('small', [head], undefined)).toMatchObject({ ok: false, error: { code: 'PUSH_TOO_LARGE' } });
  expect(await some.keep('other', [head], undefined)).toEqual({ ok: true });
});

test('what a killed process locked is in nobody’s way, and pins that were packed are pins', async () => {
  const kept = join(root, 'infra.git');
  const git = (...args: string[]): string => origin.git('--git-dir', kept, ...args);
  const pins = (): number => git('for-each-ref', '--format=%(refname)', 'refs/kept/').split('\n').length;
  git('pack-refs', '--all', '--prune');
  const before = pins();
  const [one, two] = ['1\n', '2\n'].map((locked) => origin.commit({ locked }));
  origin.git('push', '-q', '--receive-pack=git -c core.hooksPath=/dev/null receive-pack', served, 'HEAD:refs/heads/locked');
  for (const lock of [`refs/kept/${two}`, 'packed-refs', 'HEAD']) {
    mkdirSync(join(kept, lock, '..'), { recursive: true });
    writeFileSync(join(kept, `${lock}.lock`), '');
  }
  expect(await store.keep('infra', [one ?? '', two ?? ''], undefined)).toEqual({ ok: true });
  expect(pins()).toBe(before + 2);
  expect(await store.keep('infra', [one ?? '', two ?? ''], undefined)).toEqual({ ok: true });
  expect(pins()).toBe(before + 2);
  for (const lock of ['packed-refs', 'HEAD']) rmSync(join(kept, `${lock}.lock`));
  git('gc', '-q', '--prune=now');
  expect(await store.open('infra').file(two ?? '', 'locked')).toEqual(new TextEncoder().encode('2\n'));
});

test('a push that takes too long is refused', async () => {
  const head = origin.commit({ late: 'x\n' });
  origin.git('push', '-q', '--receive-pack=git -c core.hooksPath=/dev/null receive-pack', served, 'HEAD:refs/heads/late');
  const hasty = objectStore({ root, gitDirOf, caps: () => ({ seconds: 0 }) });
  expect(await hasty.keep('infra', [head], undefined)).toMatchObject({ ok: false, error: { code: 'PUSH_TOO_LARGE' } });
});

test('pushed objects are checked as they are taken in', async () => {
  const quarantine = join(served, 'objects', 'tmp_objdir-incoming-byhand');
  mkdirSync(quarantine);
  const blob = origin.git('hash-object', 'a.txt');
  const twice = concat(...[1, 2].flatMap(() => [utf8('100644 a\0'), fromHex(blob) ?? new Uint8Array()]));
  const env = { ...gitEnvironment(room.root), GIT_OBJECT_DIRECTORY: quarantine, GIT_ALTERNATE_OBJECT_DIRECTORIES: join(served, 'objects') };
  const made = (args: readonly string[], input: string | Uint8Array): string =>
    execFileSync('git', ['--git-dir', served, ...args], { env: { ...env, ...AUTHOR }, input })
      .toString()
      .trim();
  const tree = made(['hash-object', '-t', 'tree', '--literally', '-w', '--stdin'], twice);
  const head = made(['commit-tree', tree, '-p', base], 'by hand');
  expect(await store.keep('infra', [head], 'tmp_objdir-incoming-byhand')).toMatchObject({ ok: false, error: { code: 'CONTENT_DUPLICATE' } });
  const loose = made(
    ['hash-object', '-t', 'commit', '--literally', '-w', '--stdin'],
    `tree ${'2'.repeat(40)}\nparent ${base}\nauthor x <x@y> 1 +0000\ncommitter x <x@y> 1 +0000\n\nx`,
  );
  expect((await store.keep('infra', [loose], 'tmp_objdir-incoming-byhand')).ok).toBe(false);
  expect(await store.open('infra').resolve(head)).toBeNull();
});

test('a repository id cannot climb out of the root', async () => {
  const odd = objectStore({ root, gitDirOf: () => served });
  expect(await odd.keep('../../evil', [base], undefined)).toEqual({ ok: true });
  expect(readdirSync(root).every((name) => name === 'infra.git' || /^sha256-[0-9a-f]{64}\.git$/.test(name))).toBe(true);
  expect(await odd.open('../../evil').resolve(base)).toBe(base);
  expect(await odd.open('never kept').resolve(base)).toBeNull();
});
