import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { gitRoom } from '../testing/git.ts';

const room = gitRoom();
afterAll(() => room.remove());
const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const countersign = (cwd: string, ...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { cwd, env: { PATH: process.env.PATH, HOME: room.root }, encoding: 'utf8' });
  return { status, stdout, stderr };
};

const BOT = { name: 'acme-triage[bot]', email: '12+acme-triage[bot]@users.noreply.github.com' };

describe('agents', () => {
  const repo = room.init();
  const first = repo.commit({ a: '1' }, { author: BOT, message: 'one\n' });
  repo.commit({ a: '2' }, { author: BOT, message: 'two\n' });
  repo.commit({ a: '3' }, { author: { name: 'dependabot[bot]', email: '49699333+dependabot[bot]@users.noreply.github.com' }, message: 'three\n' });
  const last = repo.commit({ a: '4' }, { author: { name: 'Rui', email: 'rui@x.example' }, committer: BOT, message: 'four\n' });

  test('names whom nobody classified, each once, with first and last', () => {
    const { status, stdout } = countersign(repo.dir, 'agents', '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      exit: 0,
      commits: 4,
      unknown: [
        { account: 'acme-triage[bot]', authored: 2, committed: 1, first: { sha: first }, last: { sha: last }, entry: expect.stringContaining('login: "acme-triage[bot]"') },
      ],
    });
  });

  test('what it prints to paste is read again, and then nobody is unknown', () => {
    const { stdout } = countersign(repo.dir, 'agents');
    const yaml = stdout.slice(stdout.indexOf('agents:\n'));
    mkdirSync(join(repo.dir, '.countersign'), { recursive: true });
    writeFileSync(join(repo.dir, '.countersign/agents.yml'), yaml);
    expect(countersign(repo.dir, 'agents', '--registry', '.countersign/agents.yml')).toEqual({
      status: 0,
      stdout: '4 commits: no bot and no self-named agent that is not classified\n',
      stderr: '',
    });
    const detected = countersign(repo.dir, 'detect', '--jsonl', '--registry', '.countersign/agents.yml').stdout.split('\n').filter(Boolean);
    expect(detected.map((line) => JSON.parse(line).level)).toEqual(['unattributed', 'unattributed', 'agent', 'agent']);
    repo.commit({ '.countersign/agents.yml': yaml }, { message: 'Classify it\n' });
    expect(countersign(repo.dir, 'agents').stdout).toContain('5 commits: no bot');
  });

  test('a registry that cannot be read is refused', () => {
    writeFileSync(join(repo.dir, 'wrong.yml'), 'agents: 3\n');
    expect(countersign(repo.dir, 'agents', '--registry', 'wrong.yml')).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('[POLICY_INVALID]') });
  });
});
