import { afterAll, expect, test } from 'vitest';
import { gitRoom } from '../../testing/git.ts';
import { filesAtHead } from './files.ts';

const room = gitRoom();
afterAll(() => room.remove());

test('every file of the newest commit, from any folder of the clone', async () => {
  const repo = room.init();
  repo.commit({ 'a.tf': 'a\n', 'infra/é b.tf': 'b\n', 'infra/link': { link: '../a.tf' } });
  repo.commit({ 'a.tf': null, 'new.tf': 'n\n' });
  const files = ['infra/link', 'infra/é b.tf', 'new.tf'];
  for (const dir of [repo.dir, `${repo.dir}/infra`, repo.bare().dir]) {
    const found = await filesAtHead(dir);
    expect(found.ok && [...found.value].sort()).toEqual(files);
  }
});

test('no repository, and no commit', async () => {
  expect(await filesAtHead(room.folder())).toMatchObject({ ok: false, error: { code: 'GIT_FAILED' } });
  expect((await filesAtHead(room.init().dir)).ok).toBe(false);
});
