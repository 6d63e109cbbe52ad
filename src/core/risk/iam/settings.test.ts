import { describe, expect, it } from 'vitest';
import { languages } from '../../../adapters/languages/index.ts';
import { sampleTree } from '../../../testing/tree.ts';
import { detect } from '../detect.ts';
import { settings } from './settings.ts';

type Files = Parameters<typeof sampleTree>[0];
async function fired(files: Files): Promise<readonly string[]> {
  const { records, read } = sampleTree(files);
  return detect([settings], { files: await languages().parse(records, read), plan: null }).findings.map((f) => `${f.rule}:${f.severity}`);
}
const block = (type: string, body: string, name = 'x'): string => `resource "${type}" "${name}" {\n  ${body}\n}\n`;
const REST = block('aws_sqs_queue', 'name = "q"', 'q');
const cfn = (type: string, properties: string): string => `Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n  X:\n    Type: ${type}\n    Properties:\n      ${properties}\n`;

describe('a guard that is a setting', () => {
  it.each<[string, string, string, string, readonly string[]]>([
    ['a boundary goes', 'aws_iam_role', 'permissions_boundary = var.b', 'name = "x"', ['IAM105:critical']],
    ['a boundary becomes nothing', 'aws_iam_role', 'permissions_boundary = "arn:b"', 'permissions_boundary = null', ['IAM105:critical']],
    ['a boundary is another', 'aws_iam_role', 'permissions_boundary = "arn:b"', 'permissions_boundary = "arn:c"', ['IAM105:high']],
    ['a boundary comes', 'aws_iam_role', 'name = "x"', 'permissions_boundary = var.b', []],
    ['a lock is looser', 'azurerm_management_lock', 'lock_level = "ReadOnly"', 'lock_level = "CanNotDelete"', ['IAM105:critical']],
    [
      'a policy of the organisation is off',
      'google_project_organization_policy',
      'boolean_policy {\n    enforced = true\n  }',
      'boolean_policy {\n    enforced = false\n  }',
      ['IAM105:critical'],
    ],
    ['public access is not blocked', 'aws_s3_bucket_public_access_block', 'block_public_acls = true', 'block_public_acls = false', ['IAM111:critical']],
    ['public access may not be blocked', 'aws_s3_bucket_public_access_block', 'block_public_acls = true', 'block_public_acls = var.b', ['IAM111:high']],
    ['public access is blocked', 'aws_s3_bucket_public_access_block', 'block_public_acls = false', 'block_public_acls = true', []],
    ['everybody reads a bucket', 'aws_s3_bucket_acl', 'acl = "private"', 'acl = "public-read"', ['IAM111:critical']],
    ['nobody else reads a bucket', 'aws_s3_bucket_acl', 'acl = "public-read"', 'acl = "private"', []],
    ['a key is off', 'aws_kms_key', 'is_enabled = true', 'is_enabled = false', ['IAM112:critical']],
    ['a key is not rotated', 'aws_kms_key', 'enable_key_rotation = true', 'description = "x"', ['IAM112:critical']],
    ['a key is rotated', 'aws_kms_key', 'description = "x"', 'enable_key_rotation = true', []],
    ['a deleted key comes back for less long', 'aws_kms_key', 'deletion_window_in_days = 30', 'deletion_window_in_days = 7', ['IAM112:critical']],
    ['a key is rotated less often', 'google_kms_crypto_key', 'rotation_period = "100s"', 'rotation_period = "1000s"', ['IAM112:critical']],
    ['passwords are shorter', 'aws_iam_account_password_policy', 'minimum_password_length = 14', 'minimum_password_length = 8', ['IAM114:high']],
    ['passwords are longer', 'aws_iam_account_password_policy', 'minimum_password_length = 8', 'minimum_password_length = 14', []],
    ['sessions are longer', 'aws_iam_role', 'max_session_duration = 3600', 'max_session_duration = 43200', ['IAM114:high']],
    ['a second factor is a choice', 'aws_cognito_user_pool', 'mfa_configuration = "ON"', 'mfa_configuration = "OPTIONAL"', ['IAM114:high']],
    ['a trail is off', 'aws_cloudtrail', 'enable_logging = true', 'enable_logging = false', ['IAM115:critical']],
    ['a trail sees one region', 'aws_cloudtrail', 'is_multi_region_trail = true', 'name = "t"', ['IAM115:critical']],
    ['logs are kept for less long', 'aws_cloudwatch_log_group', 'retention_in_days = 365', 'retention_in_days = 7', ['IAM115:critical']],
    ['logs are kept for longer', 'aws_cloudwatch_log_group', 'retention_in_days = 7', 'retention_in_days = 365', []],
    ['logs are kept for ever', 'aws_cloudwatch_log_group', 'retention_in_days = 7', 'retention_in_days = 0', []],
  ])('%s', async (_, type, before, after, expected) => expect(await fired({ 'a.tf': [REST + block(type, before), REST + block(type, after)] })).toEqual(expected));

  it.each<[string, string, string, string, readonly string[]]>([
    ['a boundary goes', 'AWS::IAM::Role', 'PermissionsBoundary: !Ref B', 'RoleName: x', ['IAM105:critical']],
    ['everybody reads a bucket', 'AWS::S3::Bucket', 'AccessControl: Private', 'AccessControl: PublicRead', ['IAM111:critical']],
    ['public access is not blocked', 'AWS::S3::Bucket', 'PublicAccessBlockConfiguration: { BlockPublicAcls: true }', 'BucketName: x', ['IAM111:critical']],
    ['a trail is off', 'AWS::CloudTrail::Trail', 'IsLogging: true', 'IsLogging: false', ['IAM115:critical']],
  ])('in a template: %s', async (_, type, before, after, expected) => expect(await fired({ 'a.yaml': [cfn(type, before), cfn(type, after)] })).toEqual(expected));
});

describe('a guard that goes', () => {
  it.each([
    ['aws_organizations_policy_attachment', 'policy_id = var.p', 'IAM105:critical'],
    ['azurerm_management_lock', 'scope = azurerm_resource_group.g.id', 'IAM105:critical'],
    ['aws_s3_bucket_public_access_block', 'bucket = aws_s3_bucket.b.id', 'IAM111:critical'],
    ['aws_cloudtrail', 'name = "t"', 'IAM115:critical'],
    ['aws_flow_log', 'vpc_id = aws_vpc.v.id', 'IAM115:critical'],
    ['google_project_iam_audit_config', 'project = "p"', 'IAM115:critical'],
  ])('%s', async (type, body, expected) => expect(await fired({ 'a.tf': [REST + block(type, body), REST] })).toEqual([expected]));

  it('with what it guarded, or to another folder, is none', async () => {
    const vpc = block('aws_vpc', 'cidr_block = "10.0.0.0/16"', 'v');
    const log = block('aws_flow_log', 'vpc_id = aws_vpc.v.id');
    expect(await fired({ 'a.tf': [REST + vpc + log, REST] })).toEqual([]);
    expect(await fired({ 'x/a.tf': [REST + log, REST], 'y/a.tf': [null, log] })).toEqual([]);
    expect(
      await fired({ 'a.tf': [REST + log, `${REST}${block('aws_flow_log', 'vpc_id = aws_vpc.v.id', 'y')}moved {\n  from = aws_flow_log.x\n  to   = aws_flow_log.y\n}\n`] }),
    ).toEqual([]);
  });
  it('in a file that cannot be read any more is not known to be gone', async () => {
    expect((await fired({ 'a.tf': [block('aws_cloudtrail', 'name = "t"'), 'resource {'] })).filter((f) => f.startsWith('IAM'))).toEqual([]);
  });
});

describe('a credential that does not end', () => {
  it.each([
    ['a key of a user', REST, REST + block('aws_iam_access_key', 'user = "u"'), ['IAM113:high']],
    ['a key of a service account', REST, REST + block('google_service_account_key', 'service_account_id = "s"'), ['IAM113:high']],
    ['a new key in place of an old one', REST + block('aws_iam_access_key', 'user = "u"', 'v1'), REST + block('aws_iam_access_key', 'user = "u"', 'v2'), []],
    ['a role', REST, REST + block('aws_iam_role', 'name = "r"'), []],
  ])('%s', async (_, before, after, expected) => expect(await fired({ 'a.tf': [before, after] })).toEqual(expected));
});
