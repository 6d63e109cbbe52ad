/** Git that fails, floods, dies in the middle or is not there: an answer each time, and nobody left waiting. */
import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { gitRoom } from '../../testing/git.ts';
import { openObjects } from './objects.ts';
import { locate, objectFolders, type Place } from './place.ts';
import { openRepository } from './repository.ts';
import { failure, gitEnvironment, runGit } from './run.ts';

const room = gitRoom();
afterAll(() => room.remove());

async function placeOf(dir: string): Promise<Place> {
  const place = await locate({ dir });
  if (!place.ok) throw new Error(place.error.message);
  return place.value;
}

describe('one command', () => {
  test('a flood is cut off', async () => {
    expect(await runGit(['help', '-a'], { env: gitEnvironment(), cap: 100 })).toMatchObject({ ok: false, error: { code: 'PUSH_TOO_LARGE' } });
  });

  test('no git on this machine', async () => {
    expect(await runGit(['version'], { env: { PATH: '/nonexistent' } })).toMatchObject({
      ok: false,
      error: { code: 'GIT_FAILED', remedy: expect.stringContaining('install git') },
    });
  });

  test('input that nobody reads is no error', async () => {
    expect(await runGit(['version'], { env: gitEnvironment(), input: 'x'.repeat(1 << 20) })).toMatchObject({ ok: true, value: { code: 0 } });
  });

  test('nothing of the caller reaches git', async () => {
    process.env.GIT_DIR = '/somewhere/else';
    try {
      const repo = room.init();
      const head = repo.commit({ a: '1' });
      expect(await openRepository({ dir: repo.dir }).resolve('HEAD')).toBe(head);
    } finally {
      delete process.env.GIT_DIR;
    }
  });

  test('what git says cannot move the cursor of a terminal', () => {
    expect(failure('x', 1, 'fatal: \u001b[2J\nbad\r').message).toBe('git x ended with 1: fatal:  [2J bad');
    expect(failure('x', 128, 'fatal: unable to read tree 123').code).toBe('CONTENT_UNSEEN');
    expect(failure('x', null, '').message).toBe('git x ended with a signal');
  });
});

test('object folders with colons and quotes in their names', () => {
  expect(objectFolders(['/a', '/b', '/c:d', '/e"\\'])).toEqual({ GIT_OBJECT_DIRECTORY: '/a', GIT_ALTERNATE_OBJECT_DIRECTORIES: '/b:"/c:d":"/e\\"\\\\"' });
});

describe('the object reader', () => {
  const repo = room.init();
  const base = repo.commit({ a: '1' });
  const head = repo.commit({ a: randomBytes(100_000), b: '2' });
  const [a, b] = [repo.git('rev-parse', `${head}:a`), repo.git('rev-parse', `${head}:b`)];

  test('a damaged object fails every read in flight and after, and is a problem of the change', async () => {
    const file = join(repo.gitDir, 'objects', a.slice(0, 2), a.slice(2));
    chmodSync(file, 0o644);
    writeFileSync(file, readFileSync(file).subarray(0, 50_000));
    const reader = await openObjects((await placeOf(repo.dir)).objects);
    const reads = await Promise.allSettled([reader.read(b, 10), reader.digest(a), reader.read(b, 10)]);
    expect(reads.map((r) => r.status).slice(1)).toEqual(['rejected', 'rejected']);
    await expect(reader.read(b, 10)).rejects.toThrow(/cat-file/);
    reader.close();
    expect(await openRepository({ dir: repo.dir }).change({ repo: 'r', targetRef: 'refs/heads/main', base, head })).toMatchObject({ ok: false, error: { code: 'GIT_FAILED' } });
  });

  test('it does not wait for ever', async () => {
    const reader = await openObjects((await placeOf(repo.dir)).objects, 0);
    await pause(20);
    await expect(reader.read(b, 10)).rejects.toThrow(/more than 0 s/);
  });
});
