/** The command line itself: help, exit codes and complaints of the program as it is run from a shell. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { gitRoom } from '../testing/git.ts';

const room = gitRoom();
afterAll(() => room.remove());
const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

function countersign(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { cwd: room.root, env: { PATH: process.env.PATH, HOME: room.root }, encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('what is asked about the program', () => {
  test.each([['--version'], ['-V']])('%s', (flag) => {
    expect(countersign(flag)).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  });

  test('--help names every command, its help the exit codes and examples', () => {
    const { status, stdout } = countersign('--help');
    expect(status).toBe(0);
    for (const command of ['check', 'manifest', 'sign', 'verify', 'owners', 'policy', 'init', 'serve']) expect(stdout).toMatch(new RegExp(`^ {2}${command} `, 'm'));
    const help = countersign('check', '--help');
    expect(help.status).toBe(0);
    expect(help.stdout).toMatch(/Examples:\n {2}countersign check\n[\s\S]*Exit codes:\n {2}0 {2}passes/);
  });
});

test('serve --help says what it takes where nothing is said', () => {
  const { stdout } = countersign('serve', '--help');
  for (const words of ['default: .countersign-data', 'default: 4180', 'default: 127.0.0.1']) expect(stdout.replace(/\s+/g, ' ')).toContain(words);
});

describe('what was not understood is a no, with the remedy', () => {
  test.each([
    [['chek'], /unknown command 'chek'\n\(Did you mean check\?\)/],
    [['check', '--taget', 'x'], /unknown option '--taget'\n\(Did you mean --target\?\)/],
    [['verify'], /required option '--bundle <file>'/],
    [['manifest', 'a'], /is one revision.*\[USAGE\]/],
    [[], /Usage: countersign/],
  ])('%j', (args, said) => {
    expect(countersign(...args)).toEqual({ status: 2, stdout: '', stderr: expect.stringMatching(said) });
    const asked = countersign(...args, '--json');
    if (args.length === 0) return;
    expect(asked).toMatchObject({ status: 2, stderr: '' });
    expect(JSON.parse(asked.stdout)).toMatchObject({ version: 1, exit: 2, problems: [{ code: 'USAGE', place: 'command line', remedy: expect.any(String) }] });
  });
});

test('nobody reading the answer is no error', () => {
  const repo = room.init();
  repo.commit({ a: 'a\n' });
  const said = execFileSync('sh', ['-c', `"$0" "$1" check --repo "$2" --json | true; echo done`, process.execPath, MAIN, repo.dir], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  expect(said).toBe('done\n');
});

test('a working folder that disappeared is a no, with a remedy', () => {
  const gone = ['-c', 'cd "$0" && rmdir "$0" && exec "$1" "$2" check', room.folder(), process.execPath, MAIN];
  const { status, stderr } = spawnSync('sh', gone, { encoding: 'utf8', env: { PATH: process.env.PATH } });
  expect(status).toBe(2);
  expect(stderr).toContain('remedy: ');
});
