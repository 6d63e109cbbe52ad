/** Which settings guard what, by type of resource: as data, so that it can be read and added to. */
export type GuardRule = 'IAM105' | 'IAM111' | 'IAM112' | 'IAM114' | 'IAM115';

export interface Setting {
  readonly rule: GuardRule;
  readonly type: RegExp;
  readonly path: readonly string[];
  /** On, off, higher or lower is safe; `there` where what it says is not known here; or what it must look like. */
  readonly safe: 'on' | 'off' | 'more' | 'less' | 'there' | RegExp;
  /** What holds where nobody wrote it: of a number, whether that is strict. */
  readonly unsaid?: boolean | 'strict';
  readonly what: string;
}

const PUBLIC = 'buckets can be opened to everybody';
const block = (type: RegExp, names: readonly string[], path: readonly string[] = []): readonly Setting[] =>
  names.map((name) => ({ rule: 'IAM111', type, path: [...path, name], safe: 'on', unsaid: false, what: PUBLIC }));

const BOUNDED = 'what limited it no longer does';
const SIGN_IN = 'signing in gets easier for somebody else too';
const UNSEEN = 'what is done there is no longer written down';
const SHORTER = 'what was done can be looked up for less long';
const UNUSABLE = 'data under the key can no longer be read';
const OLD_KEY = 'the key is no longer changed from time to time';

export const SETTINGS: readonly Setting[] = [
  { rule: 'IAM105', type: /^aws_iam_(?:role|user)$/, path: ['permissions_boundary'], safe: 'there', what: BOUNDED },
  { rule: 'IAM105', type: /^AWS::IAM::(?:Role|User)$/, path: ['PermissionsBoundary'], safe: 'there', what: BOUNDED },
  { rule: 'IAM105', type: /^AWS::Serverless::Function$/, path: ['PermissionsBoundary'], safe: 'there', what: BOUNDED },
  { rule: 'IAM105', type: /^google_\w*organization_policy$/, path: ['boolean_policy', 'enforced'], safe: 'on', what: BOUNDED },
  { rule: 'IAM105', type: /^google_org_policy_policy$/, path: ['spec', 'rules', 'enforce'], safe: 'on', what: BOUNDED },
  { rule: 'IAM105', type: /^azurerm_management_lock$/, path: ['lock_level'], safe: /^ReadOnly$/, what: BOUNDED },
  { rule: 'IAM105', type: /^azurerm_\w*policy_assignment$/, path: ['enforce'], safe: 'on', unsaid: true, what: BOUNDED },
  ...block(/^aws_s3_(?:bucket|account)_public_access_block$/, ['block_public_acls', 'block_public_policy', 'ignore_public_acls', 'restrict_public_buckets']),
  ...block(/^AWS::S3::Bucket$/, ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'], ['PublicAccessBlockConfiguration']),
  { rule: 'IAM111', type: /^google_storage_bucket$/, path: ['public_access_prevention'], safe: /^enforced$/, what: PUBLIC },
  { rule: 'IAM111', type: /^azurerm_storage_account$/, path: ['allow_nested_items_to_be_public'], safe: 'off', what: PUBLIC },
  { rule: 'IAM112', type: /^aws_kms_(?:external_|replica_)?key$/, path: ['is_enabled'], safe: 'on', unsaid: true, what: UNUSABLE },
  { rule: 'IAM112', type: /^aws_kms_(?:external_|replica_)key$/, path: ['enabled'], safe: 'on', unsaid: true, what: UNUSABLE },
  { rule: 'IAM112', type: /^AWS::KMS::Key$/, path: ['Enabled'], safe: 'on', unsaid: true, what: UNUSABLE },
  { rule: 'IAM112', type: /^google_kms_crypto_key_version$/, path: ['state'], safe: /^ENABLED$/, what: UNUSABLE },
  { rule: 'IAM112', type: /^aws_kms_key$/, path: ['enable_key_rotation'], safe: 'on', unsaid: false, what: OLD_KEY },
  { rule: 'IAM112', type: /^AWS::KMS::Key$/, path: ['EnableKeyRotation'], safe: 'on', unsaid: false, what: OLD_KEY },
  { rule: 'IAM112', type: /^google_kms_crypto_key$/, path: ['rotation_period'], safe: 'less', what: OLD_KEY },
  { rule: 'IAM112', type: /^azurerm_key_vault_key$/, path: ['rotation_policy'], safe: 'there', what: OLD_KEY },
  {
    rule: 'IAM112',
    type: /^(?:aws_kms_key|AWS::KMS::Key)$/,
    path: ['deletion_window_in_days'],
    safe: 'more',
    unsaid: 'strict',
    what: 'a deletion can be taken back for less long',
  },
  { rule: 'IAM112', type: /^AWS::KMS::Key$/, path: ['PendingWindowInDays'], safe: 'more', unsaid: 'strict', what: 'a deletion can be taken back for less long' },
  ...['minimum_password_length', 'password_reuse_prevention'].map(
    (name): Setting => ({ rule: 'IAM114', type: /^aws_iam_account_password_policy$/, path: [name], safe: 'more', what: SIGN_IN }),
  ),
  ...['require_lowercase_characters', 'require_uppercase_characters', 'require_numbers', 'require_symbols'].map(
    (name): Setting => ({ rule: 'IAM114', type: /^aws_iam_account_password_policy$/, path: [name], safe: 'on', unsaid: false, what: SIGN_IN }),
  ),
  { rule: 'IAM114', type: /^aws_iam_account_password_policy$/, path: ['max_password_age'], safe: 'less', what: SIGN_IN },
  { rule: 'IAM114', type: /^aws_iam_role$/, path: ['max_session_duration'], safe: 'less', unsaid: 'strict', what: 'a session that is stolen lives longer' },
  { rule: 'IAM114', type: /^AWS::IAM::Role$/, path: ['MaxSessionDuration'], safe: 'less', unsaid: 'strict', what: 'a session that is stolen lives longer' },
  { rule: 'IAM114', type: /^aws_cognito_user_pool$/, path: ['mfa_configuration'], safe: /^ON$/, what: SIGN_IN },
  { rule: 'IAM114', type: /^AWS::Cognito::UserPool$/, path: ['MfaConfiguration'], safe: /^ON$/, what: SIGN_IN },
  { rule: 'IAM114', type: /^aws_cognito_user_pool$/, path: ['password_policy', 'minimum_length'], safe: 'more', what: SIGN_IN },
  { rule: 'IAM114', type: /^azuread_conditional_access_policy$/, path: ['state'], safe: /^enabled$/, what: SIGN_IN },
  { rule: 'IAM114', type: /^okta_policy_\w+$/, path: ['status'], safe: /^ACTIVE$/, what: SIGN_IN },
  { rule: 'IAM115', type: /^aws_cloudtrail$/, path: ['enable_logging'], safe: 'on', unsaid: true, what: UNSEEN },
  ...['enable_log_file_validation', 'is_multi_region_trail', 'is_organization_trail'].map(
    (name): Setting => ({ rule: 'IAM115', type: /^aws_cloudtrail$/, path: [name], safe: 'on', unsaid: false, what: UNSEEN }),
  ),
  { rule: 'IAM115', type: /^aws_cloudtrail$/, path: ['include_global_service_events'], safe: 'on', unsaid: true, what: UNSEEN },
  ...['IsLogging', 'EnableLogFileValidation', 'IsMultiRegionTrail'].map(
    (name): Setting => ({ rule: 'IAM115', type: /^AWS::CloudTrail::Trail$/, path: [name], safe: 'on', unsaid: false, what: UNSEEN }),
  ),
  { rule: 'IAM115', type: /^aws_config_configuration_recorder_status$/, path: ['is_enabled'], safe: 'on', what: UNSEEN },
  { rule: 'IAM115', type: /^aws_guardduty_detector$/, path: ['enable'], safe: 'on', unsaid: true, what: UNSEEN },
  { rule: 'IAM115', type: /^google_compute_subnetwork$/, path: ['log_config'], safe: 'there', what: UNSEEN },
  { rule: 'IAM115', type: /^google_logging_\w*sink$/, path: ['disabled'], safe: 'off', unsaid: false, what: UNSEEN },
  { rule: 'IAM115', type: /^google_logging_\w*bucket_config$/, path: ['retention_days'], safe: 'more', what: SHORTER },
  { rule: 'IAM115', type: /^azurerm_network_watcher_flow_log$/, path: ['enabled'], safe: 'on', what: UNSEEN },
  { rule: 'IAM115', type: /^aws_cloudwatch_log_group$/, path: ['retention_in_days'], safe: 'more', unsaid: 'strict', what: SHORTER },
  { rule: 'IAM115', type: /^AWS::Logs::LogGroup$/, path: ['RetentionInDays'], safe: 'more', unsaid: 'strict', what: SHORTER },
  { rule: 'IAM115', type: /^aws_eks_cluster$/, path: ['enabled_cluster_log_types'], safe: 'there', what: UNSEEN },
];

/** What guards by being there at all. */
export const WHOLE: readonly { readonly rule: GuardRule; readonly type: RegExp; readonly what: string }[] = [
  {
    rule: 'IAM105',
    type: /^(?:aws_organizations_policy(?:_attachment)?|aws_ssoadmin_permissions_boundary_attachment|google_\w*organization_policy|google_org_policy_policy|azurerm_management_lock|azurerm_\w*policy_assignment|AWS::Organizations::Policy)$/,
    what: BOUNDED,
  },
  { rule: 'IAM111', type: /^aws_s3_(?:bucket|account)_public_access_block$/, what: PUBLIC },
  { rule: 'IAM114', type: /^(?:aws_iam_account_password_policy|azuread_conditional_access_policy|okta_policy_mfa|okta_policy_password)$/, what: SIGN_IN },
  {
    rule: 'IAM115',
    type: /^(?:aws_cloudtrail(?:_event_data_store)?|aws_flow_log|aws_config_configuration_recorder|aws_guardduty_detector|google_logging_\w+_sink|google_\w+_iam_audit_config|azurerm_monitor_diagnostic_setting|azurerm_monitor_log_profile|azurerm_network_watcher_flow_log|AWS::CloudTrail::Trail|AWS::EC2::FlowLog)$/,
    what: UNSEEN,
  },
];
