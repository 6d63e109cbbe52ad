/** Wherever git keeps the ref, the answer is git's; and where it is a file, nobody starts one. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { gitRoom } from '../../testing/git.ts';
import { openRepository } from './repository.ts';
import { tipReader } from './tip.ts';

const room = gitRoom();
afterAll(() => room.remove());

function served() {
  const work = room.init();
  const first = work.commit({ 'a.txt': 'one\n' });
  const bare = work.bare();
  let asked = 0;
  const { resolve } = openRepository({ gitDir: bare.gitDir });
  const tip = tipReader(bare.gitDir, () => {
    asked += 1;
    return resolve('HEAD');
  });
  return { work, bare, first, tip, asked: () => asked };
}

it('follows the branch, loose and packed, without git', async () => {
  const { work, bare, first, tip, asked } = served();
  expect(await tip()).toBe(first);
  bare.git('pack-refs', '--all');
  expect([await tip(), await tip()]).toEqual([first, first]);
  const second = work.commit({ 'a.txt': 'two\n' });
  work.git('push', '-q', bare.gitDir, `${second}:refs/heads/main`);
  expect(await tip()).toBe(second);
  bare.git('pack-refs', '--all');
  expect(await tip()).toBe(second);
  expect(asked()).toBe(0);
});

it.each([
  ['is no branch', (dir: string, id: string) => writeFileSync(join(dir, 'HEAD'), `${id}\n`)],
  ['names a ref that stands for another', (dir: string) => writeFileSync(join(dir, 'HEAD'), 'ref: refs/heads/alias\n')],
  ['leaves the folder', (dir: string) => writeFileSync(join(dir, 'HEAD'), 'ref: refs/heads/../../HEAD\n')],
])('asks git where HEAD %s', async (_, change) => {
  const { bare, first, tip, asked } = served();
  bare.git('symbolic-ref', 'refs/heads/alias', 'refs/heads/main');
  change(bare.gitDir, first);
  const said = await tip();
  expect(asked()).toBe(1);
  expect([first, null]).toContain(said);
});

it('has none where nothing was committed, as git says', async () => {
  const bare = room.init().bare();
  expect(await tipReader(bare.gitDir, () => openRepository({ gitDir: bare.gitDir }).resolve('HEAD'))()).toBeNull();
});
