/** `countersign check` as it is typed: what it prints in either form, and that the JSON is what the published schema says. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { STARTER_POLICY, STARTER_ROSTER } from '../core/policy/starter.ts';
import { gitRoom, type TestRepository } from '../testing/git.ts';
import { layHistory } from '../testing/sample/history.ts';
import { INFRA_HISTORY } from '../testing/sample/infra.ts';
import { check } from './check.ts';

const room = gitRoom();
afterAll(() => room.remove());

const schema = z.fromJSONSchema(JSON.parse(readFileSync(new URL('../../docs/spec/check.schema.json', import.meta.url), 'utf8')));
const asJson = async (repo: string, range = '', { plan, ...more }: { target?: string; plan?: string } = {}) => {
  const { code, stdout, stderr } = await check(range, { repo, json: true, ...(plan === undefined ? {} : { plan: [plan] }), ...more });
  const answer = JSON.parse(stdout);
  expect(schema.safeParse(answer)).toMatchObject({ success: true });
  expect({ exit: answer.exit, stderr }).toEqual({ exit: code, stderr: '' });
  return answer;
};

/** The story's change: a clone of the sample's infrastructure, and a name that cannot change in place. */
function story(): TestRepository {
  const bare = room.folder();
  layHistory(bare, INFRA_HISTORY);
  const clone = room.at(bare, bare).clone();
  const file = 'databases/orders/main.tf';
  const text = readFileSync(join(clone.dir, file), 'utf8')
    .replace('"orders-prod"', '"larkspur-orders-prod"')
    .replace(/.*prevent_destroy.*\n/, '');
  clone.commit(
    { [file]: text },
    { message: 'Follow the naming convention\n\nAssisted-by: claude-code:claude-opus-4\n', author: { name: 'Jonas Keller', email: 'jonas@larkspur.example' } },
  );
  return clone;
}

describe("the sample's story", () => {
  let clone: TestRepository;
  beforeAll(() => {
    clone = story();
  });

  test('the first screen has the answer, what would happen, what is needed and who', async () => {
    const { code, stdout, stderr } = await check('', { repo: clone.dir });
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^needs a sign-off {2}Follow the naming convention {2}origin\/HEAD\.\.[0-9a-f]{12}$/);
    expect(lines[2]).toMatch(/aws_db_instance\.orders is destroyed and created again/);
    expect(lines.slice(3, 7).join('\n')).toMatch(/needs +1 human at L6 or above \(\S+\): david, ines, mara or tomasz\n +may not +jonas/);
    expect(lines.length).toBeLessThanOrEqual(40);
  });

  test('nothing is said twice', async () => {
    const { stdout } = await check('', { repo: clone.dir });
    const findings = (await asJson(clone.dir)).decision.findings as readonly { what: string }[];
    expect(findings.length).toBeGreaterThan(1);
    for (const { what } of findings) expect(stdout.split(what.replace(/\.$/, ''))).toHaveLength(2);
  });

  test('--explain prints every reason', async () => {
    const { stdout } = await check('', { repo: clone.dir, explain: true });
    const texts = (r: { text: string; children: readonly never[] }): readonly string[] => [r.text, ...r.children.flatMap(texts)];
    for (const text of texts((await asJson(clone.dir)).decision.reasons)) expect(stdout).toContain(text);
  });

  test('the JSON follows the published schema, and says the same', async () => {
    expect(await asJson(clone.dir)).toMatchObject({
      version: 1,
      exit: 1,
      starter: false,
      target: 'origin/HEAD',
      title: 'Follow the naming convention',
      decision: { outcome: 'signoff', tier: 'critical', change: { targetRef: 'refs/heads/main' }, seats: [{ level: 'L6', candidates: ['david', 'ines', 'mara', 'tomasz'] }] },
    });
  });

  test('the schema is strict: an answer with one field more or less is no answer', async () => {
    const answer = await asJson(clone.dir);
    for (const key of Object.keys(answer.decision)) {
      const { [key]: _, ...less } = answer.decision;
      expect(schema.safeParse({ ...answer, decision: less }).success, key).toBe(false);
    }
    expect(schema.safeParse({ ...answer, extra: 1 }).success).toBe(false);
    expect(schema.safeParse({ ...answer, decision: { ...answer.decision, extra: 1 } }).success).toBe(false);
  });
});

describe('exit codes', () => {
  test('0: nothing to sign, with rules or without', async () => {
    const clone = story();
    expect(await asJson(clone.dir, 'HEAD..HEAD')).toMatchObject({ exit: 0, decision: { outcome: 'pass' } });
    const bare = room.init();
    bare.commit({ a: 'a\n' });
    expect(await asJson(bare.dir)).toMatchObject({ exit: 0, starter: true });
    const { stdout } = await check('', { repo: bare.dir });
    expect(stdout).toMatch(/^nothing to sign {2}main\.\.[0-9a-f]{12} holds no change; work that is not committed is not looked at\n/);
    expect(stdout).toMatch(/\[POLICY_MISSING\]\nadd it: {2}countersign init {3}\(then, or where it is written already, land it on main\)\n$/);
  });

  test('0: what no rule holds back passes', async () => {
    const repo = room.init();
    repo.commit({ 'countersign.yml': STARTER_POLICY, '.countersign/roster.yml': STARTER_ROSTER.replace('mara@example.com', 'alice@example.org') });
    repo.git('checkout', '-q', '-b', 'topic');
    repo.commit({ 'a.md': 'a\n' }, { message: 'Say \u001b[2Jhello \u202e\n' });
    expect(await asJson(repo.dir)).toMatchObject({ exit: 0, decision: { outcome: 'pass' } });
    const { code, stdout } = await check('', { repo: repo.dir });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^passes {2}Say \\u\{1b\}\[2Jhello \\u\{202e\}/);
  });

  test('2: no policy, with what the starter profile would ask and the one command that adds it', async () => {
    const repo = room.init();
    repo.commit({ 'db/1.sql': 'CREATE TABLE orders (id int);\n' });
    repo.git('checkout', '-q', '-b', 'topic');
    repo.commit({ 'db/2.sql': 'DROP TABLE orders;\n' });
    expect(await asJson(repo.dir)).toMatchObject({ exit: 2, starter: true, problems: [{ code: 'POLICY_MISSING' }] });
    const { code, stdout } = await check('', { repo: repo.dir });
    expect(code).toBe(2);
    expect(stdout).toMatch(/^no policy yet; the starter profile would ask for a sign-off/);
    expect(stdout).toContain('add it:  countersign init');
    expect(stdout).not.toMatch(/nobody on the roster|SOD_UNRESOLVED|SEAT_UNFILLABLE/);
  });

  test('2: no repository, no target, no range, each a refusal of the schema', async () => {
    const repo = room.init();
    repo.commit({ a: 'a\n' });
    for (const [dir, range, more] of [
      [room.folder(), '', {}],
      [repo.dir, 'HEAD', {}],
      [repo.dir, '', { target: 'nope' }],
    ] as const) {
      expect(await asJson(dir, range, more)).toMatchObject({ exit: 2, problems: [{ remedy: expect.any(String), place: expect.any(String) }] });
      const { stdout, stderr } = await check(range, { repo: dir, ...more });
      expect(stdout).toBe('');
      expect(stderr).toMatch(/^countersign: .+ \[[A-Z_]+\]\n {2}remedy: /);
    }
  });

  test('2: a policy with mistakes, each with its line and a caret', async () => {
    const repo = room.init();
    repo.commit({ 'countersign.yml': STARTER_POLICY.replace('senior: L6', 'senior: L9').replace('humans: 1', 'human: 1'), '.countersign/roster.yml': STARTER_ROSTER });
    const { code, stderr } = await check('', { repo: repo.dir });
    expect(code).toBe(2);
    expect(stderr).toMatch(/countersign\.yml:\d+:\d+ .*\[POLICY_INVALID\]\n {2}\d+ \| .*\n {2} *\| *\^\n/);
    expect((await asJson(repo.dir)).problems[0]).toMatchObject({ code: 'POLICY_INVALID', excerpt: expect.stringContaining('^') });
  });
});

describe('a plan', () => {
  const clone = story();
  const plan = (name: string, text: string): string => {
    const file = join(room.folder(), name);
    writeFileSync(file, text);
    return file;
  };
  const real = {
    format_version: '1.2',
    complete: true,
    resource_changes: [{ address: 'aws_db_instance.orders', mode: 'managed', type: 'aws_db_instance', change: { actions: ['delete', 'create'], before: {}, after: {} } }],
  };

  test('says what happens to what runs', async () => {
    const { decision } = await asJson(clone.dir, '', { plan: plan('plan.json', JSON.stringify(real)) });
    expect(decision.findings.map((f: { place: { side: string } }) => f.place.side)).toContain('plan');
    expect(decision.outcome).toBe('signoff');
  });

  test.each([
    ['not JSON', 'resource "a" {}'],
    ['of another shape', '{"format_version":"1.2","resource_changes":[{"address":1}]}'],
    ['of another version', '{"format_version":"9.0"}'],
    ['empty', ''],
  ])('that is %s is refused, by its name', async (_, text) => {
    const file = plan('broken.json', text);
    expect(await asJson(clone.dir, '', { plan: file })).toMatchObject({
      exit: 2,
      problems: [{ code: 'PLAN_INVALID', place: expect.stringContaining(file), remedy: expect.any(String) }],
    });
  });

  test('that is not there is refused', async () => {
    expect(await asJson(clone.dir, '', { plan: '/nonexistent/plan.json' })).toMatchObject({ exit: 2, problems: [{ code: 'PLAN_INVALID', place: '/nonexistent/plan.json' }] });
  });
});
