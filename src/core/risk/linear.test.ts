/**
 * Work on text that whoever pushes writes. Each input would keep a detector whose work goes by the square of a line, or of
 * the lines of a file, far beyond the limit of a test; nothing here reads a clock.
 */
import { describe, expect, it } from 'vitest';
import { languages } from '../../adapters/languages/index.ts';
import { sampleTree } from '../../testing/tree.ts';
import { detect } from './detect.ts';
import { ALL_DETECTORS } from './detectors.ts';
import type { Risk } from './risk.ts';

async function look(path: string, before: string | null, after: string): Promise<Risk> {
  const { records, read } = sampleTree({ [path]: [before, after] });
  return detect(ALL_DETECTORS, { files: await languages().parse(records, read), plan: null });
}
const failed = (risk: Risk): readonly string[] => risk.findings.filter((f) => f.rule === 'META000').map((f) => f.what);

const OPEN = '$' + '{{';
const K = 1024;

describe('work that goes by the length of the input', () => {
  it.each([
    ['expressions that never end', '.github/workflows/a.yml', OPEN.repeat(80 * K)],
    ['expressions full of events', '.github/workflows/a.yml', OPEN.repeat(20 * K) + ' github.event.issue'.repeat(10 * K)],
    ['refs full of expressions', '.github/workflows/a.yml', `pull_request_target\n${`ref:${OPEN}`.repeat(32 * K)}`],
    ['words behind an action', '.github/workflows/a.yml', `uses: ${'a/'.repeat(64 * K)}@${'0'.repeat(40)}`],
    ['flags of rm', 'a.sh', `${`rm ${`-${'r'.repeat(60)} `.repeat(64)}x\n`.repeat(64)}`],
    ['rm again and again', 'a.sh', `${'rm -r '.repeat(660)}\n`.repeat(64)],
    ['tools again and again', 'a.sh', `${'terraform kubectl replace aws s3 rm git push curl psql '.repeat(70)}\n`.repeat(32)],
    ['empty lines', 'a.sh', `tmp=$(mktemp -d)\n${'\n'.repeat(512 * K)}`],
    ['lines that go on', 'a.sh', '\\\n'.repeat(128 * K)],
    ['spaces behind a key', 'iam/a.json', `"action":${' '.repeat(256 * K)}x\n`.repeat(2)],
    ['keys again and again', 'iam/a.json', `${'action'.repeat(20 * K)}${'effect = [ '.repeat(20 * K)}`],
    ['documents', 'k8s/a.yaml', '---\nkind: A\napiVersion: v\nmetadata:\n  name: x\n'.repeat(8 * K)],
    ['counts that nobody can read', 'main.tf', `resource "a" "b" {\n  count = ${'x ? 1 : 0 ? '.repeat(8 * K)}1\n}\n`],
    ['keys of a set', 'main.tf', `resource "a" "b" {\n  for_each = toset([${'"a",'.repeat(32 * K)}"${'\\"'.repeat(K)}"])\n}\n`],
    ['blocks that are alike', 'main.tf', Array.from({ length: 2 * K }, (_, n) => `resource "aws_db_instance" "a${n}" {\n  port = ${n}\n}\n`).join('')],
    ['ignored names', 'main.tf', `resource "a" "b" {\n  lifecycle {\n    ignore_changes = [${'x[0].y,'.repeat(16 * K)}z]\n  }\n}\n`],
    ['blocks in JSON', 'main.tf.json', `{"resource":{"a":{${Array.from({ length: 8 * K }, (_, n) => `"b${n}":[{"c":{"d":${n}}}]`).join(',')}}}}`],
    ['a template of many', 'a.yaml', `Resources:\n${Array.from({ length: 4 * K }, (_, n) => `  R${n}:\n    Type: AWS::S3::Bucket\n`).join('')}`],
    ['a program of guards', 'a.ts', `import 'aws-cdk-lib'; import '@pulumi/aws';\n${'protect : protect = RemovalPolicy . RemovalPolicy'.repeat(8 * K)}`],
    ['invisible letters', 'a.txt', '\u200b'.repeat(256 * K)],
  ])('%s', async (_, path, text) => {
    expect(failed(await look(path, null, text))).toEqual([]);
    expect(failed(await look(path, text, 'x\n'))).toEqual([]);
  });

  it('a path of digits', async () => {
    expect((await look(`db/${'1'.repeat(200 * K)}.psql`, 'SELECT 1;', 'SELECT 2;')).tier).toBe('routine');
  });

  it('very many rows', async () => {
    expect(failed(await look('a.sql', null, `INSERT INTO t VALUES ${'(1),'.repeat(130_000)}(1);`))).toEqual([]);
  });

  it('very many findings', async () => {
    const risk = await look('a.sh', null, 'dropdb x\n'.repeat(130_000));
    expect([risk.findings.length, risk.tier]).toEqual([130_000, 'critical']);
  });
});
