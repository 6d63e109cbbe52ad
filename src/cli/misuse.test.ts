/** What the commands about provenance say where they are called wrongly, or where there is nothing to read. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { gitRoom } from '../testing/git.ts';

const room = gitRoom();
afterAll(() => room.remove());
const MAIN = join(import.meta.dirname, 'main.ts');

function countersign(cwd: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    cwd,
    env: { PATH: process.env.PATH, HOME: room.root, XDG_STATE_HOME: join(room.root, 'state') },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe('options that contradict each other are refused before anything is done', () => {
  test('detect --json --jsonl', () => {
    const repo = room.init();
    const { status, stdout } = countersign(repo.dir, 'detect', '--json', '--jsonl');
    expect({ status, ...JSON.parse(stdout) }).toMatchObject({ status: 2, problems: [{ message: '--json and --jsonl do not go together' }] });
  });

  test.each([['--user'], ['--project']])('hook install %s without --agents sets no hook of the clone', (scope) => {
    const repo = room.init();
    expect(countersign(repo.dir, 'hook', 'install', scope)).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining(`${scope} is about settings of agents`) });
    expect(existsSync(join(repo.gitDir, 'hooks', 'commit-msg'))).toBe(false);
  });

  test.each([['install'], ['uninstall']])('hook %s --agents for this user and this clone', (act) => {
    const repo = room.init();
    expect(countersign(repo.dir, 'hook', act, '--agents', 'claude', '--user', '--project')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--user and --project do not go together'),
    });
  });
});

describe('where there is nothing to read, it is said what and where', () => {
  const TO_READ = [['detect'], ['agents'], ['lines'], ['lines', 'attach'], ['lines', 'export', '--format', 'git-ai'], ['hook', 'post-commit'], ['hook', 'log']];

  test.each(TO_READ)('no repository: %s %s', (...args) => {
    expect(countersign(room.folder(), ...args)).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(/there is no (?:git repository|work tree) here \[GIT_FAILED\]\n {2}remedy: /),
    });
  });

  test('no such folder: git is not blamed', () => {
    const { status, stderr } = countersign(room.root, 'detect', '--repo', '/no/such/folder');
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: 'countersign: /no/such/folder: there is no such folder [GIT_FAILED]\n  remedy: name a folder inside a clone, or a bare repository\n',
    });
  });

  test.each([['detect'], ['agents'], ['lines'], ['lines', 'attach'], ['hook', 'post-commit']])('no commit yet: %s %s', (...args) => {
    expect(countersign(room.init().dir, ...args)).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(/there is no commit here yet \[NOT_FOUND\]\n {2}remedy: /),
    });
  });

  test('hook log: a bare repository has none, and a session nobody saw is no empty log', () => {
    expect(countersign(room.init('--bare').dir, 'hook', 'log').stderr).toContain('there is no work tree here');
    expect(countersign(room.init().dir, 'hook', 'log', '--session', 's_00000000000000')).toEqual({
      status: 0,
      stdout: '',
      stderr: 'countersign: nothing was recorded here of session s_00000000000000\n',
    });
  });
});

describe('one of a thing, and none', () => {
  test('agents counts one commit as one', () => {
    const repo = room.init();
    repo.commit({ a: '1' });
    expect(countersign(repo.dir, 'agents').stdout).toMatch(/^1 commit: /);
  });

  test('lines without any record does not speak of their signatures', () => {
    const repo = room.init();
    repo.commit({ a: '1\n' });
    expect(countersign(repo.dir, 'lines').stdout).toBe('an AI wrote 0 of 1 added lines (0 %); of 1 nobody is known (no record says anything of these lines)\n');
  });

  test('declare: a range without a commit is not a range whose commits are declared', () => {
    const repo = room.init();
    repo.commit({ a: '1' });
    expect(countersign(repo.dir, 'declare', 'HEAD..HEAD', '--as', 'none')).toEqual({ status: 0, stdout: 'there is no commit in this range; nothing to do\n', stderr: '' });
  });

  test('declare: the command of the remedy finds the commit', () => {
    const repo = room.init();
    repo.commit({ a: '1' });
    const id = repo.commit({ a: '2' }, { message: 'Helped\n\nI used ChatGPT to write the tests.\n' });
    const asked = ['declare', 'HEAD~1..HEAD'];
    const { stderr } = countersign(repo.dir, ...asked, '--as', 'none');
    expect(stderr).toContain(`remedy: countersign ${asked.join(' ')} --commit ${id.slice(0, 12)} --as <tool>:<model>`);
    expect(countersign(repo.dir, ...asked, '--commit', id.slice(0, 12), '--as', 'chatgpt:gpt-5')).toMatchObject({ status: 0 });
  });
});
