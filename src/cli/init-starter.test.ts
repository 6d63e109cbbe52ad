/** `countersign init --starter` in real folders: what it writes is what `check` reads, and nothing is ever overwritten. */
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { loadPolicy } from '../core/policy/load.ts';
import { loadRoster } from '../core/policy/roster-file.ts';
import { gitRoom } from '../testing/git.ts';
import { check } from './check.ts';
import { initStarter as init } from './init-starter.ts';

const room = gitRoom();
afterAll(() => room.remove());
const POLICY = 'countersign.yml';
const ROSTER = '.countersign/roster.yml';

test('both files are written, load, and are what check then reads', async () => {
  const repo = room.init();
  const { code, stdout } = await init({ repo: repo.dir });
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining(`wrote ${POLICY} and ${ROSTER}\nnext: `) });
  const policy = loadPolicy(readFileSync(join(repo.dir, POLICY)), POLICY);
  if (!policy.ok) throw new Error(JSON.stringify(policy.error));
  expect(loadRoster(readFileSync(join(repo.dir, ROSTER)), ROSTER, policy.value).ok).toBe(true);
  repo.commit({}, { author: { name: 'Mara', email: 'mara@example.com' } });
  repo.git('checkout', '-q', '-b', 'topic');
  repo.commit({ 'a.md': 'a\n' }, { author: { name: 'Mara', email: 'mara@example.com' } });
  expect((await check('', { repo: repo.dir })).code).toBe(0);
});

test('JSON where asked for, also on a refusal', async () => {
  const repo = room.init();
  expect(JSON.parse((await init({ repo: repo.dir, json: true })).stdout)).toEqual({ version: 1, exit: 0, wrote: [POLICY, ROSTER] });
  expect(JSON.parse((await init({ repo: repo.dir, json: true })).stdout)).toMatchObject({ exit: 2, problems: [{ code: 'USAGE' }] });
});

describe('nothing is overwritten', () => {
  test('what is there stays, and what is missing is added', async () => {
    const repo = room.init();
    writeFileSync(join(repo.dir, POLICY), 'mine\n');
    expect((await init({ repo: repo.dir })).stdout).toContain(`wrote ${ROSTER}\n`);
    expect(readFileSync(join(repo.dir, POLICY), 'utf8')).toBe('mine\n');
    const again = await init({ repo: repo.dir });
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('remedy: edit them') });
  });

  test('a link that leads out of the clone is not followed', async () => {
    const [repo, outside] = [room.init(), room.folder()];
    symlinkSync(join(outside, 'policy'), join(repo.dir, POLICY));
    symlinkSync(outside, join(repo.dir, '.countersign'));
    expect((await init({ repo: repo.dir })).code).toBe(2);
    expect([existsSync(join(outside, 'policy')), existsSync(join(outside, 'roster.yml'))]).toEqual([false, false]);
  });

  test('a file where the folder should be', async () => {
    const repo = room.init();
    writeFileSync(join(repo.dir, '.countersign'), '');
    expect(await init({ repo: repo.dir })).toMatchObject({ code: 2, stderr: expect.stringContaining('.countersign is no folder') });
  });
});

describe('only at the top of a clone', () => {
  test.each([['a folder that is no clone'], ['a folder inside one']])('%s is refused', async (which) => {
    const dir = which.includes('inside') ? join(room.init().dir, 'deep') : room.folder();
    mkdirSync(dir, { recursive: true });
    expect(await init({ repo: dir })).toMatchObject({ code: 2, stderr: expect.stringContaining('--repo') });
    expect(existsSync(join(dir, POLICY))).toBe(false);
  });

  test('a work tree of its own counts', async () => {
    const repo = room.init();
    repo.commit({ a: 'a\n' });
    const tree = join(room.folder(), 'tree');
    repo.git('worktree', 'add', '-q', tree);
    expect((await init({ repo: tree })).code).toBe(0);
  });
});
