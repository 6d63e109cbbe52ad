/**
 * Each of the first kind destroys something and is written so that it looks like something else; each of the second kind is
 * its harmless neighbour. Found by reading the detectors as somebody would who wants to get past them.
 */
import { describe, expect, it, test } from 'vitest';
import { parseContent } from '../../adapters/languages/content.ts';
import { utf8 } from '../base/bytes.ts';
import { detect } from './detect.ts';
import { ALL_DETECTORS } from './detectors.ts';
import type { FileEvidence, TerraformPlan } from './evidence.ts';
import { summary } from './summary.ts';

type Sides = readonly [base: string | null, head: string | null];

async function look(files: { readonly [path: string]: Sides }, mode = '100644', plan: TerraformPlan | null = null) {
  const side = (path: string, content: string) => parseContent(path, mode, { id: '', bytes: utf8(content) });
  const evidence = Object.entries(files).map(async ([path, [base, head]]): Promise<FileEvidence> => {
    const status = base === null ? 'A' : head === null ? 'D' : 'M';
    const [was, is] = [base === null ? {} : { base: await side(path, base) }, head === null ? {} : { head: await side(path, head) }];
    return { path, status, oldMode: base === null ? '000000' : mode, newMode: head === null ? '000000' : mode, ...was, ...is };
  });
  return detect(ALL_DETECTORS, { files: await Promise.all(evidence), plan });
}
const tierOf = async (path: string, base: string | null, head: string) => (await look({ [path]: [base, head] })).tier;

const D = 'aws_db_instance.';
const db = (name: string, more = ''): string => `resource "aws_db_instance" "${name}" {\n  engine = "x"\n${more}}\n`;
const moved = (from: string, to: string): string => `moved {\n  from = ${D}${from}\n  to = ${D}${to}\n}\n`;

describe('a moved block', () => {
  it.each<[string, string, string]>([
    ['along a chain whose middle existed', db('a') + db('b'), db('c') + moved('a', 'b') + moved('b', 'c')],
    ['from an instance that never was', db('a'), db('b') + moved('a[5]', 'b')],
    ['to an instance that will not be', db('a', 'count = 1\n'), db('c', 'count = 1\n') + moved('a[0]', 'c[5]')],
    ['to instances of which one will not be', db('a', 'count = 2\n'), db('c', 'count = 2\n') + moved('a[0]', 'c[0]') + moved('a[1]', 'c[7]')],
    ['to what is a value of for_each and no key', db('a'), db('a', 'for_each = { new = "old" }\n') + moved('a', 'a["old"]')],
    ['to a key that a filter takes out', db('a'), db('a', 'for_each = toset([for k in ["old"] : k if false])\n') + moved('a', 'a["old"]')],
  ])('%s is not believed', async (_, base, head) => expect(await tierOf('main.tf', base, head)).toBe('critical'));

  it.each<[string, string, string]>([
    ['into a set of one key', db('a'), db('a', 'for_each = toset(["main"])\n') + moved('a', 'a["main"]')],
    ['of two into one with a count', db('a') + db('b'), db('c', 'count = 2\n') + moved('a', 'c[0]') + moved('b', 'c[1]')],
    ['of two into one set', db('a') + db('b'), db('c', 'for_each = toset(["a", "b"])\n') + moved('a', 'c["a"]') + moved('b', 'c["b"]')],
  ])('%s is', async (_, base, head) => expect(await tierOf('main.tf', base, head)).toBe('routine'));

  it('costs what it is long, however many come by one address', async () => {
    const n = 4_000;
    const many = Array.from({ length: n }, (_, i) => moved(`a${i}`, 't') + moved(`t[${i}]`, `y${i}`)).join('');
    const resources = (letter: string): string => Array.from({ length: n }, (_, i) => db(`${letter}${i}`)).join('');
    expect((await look({ 'main.tf': [resources('a'), resources('y') + many] })).tier).toBe('critical');
    const brackets = { address: '['.repeat(200_000), type: 'aws_db_instance', mode: 'managed', name: 'x', actions: ['delete'], replacePaths: [] };
    expect((await look({}, '100644', { digest: '', complete: true, errored: false, resources: [brackets as unknown as TerraformPlan['resources'][number]] })).tier).toBe(
      'critical',
    );
  }, 30_000);
});

describe('a script', () => {
  it.each<[string, string, string]>([
    ['that removes more than its scratch folder', 'x.sh', 'tmp=$(mktemp -d)\nrm -rf "$tmp" "$DATA_DIR"\n'],
    ['that removes all of a folder behind it', 'x.sh', 'tmp=$(mktemp -d)\nrm -rf "$tmp" /srv/*\n'],
    ['whose scratch folder is somewhere else', 'x.sh', 'tmp=$(mktemp -d)/../../srv/data\nrm -rf "$tmp"\n'],
    ['whose scratch folder is only said to be one', 'x.sh', 'tmp=$(mktemp -d -p /none || echo /srv/data)\nrm -rf "$tmp"\n'],
    ['that removes everything, flags last', 'x.sh', 'rm -rf / --no-preserve-root\n'],
    ['whose command goes on behind a comment', 'Dockerfile', 'FROM a\nRUN terraform \\\n# why \\\n destroy\n'],
    ['whose command begins behind a comment', 'x.sh', 'echo \\\n# why\nterraform destroy -auto-approve\n'],
    ['below a comment that seems to go on', 'Jenkinsfile', '// because \\\nsh "terraform destroy -auto-approve"\n'],
    ['below a path in a comment', 'x.bat', 'rem C:\\temp\\\r\nterraform destroy -auto-approve\r\n'],
  ])('%s', async (_, path, head) => expect(await tierOf(path, 'x\n', head)).toBe('critical'));

  it('that is infrastructure source by name and executable by mode', async () => {
    expect((await look({ 'x.hcl': ['a = 1\n', 'a = 1\nrun = "terraform destroy"\n'] }, '100755')).tier).toBe('critical');
  });

  it('that removes its scratch folder and nothing else is less', async () => {
    expect(await tierOf('x.sh', 'x\n', 'tmp=$(mktemp -d)\nrm -rf "$tmp"\n')).toBe('elevated');
  });
});

describe('a provisioner', () => {
  const COMMAND = 'command = "aws rds delete-db-instance --db-instance-identifier prod"';
  const around = (body: string): string => `resource "null_resource" "x" {\n${body}}\n`;
  it.each<[string, string, string]>([
    ['below a comment that seems to go on', '', `  provisioner "local-exec" {\n  // because \\\n  ${COMMAND}\n  }\n`],
    ['in a list of several lines', '', '  provisioner "local-exec" {\n  command = "x"\n  interpreter = [\n    "aws",\n    "rds",\n    "delete-db-instance",\n  ]\n  }\n'],
    ['with what stood elsewhere before', `  triggers = {\n  ${COMMAND}\n  }\n`, `  provisioner "local-exec" {\n  ${COMMAND}\n  }\n`],
  ])('%s', async (_, base, head) => expect(await tierOf('main.tf', around(base), around(head))).toBe('critical'));
});

describe('SQL', () => {
  const wipe = (args = '', body = 'TRUNCATE orders;'): string => `CREATE FUNCTION wipe(${args}) RETURNS void LANGUAGE plpgsql AS $$ BEGIN ${body} END $$;\n`;
  it.each<[string, string | null, string, 'critical' | 'high']>([
    ['behind a quote that reads like a comment', null, 'DO $$ BEGIN RAISE NOTICE $q$--$q$; TRUNCATE orders; END $$;', 'high'],
    ['behind an escaped quote', null, "DO $$ BEGIN PERFORM E'it\\'s --'; TRUNCATE orders; END $$;", 'high'],
    ['behind a comment that ends at a carriage return', null, 'DO $$ BEGIN --x\rTRUNCATE orders;\nEND $$;', 'critical'],
    ['in a function that stood there and is called now', wipe(), `${wipe()}SELECT wipe();\n`, 'critical'],
    ['in a function and its call in a file that stood there', 'SELECT 1;\n', `SELECT 1;\n${wipe()}SELECT wipe();\n`, 'critical'],
    ['in a function with a harmless namesake', null, `${wipe()}${wipe('a int', 'NULL;')}SELECT wipe();\n`, 'critical'],
    ['of what a temporary table hid', null, 'CREATE TEMP TABLE orders (id int);\nDROP TABLE orders;\nDROP TABLE orders;\n', 'critical'],
    ['of rows that a temporary table hid', null, 'CREATE TEMP TABLE orders (id int);\nDROP TABLE orders;\nDELETE FROM orders;\n', 'critical'],
    ['of a policy made anew for every row', null, 'DROP POLICY p ON t;\nCREATE POLICY p ON t USING (true);\n', 'critical'],
    ['of a policy that is altered to hold for every row', null, 'ALTER POLICY p ON t USING (true);\n', 'critical'],
    ['of a policy made anew elsewhere', null, 'DROP POLICY p ON a.t;\nCREATE POLICY p ON b.t USING (x = 1);\n', 'critical'],
  ])('%s', async (_, base, head, tier) => {
    const found = (await tierOf('db/x.sql', base, head)) as string;
    expect(tier === 'high' ? ['high', 'critical'] : ['critical']).toContain(found);
  });

  it('of a table that was only written elsewhere, and otherwise', async () => {
    const found = await look({ 'db/schema.sql': ['CREATE TABLE orders (id int);\n', null], 'db/init.sql': [null, 'CREATE TABLE orders(id int);\nDROP TABLE orders;\n'] });
    expect(found.tier).toBe('critical');
  });

  it.each<[string, string, string]>([
    ['an upsert', 'INSERT INTO c (id, n) VALUES (k, 1) ON CONFLICT (id) DO UPDATE SET n = c.n + 1;', 'routine'],
    ['a bounded delete', 'DELETE FROM sessions WHERE id = k;', 'elevated'],
  ])('and %s in a function is less', async (_, body, tier) => {
    expect(await tierOf('db/x.sql', null, `CREATE FUNCTION f(k int) RETURNS void LANGUAGE sql AS $$ ${body} $$;`)).toBe(tier);
  });

  it('of a policy that is altered otherwise is not said', async () =>
    expect(await tierOf('db/x.sql', null, "SET lock_timeout = '1s';\nALTER POLICY p ON t TO app USING (x = 1);\n")).toBe('routine'));

  test('the headline is what is destroyed, not what is cleaned up beside it', async () => {
    const found = await look({ 'x.sh': ['x\n', 'tmp=$(mktemp -d)\nrm -rf "$tmp"\n'], 'db/x.sql': [null, 'DO $$ BEGIN TRUNCATE orders; END $$;'] });
    expect(summary(found)).not.toContain('scratch');
  });
});

it('a database that moves where Terraform does not look is gone for it', async () => {
  const guarded = db('a', '  lifecycle {\n    prevent_destroy = true\n  }\n');
  expect((await look({ 'main.tf': [guarded, null], 'main.tofu': [null, guarded] })).tier).toBe('critical');
  expect((await look({ 'main.tf': [guarded, null], 'other.tf': [null, guarded] })).tier).toBe('routine');
});

describe('an object of a cluster that moves', () => {
  const policy = 'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: deny, namespace: shop}\nspec: {podSelector: {}, policyTypes: [Ingress]}\n';
  const space = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n';
  const moves = async (content: string, from: string, to: string) => (await look({ [from]: [content, null], [to]: [null, content] })).tier;
  it.each([
    ['to another environment', policy, 'clusters/prod/np.yaml', 'clusters/dev/np.yaml'],
    ['to an archive', space, 'apps/shop/ns.yaml', 'archive/shop/ns.yaml'],
    ['to where a chart renders nothing', space, 'chart/templates/ns.yaml', 'chart/templates/_ns.yaml'],
  ])('%s is gone where it was', async (_, content, from, to) => expect(await moves(content, from, to)).toBe('critical'));
  it('within its environment is where it was', async () => expect(await moves(policy, 'clusters/prod/a/np.yaml', 'clusters/prod/b/np.yaml')).not.toBe('critical'));
  it.each(["config.kubernetes.io/local-config: 'true'", 'argocd.argoproj.io/hook: Skip'])('or is no longer applied, by %s, is gone', async (annotation) => {
    const off = policy.replace('namespace: shop', `namespace: shop, annotations: {${annotation}}`);
    expect((await look({ 'clusters/np.yaml': [policy, off] })).tier).toBe('critical');
  });
});

describe('rows that a condition seems to spare', () => {
  it.each(['id > 0', 'id IS NOT NULL', 'id <> -1', "name LIKE '%'", 'id >= 1 AND name IS NOT NULL'])('DELETE WHERE %s', async (where) => {
    expect(await tierOf('m.sql', null, `SET lock_timeout = '1s';\nDELETE FROM orders WHERE ${where};\n`)).toBe('high');
  });
  it.each(['id = 3', 'id > 100', 'id > 0 AND id < 100', 'done AND id IS NOT NULL', "name LIKE 'a%'"])('DELETE WHERE %s names them', async (where) => {
    expect(await tierOf('m.sql', null, `SET lock_timeout = '1s';\nDELETE FROM orders WHERE ${where};\n`)).toBe('routine');
  });
});

describe('the same in other words', () => {
  it.each(['pulumi down -y', 'sam delete --no-prompts', 'rm -rf /var/lib/postgresql', 'rm -rf /srv/data', 'rm -rf /var/lib/postgresql/15/main'])('%s', async (command) => {
    expect(await tierOf('x.sh', null, `${command}\n`)).toBe('critical');
  });
  it.each(['rm -rf /var/lib/apt/lists', 'rm -rf /tmp/build', 'pulumi up'])('%s is not', async (command) => expect(await tierOf('x.sh', null, `${command}\n`)).not.toBe('critical'));
});

describe('a check whose shell runs nothing', () => {
  const flow = (top: string, step = ''): string => `on: push\n${top}jobs:\n  t:\n    runs-on: x\n    steps:\n      - run: npm test\n${step}`;
  it.each([
    ['of the workflow', flow("defaults: {run: {shell: 'true {0}'}}\n")],
    ['of the step', flow('', "        shell: bash -c 'true {0}'\n")],
  ])('%s', async (_, after) => expect(await tierOf('.github/workflows/a.yml', flow(''), after)).toBe('critical'));
  it('and one that a forge knows', async () => expect(await tierOf('.github/workflows/a.yml', flow(''), flow('', '        shell: bash\n'))).toBe('routine'));
});

it.each([
  ['exit 0', 'critical'],
  ['echo ok', 'critical'],
  ['true && vitest run', 'routine'],
  ['vitest run --coverage', 'routine'],
])('a script that pipelines call a test, emptied to `%s`, is %s', async (run, tier) => {
  const pkg = (test: string): string => JSON.stringify({ name: 'x', scripts: { test } });
  expect(await tierOf('package.json', pkg('vitest run'), pkg(run))).toBe(tier);
});

it('a state that is looked for elsewhere, told by the file of a partial backend', async () => {
  expect(await tierOf('prod.tfbackend', 'bucket = "b"\nkey = "prod/a"\n', 'bucket = "b"\nkey = "prod/b"\n')).toBe('critical');
  expect(await tierOf('prod.tfbackend', 'key = "prod/a"\nprofile = "x"\n', 'key = "prod/a"\nprofile = "y"\n')).toBe('routine');
});

it('an object written a second time is held against what was there, whichever comes last', async () => {
  const policy = (selector: string): string =>
    `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: deny, namespace: shop}\nspec: {podSelector: ${selector}, policyTypes: [Ingress]}\n`;
  const [strict, lax] = [policy('{}'), policy('{matchLabels: {a: none}}')];
  const [one, last, first] = [
    await tierOf('np.yaml', strict, lax),
    await tierOf('np.yaml', strict, `${strict}---\n${lax}`),
    await tierOf('np.yaml', strict, `${lax}---\n${strict}`),
  ];
  expect(one).not.toBe('routine');
  expect([last, first]).toEqual([one, one]);
});
