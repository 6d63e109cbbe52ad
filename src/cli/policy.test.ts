/** `countersign policy ...` as it is run from a shell, on real files and a real clone. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { gitRoom } from '../testing/git.ts';

const room = gitRoom();
afterAll(() => room.remove());
const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const SCENARIOS = fileURLToPath(new URL('../../examples/scenarios/', import.meta.url));

const HEAD = 'version: 1\nladder: [L4, L5, L6, L7]\nsenior: L6\nprotected: [refs/heads/main]\n';
const RULES = 'rules:\n  - {id: infra, paths: ["infra/**"], when: provenance.level >= assisted, require: {humans: 1, level: L6}}\n  - {id: rest, paths: ["**"], optional: true}\n';
const TEST = 'tests:\n  - {name: asks, paths: [infra/a], author: dev, provenance: {level: agent}, expect: {result: pending, missing: [{rule: infra}]}}\n';
const ROSTER =
  'version: 1\npeople:\n  - {id: dev, name: Dev, level: L4, emails: [dev@example.com], accounts: [dev]}\n  - {id: sam, name: Sam, level: L6, emails: [sam@example.com], accounts: [sam]}\n  - {id: ria, name: Ria, level: L7, emails: [ria@example.com], accounts: [ria]}\n';

/** A folder with a policy and a roster. */
function folder(policy = HEAD + RULES + TEST, more: { readonly [file: string]: string } = {}): string {
  const dir = room.folder();
  mkdirSync(join(dir, '.countersign'));
  for (const [file, text] of Object.entries({ 'countersign.yml': policy, '.countersign/roster.yml': ROSTER, ...more })) writeFileSync(join(dir, file), text);
  return dir;
}

function policy(dir: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'policy', ...args], {
    cwd: dir,
    env: { PATH: process.env.PATH, HOME: room.root, NO_COLOR: '1' },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

test('the situations peers get wrong: every answer as it is printed', async () => {
  const said = policy(SCENARIOS, 'eval', '--policy', 'countersign.yml', '--facts', 'peers.yml', '--text');
  expect([said.status, said.stderr]).toEqual([2, '']);
  await expect(said.stdout).toMatchFileSnapshot(join(SCENARIOS, 'peers.answers.txt'));
  const tested = policy(SCENARIOS, 'test', '--scenarios', 'peers.yml', '--cover', '--mutate');
  expect(tested.stdout).toMatch(/\b0 failed; \d+ mutants, 0 survived\n$/);
  expect(tested.status).toBe(0);
});

describe('eval', () => {
  const GOOD = { paths: ['infra/a'], author: 'dev', pusher: 'dev', provenance: { level: 'agent' }, at: '2026-06-01T12:00Z' };

  test.each([
    [{ ...GOOD, signoffs: [{ by: 'sam' }] }, 0, 'allow'],
    [GOOD, 1, 'pending'],
    [{ ...GOOD, author: 'nobody' }, 2, 'deny'],
  ])('one case: %j', (facts, status, result) => {
    const dir = folder(undefined, { 'case.json': JSON.stringify(facts) });
    const said = policy(dir, 'eval', '--policy', 'countersign.yml', '--facts', 'case.json');
    expect([said.status, JSON.parse(said.stdout).result, JSON.parse(said.stdout).exit]).toEqual([status, result, status]);
  });

  test('lines: the good ones answered, the bad ones reported on their own line, and exit 2', () => {
    const lines = [
      JSON.stringify({ ...GOOD, signoffs: [{ by: 'sam' }] }),
      '{"paths": [',
      '',
      JSON.stringify({ ...GOOD, chang: 1 }),
      '{"paths": ["a"], "paths": ["b"]}',
      `{"name": "${'x'.repeat(4_100_000)}"}`,
      '\u00ff',
      JSON.stringify(GOOD),
    ];
    const dir = folder(undefined, { 'cases.jsonl': lines.join('\n') });
    const said = policy(dir, 'eval', '--policy', 'countersign.yml', '--facts', 'cases.jsonl', '--jsonl');
    const answers = said.stdout
      .trimEnd()
      .split('\n')
      .map((l) => JSON.parse(l));
    expect(answers.map((a) => [a.line, a.result, a.problems?.[0].place])).toEqual([
      [1, 'allow', undefined],
      [2, 'deny', 'cases.jsonl:2'],
      [4, 'deny', 'cases.jsonl:4 chang'],
      [5, 'deny', 'cases.jsonl:5'],
      [6, 'deny', 'cases.jsonl:6'],
      [7, 'deny', 'cases.jsonl:7'],
      [8, 'pending', undefined],
    ]);
    expect(answers[2].problems[0].remedy).toBe('did you mean change?');
    expect([said.status, said.stderr]).toEqual([2, 'countersign: 5 lines of cases.jsonl could not be read; each says why on its own line\n']);
  });

  test('10,000 lines from standard input, in bounded memory', async () => {
    const dir = folder();
    const script = `"$0" "$1" policy eval --policy countersign.yml --facts - --jsonl < many.jsonl | tail -n 1`;
    writeFileSync(join(dir, 'many.jsonl'), `${JSON.stringify(GOOD)}\n`.repeat(10_000));
    const run = promisify(execFile);
    const { stdout } = await run('sh', ['-c', script, process.execPath, MAIN], { cwd: dir, env: { PATH: process.env.PATH, NODE_OPTIONS: '--max-old-space-size=96' } });
    expect(JSON.parse(stdout)).toMatchObject({ line: 10_000, result: 'pending' });
  });

  test('nobody reading the answers is no error', () => {
    const dir = folder(undefined, { 'many.jsonl': `${JSON.stringify(GOOD)}\n`.repeat(3_000) });
    const script = '{ "$0" "$1" policy eval --policy countersign.yml --facts many.jsonl --jsonl; echo "exit $?" >&2; } | head -n 1';
    const said = spawnSync('sh', ['-c', script, process.execPath, MAIN], { cwd: dir, env: { PATH: process.env.PATH }, encoding: 'utf8' });
    expect([said.stderr, JSON.parse(said.stdout).line]).toEqual(['exit 0\n', 1]);
  });

  test('a policy that is none, and files that are not there', () => {
    const dir = folder('version: 1\nlader: [L4]\n');
    const said = policy(dir, 'eval', '--policy', 'countersign.yml', '--facts', 'x.json');
    expect([said.status, JSON.parse(said.stdout).problems.map((p: { place: string }) => p.place)[0]]).toEqual([2, 'countersign.yml:2:1 lader']);
    expect(JSON.parse(policy(folder(), 'eval', '--policy', 'countersign.yml', '--facts', 'x.json').stdout)).toMatchObject({
      exit: 2,
      problems: [{ code: 'NOT_FOUND', place: 'x.json' }],
    });
    expect(policy(folder(), 'eval', '--policy', 'countersign.yml', '--facts', 'x.jsonl', '--jsonl').status).toBe(2);
  });
});

describe('test', () => {
  test('one line a test, what differs below it, and exit 1', () => {
    const failing = `${TEST}  - {name: wrong, paths: [infra/a], author: dev, provenance: {level: agent}, expect: {result: allow}}\n`;
    const said = policy(folder(HEAD + RULES + failing), 'test');
    expect(said.status).toBe(1);
    expect(said.stdout).toContain(
      'ok 1 - asks\nnot ok 2 - wrong\n  at countersign.yml tests[1]\n  result: expected allow, got pending\n  | pending  needs 1 human at L6 or above\n',
    );
    expect(said.stdout).toMatch(/2 tests, 1 failed\n$/);
    expect(JSON.parse(policy(folder(HEAD + RULES + failing), 'test', '--json').stdout)).toMatchObject({
      exit: 1,
      tests: [{ passed: true }, { passed: false, differences: [{ what: 'result' }] }],
    });
  });

  test('what no test reaches, and what no test notices', () => {
    const said = policy(folder(), 'test', '--cover', '--mutate');
    expect([said.status, said.stdout]).toEqual([1, expect.stringContaining('not reached: infra: no test makes it silent, when false\n')]);
    expect(said.stdout).toContain('survived: infra.require.humans: 1 to 2: no test notices\n');
  });

  test('scenario files, and what they say wrongly', () => {
    const dir = folder(undefined, {
      's.yml': 'version: 1\ncases:\n  - {name: s, paths: [docs/a], author: dev, expect: {result: allow}}\n',
      'bad.yml': 'version: 1\ncases: [{pths: []}]\n',
    });
    expect(policy(dir, 'test', '--scenarios', 's.yml')).toMatchObject({ status: 0, stdout: 'ok 1 - asks\nok 2 - s\n2 tests, 0 failed\n' });
    expect(policy(dir, 'test', '--scenarios', 's.yml', '--scenarios', 'bad.yml')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('bad.yml:2:10 cases[0].pths: unknown key pths'),
    });
  });
});

describe('check', () => {
  test('a policy, and warnings with the place; they fail where asked to', () => {
    const repo = room.init();
    const text = HEAD + RULES.replace('infra/**', 'Infra/**') + TEST.replace('infra/a', 'Infra/a');
    repo.commit({ 'infra/a.tf': 'a\n', 'countersign.yml': text, '.countersign/roster.yml': ROSTER });
    const said = policy(repo.dir, 'check');
    expect([said.status, said.stdout]).toEqual([
      0,
      expect.stringContaining('warning: countersign.yml:6:25 rules[0].paths[0]: Infra/** matches infra/a.tf only in another letter case'),
    ]);
    expect(said.stdout).toMatch(/countersign.yml is a policy: 2 rules, 0 forbids, 1 tests; \d warnings?\n$/);
    expect(policy(repo.dir, 'check', '--strict').status).toBe(1);
    expect(JSON.parse(policy(repo.dir, 'check', '--json').stdout)).toMatchObject({ exit: 0, warnings: [{ place: 'countersign.yml:6:25 rules[0].paths[0]' }], notes: [] });
  });

  test('no policy at all', () => {
    expect(policy(room.folder(), 'check')).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('countersign.yml: cannot be read') });
    expect(policy(folder('version: 1\n'), 'check').status).toBe(2);
  });
});

describe('explain', () => {
  test('the rules, one rule, and a rule there is not', () => {
    expect(policy(folder(), 'explain').stdout).toContain(
      'infra\n  about infra/**\n  when provenance.level >= assisted; where that cannot be decided, it applies\n  asks for 1 human at L6 or above\n',
    );
    expect(policy(folder(), 'explain', '--rule', 'rest').stdout).toBe('rest\n  about every file\n  asks nobody, and covers its files\n');
    expect(policy(folder(), 'explain', '--rule', 'infre')).toMatchObject({ status: 2, stderr: expect.stringContaining('did you mean infra?') });
  });

  test('a change: what it would need, why, and what was assumed', () => {
    const said = policy(folder(), 'explain', 'infra/main.tf', '--author', 'sam', '--level', 'agent', '--tier', 'high');
    expect(said.status).toBe(1);
    for (const words of [
      'pending  needs 1 human at L6 or above',
      'missing: 1 human at L6 or above: any of ria',
      'would pass if ria signs',
      'sam may not sign',
      'assumed: no incident is open',
    ])
      expect(said.stdout).toContain(words);
    expect(policy(folder(), 'explain', 'countersign.yml', 'docs/a.md').status).toBe(0);
    expect(policy(folder(), 'explain', 'infra/a', '--level', 'agnt')).toMatchObject({ status: 2, stderr: expect.stringContaining('--level: must be human') });
  });
});

test('diff: rule by rule, and for cases', () => {
  const dir = folder(undefined, {
    'b.yml': HEAD + RULES.replace('humans: 1', 'humans: 2'),
    'cases.yml': 'version: 1\ncases:\n  - {name: c, paths: [infra/a], author: dev, provenance: {level: agent}, signoffs: [{by: sam}]}\n',
  });
  expect(policy(dir, 'diff', 'countersign.yml', 'b.yml', '--facts', 'cases.yml')).toMatchObject({
    status: 0,
    stdout:
      'stricter: rules.infra.require.humans: 1 to 2\nstricter: c: allow to pending; every seat that is due is filled, then needs 1 human at L6 or above\n1 changes: 1 stricter, 0 weaker, 0 that may be either\n1 of 1 cases are answered otherwise\n',
  });
  expect(policy(dir, 'diff', 'b.yml', 'countersign.yml').status).toBe(1);
  expect(policy(dir, 'diff', 'countersign.yml', 'countersign.yml')).toMatchObject({ status: 0, stdout: 'the same\n' });
});

test('diff: over what landed', () => {
  const repo = room.init();
  repo.commit({ 'infra/a.tf': 'a\n' });
  repo.commit({ 'infra/a.tf': 'b\n' }, { message: 'x\n\nAssisted-by: Claude:opus\n' });
  writeFileSync(join(repo.dir, 'a.yml'), `${HEAD}rules: [{id: rest, paths: ["**"], optional: true}]\n`);
  writeFileSync(join(repo.dir, 'b.yml'), HEAD + RULES);
  const said = policy(repo.dir, 'diff', 'a.yml', 'b.yml', '--repo', '.', '--json');
  expect(JSON.parse(said.stdout)).toMatchObject({ changes: [{ where: 'rules.infra', direction: 'stricter' }], history: expect.objectContaining({ version: 1 }) });
  expect(policy(repo.dir, 'diff', 'a.yml', 'b.yml', '--since', '2020-01-01').stdout).toMatch(/stricter: rules\.infra is new: asks[\s\S]*\n\n[\s\S]+/);
  expect(policy(repo.dir, 'diff', 'a.yml', 'b.yml', '--since', 'soon').status).toBe(2);
});

test('schema: what is published', () => {
  for (const [name, file] of [
    ['policy', 'countersign'],
    ['roster', 'roster'],
    ['facts', 'facts'],
  ] as const) {
    expect(policy(room.root, 'schema', name).stdout).toBe(readFileSync(new URL(`../../docs/spec/${file}.schema.json`, import.meta.url), 'utf8'));
  }
  expect(policy(room.root, 'schema', 'polcy').status).toBe(2);
});

test.each(['check', 'test', 'eval', 'explain', 'diff', 'schema'])('policy %s --help has examples and exit codes', (name) => {
  expect(policy(room.root, name, '--help').stdout).toMatch(new RegExp(`Examples:\n {2}countersign policy ${name}[\\s\\S]*Exit codes:`));
});
