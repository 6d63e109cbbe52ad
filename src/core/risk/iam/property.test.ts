/** Writing the same otherwise is no change, and no input makes a detector throw or run away. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { languages } from '../../../adapters/languages/index.ts';
import { sampleTree } from '../../../testing/tree.ts';
import { detect } from '../detect.ts';
import type { Risk } from '../risk.ts';
import { IAM_DETECTORS } from './detectors.ts';

type Files = Parameters<typeof sampleTree>[0];
async function look(files: Files): Promise<Risk> {
  const { records, read } = sampleTree(files);
  return detect(IAM_DETECTORS, { files: await languages().parse(records, read), plan: null });
}
const rules = async (files: Files): Promise<readonly string[]> => (await look(files)).findings.map((f) => `${f.rule} ${f.what}`);

interface Said {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly mfa: boolean;
}
const some = (...of: readonly string[]): fc.Arbitrary<string[]> => fc.uniqueArray(fc.constantFrom(...of), { minLength: 1 });
const statement: fc.Arbitrary<Said> = fc.record({
  effect: fc.constantFrom('Allow', 'Deny'),
  actions: some('*', 's3:*', 's3:GetObject', 'iam:PassRole', 'iam:Create*', 'ec2:RunInstances', 'secretsmanager:GetSecretValue', 'sts:AssumeRole'),
  resources: some('*', 'arn:aws:s3:::a', 'arn:aws:s3:::a/*', 'arn:aws:iam::111111111111:role/x'),
  mfa: fc.boolean(),
});
const statements = fc.array(statement, { minLength: 1, maxLength: 4 });

/** Keys in the order of `n`, so that it can be another. */
function json(of: readonly Said[], n: number): string {
  const turned = (pairs: readonly (readonly [string, unknown])[]): unknown => Object.fromEntries([...pairs.slice(n % pairs.length), ...pairs.slice(0, n % pairs.length)]);
  const all = of.map((s) =>
    turned([
      ['Effect', s.effect],
      ['Action', s.actions.length === 1 ? s.actions[0] : s.actions],
      ['Resource', s.resources],
      ...(s.mfa ? [['Condition', { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }] as const] : []),
    ]),
  );
  return JSON.stringify(
    turned([
      ['Version', '2012-10-17'],
      ['Statement', all.length === 1 && n % 2 === 1 ? all[0] : all],
    ]),
    null,
    n % 3,
  );
}
const hcl = (of: readonly Said[]): string =>
  `data "aws_iam_policy_document" "d" {\n${of
    .map(
      (s) =>
        `  statement {\n    effect    = "${s.effect}"\n    resources = ${JSON.stringify(s.resources)}\n    actions   = ${JSON.stringify(s.actions)}\n${s.mfa ? '    condition {\n      test     = "Bool"\n      variable = "aws:MultiFactorAuthPresent"\n      values   = ["true"]\n    }\n' : ''}  }\n`,
    )
    .join('')}}\n`;
const ROLE = 'resource "aws_iam_role" "r" {\n}\n';
const inline = (policy: string, name = 'p'): string => `resource "aws_iam_role_policy" "${name}" {\n  role   = aws_iam_role.r.id\n  policy = ${policy}\n}\n`;
const heredoc = (policy: string): string => `<<EOF\n${policy}\nEOF`;

describe('the same, written otherwise', () => {
  it('is no change: another order of statements, actions, resources and keys, another layout', async () => {
    await fc.assert(
      fc.asyncProperty(statements, fc.nat(9), fc.nat(9), fc.infiniteStream(fc.nat()), async (of, a, b, order) => {
        const shuffled = <T>(list: readonly T[]): readonly T[] =>
          list
            .map((v) => [order.next().value ?? 0, v] as const)
            .sort(([x], [y]) => x - y)
            .map(([, v]) => v);
        const other = shuffled(of.map((s) => ({ ...s, actions: shuffled(s.actions), resources: shuffled(s.resources) })));
        expect(await rules({ 'policies/a.json': [json(of, a), json(other, b)] })).toEqual([]);
        expect(await rules({ 'a.tf': [ROLE + inline(heredoc(json(of, a))), ROLE + inline(heredoc(json(other, b)))] })).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('is no change: each action in a statement of its own, in two policies of one role, or as a document', async () => {
    await fc.assert(
      fc.asyncProperty(statements, async (of) => {
        const split = of.flatMap((s) => s.actions.map((a) => ({ ...s, actions: [a] })));
        const base = ROLE + inline(heredoc(json(of, 0)));
        expect(await rules({ 'a.tf': [base, ROLE + inline(heredoc(json(split, 0)))] })).toEqual([]);
        expect(
          await rules({
            'a.tf': [base, ROLE + inline(heredoc(json(split.slice(1), 0)))].map((t, i) => (i === 0 ? t : t + inline(heredoc(json(split.slice(0, 1), 0)), 'q'))) as [string, string],
          }),
        ).toEqual([]);
        expect(await rules({ 'a.tf': [base, ROLE + inline('data.aws_iam_policy_document.d.json') + hcl(of)] })).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('is no change: in another file, in another folder', async () => {
    await fc.assert(
      fc.asyncProperty(statements, async (of) => {
        expect(await rules({ 'p/a.json': [json(of, 0), null], 'q/b.json': [null, json(of, 1)] })).toEqual([]);
        expect(await rules({ 'a.tf': [hcl(of), ''], 'b.tf': [null, hcl(of)] })).toEqual([]);
        expect(await rules({ 'x/a.tf': [hcl(of), null], 'y/a.tf': [null, hcl(of)] })).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

describe('any input', () => {
  it('gives an answer, and the same for any order of the files', async () => {
    const word = fc.constantFrom(
      'Statement',
      'Effect',
      'Allow',
      'Deny',
      'Action',
      'NotAction',
      'Principal',
      'Condition',
      'Resource',
      'Resources',
      'Type',
      'AWS::IAM::Role',
      'Properties',
      '*',
      's3:*',
      'Fn::If',
      'kind',
      'Role',
      'rules',
      'verbs',
      'apiVersion',
      'v1',
    );
    const value = fc.letrec((tie) => ({
      any: fc.oneof({ maxDepth: 5 }, word, fc.constant(null), fc.integer(), fc.array(tie('any'), { maxLength: 3 }), fc.dictionary(word, tie('any'), { maxKeys: 5 })),
    })).any;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 3 }), async (pairs) => {
        const files = pairs.map(([a, b], i) => [`iam/${i}.json`, [JSON.stringify(a), JSON.stringify(b)]] as const);
        const [one, other] = [await look(Object.fromEntries(files)), await look(Object.fromEntries(files.toReversed()))];
        expect(one.findings.filter((f) => f.rule === 'META000')).toEqual([]);
        expect(other.findings.map((f) => f.rule).sort()).toEqual(one.findings.map((f) => f.rule).sort());
      }),
      { numRuns: 100 },
    );
  });

  const many = (n: number, of: (i: number) => string): string => Array.from({ length: n }, (_, i) => of(i)).join('');
  it.each<[string, string, string, string]>([
    [
      'very many actions and resources',
      'a.json',
      '{}',
      JSON.stringify({
        Statement: { Effect: 'Allow', Action: Array.from({ length: 5_000 }, (_, i) => `s3:a*${i}*`), Resource: Array.from({ length: 5_000 }, (_, i) => `*a${i}*`) },
      }),
    ],
    [
      'names full of wildcards',
      'a.json',
      JSON.stringify({ Statement: Array.from({ length: 300 }, () => ({ Effect: 'Allow', Action: `s3:${'a*'.repeat(200)}`, Resource: '*' })) }),
      JSON.stringify({ Statement: Array.from({ length: 300 }, (_, i) => ({ Effect: 'Allow', Action: `s3:${'a'.repeat(400)}${i}`, Resource: '*' })) }),
    ],
    [
      'very many documents alike',
      'a.tf',
      many(3_000, (i) => `data "aws_iam_policy_document" "a${i}" {\n  statement {\n    actions = ["s3:*"]\n  }\n}\n`),
      many(3_000, (i) => `data "aws_iam_policy_document" "b${i}" {\n  statement {\n    actions = ["s3:*"]\n  }\n}\n`),
    ],
    [
      'documents made of each other',
      'a.tf',
      'a = 1',
      many(
        500,
        (i) =>
          `data "aws_iam_policy_document" "a${i}" {\n  source_policy_documents = [data.aws_iam_policy_document.a${(i + 1) % 500}.json, data.aws_iam_policy_document.a${(i + 7) % 500}.json]\n  statement {\n    actions = ["s3:*"]\n  }\n}\n`,
      ),
    ],
    ['a heredoc of brackets', 'a.tf', 'a = 1', `resource "aws_iam_role_policy" "p" {\n  policy = <<EOF\n{"Statement": ${'['.repeat(20_000)}\nEOF\n}\n`],
    ['templates that never end', 'a.tf', 'a = 1', `resource "aws_iam_role_policy" "p" {\n  policy = "{${'${a'.repeat(2_000)}${'}'.repeat(2_000)}"\n}\n`],
    [
      'a role of very many rules',
      'k8s/r.yaml',
      'a: 1\n',
      `apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: r\nrules:\n${many(3_000, (i) => `- {apiGroups: ["a${i}"], resources: ["*"], verbs: [get]}\n`)}`,
    ],
  ])('%s costs what it is long', async (_, path, before, after) => {
    for (const pair of [
      [before, after],
      [after, before],
    ] as const) {
      const { findings } = await look({ [path]: pair });
      expect(findings.filter((f) => f.rule === 'META000')).toEqual([]);
    }
  });
});
