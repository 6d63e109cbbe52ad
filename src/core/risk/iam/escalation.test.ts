import { describe, expect, it } from 'vitest';
import { languages } from '../../../adapters/languages/index.ts';
import { sampleTree } from '../../../testing/tree.ts';
import { detect } from '../detect.ts';
import type { Risk } from '../risk.ts';
import { LADDERS } from './actions.ts';
import { escalation } from './escalation.ts';

async function look(files: Parameters<typeof sampleTree>[0]): Promise<Risk> {
  const { records, read } = sampleTree(files);
  return detect([escalation], { files: await languages().parse(records, read), plan: null });
}
const fired = async (before: string, after: string): Promise<readonly string[]> => (await look({ 'a.tf': [before, after] })).findings.map((f) => `${f.rule}:${f.severity}`);

const ROLE = 'resource "aws_iam_role" "app" {\n}\n';
const inline = (name: string, actions: readonly string[], resource = '*', more = ''): string =>
  `resource "aws_iam_role_policy" "${name}" {\n  role   = aws_iam_role.app.id\n  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = ${JSON.stringify(actions)}, Resource = ${JSON.stringify(resource)}${more} }] })\n}\n`;
const DENY =
  'resource "aws_iam_role_policy" "d" {\n  role = aws_iam_role.app.id\n  policy = jsonencode({ Statement = { Effect = "Deny", Action = "iam:*", Resource = "*" } })\n}\n';
const attached = (policy: string): string =>
  `resource "aws_iam_role_policy_attachment" "x" {\n  role       = aws_iam_role.app.name\n  policy_arn = "arn:aws:iam::aws:policy/${policy}"\n}\n`;

describe('IAM106', () => {
  it.each(LADDERS.map((l) => [l.name, l.needs.map((n) => n.split('|')[0] ?? '')] as const))('%s', async (_, actions) => {
    const [last = '', ...others] = actions.toReversed();
    expect(await fired(ROLE + inline('a', ['s3:GetObject', ...others]), ROLE + inline('a', ['s3:GetObject', ...others, last]))).toEqual(['IAM106:critical']);
    // without its last action it is no ladder
    if (others.length > 0) expect(await fired(ROLE, ROLE + inline('a', ['s3:GetObject', ...others]))).toEqual([]);
    // held already
    expect(await fired(ROLE + inline('a', actions), ROLE + inline('a', actions) + inline('b', actions))).toEqual([]);
  });

  it.each([
    ['by two policies of one role', inline('a', ['iam:PassRole']), inline('a', ['iam:PassRole']) + inline('b', ['ec2:RunInstances']), ['IAM106:critical']],
    ['by a wildcard inside of a name', inline('a', ['s3:Get*']), inline('a', ['s3:Get*', 'iam:Create*']), ['IAM106:critical']],
    ['by a policy of AWS beside one of its own', inline('a', ['iam:PassRole']), inline('a', ['iam:PassRole']) + attached('AmazonEC2FullAccess'), ['IAM106:critical']],
    ['on roles that are named', inline('a', ['ec2:RunInstances']), inline('a', ['ec2:RunInstances']) + inline('b', ['iam:PassRole'], 'arn:aws:iam::1:role/app'), ['IAM106:high']],
    ['by all but a few', '', inline('a', ['x:y']).replace('Action = ["x:y"]', 'NotAction = "s3:*"'), ['IAM106:critical']],
    ['only of itself', '', inline('a', ['iam:CreateAccessKey'], 'arn:aws:iam::*:user/$$' + '{aws:username}'), []],
    ['where it is denied', '', inline('a', ['iam:CreateAccessKey']) + DENY, []],
    ['everything, which another rule tells', '', inline('a', ['*']), []],
    ['a verb that only reads', '', inline('a', ['iam:Get*', 'iam:List*']), []],
  ] as const)('%s', async (_, before, after, expected) => expect(await fired(ROLE + before, ROLE + after)).toEqual(expected));

  it('when what denied it goes', async () =>
    expect(await fired(ROLE + inline('a', ['iam:CreateAccessKey']) + DENY, ROLE + inline('a', ['iam:CreateAccessKey']))).toEqual(['IAM106:critical']));

  it('by policies in two files, and not by two roles with half each', async () => {
    const files = (second: string): Parameters<typeof sampleTree>[0] => ({ 'a.tf': [ROLE, `${ROLE}${inline('a', ['iam:PassRole'])}`], 'b.tf': [null, second] });
    expect((await look(files(inline('b', ['cloudformation:CreateStack'])))).findings.map((f) => f.rule)).toEqual(['IAM106']);
    expect((await look(files(inline('b', ['cloudformation:CreateStack']).replace('role.app', 'role.other')))).findings).toEqual([]);
  });
});
