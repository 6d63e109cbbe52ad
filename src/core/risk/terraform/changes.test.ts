/** Blocks that stay and become less safe, and the same changes in the form that is safe. */
import { describe, expect, it } from 'vitest';
import { languages } from '../../../adapters/languages/index.ts';
import { sampleTree } from '../../../testing/tree.ts';
import { detect } from '../detect.ts';
import { terraformRemoved } from './removed.ts';
import { terraformHcl } from './source.ts';

type Files = Parameters<typeof sampleTree>[0];
async function look(files: Files): Promise<readonly string[]> {
  const { records, read } = sampleTree(files);
  return detect([terraformHcl, terraformRemoved], { files: await languages().parse(records, read), plan: null }).findings.map((f) => `${f.rule}:${f.severity}`);
}
const fired = (before: string, after: string): Promise<readonly string[]> => look({ 'db/main.tf': [before, after] });

const block = (type: string, inner: string): string => `resource "${type}" "a" {\n  ${inner}\n}\n`;
const db = (inner: string): string => block('aws_db_instance', inner);
const role = (inner: string): string => block('aws_iam_role', inner);

describe('count and for_each', () => {
  it.each([
    ['a count shrinks', db('count = 3'), db('count = 2'), ['TF205:critical']],
    ['a count shrinks, of what keeps nothing', role('count = 3'), role('count = 2'), ['TF205:high']],
    ['a count grows', db('count = 2'), db('count = 3'), []],
    ['a count comes', db(''), db('count = 1'), []],
    ['a count goes', db('count = 1'), db(''), []],
    ['a count that may be none comes', db(''), db('count = var.on ? 1 : 0'), ['TF205:high']],
    ['a count that may be none comes, of what keeps nothing', role(''), role('count = var.on ? 1 : 0'), ['TF205:elevated']],
    ['a count that may be none goes', db('count = var.on ? 1 : 0'), db(''), []],
    ['a count of another name', role('count = var.a'), role('count = var.b'), ['TF205:elevated']],
    ['a condition turned round', db('count = var.on ? 1 : 0'), db('count = !var.on ? 1 : 0'), ['TF205:critical']],
    ['a key goes', db('for_each = toset(["a", "b"])'), db('for_each = toset(["a"])'), ['TF205:critical']],
    ['a key comes', db('for_each = toset(["a"])'), db('for_each = toset(["a", "b"])'), []],
    ['keys change places', db('for_each = toset(["a", "b"])'), db('for_each = toset(["b", "a"])'), []],
    ['one becomes keys', db(''), db('for_each = toset(["a"])'), ['TF205:critical']],
  ] as const)('%s', async (_, before, after, expected) => {
    expect(await fired(before, after)).toEqual(expected);
  });

  const variable = (value: string): string => `variable "x" {\n  default = ${value}\n}\n`;
  it.each([
    ['an empty list that nothing counts', variable('["10.0.0.0/8"]'), variable('[]'), []],
    ['an empty list that is counted', `${variable('["a"]')}${role('for_each = toset(var.x)')}`, `${variable('[]')}${role('for_each = toset(var.x)')}`, ['TF205:high']],
    ['a switch that is turned', variable('true'), variable('false'), ['TF205:high']],
    ['a switch that is turned on', variable('false'), variable('true'), []],
  ] as const)('%s', async (_, before, after, expected) => {
    expect(await fired(before, after)).toEqual(expected);
  });
});

describe('providers, states and sources', () => {
  const provider = (region: string): string => `provider "aws" {\n  region = ${region}\n}\n`;
  const state = 'terraform {\n  backend "s3" {\n    key = "a"\n  }\n}\n';
  const needs = (version: string): string => `terraform {\n  required_providers {\n    aws = {\n      source  = "hashicorp/aws"\n      version = "${version}"\n    }\n  }\n}\n`;
  const call = (inner: string): string => `module "m" {\n  ${inner}\n}\n`;
  const registry = (version: string): string => call(`source = "terraform-aws-modules/vpc/aws"\n  version = "${version}"`);
  it.each([
    ['another region', provider('"eu-west-1"'), provider('"us-east-1"'), ['TF207:critical']],
    ['a region by a variable', provider('"eu-west-1"'), provider('var.region'), ['TF207:high']],
    ['the provider goes', provider('"eu-west-1"') + state, state, ['TF207:high']],
    ['another provider of a database', db('provider = aws.a'), db('provider = aws.b'), ['TF207:critical']],
    ['another provider of a role', role('provider = aws.a'), role('provider = aws.b'), ['TF207:high']],
    ['a provider that was not written', db(''), db('provider = aws.b'), ['TF207:high']],
    ['other providers of a module', call('providers = { aws = aws.a }'), call('providers = { aws = aws.b }'), ['TF207:critical']],
    ['an alias is new', provider('"eu-west-1"'), `${provider('"eu-west-1"')}provider "aws" {\n  alias = "b"\n  region = "us-east-1"\n}\n`, []],
    ['the state alone goes', state + role(''), role(''), ['TF206:critical']],
    ['everything goes with its state', state + role(''), '', ['TF103:high', 'TF206:high']],
    ['the backend stays', state, `# why\n${state}`, []],
    ['another module', call('source = "./a"'), call('source = "./b"'), ['TF208:high']],
    ['another reference', call('source = "git::https://example.com/m?ref=v1"'), call('source = "git::https://example.com/m?ref=main"'), ['TF208:high']],
    ['another major version', registry('5.1.0'), registry('6.0.0'), ['TF208:high']],
    ['another minor version', registry('5.1.0'), registry('5.2.0'), ['TF208:elevated']],
    ['another major version of a provider', needs('~> 4.0'), needs('~> 5.0'), ['TF208:high']],
    ['a lower bound that rises', needs('>= 4.0'), needs('>= 5.0'), ['TF208:elevated']],
    ['another minor version of a provider', needs('~> 4.0'), needs('~> 4.1'), []],
  ] as const)('%s', async (_, before, after, expected) => {
    expect(await fired(before, after)).toEqual(expected);
  });

  const lock = (version: string, ...hashes: readonly string[]): string =>
    `provider "registry.terraform.io/hashicorp/aws" {\n  version = "${version}"\n  hashes = [\n${hashes.map((h) => `    "h1:${h}",\n`).join('')}  ]\n}\n`;
  it.each([
    ['hashes go', lock('5.1.0', 'a', 'b'), lock('5.1.0', 'a'), ['TF208:high']],
    ['a hash comes', lock('5.1.0', 'a'), lock('5.1.0', 'a', 'b'), []],
    ['hashes of another version', lock('5.1.0', 'a'), lock('5.2.0', 'b'), []],
    ['another major version', lock('5.1.0', 'a'), lock('6.0.0', 'b'), ['TF208:high']],
  ] as const)('a lock file: %s', async (_, before, after, expected) => {
    expect(await look({ '.terraform.lock.hcl': [before, after] })).toEqual(expected);
  });
});

describe('lifecycle', () => {
  const cycle = (inner: string): string => role(`lifecycle {\n    ${inner}\n  }`);
  const condition = 'precondition {\n      condition = true\n      error_message = "x"\n    }';
  it.each([
    ['more is ignored', cycle('ignore_changes = [tags]'), cycle('ignore_changes = [tags, policy]'), ['TF209:elevated']],
    ['everything is ignored', cycle('ignore_changes = [tags]'), cycle('ignore_changes = all'), ['TF209:elevated']],
    ['less is ignored', cycle('ignore_changes = [tags, policy]'), cycle('ignore_changes = [tags]'), []],
    ['it was all ignored before', cycle('ignore_changes = all'), cycle('ignore_changes = [tags]'), []],
    ['it is destroyed first', cycle('create_before_destroy = true'), cycle(''), ['TF209:elevated']],
    ['it is created first', cycle(''), cycle('create_before_destroy = true'), []],
    ['a condition goes', cycle(condition), cycle(''), ['TF209:elevated']],
    ['a condition comes', cycle(''), cycle(condition), []],
    ['it is replaced with another', cycle(''), cycle('replace_triggered_by = [aws_vpc.a.id]'), ['TF209:elevated']],
    ['it is not any more', cycle('replace_triggered_by = [aws_vpc.a.id]'), cycle(''), []],
    ['timeouts go', db('timeouts {\n    delete = "2h"\n  }'), db(''), ['TF210:routine']],
    ['timeouts come', db(''), db('timeouts {\n    delete = "2h"\n  }'), []],
    ['a check goes', 'check "c" {\n  assert {\n    condition = var.x\n    error_message = "x"\n  }\n}\n', 'locals {\n}\n', ['TF209:elevated']],
  ] as const)('%s', async (_, before, after, expected) => {
    expect(await fired(before, after)).toEqual(expected);
  });
});

describe('guards', () => {
  const bucket = (inner: string): string => block('aws_s3_bucket', inner);
  const versioning = 'resource "aws_s3_bucket_versioning" "a" {\n  bucket = aws_s3_bucket.a.id\n  versioning_configuration {\n    status = "Enabled"\n  }\n}\n';
  const on = 'versioning {\n    enabled = true\n  }';
  it.each([
    ['the default is as safe', db('skip_final_snapshot = false'), db(''), []],
    ['the default of Google is safe', block('google_sql_database_instance', 'deletion_protection = true'), block('google_sql_database_instance', ''), []],
    ['the default of Google is left', block('google_sql_database_instance', ''), block('google_sql_database_instance', 'deletion_protection = false'), ['TF203:critical']],
    ['a module may have the guard by itself', 'module "m" {\n  versioning_enabled = true\n}\n', 'module "m" {\n}\n', ['TF203:high']],
    ['versioning goes', bucket(on), bucket(''), ['TF203:critical']],
    ['versioning has a resource of its own', bucket(on), bucket('') + versioning, []],
    ['the resource of its own is off', bucket(on), bucket('') + versioning.replace('Enabled', 'Suspended'), ['TF203:critical']],
    ['logs are kept for less long', block('aws_cloudwatch_log_group', 'retention_in_days = 90'), block('aws_cloudwatch_log_group', 'retention_in_days = 7'), ['TF203:elevated']],
    ['logs are kept for ever', block('aws_cloudwatch_log_group', 'retention_in_days = 90'), block('aws_cloudwatch_log_group', ''), []],
  ] as const)('%s', async (_, before, after, expected) => {
    expect(await fired(before, after)).toEqual(expected);
  });

  it('a value that a module is given', async () => {
    expect(await look({ 'prod.tfvars': ['orders_deletion_protection = true\n', 'orders_deletion_protection = false\n'] })).toContain('TF203:high');
    expect(await look({ 'prod.tfvars': ['orders_deletion_protection = false\n', 'orders_deletion_protection = true\n'] })).toEqual([]);
  });
});

describe('what goes', () => {
  const five = (...names: readonly string[]): string => names.map((n) => `resource "aws_iam_user" "${n}" {\n  name = "${n}"\n}\n`).join('');
  it('an environment whose folder stays', async () => {
    const files: Files = { 'env/main.tf': [five('a', 'b', 'c', 'd', 'e'), null], 'env/backend.tf': ['locals {\n  x = 1\n}\n', 'locals {\n  x = 2\n}\n'] };
    expect((await look(files)).filter((f) => f.startsWith('TF104'))).toEqual(['TF104:critical']);
    expect((await look({ 'env/main.tf': [five('a', 'b', 'c', 'd', 'e'), null] })).filter((f) => f.startsWith('TF104'))).toEqual([]);
    expect((await look({ 'env/main.tf': [five('a', 'b', 'c', 'd', 'e', 'f'), five('f')] })).filter((f) => f.startsWith('TF104'))).toEqual([]);
  });
  it('a block of the same type that says something else is no heir', async () => {
    const other = 'resource "aws_db_instance" "b" {\n  engine = "mysql"\n  port = 1\n}\n';
    expect(await fired(db('engine = "postgres"\n  port = 2'), other)).toEqual(['TF101:critical']);
    expect(await fired(db('engine = "mysql"\n  port = 1'), other)).toEqual(['TF107:critical']);
  });
  it('a name told by another expression', async () => {
    expect(await fired(db('identifier = var.a'), db('identifier = var.b'))).toEqual(['TF102:high']);
    expect(await fired(db('identifier = "a"'), db('identifier = "b"'))).toEqual(['TF102:critical']);
  });
});
