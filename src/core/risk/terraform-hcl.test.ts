import { describe, expect, it } from 'vitest';
import { languages } from '../../adapters/languages/index.ts';
import { sampleTree } from '../../testing/tree.ts';
import { detect } from './detect.ts';
import type { Risk } from './risk.ts';
import { terraformHcl } from './terraform-hcl.ts';
import { terraformRemoved } from './terraform-removed.ts';

type Files = Parameters<typeof sampleTree>[0];
async function look(files: Files): Promise<Risk> {
  const { records, read } = sampleTree(files);
  return detect([terraformHcl, terraformRemoved], { files: await languages().parse(records, read), plan: null });
}
const fired = async (before: string | null, after: string | null): Promise<readonly string[]> =>
  (await look({ 'db/main.tf': [before, after] })).findings.map((f) => `${f.rule}:${f.severity}`).filter((f) => !f.startsWith('META005'));

const DB = (name = 'orders', inner = '', lifecycle = ''): string => `resource "aws_db_instance" "${name}" {
  identifier          = "orders"
  engine              = "postgres"
  instance_class      = "db.m6g.large"
  deletion_protection = true
  skip_final_snapshot = false
  ${inner}
  ${lifecycle}
}
`;
const GUARDED = DB('orders', '', 'lifecycle { prevent_destroy = true }');

describe('delete and recreate, in its guises', () => {
  it.each([
    ['the block is removed', DB(), '', ['TF101:critical']],
    ['the file is deleted', DB(), null, ['TF101:critical']],
    ['it is renamed', DB(), DB('orders_v2'), ['TF107:critical']],
    ['an immutable attribute changes', DB(), DB().replace('"orders"\n', '"orders-2"\n'), ['TF102:critical']],
    ['an immutable attribute appears', DB(), DB('orders', 'storage_encrypted = true'), ['TF102:critical']],
    ['count becomes 0', DB('orders', 'count = 1'), DB('orders', 'count = 0'), ['TF205:critical']],
    ['count appears as 0', DB(), DB('orders', 'count = 0'), ['TF205:critical']],
    ['the condition flips', DB('orders', 'count = var.on ? 1 : 0'), DB('orders', 'count = var.on ? 0 : 1'), ['TF205:critical']],
    ['count becomes for_each', DB('orders', 'count = 1'), DB('orders', 'for_each = toset(["a"])'), ['TF205:critical']],
    ['the guard and the block leave together', GUARDED, '', ['TF101:critical', 'TF202:critical']],
    ['a removed block destroys', DB(), 'removed {\n  from = aws_db_instance.orders\n}\n', ['TF101:critical', 'TF204:critical']],
    ['a moved block points nowhere', DB(), 'moved {\n  from = aws_db_instance.orders\n  to = aws_db_instance.gone\n}\n', ['TF101:critical']],
    [
      'a moved block hides a replacement',
      DB(),
      `${DB('b').replace('"postgres"', '"mysql"')}moved {\n  from = aws_db_instance.orders\n  to = aws_db_instance.b\n}\n`,
      ['TF102:critical'],
    ],
    ['a module leaves', 'module "db" {\n  source = "./db"\n}\n', '', ['TF108:high']],
    ['a module comes from elsewhere', 'module "db" {\n  source = "./db"\n}\n', 'module "db" {\n  source = "./db2"\n}\n', ['TF208:high']],
    ['the backend moves', 'terraform {\n  backend "s3" {\n    key = "a"\n  }\n}\n', 'terraform {\n  backend "s3" {\n    key = "b"\n  }\n}\n', ['TF206:critical']],
    ['the provider moves', 'provider "aws" {\n  region = "eu-west-1"\n}\n', 'provider "aws" {\n  region = "us-east-1"\n}\n', ['TF207:critical']],
    ['the switch behind count is turned', 'variable "on" {\n  default = true\n}\n', 'variable "on" {\n  default = false\n}\n', ['TF205:high']],
  ] as const)('%s', async (_, before, after, expected) => {
    expect(await fired(before, after)).toEqual(expected);
  });

  it('sees the switch in a tfvars file', async () => {
    const { findings } = await look({ 'prod.tfvars': ['replicas = 2\n', 'replicas = 0\n'] });
    expect(findings.map((f) => f.rule)).toEqual(['TF205', 'META005']);
  });

  it('sees an override file, and a source file that is switched off by its name', async () => {
    const override = await look({ 'db/prod_override.tf': [null, 'resource "aws_db_instance" "orders" {\n  identifier = "orders-2"\n}\n'] });
    expect(override.findings.map((f) => `${f.rule}:${f.severity}`)).toEqual(['TF211:critical', 'META005:elevated']);
    const disabled = await look({ 'db/main.tf': [DB(), null], 'db/main.tf.off': [null, DB()] });
    expect(disabled.findings[0]?.rule).toBe('TF101');
  });

  it('says in one sentence what goes', async () => {
    const { findings } = await look({ 'db/main.tf': [DB(), DB().replace('"postgres"', '"mysql"')] });
    expect(findings[0]?.what).toBe('aws_db_instance.orders is destroyed and created again, because engine cannot change in place: its data is gone unless a snapshot is restored');
    expect(findings[0]?.place).toEqual({ path: 'db/main.tf', side: 'head', line: 1, object: 'aws_db_instance.orders' });
  });
});

describe('guards', () => {
  it.each([
    ['prevent_destroy is dropped', GUARDED, DB(), ['TF201:critical']],
    ['prevent_destroy becomes an expression', GUARDED, GUARDED.replace('= true }', '= var.keep }'), ['TF201:critical']],
    ['deletion_protection goes off', DB(), DB().replace('deletion_protection = true', 'deletion_protection = false'), ['TF203:critical']],
    ['deletion_protection is removed', DB(), DB().replace('deletion_protection = true', ''), ['TF203:critical']],
    ['the final snapshot is skipped', DB(), DB().replace('skip_final_snapshot = false', 'skip_final_snapshot = true'), ['TF203:critical']],
    ['backups are kept for less long', DB('orders', 'backup_retention_period = 30'), DB('orders', 'backup_retention_period = 1'), ['TF203:critical']],
  ] as const)('%s', async (_, before, after, expected) => {
    expect(await fired(before, after)).toEqual(expected);
  });
});

describe('near misses', () => {
  it.each([
    ['a size changes in place', DB(), DB().replace('db.m6g.large', 'db.m6g.xlarge')],
    ['a guard goes on', DB().replace('deletion_protection = true', 'deletion_protection = false'), DB()],
    ['white space and comments', DB(), `# a database\n${DB().replaceAll(' = ', '=')}`],
    ['it is moved', DB(), `${DB('b')}moved {\n  from = aws_db_instance.orders\n  to = aws_db_instance.b\n}\n`],
    ['a new database', null, DB()],
    ['more backups', DB('orders', 'backup_retention_period = 1'), DB('orders', 'backup_retention_period = 30')],
  ] as const)('%s', async (_, before, after) => {
    expect(await fired(before, after)).toEqual([]);
  });

  it('a block moves to another file of its folder', async () => {
    const { findings } = await look({ 'db/main.tf': [DB(), ''], 'db/rds.tf': [null, DB()] });
    expect(findings).toEqual([]);
  });

  it('to another folder is another state', async () => {
    const { findings } = await look({ 'db/main.tf': [DB(), ''], 'other/rds.tf': [null, DB()] });
    expect(findings.map((f) => f.rule)).toContain('TF107');
  });

  it('an object is forgotten, not destroyed', async () => {
    expect(await fired(DB(), 'removed {\n  from = aws_db_instance.orders\n  lifecycle {\n    destroy = false\n  }\n}\n')).toEqual(['TF109:high']);
  });

  it('a load-bearing resource is high, another elevated', async () => {
    expect(await fired('resource "aws_vpc" "a" {\n}\n', '')).toEqual(['TF103:high']);
    expect(await fired('resource "null_resource" "a" {\n}\n', '')).toEqual(['TF103:elevated']);
  });
});

describe('META005', () => {
  it('asks for a plan where source changes, and not where only a comment does', async () => {
    expect((await look({ 'a.tf': [DB(), `# x\n${DB()}`] })).findings).toEqual([]);
    expect((await look({ 'a.tf': [null, DB()] })).findings.map((f) => [f.rule, f.severity])).toEqual([['META005', 'elevated']]);
  });
});
