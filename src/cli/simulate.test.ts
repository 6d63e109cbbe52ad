/** The command over a real repository: what it prints, what it asks files for, and what it says where something is wrong. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { STARTER_POLICY } from '../core/policy/starter.ts';
import { gitRoom } from '../testing/git.ts';
import { progressLine } from './progress.ts';
import { type SimulateOptions, simulateCommand } from './simulate.ts';

const room = gitRoom();
const folder = mkdtempSync(join(tmpdir(), 'countersign-simulate-'));
afterAll(() => {
  room.remove();
  rmSync(folder, { recursive: true, force: true });
});

const repo = room.init();
const first = repo.commit({ 'infra/main.tf': 'resource "aws_vpc" "main" {}\n' }, { message: 'Start\n', at: 1_790_000_000 });
const second = repo.commit({ 'README.md': 'hello\n' }, { message: 'Say \u001b[31mhello\n', at: 1_790_100_000 });

const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

async function lines(more: Partial<SimulateOptions> = {}): Promise<readonly { readonly [key: string]: unknown }[]> {
  const answer = await simulateCommand({ repo: repo.dir, landings: true, ...more });
  if (answer.code !== 0) throw new Error(answer.stderr);
  return answer.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

async function wrong(more: Partial<SimulateOptions>): Promise<string> {
  const answer = await simulateCommand({ repo: repo.dir, ...more });
  expect(answer.code).toBe(2);
  return answer.stderr;
}

describe('simulate', () => {
  test('judges by the starter where the branch has no policy, and says so', async () => {
    const [run, ...landings] = await lines();
    expect(run).toMatchObject({ branch: 'refs/heads/main', tip: second, landings: 2, complete: true });
    expect(String(run?.notes)).toContain('refs/heads/main holds no countersign.yml');
    expect(landings.map((l) => [l.judge, l.id, l.outcome])).toEqual([
      [0, first, 'refused'],
      [0, second, 'pass'],
    ]);
  });

  test('judges by the policy of the branch where it has one', async () => {
    const own = room.init();
    own.commit({ 'countersign.yml': STARTER_POLICY });
    const { stdout } = await simulateCommand({ repo: own.dir, landings: true });
    expect(stdout).toContain('is judged by its own countersign.yml');
  });

  test('asks two policies, about a part, with people and incidents of files', async () => {
    const strict = file('strict.yml', STARTER_POLICY.replace('rules:\n', 'rules:\n  - {id: everyone, paths: ["**"], require: {humans: 1, level: L5}}\n'));
    const roster = file('roster.yml', 'version: 1\npeople:\n  - {id: alice, name: Alice, level: L7, emails: [alice@example.org]}\n  - {id: mara, name: Mara, level: L7}\n');
    const incidents = file('incidents.json', JSON.stringify([{ id: 'INC-1', at: '2026-11-01', severity: 1, commits: [second.slice(0, 10)] }]));
    const [run, ...landings] = await lines({ policy: strict, against: file('starter.yml', STARTER_POLICY), roster, incidents, since: '2026-09-22', name: 'shop' });
    expect(run).toMatchObject({ repo: 'shop', landings: 1 });
    expect(landings).toMatchObject([
      { judge: 0, id: second, outcome: 'signoff', author: 'alice', seats: [{ rule: 'everyone', candidates: ['mara'] }], incidents: ['INC-1'] },
      { judge: 1, id: second, outcome: 'pass', incidents: ['INC-1'] },
    ]);
  });

  test('asks a profile by its name, with the ladder of the starter', async () => {
    const [, ...landings] = await lines({ policy: 'tiered', against: 'every-assisted-change', since: '2026-09-22' });
    expect(landings.map((l) => [l.judge, l.id, l.outcome])).toEqual([
      [0, second, 'pass'],
      [1, second, 'refused'],
    ]);
    expect(landings[1]).toMatchObject({ seats: [{ rule: 'every-assisted-change.senior', level: 'L6' }] });
  });

  test('says what is wrong with what it was given', async () => {
    expect(await wrong({ since: 'yesterday' })).toContain('--since: "yesterday" is no date');
    expect(await wrong({ policy: join(folder, 'nowhere.yml'), incidents: join(folder, 'neither.yml') })).toMatch(
      /--policy: .*nowhere.yml cannot be read[\s\S]*--incidents: .*neither.yml/,
    );
    expect(await wrong({ policy: file('bad.yml', 'version: 2\n') })).toContain('bad.yml:1');
    expect(await wrong({ roster: file('level.yml', 'version: 1\npeople:\n  - {id: a, name: A, level: L9}\n') })).toContain('L9 is not a level');
    expect(await wrong({ incidents: file('no-list.yml', 'a: b\n') })).toContain('no-list.yml');
    expect(await wrong({ branch: 'nothing' })).toContain('nothing names no commit here');
    expect(await wrong({ repo: folder })).toContain('there is no git repository');
    const json = await simulateCommand({ repo: folder, json: true });
    expect(JSON.parse(json.stdout)).toMatchObject({ exit: 2, problems: [{ code: 'GIT_FAILED' }] });
  });

  test('shows the report in the terminal, as JSON and as a page', async () => {
    const page = join(folder, 'report.html');
    const text = await simulateCommand({ repo: repo.dir, html: page });
    expect(text).toMatchObject({ code: 0, stderr: '' });
    expect(text.stdout).toContain('the starter policy');
    expect(text.stdout).not.toContain('\u001b[31mhello');
    expect(readFileSync(page, 'utf8')).toContain('<!doctype html>');
    const json = await simulateCommand({ repo: repo.dir, json: true, against: file('same.yml', STARTER_POLICY) });
    expect(JSON.parse(json.stdout)).toMatchObject({
      version: 1,
      subject: { policy: 'the starter policy', branch: 'refs/heads/main' },
      comparison: { against: expect.stringContaining('same.yml') },
    });
    expect(await wrong({ minutes: 'long' })).toContain('--minutes');
    expect(await wrong({ html: join(folder, 'no', 'such', 'folder.html') })).toContain('--html');
  });

  test('as a command: a broken pipe is no error, and an interrupt prints what there is', async () => {
    const cli = fileURLToPath(new URL('./main.ts', import.meta.url));
    const run = (words: string) => promisify(execFile)('sh', ['-c', words]);
    const piped = await run(`"${process.execPath}" "${cli}" simulate --landings --repo "${repo.dir}" | head -c 10; echo`);
    expect(piped.stdout).toMatch(/^\{"repo":"/);
    const child = spawn(process.execPath, [cli, 'simulate', '--repo', repo.dir], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.kill('SIGINT');
    const [code, signal] = await once(child, 'close');
    // before the command listens, the signal ends it; after, it answers
    expect(signal === 'SIGINT' || code === 0).toBe(true);
  });
});

describe('the line of progress', () => {
  const screen = (isTTY: boolean) => {
    const written: string[] = [];
    return { written, isTTY, columns: 40, write: (text: string) => written.push(text) };
  };

  test('draws over itself, not too often, within the width, and goes away', () => {
    const terminal = screen(true);
    let now = 0;
    const line = progressLine(terminal, () => now);
    line.show('reading\u001b[31m', null);
    line.show('too soon', 0.1);
    now = 200;
    line.show('judging: 5 of 10 landings, and many words more', 0.5);
    line.clear();
    expect(terminal.written).toHaveLength(3);
    expect(terminal.written[0]).toContain('reading\\u{1b}[31m');
    expect(terminal.written[1]).toBe(`\r\u001b[2K${'#'.repeat(12)}${'.'.repeat(12)}  50 % judging:`);
    expect(terminal.written[2]).toBe('\r\u001b[2K');
  });

  test('is nothing where nobody looks', () => {
    const file = screen(false);
    const line = progressLine(file);
    line.show('reading', 0.5);
    line.clear();
    expect(file.written).toEqual([]);
  });
});
