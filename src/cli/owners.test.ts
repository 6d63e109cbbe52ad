/** What `owners` and `policy import` print, over real files and from a real shell. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { owners } from './owners.ts';
import { policyImport } from './policy-import.ts';

const folder = mkdtempSync(join(tmpdir(), 'countersign-owners-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

function file(text: string | Uint8Array, name = 'CODEOWNERS'): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

/** As a shell runs it, in the folder of the files. */
function countersign(args: readonly string[], input = '') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { cwd: folder, env: { PATH: process.env.PATH, HOME: folder }, encoding: 'utf8', input });
  return { status, stdout, stderr };
}

async function* input(...chunks: readonly (string | Uint8Array)[]) {
  yield* chunks;
}

describe('owners', () => {
  test('five columns a path, and what the forge skips on standard error', () => {
    file('* @all # everybody\n*.ts @org/web @ada\n/gen/\n/x y\n');
    expect(countersign(['owners', '--file', 'CODEOWNERS', 'src/a.ts', './README.md', '/gen/a'])).toEqual({
      status: 0,
      stdout: 'src/a.ts\t@org/web @ada\tCODEOWNERS:2\t*.ts\t-\n./README.md\t@all\tCODEOWNERS:1\t*\t-\n/gen/a\t-\tCODEOWNERS:3\t/gen/\t-\n',
      stderr:
        'countersign: CODEOWNERS:4:4: is no owner, so GitHub skips the line [OWNERS_INVALID]\n  4 | /x y\n    |    ^\n  remedy: write @user, @organisation/team or an e-mail address\n',
    });
  });

  test('paths on standard input, by line and by NUL', () => {
    file('*.ts @a\n');
    const row = (path: string, ...rest: readonly string[]): string => `${[path, ...rest].join('\t')}\n`;
    expect(countersign(['owners', '--file', 'CODEOWNERS', '-'], 'a.ts\r\n\nb\n').stdout).toBe(row('a.ts', '@a', 'CODEOWNERS:1', '*.ts', '-') + row('b', '-', '-', '-', '-'));
    expect(countersign(['owners', '--file', 'CODEOWNERS', '-z', '-'], 'a\nb.ts\0c\0').stdout).toBe(
      row('a\\u{a}b.ts', '@a', 'CODEOWNERS:1', '*.ts', '-') + row('c', '-', '-', '-', '-'),
    );
  });

  test('a character cut in two by the pipe is one character', async () => {
    const name = file('é @a\n');
    const answer = await owners(['-'], { file: name, dialect: 'github' }, input(Uint8Array.of(0xc3), Uint8Array.of(0xa9, 10)));
    expect(answer.stdout).toMatch(/^é\t@a\t/);
    expect(await owners(['-'], { file: name, dialect: 'github' }, input(Uint8Array.of(0xc3)))).toMatchObject({ code: 2, stderr: expect.stringContaining('[USAGE]') });
  });

  test('JSON has every section that answers', async () => {
    const name = file('* @all\n^[Docs][2] @docs\n*.md\n');
    const answer = await owners(['a.md', 'b'], { file: name, dialect: 'gitlab', json: true });
    expect(answer).toMatchObject({ code: 0, stderr: '' });
    const all = { owners: ['@all'], line: 1, pattern: '*', section: null, optional: false, approvals: 1 };
    expect(JSON.parse(answer.stdout)).toEqual({
      version: 1,
      exit: 0,
      file: name,
      dialect: 'gitlab',
      paths: [
        { path: 'a.md', owners: ['@all', '@docs'], matches: [all, { owners: ['@docs'], line: 3, pattern: '*.md', section: 'Docs', optional: true, approvals: 2 }] },
        { path: 'b', owners: ['@all'], matches: [all] },
      ],
      problems: [expect.objectContaining({ code: 'OWNERS_INVALID', place: `${name}:2:8` })],
    });
  });

  test('control characters of the file and of paths reach no terminal', async () => {
    const answer = await owners(['\u001b[2Ja'], { file: file('\u001b[2Ja @a\nb \u001b[31m\n'), dialect: 'github' });
    expect(answer.stdout + answer.stderr).not.toContain('\u001b');
    expect(answer.stdout).toContain('\\u{1b}[2Ja\t@a');
  });

  test.each([
    ['a file that is not there', () => join(folder, 'nope'), 'github', 'USAGE'],
    ['a folder', () => folder, 'github', 'USAGE'],
    ['no text', () => file(Uint8Array.of(0xff, 0xfe)), 'github', 'OWNERS_INVALID'],
    ['3 MB', () => file('a'.repeat(3_000_000)), 'github', 'OWNERS_INVALID'],
    ['no dialect of ours', () => file(''), 'gitea', 'USAGE'],
  ])('%s: exit 2', async (_, name, dialect, code) => {
    for (const json of [false, true]) {
      const answer = await owners(['a'], { file: name(), dialect, json });
      expect(answer.code).toBe(2);
      if (json) expect(JSON.parse(answer.stdout)).toMatchObject({ version: 1, exit: 2, problems: [{ code, remedy: expect.any(String) }] });
      else expect(answer).toMatchObject({ stdout: '', stderr: expect.stringContaining(`[${code}]`) });
    }
  });
});

describe('policy import', () => {
  test('prints rules, tests and notes', () => {
    mkdirSync(join(folder, '.github'), { recursive: true });
    file('* @Ada\n/docs/ @org/docs\n!x @y\n', '.github/CODEOWNERS');
    const { status, stdout, stderr } = countersign(['policy', 'import', '.github/CODEOWNERS']);
    expect(status).toBe(0);
    expect(stderr).toContain('CODEOWNERS:3:1: `!` takes nothing out');
    expect(stdout).toMatch(/^# Imported from \.github\/CODEOWNERS \(CODEOWNERS, github\)/);
    expect(stdout).toContain('  - id: "owners.docs"\n    description: "Owned by @org/docs."\n    paths:\n      - "docs/**/*"\n    require: {humans: 1, from: {teams: ["docs"]}}\n');
    expect(stdout).toContain('tests:\n  - name: "example asks owners.ada"\n    change: {paths: ["example"]}\n    expect: {rules: ["owners.ada"]}\n');
    expect(stdout).toMatch(/# Not carried over as written:\n# {3}line 3: `!`/);
  });

  test('JSON, and what cannot be read', async () => {
    const name = file('[A][2]\na @x\n');
    const answer = await policyImport(name, { dialect: 'gitlab', json: true });
    expect(JSON.parse(answer.stdout)).toMatchObject({
      version: 1,
      exit: 0,
      dialect: 'gitlab',
      rules: [
        { id: 'owners.a', ask: { humans: 2 } },
        { id: 'owners.nobody', ask: null },
      ],
      problems: [],
    });
    expect(await policyImport(name, { dialect: 'gitignore' })).toMatchObject({ code: 2, stderr: expect.stringContaining('--dialect github or gitlab') });
    expect(await policyImport(join(folder, 'nope'), { dialect: 'github' })).toMatchObject({ code: 2, stdout: '' });
  });

  test('the group alone is no command', () => {
    expect(countersign(['policy'])).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('import') });
    expect(countersign(['policy', 'improt', 'x'])).toMatchObject({ status: 2, stderr: expect.stringContaining("unknown command 'improt'") });
  });
});
