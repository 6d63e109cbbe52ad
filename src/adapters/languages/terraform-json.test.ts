import { describe, expect, it } from 'vitest';
import { detect } from '../../core/risk/detect.ts';
import { flatten } from '../../core/risk/hcl-index.ts';
import { terraformRemoved } from '../../core/risk/terraform/removed.ts';
import { terraformHcl } from '../../core/risk/terraform/source.ts';
import { sampleTree } from '../../testing/tree.ts';
import { languages } from './index.ts';
import { parseTerraformJson } from './terraform-json.ts';

const DB = {
  identifier: 'orders',
  engine: 'postgres',
  deletion_protection: true,
  tags: { encrypted: 'no' },
  lifecycle: { prevent_destroy: true },
  kms_key_id: '$' + '{aws_kms_key.a.arn}',
};
const file = (db: object | null, more: object = {}): string => JSON.stringify({ ...(db === null ? {} : { resource: { aws_db_instance: { orders: db } } }), ...more });

async function fired(files: Parameters<typeof sampleTree>[0]): Promise<readonly string[]> {
  const { records, read } = sampleTree(files);
  return detect([terraformHcl, terraformRemoved], { files: await languages().parse(records, read), plan: null }).findings.map((f) => `${f.rule}:${f.severity}`);
}

describe("Terraform's JSON syntax", () => {
  it('is the blocks it stands for', () => {
    const text = JSON.stringify({
      '//': 'made by a tool',
      resource: { aws_s3_bucket: { b: [{ bucket: 'x', versioning: { enabled: true }, rule: [{ id: 1 }, { id: 2 }] }] } },
      locals: { a: { b: 1 } },
      terraform: { backend: { s3: { key: 'k' } } },
    });
    const read = parseTerraformJson(text, false);
    if (read.kind !== 'hcl') throw new Error(read.kind);
    expect(read.blocks.map((b) => [b.type, b.labels])).toEqual([
      ['resource', ['aws_s3_bucket', 'b']],
      ['locals', []],
      ['terraform', []],
    ]);
    const [bucket, locals, terraform] = read.blocks;
    expect([...flatten(bucket ?? { type: '', labels: [], attributes: [], blocks: [], line: 1, endLine: 1 })]).toEqual([
      ['bucket', '"x"'],
      ['versioning.enabled', 'true'],
      ['rule.id', '1'],
      ['rule[1].id', '2'],
    ]);
    expect(locals?.attributes[0]).toMatchObject({ name: 'a', expression: '{ b = 1 }' });
    expect(terraform?.blocks[0]).toMatchObject({ type: 'backend', labels: ['s3'] });
  });

  it.each([
    ['the block goes', file(DB), file(null, { locals: {} }), ['TF101:critical', 'TF202:critical']],
    ['a guard goes off', file(DB), file({ ...DB, deletion_protection: false }), ['TF203:critical']],
    ['prevent_destroy goes', file(DB), file({ ...DB, lifecycle: {} }), ['TF201:critical']],
    ['it cannot change in place', file(DB), file({ ...DB, identifier: 'other' }), ['TF102:critical']],
    ['it is moved', file(DB), JSON.stringify({ resource: { aws_db_instance: { b: DB } }, moved: [{ from: 'aws_db_instance.orders', to: 'aws_db_instance.b' }] }), []],
    ['keys change places', file({ a: 1, b: 2 }), file({ b: 2, a: 1 }), []],
    ['a tag is no guard', file(DB), file({ ...DB, tags: {} }), []],
  ])('%s', async (_, before, after, expected) => {
    expect(await fired({ 'db/main.tf.json': [before, after] })).toEqual(expected);
  });

  it('stands beside HCL in one module', async () => {
    const hcl =
      'resource "aws_db_instance" "orders" {\n  identifier = "orders"\n  engine = "postgres"\n  kms_key_id = aws_kms_key.a.arn\n  deletion_protection = true\n  lifecycle {\n    prevent_destroy = true\n  }\n}\n';
    expect(await fired({ 'db/main.tf': [hcl, null], 'db/main.tf.json': [null, file(DB)] })).toEqual([]);
  });

  it('reads variables', async () => {
    expect(await fired({ 'db/prod.tfvars.json': ['{"replicas": 2}', '{"replicas": 0}'] })).toEqual(['TF205:high']);
  });

  it.each(['', '{', '[1]', '"x"', '{"resource": 1}', '{"resource": {"a": 1}}', '{"resource": [[[]]]}', `{"a":${'{"a":'.repeat(90)}1${'}'.repeat(90)}}`])(
    'never throws: %s',
    async (text) => {
      const { records, read } = sampleTree({ 'a.tf.json': [null, text] });
      const [one] = await languages().parse(records, read);
      expect(['hcl', 'unreadable']).toContain(one?.head?.kind);
    },
  );
});
