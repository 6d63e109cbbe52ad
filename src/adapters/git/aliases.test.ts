import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { gitRoom } from '../../testing/git.ts';
import { aliasesIn } from './aliases.ts';
import { UnreadableRepository } from './place.ts';

const room = gitRoom();
afterAll(() => room.remove());

const REFS = ['main', 'plain', 'alias', 'dangling', 'linked', 'absent', 'folder', 'main/below'].map((name) => `refs/heads/${name}`);

test('a ref that stands for another, there or not, is named; one that is absent or a folder is none', async () => {
  const repo = room.init();
  repo.commit({ a: '1' });
  repo.git('update-ref', 'refs/heads/main', 'HEAD');
  repo.git('update-ref', 'refs/heads/plain', 'HEAD');
  repo.git('symbolic-ref', 'refs/heads/alias', 'refs/heads/main');
  repo.git('symbolic-ref', 'refs/heads/dangling', 'refs/heads/nowhere');
  symlinkSync('main', join(repo.gitDir, 'refs/heads/linked'));
  mkdirSync(join(repo.gitDir, 'refs/heads/folder'));
  writeFileSync(join(repo.gitDir, 'refs/heads/folder/x'), `${repo.git('rev-parse', 'HEAD').trim()}\n`);
  const found = await aliasesIn(repo.gitDir, REFS);
  expect([...found.keys()].sort()).toEqual(['refs/heads/alias', 'refs/heads/dangling', 'refs/heads/linked']);
  expect(found.get('refs/heads/dangling')).toBe('refs/heads/nowhere');
});

test('a ref nobody can look at is not taken for a plain one', async () => {
  const repo = room.init();
  repo.commit({ a: '1' });
  symlinkSync('loop', join(repo.gitDir, 'refs/heads/loop'));
  await expect(aliasesIn(repo.gitDir, ['refs/heads/loop/x'])).rejects.toThrow(UnreadableRepository);
});
