/** What `risk` prints of changes, files, migrations and plans, from a real shell. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { gitRoom } from '../testing/git.ts';

const room = gitRoom();
afterAll(() => room.remove());
const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const schema = z.fromJSONSchema(JSON.parse(readFileSync(new URL('../../docs/spec/risk.schema.json', import.meta.url), 'utf8')));

function countersign(args: readonly string[], { cwd = room.root, input = '' } = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'risk', ...args], { cwd, env: { PATH: process.env.PATH, HOME: room.root }, encoding: 'utf8', input });
  return { status, stdout, stderr };
}
const json = (args: readonly string[], more: { cwd?: string; input?: string } = {}) => {
  const { status, stdout, stderr } = countersign([...args, '--json'], more);
  const read = JSON.parse(stdout);
  expect(schema.safeParse(read).error).toBeUndefined();
  expect({ exit: read.exit, stderr }).toEqual({ exit: status, stderr: '' });
  return read;
};

describe('risk', () => {
  const repo = room.init();
  repo.commit({ 'db/1.sql': 'create table orders (id int);\n', 'main.tf': 'resource "aws_s3_bucket" "b" {\n  lifecycle {\n    prevent_destroy = true\n  }\n}\n' });
  repo.git('switch', '-q', '-c', 'topic');
  repo.commit({ 'db/2.sql': 'drop table orders;\n' }, { message: 'Tidy up\n' });

  test('of a change, with its tier and everything found', () => {
    const found = json(['--repo', repo.dir]);
    expect(found).toMatchObject({
      tier: 'critical',
      exit: 1,
      change: { title: 'Tidy up' },
      score: null,
      findings: [{ rule: 'SQL101', place: { path: 'db/2.sql', line: 1 } }, { rule: 'SQL301' }],
    });
    expect(json(['HEAD~1..HEAD', '--repo', repo.dir]).findings).toEqual(found.findings);
    expect(countersign(['--repo', repo.dir]).stdout).toMatch(/^critical {2}Tidy up[\s\S]*SQL101/);
  });

  test('of a file as it lies there, against what the repository has of it', () => {
    writeFileSync(join(repo.dir, 'main.tf'), 'resource "aws_s3_bucket" "b" {\n}\n');
    expect(json(['file', 'main.tf'], { cwd: repo.dir }).findings[0]).toMatchObject({ rule: 'TF201', place: { path: 'main.tf' } });
    expect(JSON.stringify(json(['file', 'main.tf', '--base', 'none'], { cwd: repo.dir }).findings)).not.toContain('TF201');
    repo.git('checkout', '-q', 'main.tf');
    expect(json(['file', 'main.tf'], { cwd: repo.dir })).toMatchObject({ tier: 'routine', notes: ['main.tf is as it was: nothing changes'] });
    expect(json(['file', '-', '--as', 'main.tf'], { cwd: repo.dir, input: 'resource "aws_s3_bucket" "b" {}\n' }).findings[0]).toMatchObject({ rule: 'TF201' });
  });

  test('of migrations and plans', () => {
    const [up, plan] = [join(room.root, 'up'), join(room.root, 'plan.json')];
    writeFileSync(up, 'create table t (id int);\ndrop table t;\ntruncate orders;\n');
    expect(json(['sql', up]).findings[0]).toMatchObject({ rule: 'SQL104', severity: 'critical' });
    const gone = { address: 'aws_db_instance.main', mode: 'managed', type: 'aws_db_instance', change: { actions: ['delete'], before: {}, after: null } };
    writeFileSync(plan, JSON.stringify({ format_version: '1.2', complete: true, resource_changes: [gone] }));
    const planned = json(['plan', plan]);
    expect([planned.tier, planned.findings[0].rule]).toEqual(['critical', 'TF101']);
  });

  test('ends with 1 from the tier on that was asked for, and with 2 where nothing could be read', () => {
    const drop = 'alter table orders alter column total type bigint;\n';
    const { tier } = json(['sql', '-'], { input: drop });
    expect(tier).toBe('high');
    expect(countersign(['sql', '-', '--fail-on', 'critical'], { input: drop }).status).toBe(0);
    expect(countersign(['sql', '-', '--fail-on', 'high'], { input: drop }).status).toBe(1);
    expect(json(['sql', 'not-there.sql'])).toMatchObject({ exit: 2, problems: [{ code: 'USAGE' }] });
    expect(json(['file', '-'])).toMatchObject({ exit: 2, problems: [{ place: '-' }] });
    expect(json(['plan', join(room.root, 'up')])).toMatchObject({ exit: 2, problems: [{ code: 'PLAN_INVALID' }] });
    expect(json(['file', 'main.tf', '--base', 'nowhere'], { cwd: repo.dir })).toMatchObject({ exit: 2, problems: [{ code: 'NOT_FOUND', place: '--base' }] });
  });
});
