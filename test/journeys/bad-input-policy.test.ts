/** A target ref whose policy or roster does not load: pushes are refused, with the line and column, until an administrator mends it. */
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openStage, type Stage } from '../../examples/story/stage.ts';
import { INES, routine } from './server-wire.ts';

const POLICY = 'countersign.yml';
const ROSTER = '.countersign/roster.yml';

let stage: Stage;
let gitDir: string;
let good: string;

beforeAll(async () => {
  stage = await openStage();
  gitDir = join(stage.data, 'repositories/infra.git');
  good = stage.must(gitDir, 'rev-parse', 'refs/heads/main');
});
afterAll(() => stage?.end());

/** The administrator mends it, and the next push is judged as ever. */
afterEach(() => {
  stage.must(gitDir, 'update-ref', 'refs/heads/main', good);
  const clone = stage.clone('infra', 'ines');
  routine(stage, clone, 'Mended');
  expect(stage.must(clone, 'push', 'origin', 'HEAD:refs/heads/main')).toContain('countersign: allowed');
});

/** Puts a commit on main as an administrator would, past the gate, and answers a clone of it. */
function broken(edit: (clone: string) => void): string {
  const clone = stage.clone('infra', 'ines');
  edit(clone);
  stage.must(clone, 'add', '-A');
  stage.must(clone, ...INES, 'commit', '-qm', 'Past the gate');
  stage.must(gitDir, 'fetch', '-q', clone, '+HEAD:refs/heads/main');
  return clone;
}

const rewrite = (clone: string, file: string, change: (text: string) => string): void => writeFileSync(join(clone, file), change(readFileSync(join(clone, file), 'utf8')));

async function refused(clone: string, code: string, place: string | RegExp): Promise<void> {
  const before = stage.must(gitDir, 'rev-parse', 'refs/heads/main');
  routine(stage, clone, 'Harmless');
  const pushed = stage.git(clone, 'push', 'origin', 'HEAD:refs/heads/main');
  expect(pushed.code, pushed.text).not.toBe(0);
  expect(pushed.text).toContain(`[${code}]`);
  expect(pushed.text).toMatch(place);
  expect(pushed.text).toContain('an administrator');
  expect(stage.must(gitDir, 'rev-parse', 'refs/heads/main')).toBe(before);
  for (const path of ['people', 'changes?state=all', 'session', 'ledger', 'trust']) expect((await fetch(`${stage.url}/api/v1/${path}`)).status, path).toBe(200);
}

const POLICIES: readonly (readonly [string, (text: string) => string])[] = [
  ['is no YAML', (t) => t.replace('ladder: [L3', 'ladder: [[L3')],
  ['has a key that nobody knows', (t) => `${t}\nruless: []\n`],
  ['has a rule with a misspelled key', (t) => t.replace('humans: 1', 'human: 1')],
  ['compares a level with text', (t) => t.replace('risk.tier >= critical', 'risk.tier >= "critical"')],
  ['asks for a level that is not on the ladder', (t) => t.replace('level: L6', 'level: L9')],
  ['has one key twice', (t) => `${t}\nversion: 1\n`],
  ['covers nothing', (t) => `${t.slice(0, t.indexOf('rules:'))}rules: []\n`],
  ['is of a later version', (t) => t.replace('version: 1', 'version: 99')],
  ['is empty', () => ''],
  ['is a list', () => '- 1\n'],
  [
    'unfolds without end',
    () => `a: &a [x,x]\n${'bcdefghijkl'.replace(/./g, (c) => `${c}: &${c} [*${String.fromCharCode(c.charCodeAt(0) - 1)},*${String.fromCharCode(c.charCodeAt(0) - 1)}]\n`)}`,
  ],
  ['holds control characters', (t) => `${t}\n"\u0000": 1\n`],
];

it.each(POLICIES)('refuses a policy that %s', async (_, change) => {
  const clone = broken((dir) => rewrite(dir, POLICY, change));
  await refused(clone, 'POLICY_INVALID', /countersign\.yml:\d+:\d+/);
});

it('refuses a policy that is no text', async () => {
  await refused(
    broken((dir) => writeFileSync(join(dir, POLICY), new Uint8Array([0xff, 0xfe, 0x00, 0x76]))),
    'POLICY_INVALID',
    /countersign\.yml/,
  );
});

const ROSTERS: readonly (readonly [string, (text: string) => string])[] = [
  ['names one person twice', (t) => t.replace('  - id: amara', '  - id: jonas')],
  ['gives one address to two people', (t) => t.replace('amara@larkspur.example', 'jonas@larkspur.example')],
  ['gives one account to two people, in other letters', (t) => t.replace('accounts: [amara]', 'accounts: [Jonas]')],
  ['has a level that is not on the ladder', (t) => t.replace('level: L5', 'level: L55')],
  ['has a key that nobody knows', (t) => t.replace('    level: L5', '    levle: L5')],
  ['is no YAML', (t) => t.replace('teams: [orders]', 'teams: [orders')],
];

it.each(ROSTERS)('refuses a roster that %s', async (_, change) => {
  const clone = broken((dir) => rewrite(dir, ROSTER, change));
  await refused(clone, 'ROSTER_INVALID', /\.countersign\/roster\.yml:\d+:\d+/);
});

it('refuses where policy or roster is gone', async () => {
  await refused(
    broken((dir) => rmSync(join(dir, POLICY))),
    'POLICY_MISSING',
    /countersign\.yml/,
  );
  stage.must(gitDir, 'update-ref', 'refs/heads/main', good);
  await refused(
    broken((dir) => rmSync(join(dir, ROSTER))),
    'ROSTER_MISSING',
    /roster\.yml/,
  );
});

it('lets no other branch pass unjudged while nobody can read which ones are protected', () => {
  const clone = broken((dir) => appendFileSync(join(dir, POLICY), '\nunknown: true\n'));
  const pushed = stage.git(clone, 'push', 'origin', 'HEAD:refs/heads/topic');
  expect(pushed.code).not.toBe(0);
  expect(pushed.text).toMatch(/countersign\.yml:\d+:\d+.*\[POLICY_INVALID\]/);
  expect(pushed.text).toContain('remedy: ');
  expect(stage.git(gitDir, 'rev-parse', '--verify', '-q', 'refs/heads/topic').code).not.toBe(0);
});

it('asks who an account is that the roster does not name', () => {
  const clone = broken((dir) => rewrite(dir, ROSTER, (t) => t.replace('accounts: [ines]', 'accounts: [ines-before]')));
  routine(stage, clone, 'By whom?');
  const pushed = stage.git(clone, 'push', 'origin', 'HEAD:refs/heads/main');
  expect(pushed.code, pushed.text).not.toBe(0);
  expect(pushed.text).toContain('countersign: refused');
  expect(pushed.text).toContain('ines');
});
