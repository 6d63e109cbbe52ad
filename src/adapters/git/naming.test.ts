/** What clones call their branches and themselves. */
import { afterAll, describe, expect, test } from 'vitest';
import { gitRoom } from '../../testing/git.ts';
import { openNaming } from './naming.ts';

const room = gitRoom();
afterAll(() => room.remove());
const origin = room.init();
origin.commit({ a: 'a\n' });
origin.git('branch', 'release/1.0');
origin.git('tag', 'v1');
const clone = origin.bare().clone();
const naming = openNaming(clone.dir);

describe('a branch', () => {
  test.each([
    ['refs/remotes/origin/HEAD', 'refs/heads/main'],
    ['origin/release/1.0', 'refs/heads/release/1.0'],
    ['main', 'refs/heads/main'],
    ['HEAD', 'refs/heads/main'],
    ['v1', null],
    ['HEAD~0', null],
    ['nope', null],
    ['--all', null],
    ['a\nb', null],
    ['', null],
  ])('%j is %s', async (revision, name) => {
    expect(await naming.branch(revision)).toEqual({ ok: true, value: name });
  });

  test('needs a repository', async () => {
    for (const dir of [room.folder(), '/nonexistent']) expect(await openNaming(dir).branch('HEAD')).toMatchObject({ ok: false, error: { code: 'GIT_FAILED', place: dir } });
  });
});

describe('the repository', () => {
  test.each([
    ['https://jonas:secret@localhost/git/infra.git', 'infra'],
    ['https://localhost/infra/', 'infra'],
    ['git@localhost:infra.git', 'infra'],
    ['ssh://localhost/a/infra', 'infra'],
    ['/srv/git/infra.git', 'infra'],
    ['C:\\git\\infra', 'infra'],
  ])('at %s is %s', async (address, name) => {
    clone.git('remote', 'set-url', 'origin', address);
    expect(await naming.repository()).toBe(name);
  });

  test('without a remote is called like its folder', async () => {
    expect(await openNaming(origin.dir).repository()).toBe(origin.dir.split('/').at(-1));
  });
});
