import { describe, expect, it } from 'vitest';
import { languages } from '../../../adapters/languages/index.ts';
import { sampleTree } from '../../../testing/tree.ts';
import { detect } from '../detect.ts';
import { stackGuards } from './stack-guards.ts';
import { templates } from './templates.ts';

async function fired(before: string | null, after: string | null, path = 'stacks/shop.yaml'): Promise<readonly string[]> {
  const { records, read } = sampleTree({ [path]: [before, after] });
  return detect([templates, stackGuards], { files: await languages().parse(records, read), plan: null }).findings.map((f) => `${f.rule}:${f.severity}`);
}

const DB = (more = '', properties = ''): string => `Resources:
  Orders:
    Type: AWS::RDS::DBInstance
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
${more}    Properties:
      DBInstanceIdentifier: orders
      Engine: postgres
      DeletionProtection: true
      KmsKeyId: !GetAtt Key.Arn
      BackupRetentionPeriod: 7
${properties}  Topic:
    Type: AWS::SNS::Topic
`;
const BARE = DB()
  .replace(/ {4}(?:Deletion|UpdateReplace)Policy: Retain\n/g, '    DeletionPolicy: Delete\n')
  .replace(/( {4}DeletionPolicy: Delete\n)\1/, '$1');
const ONLY_TOPIC = 'Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n';

describe('templates', () => {
  it.each([
    ['a database goes', BARE, ONLY_TOPIC, ['CF101:critical']],
    ['a database goes, and is kept', DB(), ONLY_TOPIC, ['CF101:elevated']],
    ['the template goes', BARE, null, ['CF101:critical']],
    ['a logical id is renamed', BARE, BARE.replace('Orders:', 'OrdersTwo:'), ['CF103:critical']],
    ['an instance without a policy has a snapshot', BARE.replace('    DeletionPolicy: Delete\n', ''), ONLY_TOPIC, ['CF101:elevated']],
    ['a name changes', BARE, BARE.replace('Identifier: orders', 'Identifier: orders-2'), ['CF101:critical']],
    ['a name changes, and the old one is kept', DB(), DB().replace('Identifier: orders', 'Identifier: orders-2'), ['CF101:elevated']],
    ['a reference changes', BARE, BARE.replace('!GetAtt Key.Arn', '!Ref Other'), ['CF101:critical']],
    ['its type changes', BARE, BARE.replace('RDS::DBInstance', 'SNS::Topic'), ['CF101:critical']],
    ['it depends on a condition', DB(), DB('    Condition: IsProd\n'), ['CF101:high']],
    ['DeletionPolicy goes', DB(), DB().replace('    DeletionPolicy: Retain\n', '    DeletionPolicy: Delete\n'), ['CF102:critical']],
    ['UpdateReplacePolicy goes alone', DB(), DB().replace('    UpdateReplacePolicy: Retain\n', ''), ['CF102:critical']],
    ['the policy becomes a reference', DB(), DB().replace('    DeletionPolicy: Retain\n', '    DeletionPolicy: !Ref P\n'), ['CF102:critical']],
    ['protection goes off', DB(), DB().replace('Protection: true', 'Protection: false'), ['CF104:critical']],
    ['protection becomes a reference', DB(), DB().replace('Protection: true', 'Protection: !Ref P'), ['CF104:high']],
    ['it becomes public', DB(), DB('', '      PubliclyAccessible: true\n'), ['CF104:critical']],
    ['there are no backups', DB(), DB().replace('Period: 7', 'Period: 0'), ['CF104:critical']],
  ] as const)('%s', async (_, before, after, expected) => {
    expect(await fired(before, after)).toEqual(expected);
  });

  it.each([
    ['it is new', null, DB()],
    ['a size changes', DB(), DB('', '      AllocatedStorage: 200\n')],
    ['DeletionPolicy was not needed', DB().replace('    DeletionPolicy: Retain\n', ''), DB().replace('    DeletionPolicy: Retain\n', '    DeletionPolicy: Snapshot\n')],
    ['Retain becomes Snapshot', DB(), DB().replace('    DeletionPolicy: Retain\n', '    DeletionPolicy: Snapshot\n')],
    ['a topic goes', DB(), DB().replace(/ {2}Topic:\n.*\n/, '')],
    ['it is another kind of file', 'Resources:\n  Orders:\n    Type: db\n', 'Resources: {}\n'],
    ['protection is on', DB().replace('Protection: true', 'Protection: false'), DB()],
    ['keys change places', DB(), DB().replace(/( {6}Engine.*\n)( {6}Deletion.*\n)/, '$2$1')],
  ])('%s: silent', async (_, before, after) => {
    expect(await fired(before, after)).toEqual([]);
  });

  it('reads JSON too', async () => {
    const json = (policy: string): string => JSON.stringify({ Resources: { Orders: { Type: 'AWS::S3::Bucket', DeletionPolicy: policy, UpdateReplacePolicy: 'Retain' } } });
    expect(await fired(json('Retain'), json('Delete'), 'stacks/shop.json')).toEqual(['CF102:critical']);
  });
});

describe('guards of stacks', () => {
  const statement = (Effect: string, Action: string) => ({ Effect, Action, Principal: '*', Resource: 'LogicalResourceId/Orders' });
  const policy = (...Statement: readonly object[]): string => JSON.stringify({ Statement });
  const [deny, allow] = [statement('Deny', 'Update:Delete'), statement('Allow', 'Update:*')];
  it.each([
    ['what was denied is not', policy(deny, statement('Allow', 'Update:Modify')), policy(statement('Allow', 'Update:Modify')), ['CF104:critical']],
    ['more is allowed', policy(deny), policy(deny, allow), ['CF104:critical']],
    ['the policy goes', policy(deny), null, ['CF104:critical']],
    ['more is denied', policy(allow), policy(allow, deny), []],
    ['statements change places', policy(allow, deny), policy(deny, allow), []],
    ['it is a policy of another kind', policy(statement('Deny', 's3:Delete')), policy(), []],
  ])('%s', async (_, before, after, expected) => {
    expect(await fired(before, after, 'stacks/policy.json')).toEqual(expected);
  });

  it.each([
    ['terminationProtection: true\n', 'terminationProtection: false\n', ['CF104:critical']],
    ['stacks:\n  - name: a\n    terminationProtection: true\n', 'stacks:\n  - name: a\n', ['CF104:critical']],
    ['terminationProtection: false\n', 'terminationProtection: true\n', []],
  ])('termination protection: %j', async (before, after, expected) => {
    expect(await fired(before, after, 'serverless.yml')).toEqual(expected);
  });

  const cdk = (line: string): string => `import * as cdk from 'aws-cdk-lib';\nnew Table(this, 'Orders', {\n  ${line}\n});\n`;
  it.each([
    ['retain becomes destroy', cdk('removalPolicy: cdk.RemovalPolicy.RETAIN,'), cdk('removalPolicy: cdk.RemovalPolicy.DESTROY,'), ['CF104:critical']],
    ['retain goes', cdk('removalPolicy: cdk.RemovalPolicy.RETAIN,'), cdk(''), ['CF104:critical']],
    ['destroy comes', cdk(''), cdk('removalPolicy: cdk.RemovalPolicy.DESTROY,'), ['CF104:high']],
    ['objects go with the bucket', cdk(''), cdk('autoDeleteObjects: true,'), ['CF104:high']],
    ['in Python', cdk('').replace('aws-cdk-lib', 'aws_cdk'), cdk('auto_delete_objects=True,').replace('aws-cdk-lib', 'aws_cdk'), ['CF104:high']],
    ['the stack is not protected', cdk(''), cdk('terminationProtection: false,'), ['CF104:high']],
    ['the program is new', null, cdk('removalPolicy: cdk.RemovalPolicy.DESTROY,'), []],
    ['retain comes', cdk('removalPolicy: cdk.RemovalPolicy.DESTROY,'), cdk('removalPolicy: cdk.RemovalPolicy.RETAIN,'), []],
    ['it is no CDK program', 'x\n', 'RemovalPolicy.DESTROY\n', []],
  ])('a program: %s', async (_, before, after, expected) => {
    expect(await fired(before, after, 'lib/shop.ts')).toEqual(expected);
  });
});
