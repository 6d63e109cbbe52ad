/** Gits that stay for the next question answer by what is there when they are asked, never by what was. */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { gitRoom, type TestRepository } from '../../testing/git.ts';
import { aliasesIn } from './aliases.ts';
import { lingering } from './lingering.ts';
import { openObjects } from './objects.ts';
import { locate } from './place.ts';
import { openRepository } from './repository.ts';
import { gitEnvironment, startGit } from './run.ts';

const room = gitRoom();
afterAll(() => room.remove());

function two(): { readonly repo: TestRepository; readonly first: string; readonly second: string } {
  const repo = room.init();
  const first = repo.commit({ a: '1\n' });
  const second = repo.commit({ a: '2\n' });
  return { repo, first, second };
}

test('where a ref stands is asked anew each time: moved, packed, moved once more, deleted, made again', async () => {
  const { repo, first, second } = two();
  const resolve = () => openRepository({ gitDir: repo.gitDir }).resolve('refs/heads/x');
  expect(await resolve()).toBeNull();
  repo.git('update-ref', 'refs/heads/x', first);
  expect(await resolve()).toBe(first);
  repo.git('pack-refs', '--all');
  expect(await resolve()).toBe(first);
  repo.git('update-ref', 'refs/heads/x', second);
  expect(await resolve()).toBe(second);
  repo.git('pack-refs', '--all');
  repo.git('update-ref', '-d', 'refs/heads/x');
  expect(await resolve()).toBeNull();
  repo.git('update-ref', 'refs/heads/x', first);
  expect(await resolve()).toBe(first);
});

test('what HEAD names is asked anew, and a commit that came in a pack since is there', async () => {
  const { repo, first, second } = two();
  const served = repo.bare();
  const repository = openRepository({ gitDir: served.gitDir });
  expect(await repository.resolve('HEAD')).toBe(second);
  served.git('update-ref', 'refs/heads/other', first);
  served.git('symbolic-ref', 'HEAD', 'refs/heads/other');
  expect(await repository.resolve('HEAD')).toBe(first);
  expect((await aliasesIn(served.gitDir, ['HEAD'])).get('HEAD')).toBe('refs/heads/other');
  const third = repo.commit({ a: '3\n' });
  repo.git('repack', '-adq');
  repo.git('push', '-q', served.gitDir, `${third}:refs/heads/other`);
  expect(await repository.resolve('refs/heads/other')).toBe(third);
  expect((await repository.blobs([served.git('rev-parse', `${third}:a`).trim()], 10))[0]).toMatchObject({ bytes: new TextEncoder().encode('3\n') });
});

test('many who ask at once are each told of their own', async () => {
  const { repo, first, second } = two();
  const refs = Array.from({ length: 40 }, (_, i) => `refs/heads/many-${i}`);
  refs.forEach((ref, i) => void repo.git('update-ref', ref, i % 3 === 0 ? first : second));
  const repository = openRepository({ gitDir: repo.gitDir });
  expect(await Promise.all([...refs, 'refs/heads/nowhere'].map((ref) => repository.resolve(ref)))).toEqual([...refs.map((_, i) => (i % 3 === 0 ? first : second)), null]);
});

test('a repository that is gone, or another in its place, is not taken for what was there', async () => {
  const { repo, second } = two();
  const served = repo.bare();
  const asked = () => openRepository({ gitDir: served.gitDir }).resolve('HEAD');
  expect(await asked()).toBe(second);
  expect(await locate({ gitDir: served.gitDir })).toMatchObject({ ok: true, value: { format: 'sha1', shallow: new Set() } });
  rmSync(served.gitDir, { recursive: true });
  expect(await asked()).toBeNull();
  expect(await locate({ gitDir: served.gitDir })).toMatchObject({ ok: false });
  spawnSync('git', ['init', '-q', '--bare', '--object-format=sha256', served.gitDir]);
  expect(await locate({ gitDir: served.gitDir })).toMatchObject({ ok: true, value: { format: 'sha256' } });
  expect(await asked()).toBeNull();
});

test('a repository that was cut since is known to be', async () => {
  const { repo, second } = two();
  const served = repo.bare();
  expect(await locate({ gitDir: served.gitDir })).toMatchObject({ ok: true, value: { shallow: new Set() } });
  const cut = room.folder();
  spawnSync('git', ['clone', '-q', '--bare', '--depth=1', `file://${served.gitDir}`, cut]);
  rmSync(join(cut, 'shallow'));
  expect(await locate({ gitDir: cut })).toMatchObject({ ok: true, value: { shallow: new Set() } });
  spawnSync('sh', ['-c', `echo ${second} > '${cut}/shallow'`]);
  expect(await locate({ gitDir: cut })).toMatchObject({ ok: true, value: { shallow: new Set([second]) } });
});

test('refs that are no files are asked of git, whatever lies there', async () => {
  const { repo } = two();
  repo.git('symbolic-ref', 'refs/heads/alias', 'refs/heads/nowhere');
  repo.git('config', 'extensions.refStorage', 'other');
  repo.git('config', 'core.repositoryFormatVersion', '1');
  // This git does not know the storage: it says so, and nobody takes that for "no alias".
  await expect(aliasesIn(repo.gitDir, ['refs/heads/alias'])).rejects.toThrow('git');
});

test('one reader after another is the same git, one at a time; and one that died is not asked', async () => {
  const { repo, second } = two();
  const env = gitEnvironment({ GIT_DIR: repo.gitDir });
  const reader = await openObjects(env);
  expect(await reader.read(second, 1_000)).toMatchObject({ type: 'commit' });
  const beside = await openObjects(env);
  expect(await beside.read('e'.repeat(40), 1_000)).toBeUndefined();
  reader.close();
  reader.close();
  beside.close();
  const again = await Promise.all([openObjects(env), openObjects(env), openObjects(env)]);
  expect(await Promise.all(again.map(async (r) => (await r.read(second, 1_000))?.type))).toEqual(['commit', 'commit', 'commit']);
  for (const r of again) r.close();
  const leftEarly = await openObjects(env);
  const late = leftEarly.read(second, 1_000);
  leftEarly.close();
  expect(await late).toMatchObject({ type: 'commit' });
});

test('those that stay are few, and none that ended is given away', async () => {
  const { repo } = two();
  const idle = lingering({ most: 2, ms: 60_000 });
  const gits = Array.from({ length: 3 }, () => ({ child: startGit(['cat-file', '--batch'], { env: gitEnvironment({ GIT_DIR: repo.gitDir }) }) }));
  const ends = gits.map(({ child }) => new Promise((resolve) => child.once('close', resolve)));
  for (const git of gits) idle.leave('here', git);
  await ends[0];
  expect(idle.take('elsewhere')).toBeUndefined();
  expect(idle.take('here')).toBe(gits[1]);
  gits[2]?.child.kill('SIGKILL');
  await ends[2];
  expect(idle.take('here')).toBeUndefined();
  gits[1]?.child.stdin.end();
  await ends[1];
});

test('nobody is kept up by them', () => {
  const { repo, second } = two();
  const script = `
    const { openRepository } = await import(${JSON.stringify(new URL('./repository.ts', import.meta.url).href)});
    const repository = openRepository({ gitDir: ${JSON.stringify(repo.gitDir)} });
    await repository.file(${JSON.stringify(second)}, 'a');
    console.log(await repository.resolve('HEAD'));
    console.log(process.getActiveResourcesInfo().filter((r) => r === 'ProcessWrap' || r === 'Timeout').join());`;
  const ran = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', timeout: 20_000 });
  expect(ran.stdout, ran.stderr).toBe(`${second}\n\n`);
});
