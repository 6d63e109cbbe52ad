/** The empty repository is ours, whole and nothing more, or it is not used. */
import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { utf8 } from '../../core/base/bytes.ts';
import { gitRoom } from '../../testing/git.ts';
import { gitEnvironment, runGit } from './run.ts';
import { cached, viewFolder } from './view.ts';

const room = gitRoom();
afterAll(() => room.remove());

test('git takes it for a repository, once it has objects', async () => {
  for (const format of ['sha1', 'sha256'] as const) {
    const env = gitEnvironment({ GIT_DIR: viewFolder(format), GIT_OBJECT_DIRECTORY: join(room.init().gitDir, 'objects') });
    expect(await runGit(['rev-parse', '--show-object-format'], { env })).toMatchObject({ ok: true, value: { code: 0, stdout: utf8(`${format}\n`) } });
  }
});

test('made once, found again', () => {
  const root = join(room.folder(), 'a', 'b');
  expect(cached(root)).toBe(root);
  expect(cached(root)).toBe(root);
  expect(readdirSync(root).sort()).toEqual(['sha1', 'sha256']);
});

test.each(['shallow', 'commondir', 'refs/x', 'config'])('a planted %s is thrown out, or the folder is not used', (name) => {
  const root = join(room.folder(), 'v');
  cached(root);
  writeFileSync(join(root, 'sha1', name), 'planted');
  const again = cached(root) ?? cached(root);
  expect(again).toBe(root);
  expect(readdirSync(join(root, 'sha1')).sort()).toEqual(['HEAD', 'config', 'refs']);
  expect(readdirSync(join(root, 'sha1', 'refs'))).toEqual([]);
});

test('a folder others can write, a link, or a file is not used', () => {
  const open = join(room.folder(), 'open');
  mkdirSync(open);
  chmodSync(open, 0o777);
  expect(cached(open)).toBeUndefined();
  const link = join(room.folder(), 'link');
  symlinkSync(room.folder(), link);
  expect(cached(link)).toBeUndefined();
  const file = join(room.folder(), 'file');
  writeFileSync(file, '');
  expect(cached(file)).toBeUndefined();
});
