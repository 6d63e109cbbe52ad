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
const fired = async (files: Files): Promise<readonly string[]> => (await look(files)).findings.map((f) => `${f.rule}:${f.severity}`);
const between = (before: string | null, after: string | null, path = 'a.tf'): Promise<readonly string[]> => fired({ [path]: [before, after] });

interface Said {
  readonly Effect?: string;
  readonly Action?: string | readonly string[];
  readonly NotAction?: string;
  readonly Resource?: string | readonly string[];
  readonly Principal?: unknown;
  readonly Condition?: unknown;
}
const json = (...statements: readonly Said[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements.map((s) => ({ Effect: 'Allow', Resource: 'arn:aws:s3:::a/*', ...s })) }, null, 2);
const READ: Said = { Action: ['s3:GetObject', 's3:ListBucket'] };
const ROLE = 'resource "aws_iam_role" "app" {\n  name = "app"\n}\n';
const inline = (policy: string): string => `resource "aws_iam_role_policy" "p" {\n  role   = aws_iam_role.app.name\n  policy = <<EOF\n${policy}\nEOF\n}\n`;
const trust = (...statements: readonly Said[]): string =>
  `resource "aws_iam_role" "app" {\n  assume_role_policy = jsonencode(${JSON.stringify({ Statement: statements.map((s) => ({ Effect: 'Allow', Action: 'sts:AssumeRole', ...s })) })})\n}\n`;
const bucket = (...statements: readonly Said[]): string => `resource "aws_s3_bucket_policy" "b" {\n  bucket = "b"\n  policy = <<EOF\n${json(...statements)}\nEOF\n}\n`;
const MFA = { Bool: { 'aws:MultiFactorAuthPresent': 'true' } };
const OIDC = (sub: string, test = 'StringLike'): Said => ({
  Action: 'sts:AssumeRoleWithWebIdentity',
  Principal: { Federated: 'arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com' },
  Condition: { [test]: { 'token.actions.githubusercontent.com:sub': sub } },
});

describe('what statements gain', () => {
  it.each<[string, Said, Said, readonly string[]]>([
    ['every action', READ, { Action: '*' }, ['IAM101:critical']],
    ['a whole service', READ, { Action: ['s3:*', 's3:GetObject'] }, ['IAM101:critical']],
    ['a service that only reads', READ, { Action: [...(READ.Action ?? []), 'ce:*'] }, ['IAM101:high']],
    ['every resource to write', { Action: 'dynamodb:PutItem' }, { Action: 'dynamodb:PutItem', Resource: '*' }, ['IAM101:critical']],
    [
      'every resource to write, where tags narrow it',
      READ,
      {
        ...READ,
        Action: ['s3:GetObject', 's3:ListBucket', 'ec2:StopInstances'],
        Resource: ['arn:aws:s3:::a/*', '*'],
        Condition: { StringEquals: { 'aws:ResourceTag/team': 'a' } },
      },
      ['IAM101:high'],
    ],
    ['all but a few actions', READ, { NotAction: 's3:DeleteBucket' }, ['IAM102:high', 'IAM106:high']],
    ['secrets', READ, { Action: [...(READ.Action ?? []), 'secretsmanager:GetSecretValue'] }, ['IAM107:high']],
    ['other roles', READ, { Action: [...(READ.Action ?? []), 'sts:Assume*'] }, ['IAM107:high']],
    ['nothing', READ, { Action: ['s3:ListBucket', 's3:GetObject'] }, []],
    ['a named action', READ, { Action: [...(READ.Action ?? []), 's3:PutObject'] }, []],
    ['every resource to read', READ, { ...READ, Resource: ['arn:aws:s3:::a/*', '*'] }, []],
    ['what the wildcard held already', { Action: 's3:*' }, { Action: ['s3:*', 's3:GetObject'] }, []],
    ['fewer actions than it had', READ, { Action: 's3:GetObject' }, ['IAM110:high']],
  ])('%s', async (_, before, after, expected) => {
    expect((await between(ROLE + inline(json(before)), ROLE + inline(json(after)))).filter((f) => expected.includes('IAM110:high') || !f.startsWith('IAM110'))).toEqual(expected);
    // the same in a file of its own
    expect((await between(json(before), json(after), 'iam/app.json')).filter((f) => expected.includes('IAM110:high') || !f.startsWith('IAM110'))).toEqual(expected);
  });

  it('says where, and what happens', async () => {
    const [finding] = (await look({ 'a.tf': [ROLE + inline(json(READ)), ROLE + inline(json(READ, { Action: 's3:*', Resource: '*' }))] })).findings;
    expect(finding).toMatchObject({ rule: 'IAM101', place: { path: 'a.tf', line: 18 }, what: expect.stringContaining('s3:* on *') });
  });
});

describe('somebody new', () => {
  const doc = (...statements: readonly string[]): string => `data "aws_iam_policy_document" "d" {\n${statements.map((s) => `  statement {\n    ${s}\n  }\n`).join('')}}\n`;
  it('with the least rights raises nothing', async () => {
    const role = `${trust({ Principal: { Service: 'lambda.amazonaws.com' } })}${inline(json(READ, { Action: 'secretsmanager:GetSecretValue', Resource: 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:app-x1' }, { Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: '*' }))}`;
    expect(await between(null, role)).toEqual([]);
    expect(await between(null, json(READ), 'policies/new.json')).toEqual([]);
  });
  it.each([
    ['may do everything', doc('actions = ["*"]\n    resources = ["*"]'), ['IAM101:critical']],
    ['has a whole service on what is named', doc('actions = ["s3:*"]\n    resources = [aws_s3_bucket.a.arn]'), ['IAM101:high']],
    ['reads every secret', doc('actions = ["secretsmanager:GetSecretValue"]\n    resources = ["*"]'), ['IAM107:high']],
    ['writes whatever there is', doc('actions = ["dynamodb:DeleteItem"]\n    resources = ["*"]'), ['IAM101:high']],
    ['has what is known later', doc('actions = var.actions\n    resources = ["*"]'), ['IAM116:high']],
  ])('%s', async (_, text, expected) => expect(await between(null, text)).toEqual(expected));
});

describe('who may come in', () => {
  const A = { Principal: { AWS: 'arn:aws:iam::111111111111:root' } };
  it.each<[string, readonly Said[], readonly Said[], readonly string[]]>([
    ['another account', [A], [A, { Principal: { AWS: '222222222222' } }], ['IAM104:critical']],
    ['everybody', [A], [{ Principal: '*' }, A], ['IAM104:critical']],
    ['a service', [A], [A, { Principal: { Service: 'ec2.amazonaws.com' } }], ['IAM104:high']],
    ['tokens of a whole organisation', [OIDC('repo:org/app:ref:refs/heads/main')], [OIDC('repo:org/*')], ['IAM104:critical']],
    ['tokens of another repository', [OIDC('repo:org/app:*')], [OIDC('repo:org/app:*'), OIDC('repo:org/other:*')], ['IAM104:critical']],
    ['without a second factor', [{ ...A, Condition: MFA }], [A], ['IAM103:critical']],
    ['without the id that a stranger does not know', [{ ...A, Condition: { StringEquals: { 'sts:ExternalId': 'x' } } }], [A], ['IAM103:critical']],
    ['from fewer branches', [OIDC('repo:org/app:*')], [OIDC('repo:org/app:ref:refs/heads/main', 'StringEquals')], []],
    ['the account, written otherwise', [A], [{ Principal: { AWS: ['111111111111'] } }], []],
    ['nobody any more', [A, { Principal: { AWS: '222222222222' } }], [A], ['IAM110:high']],
  ])('%s', async (_, before, after, expected) => expect(await between(trust(...before), trust(...after))).toEqual(expected));

  it.each<[string, readonly Said[], readonly string[]]>([
    ['tokens of any repository', [OIDC('*')], ['IAM104:critical']],
    ['tokens of an organisation', [OIDC('repo:org/*')], ['IAM104:critical']],
    ['tokens without a subject', [{ ...OIDC(''), Condition: {} }], ['IAM104:critical']],
    ['tokens of one repository', [OIDC('repo:org/app:*')], []],
    ['an account', [A], []],
  ])('of a new role: %s', async (_, after, expected) => expect(await between(null, trust(...after))).toEqual(expected));

  it.each<[string, Said, readonly string[]]>([
    ['everybody', { Action: 's3:GetObject', Principal: '*' }, ['IAM111:critical']],
    ['everybody, said with a type', { Action: 's3:GetObject', Principal: { AWS: '*' } }, ['IAM111:critical']],
    ['everybody of one organisation', { Action: 's3:GetObject', Principal: '*', Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } }, []],
    ['everybody, from everywhere', { Action: 's3:GetObject', Principal: '*', Condition: { IpAddress: { 'aws:SourceIp': '0.0.0.0/0' } } }, ['IAM111:critical']],
    ['another account', { Action: 's3:GetObject', Principal: { AWS: '222222222222' } }, ['IAM104:critical']],
    ['a role of one that is named', { Action: 's3:PutObject', Principal: { AWS: 'arn:aws:iam::111111111111:role/x' } }, []],
  ])('to a bucket: %s', async (_, added, expected) => {
    const A1 = { ...A, Action: 's3:ListBucket' };
    expect(await between(bucket(A1), bucket(A1, added))).toEqual(expected);
  });
});

describe('what limits', () => {
  const DENY: Said = { Effect: 'Deny', Action: ['s3:DeleteBucket', 's3:DeleteObject'], Resource: '*' };
  it.each<[string, readonly Said[], readonly Said[], readonly string[]]>([
    ['a Deny goes', [READ, DENY], [READ], ['IAM103:critical']],
    ['a Deny is for fewer actions', [READ, DENY], [READ, { ...DENY, Action: 's3:DeleteBucket' }], ['IAM103:critical']],
    ['a Deny is for fewer resources', [READ, DENY], [READ, { ...DENY, Resource: 'arn:aws:s3:::a' }], ['IAM103:critical']],
    ['a Deny holds under a condition', [READ, DENY], [READ, { ...DENY, Condition: MFA }], ['IAM103:critical']],
    ['a Deny holds without the condition', [READ, { ...DENY, Condition: MFA }], [READ, DENY], []],
    ['a Deny is for more', [READ, DENY], [READ, { ...DENY, Action: 's3:*' }], []],
    ['a condition goes', [{ ...READ, Condition: MFA }], [READ], ['IAM103:critical']],
    [
      'more networks',
      [{ ...READ, Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/16' } } }],
      [{ ...READ, Condition: { IpAddress: { 'aws:SourceIp': ['10.0.0.0/16', '10.1.0.0/16'] } } }],
      ['IAM103:critical'],
    ],
    ['fewer networks', [{ ...READ, Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } }], [{ ...READ, Condition: { IpAddress: { 'aws:SourceIp': '10.1.0.0/16' } } }], []],
    [
      'a condition where the key may be absent',
      [{ ...READ, Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } }],
      [{ ...READ, Condition: { StringEqualsIfExists: { 'aws:PrincipalOrgID': 'o-1' } } }],
      ['IAM103:critical'],
    ],
  ])('%s', async (_, before, after, expected) => {
    expect(await between(ROLE + inline(json(...before)), ROLE + inline(json(...after)))).toEqual(expected);
  });

  it('is denied elsewhere', async () => {
    const other = (policy: string): string => inline(policy).replace('"p"', '"q"');
    expect(await fired({ 'a.tf': [ROLE + inline(json(READ, DENY)), ROLE + inline(json(READ))], 'b.tf': [null, other(json(DENY))] })).toEqual([]);
  });
});

describe('no change', () => {
  const statement = (actions: string): string => `  statement {\n    actions   = [${actions}]\n    resources = ["arn:aws:s3:::a/*"]\n  }\n`;
  const doc = (name: string, ...statements: readonly string[]): string => `data "aws_iam_policy_document" "${name}" {\n${statements.join('')}}\n`;
  const use = (name: string): string => `resource "aws_iam_role_policy" "p" {\n  role   = "app"\n  policy = data.aws_iam_policy_document.${name}.json\n}\n`;
  const WIDE = doc('a', statement('"s3:*", "iam:CreateUser"'));
  it.each<[string, Files]>([
    ['one statement becomes two', { 'a.tf': [WIDE, doc('a', statement('"iam:CreateUser"'), statement('"s3:*"'))] }],
    [
      'a heredoc becomes a document',
      { 'a.tf': [ROLE + inline(json({ Action: 's3:*' })), `${ROLE}${use('a').replace('"app"', 'aws_iam_role.app.name')}${doc('a', statement('"s3:*"'))}`] },
    ],
    ['it moves to another file', { 'a.tf': [WIDE, ''], 'b.tf': [null, WIDE] }],
    ['it moves to another folder', { 'x/a.tf': [WIDE, ''], 'y/a.tf': [null, WIDE] }],
    ['it is renamed', { 'a.tf': [use('a') + WIDE, use('b') + WIDE.replace('"a"', '"b"')] }],
    ['a file of its own moves', { 'p/a.json': [json({ Action: '*' }), null], 'q/b.json': [null, json({ Action: '*' })] }],
    [
      'statements move between the policies of one role',
      {
        'a.tf': [ROLE + inline(json(READ, { Action: 'sqs:*' })), `${ROLE}${inline(json(READ))}${inline(json({ Action: 'sqs:*' })).replace('"p"', '"q"')}`],
      },
    ],
    [
      'a role is moved',
      {
        'a.tf': [
          ROLE + inline(json({ Action: 'sqs:*' })),
          `${ROLE}${inline(json({ Action: 'sqs:*' }))}moved {\n  from = aws_iam_role.app\n  to = aws_iam_role.b\n}\n`
            .replaceAll('"app"', '"b"')
            .replaceAll('role.app.name', 'role.b.name'),
        ],
      },
    ],
  ])('%s', async (_, files) => expect(await fired(files)).toEqual([]));
});

describe('what is known only when it is applied', () => {
  it.each([
    ['a variable', 'policy = var.policy'],
    ['a file', 'policy = file("p.json")'],
    ['a template with a branch', 'policy = <<EOF\n{"Statement": [%{ if a }{}%{ endif }]}\nEOF'],
  ])('%s', async (_, policy) => {
    const text = `resource "aws_iam_role_policy" "p" {\n  role = "app"\n  ${policy}\n}\n`;
    expect(await between(null, text)).toEqual(['IAM116:high']);
    expect(await between(text, `# why\n${text}`)).toEqual([]);
  });
});
