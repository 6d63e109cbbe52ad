import { describe, expect, it } from 'vitest';
import { languages } from '../../../adapters/languages/index.ts';
import { sampleTree } from '../../../testing/tree.ts';
import { detect } from '../detect.ts';
import type { Risk } from '../risk.ts';
import { terraformRemoved } from './removed.ts';
import { terraformHcl } from './source.ts';

type Files = Parameters<typeof sampleTree>[0];
async function look(files: Files): Promise<Risk> {
  const { records, read } = sampleTree(files);
  return detect([terraformHcl, terraformRemoved], { files: await languages().parse(records, read), plan: null });
}
const fired = async (before: string | null, after: string | null): Promise<readonly string[]> =>
  (await look({ 'db/main.tf': [before, after] })).findings.map((f) => `${f.rule}:${f.severity}`);

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
const SECRET = 'resource "aws_secretsmanager_secret" "a" {\n}\n';
const MODULE = 'module "m" {\n  source = "./m"\n}\n';
const moved = (from: string, to: string): string => `moved {\n  from = ${from}\n  to = ${to}\n}\n`;
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
    ['a moved block changes the type', SECRET, `resource "null_resource" "b" {\n}\n${moved('aws_secretsmanager_secret.a', 'null_resource.b')}`, ['TF101:critical']],
    ['a moved block points to what stood there', DB('a') + DB('b'), `${DB('b')}${moved('aws_db_instance.a', 'aws_db_instance.b')}`, ['TF101:critical']],
    ['a moved block takes one of three', DB('a', 'count = 3'), `${DB('b')}${moved('aws_db_instance.a[0]', 'aws_db_instance.b')}`, ['TF107:critical']],
    ['a moved block takes one of many', DB('a', 'for_each = var.all'), `${DB('b')}${moved('aws_db_instance.a["x"]', 'aws_db_instance.b')}`, ['TF107:critical']],
    ['a moved chain ends nowhere', DB('a'), `${moved('aws_db_instance.a', 'aws_db_instance.b')}${moved('aws_db_instance.b', 'aws_db_instance.c')}`, ['TF101:critical']],
    ['moved blocks go in a circle', DB('a'), `${moved('aws_db_instance.a', 'aws_db_instance.b')}${moved('aws_db_instance.b', 'aws_db_instance.a')}`, ['TF101:critical']],
    ['a moved block leads out of sight', DB('a') + MODULE, `${MODULE}${moved('aws_db_instance.a', 'module.m.aws_db_instance.a')}`, ['TF112:high']],
    ['a moved block leads out of sight, to another type', DB('a') + MODULE, `${MODULE}${moved('aws_db_instance.a', 'module.m.null_resource.a')}`, ['TF101:critical']],
    ['a moved block leads into a module that is not there', DB('a'), moved('aws_db_instance.a', 'module.m.aws_db_instance.a'), ['TF101:critical']],
    [
      'a moved block frees the name for another',
      DB('a'),
      `${DB('a')}${DB('b').replace('"postgres"', '"mysql"')}${moved('aws_db_instance.a', 'aws_db_instance.b')}`,
      ['TF102:critical'],
    ],
    ['a moved block to an index that is not there', DB('a'), `${DB('a', 'count = 0')}${moved('aws_db_instance.a', 'aws_db_instance.a[0]')}`, ['TF205:critical']],
    [
      'one removed block forgets and one destroys',
      DB('a'),
      'removed {\n  from = aws_db_instance.a\n  lifecycle {\n    destroy = false\n  }\n}\nremoved {\n  from = aws_db_instance.a\n}\n',
      ['TF101:critical', 'TF204:critical'],
    ],
    ['a module is forgotten', MODULE, 'removed {\n  from = module.m\n  lifecycle {\n    destroy = false\n  }\n}\n', ['TF109:high']],
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
    expect(findings.map((f) => f.rule)).toEqual(['TF205']);
  });

  it('sees an override file, and a source file that is switched off by its name', async () => {
    const override = await look({ 'db/prod_override.tf': [null, 'resource "aws_db_instance" "orders" {\n  identifier = "orders-2"\n}\n'] });
    expect(override.findings.map((f) => `${f.rule}:${f.severity}`)).toEqual(['TF211:critical']);
    const disabled = await look({ 'db/main.tf': [DB(), null], 'db/main.tf.off': [null, DB()] });
    expect(disabled.findings[0]?.rule).toBe('TF101');
  });

  it.each(['db/.main.tf', 'db/main.TF', 'db/notes.hcl', 'db/x.nomad', 'db/x.tfvars', 'db/x.tftest.hcl'])('Terraform does not read %s', async (path) => {
    const renamed = await look({ 'db/main.tf': [DB(), null], [path]: [null, DB()] });
    expect(renamed.findings[0]).toMatchObject({ severity: 'critical', place: { path: 'db/main.tf', object: 'aws_db_instance.orders' } });
    const believed = await look({ 'db/main.tf': [DB('a'), DB('b')], [path]: [null, moved('aws_db_instance.a', 'aws_db_instance.b')] });
    expect(believed.findings[0]).toMatchObject({ rule: 'TF107', severity: 'critical' });
  });

  it('looks at very many moves, parts of one address and lost resources once', async () => {
    const n = Array.from({ length: 8_000 }, (_, i) => i);
    const before = n.map((i) => `resource "aws_db_instance" "a${i}" {\n}\nlocals {\n  x${i} = 1\n}\n`).join('');
    const after = n.map((i) => `${moved(`aws_db_instance.a${i}`, `aws_db_instance.a${i + 1}`)}locals {\n  x${i} = 2\n}\n`).join('');
    expect((await look({ 'a.tf': [before, after] })).findings.filter((f) => f.rule === 'TF101')).toHaveLength(8_000);
  });

  it('says in one sentence what goes', async () => {
    const { findings } = await look({ 'db/main.tf': [DB(), DB().replace('"postgres"', '"mysql"')] });
    expect(findings[0]?.what).toBe('aws_db_instance.orders is destroyed and created again, because engine cannot change in place: its data is gone unless a snapshot is restored');
    expect(findings[0]?.place).toEqual({ path: 'db/main.tf', side: 'head', line: 1, object: 'aws_db_instance.orders' });
  });
});

const PROTECTED = (value: string): string => DB().replace('deletion_protection = true', `deletion_protection = ${value}`);
describe('guards', () => {
  it.each([
    ['prevent_destroy is dropped', GUARDED, DB(), ['TF201:critical']],
    ['prevent_destroy was an expression', GUARDED.replace('= true }', '= var.keep }'), GUARDED.replace('= true }', '= false }'), ['TF201:critical']],
    ['prevent_destroy was quoted', GUARDED.replace('= true }', '= "true" }'), GUARDED.replace('= true }', '= false }'), ['TF201:critical']],
    ['a guard was an expression', PROTECTED('var.p'), PROTECTED('false'), ['TF203:critical']],
    ['a guard is another expression', PROTECTED('var.p'), PROTECTED('var.q'), ['TF203:high']],
    ['what deletes was an expression', DB('orders', 'force_destroy = var.f'), DB('orders', 'force_destroy = true'), ['TF203:critical']],
    ['days were an expression', DB('orders', 'backup_retention_period = var.d'), DB('orders', 'backup_retention_period = 0'), ['TF203:critical']],
    ['days are told now', DB('orders', 'backup_retention_period = var.d'), DB('orders', 'backup_retention_period = 30'), ['TF203:high']],
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
    ['it is moved twice', DB('a'), `${DB('c')}${moved('aws_db_instance.a', 'aws_db_instance.b')}${moved('aws_db_instance.b', 'aws_db_instance.c')}`],
    ['its only instance is moved', DB('a', 'count = 1'), `${DB('b')}${moved('aws_db_instance.a[0]', 'aws_db_instance.b')}`],
    [
      'each of its instances is moved',
      DB('a', 'count = 2'),
      `${DB('b')}${DB('c')}${moved('aws_db_instance.a[0]', 'aws_db_instance.b')}${moved('aws_db_instance.a[1]', 'aws_db_instance.c')}`,
    ],
    ['it gets an index', DB('a'), `${DB('a', 'count = 1')}${moved('aws_db_instance.a', 'aws_db_instance.a[0]')}`],
    ['its index gets a name', DB('a', 'count = 1'), `${DB('a', 'for_each = toset(["x"])')}${moved('aws_db_instance.a[0]', 'aws_db_instance.a["x"]')}`],
    ['a guard that was an expression is on', PROTECTED('var.p'), PROTECTED('true')],
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

describe('a plan that is absent', () => {
  it('is said, and is no finding', async () => {
    expect((await look({ 'a.tf': [DB(), `# x\n${DB()}`] })).notAnalysed).toEqual([]);
    expect((await look({ 'a.tf': [null, DB()] })).findings).toEqual([]);
    expect((await look({ 'a.tf': [null, DB()] })).notAnalysed).toEqual([{ path: 'a.tf', why: 'no plan: what applying it does is unknown' }]);
  });
});
