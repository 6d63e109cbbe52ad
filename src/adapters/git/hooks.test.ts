/** Hooks set beside what is there, and exactly what was there put back. */
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { gitRoom, type TestRepository } from '../../testing/git.ts';
import { HOOK_NAMES } from './hook-scripts.ts';
import { setHooks, unsetHooks } from './hooks.ts';

const room = gitRoom();
beforeAll(() => {
  vi.stubEnv('GIT_CONFIG_GLOBAL', '/dev/null');
  vi.stubEnv('GIT_CONFIG_NOSYSTEM', '1');
});
afterAll(() => {
  vi.unstubAllEnvs();
  room.remove();
});

const PROGRAM = { node: "/opt/it's/node", script: '/opt/countersign/cli.js' };
const set = async (dir: string, dry = false) => setHooks(dir, PROGRAM, dry);
const hooksOf = (repo: TestRepository): string => join(repo.gitDir, 'hooks');
const done = (result: Awaited<ReturnType<typeof set>>) => (result.ok ? result.value.map((h) => h.done) : result.error.map((p) => p.code));

/** Every path of a folder: content, mode, where a link leads. */
const picture = (folder: string): unknown =>
  readdirSync(folder)
    .sort()
    .map((name) => {
      const stat = lstatSync(join(folder, name));
      return [name, stat.mode, stat.isSymbolicLink() ? readlinkSync(join(folder, name)) : stat.isFile() ? readFileSync(join(folder, name), 'latin1') : ''];
    });

describe('set and taken out', () => {
  test('leaves the folder exactly as it was, whatever was in it', async () => {
    const repo = room.init();
    const folder = hooksOf(repo);
    writeFileSync(join(folder, 'commit-msg'), '#!/bin/sh\nexit 0\n');
    chmodSync(join(folder, 'commit-msg'), 0o700);
    writeFileSync(join(folder, 'post-commit'), Buffer.from([0x23, 0xff, 0x0a]));
    symlinkSync('../elsewhere', join(folder, 'post-rewrite'));
    const before = picture(folder);
    expect(done(await set(repo.dir, true))).toEqual(['set', 'chained', 'chained', 'chained']);
    expect(picture(folder)).toEqual(before);
    expect(done(await set(repo.dir))).toEqual(['set', 'chained', 'chained', 'chained']);
    expect(picture(folder)).not.toEqual(before);
    expect(done(await set(repo.dir))).toEqual(['unchanged', 'unchanged', 'unchanged', 'unchanged']);
    expect(done(await unsetHooks(repo.dir, false))).toEqual(['removed', 'restored', 'restored', 'restored']);
    expect(picture(folder)).toEqual(before);
    expect(done(await unsetHooks(repo.dir, false))).toEqual(['absent', 'absent', 'absent', 'absent']);
  });

  test('a newer command takes the place of an older one, and what was there stays there', async () => {
    const repo = room.init();
    writeFileSync(join(hooksOf(repo), 'commit-msg'), 'mine\n');
    await set(repo.dir);
    expect(done(await setHooks(repo.dir, { ...PROGRAM, script: '/new/cli.js' }, false))).toEqual(['set', 'chained', 'set', 'set']);
    expect(readFileSync(join(hooksOf(repo), 'commit-msg'), 'utf8')).toContain('/new/cli.js');
    expect(readFileSync(join(hooksOf(repo), 'commit-msg.before-countersign'), 'utf8')).toBe('mine\n');
  });

  test('what somebody added to ours is not lost, and neither is what was kept', async () => {
    const repo = room.init();
    await set(repo.dir);
    const file = join(hooksOf(repo), 'commit-msg');
    writeFileSync(file, `${readFileSync(file, 'utf8')}echo more\n`);
    expect(done(await unsetHooks(repo.dir, false))).toEqual(['DATA_INVALID']);
    expect(done(await set(repo.dir))).toEqual(['DATA_INVALID']);
    writeFileSync(file, 'another\n');
    writeFileSync(`${file}.before-countersign`, 'kept\n');
    expect(done(await set(repo.dir))).toEqual(['DATA_INVALID']);
    expect(readFileSync(`${file}.before-countersign`, 'utf8')).toBe('kept\n');
  });
});

describe('where hooks live', () => {
  test('a linked work tree has those of its repository; a subfolder too', async () => {
    const repo = room.init();
    repo.commit({ 'deep/a': 'a\n' });
    const tree = join(room.folder(), 'tree');
    repo.git('worktree', 'add', '-q', tree);
    expect(done(await set(join(tree, 'deep')))).toEqual(['set', 'set', 'set', 'set']);
    expect(readdirSync(hooksOf(repo)).filter((name) => HOOK_NAMES.some((h) => h === name))).toHaveLength(4);
  });

  test('core.hooksPath of the clone is respected', async () => {
    const repo = room.init();
    const folder = room.folder();
    repo.git('config', 'core.hooksPath', folder);
    expect(done(await set(repo.dir))).toEqual(['set', 'set', 'set', 'set']);
    expect(readdirSync(folder).sort()).toEqual([...HOOK_NAMES].sort());
  });

  test.each([
    ['a folder every repository shares', (repo: TestRepository) => void writeFileSync(join(room.root, 'global'), `[core]\n\thooksPath = ${repo.dir}/../all\n`), 'core.hooksPath'],
    ['husky', (repo: TestRepository) => void repo.git('config', 'core.hooksPath', '.husky/_'), 'husky'],
    ['lefthook', (repo: TestRepository) => writeFileSync(join(repo.dir, 'lefthook.yml'), ''), 'lefthook'],
    [
      'hooks under version control',
      (repo: TestRepository) => {
        mkdirSync(join(repo.dir, 'githooks'));
        repo.commit({ 'githooks/commit-msg': '#!/bin/sh\n' });
        repo.git('config', 'core.hooksPath', 'githooks');
      },
      'version control',
    ],
  ])('%s: nothing is written, and it is told how', async (which, lay, words) => {
    const repo = room.init();
    lay(repo);
    if (which.includes('every')) vi.stubEnv('GIT_CONFIG_GLOBAL', join(room.root, 'global'));
    const before = picture(hooksOf(repo));
    const answer = await set(repo.dir);
    vi.stubEnv('GIT_CONFIG_GLOBAL', '/dev/null');
    expect(answer.ok ? [] : answer.error).toMatchObject([
      {
        code: 'USAGE',
        message: expect.stringContaining(words),
        remedy: expect.stringMatching(/add (?:one line|a command) to .*:(?:\n {4}[a-z-]+: {2}.* hook [a-z-]+ .*){4}$|git config --local/),
      },
    ]);
    expect(picture(hooksOf(repo))).toEqual(before);
  });

  test('a bare repository and a folder that is none are refused', async () => {
    expect(done(await set(room.init('--bare').dir))).toEqual(['USAGE']);
    expect(done(await set(room.folder()))).toEqual(['GIT_FAILED']);
  });
});
