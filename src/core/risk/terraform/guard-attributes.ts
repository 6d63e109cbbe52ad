/** Attributes that protect a resource, and which way is down. Shared by the plan and the source detectors. */
type Value = boolean | number | null;

/** Safe while true. */
const ON = new Set(
  `deletion_protection deletion_protection_enabled enable_deletion_protection disable_api_termination storage_encrypted encrypted multi_az
  point_in_time_recovery.enabled versioning.enabled backup_configuration.enabled point_in_time_recovery_enabled versioning_enabled soft_delete_enabled purge_protection_enabled
  enable_key_rotation prevent_destroy uniform_bucket_level_access block_public_acls block_public_policy ignore_public_acls restrict_public_buckets`.split(/\s+/),
);
/** Safe while false. */
const OFF = new Set('skip_final_snapshot force_destroy force_delete publicly_accessible delete_automated_backups'.split(' '));
/** Lower is less safe. */
const MORE = new Set('backup_retention_period backup_retention_days deletion_window_in_days recovery_window_in_days retention_in_days'.split(' '));

/** Types that keep everything where nothing, or 0, says for how long. */
const FOREVER = new Set(['aws_cloudwatch_log_group']);

const days = (value: Value): number => (typeof value === 'number' && value > 0 ? value : Number.POSITIVE_INFINITY);

const isGuard = (name: string): boolean => ON.has(name) || OFF.has(name) || MORE.has(name);

/** The guard that a path into nested blocks (`settings[0].backup_configuration.enabled`) is: by its last two names, or its last. */
export function guardName(path: string): string | undefined {
  const parts = path.replace(/\[\d+\]/g, '').split('.');
  const [last, pair] = [parts.at(-1) ?? '', parts.slice(-2).join('.')];
  // a meta-argument, in the source alone, with a rule of its own
  return last === 'prevent_destroy' ? undefined : [pair, last].find(isGuard);
}

/** What an expression nobody can evaluate here may have been: the safe value, so that its loss is seen. */
export const safest = (name: string): Value => (MORE.has(name) ? Number.POSITIVE_INFINITY : ON.has(name));

/** @param type of the resource. `off` when protection is lost, `unknown` when it was there and can no longer be told; null is unknown or absent. */
export function guardChange(name: string, before: Value, after: Value, type = ''): 'off' | 'unknown' | 'none' {
  if (name === 'retention_in_days' && FOREVER.has(type)) return guardChange('backup_retention_period', days(before), days(after));
  if (ON.has(name)) return before !== true || after === true ? 'none' : after === false ? 'off' : 'unknown';
  if (OFF.has(name)) return after === true && before !== true ? 'off' : before === false && after === null ? 'unknown' : 'none';
  if (!MORE.has(name) || before === null) return 'none';
  return typeof after === 'number' ? (after < Number(before) ? 'off' : 'none') : 'unknown';
}

/** Value of a guard's source expression: only constants are known. */
export function constant(expression: string | undefined): Value {
  if (expression === undefined) return null;
  const plain = expression
    .replace(/^"(.*)"$/, '$1')
    .replace(/^\((.*)\)$/, '$1')
    .trim();
  if (plain === 'true') return true;
  if (plain === 'false') return false;
  return /^-?\d{1,9}$/.test(plain) ? Number(plain) : null;
}

/** What a provider takes where the source says nothing; null: unsafe, or not known. */
export function byDefault(type: string, name: string): Value {
  if (OFF.has(name)) return false;
  return name === 'deletion_protection' && /^google_(?:sql|container|bigquery|spanner|bigtable|alloydb)/.test(type) ? true : null;
}

/** Whether an expression says by itself what it is: no name, no call and no template in it. */
export const isConstant = (expression: string): boolean =>
  !/[$%]\{/.test(expression) &&
  !/[A-Za-z_][\w-]*\s*[.([]/.test(expression.replace(/"[^"]*"/g, '""').replace(/\b(?:true|false|null)\b/g, '')) &&
  !/^[A-Za-z_]\w*$/.test(expression.replace(/^(?:true|false|null)$/, ''));
