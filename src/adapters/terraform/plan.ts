/**
 * `terraform show -json` of a saved plan. Plans hold secrets in clear, so values are dropped here: what survives is
 * addresses, actions and guard attributes. Unknown actions are kept as they are, for the detector to refuse.
 */
import * as z from 'zod';
import { sha256Hex } from '../../core/base/crypto.ts';
import type { Result } from '../../core/base/result.ts';
import { err, ok, problem } from '../../core/base/result.ts';
import type { PlannedResource, TerraformPlan } from '../../core/risk/evidence.ts';

const MAX_PLAN_BYTES = 64 * 1024 * 1024;

const values = z.record(z.string(), z.unknown()).nullish();
const change = z.object({
  actions: z.array(z.string()).min(1),
  before: values,
  after: values,
  after_unknown: z.union([z.record(z.string(), z.unknown()), z.boolean()]).nullish(),
  replace_paths: z.array(z.array(z.union([z.string(), z.number()]))).nullish(),
});
const resource = z.object({
  address: z.string().min(1),
  previous_address: z.string().optional(),
  mode: z.enum(['managed', 'data']),
  type: z.string().min(1),
  deposed: z.string().optional(),
  action_reason: z.string().optional(),
  change,
});
const plan = z.object({
  format_version: z.string().regex(/^1\.\d+$/, 'this version of the plan format is not known'),
  complete: z.boolean().optional(),
  errored: z.boolean().optional(),
  deferred_changes: z.array(z.unknown()).nullish(),
  resource_changes: z.array(resource).nullish(),
});

/** Attributes that protect data or say that it goes; see the guard rules of core/risk. */
const GUARDS: readonly string[] = [
  'deletion_protection',
  'deletion_protection_enabled',
  'enable_deletion_protection',
  'disable_api_termination',
  'storage_encrypted',
  'encrypted',
  'multi_az',
  'skip_final_snapshot',
  'force_destroy',
  'force_delete',
  'publicly_accessible',
  'backup_retention_period',
  'deletion_window_in_days',
  'recovery_window_in_days',
  'point_in_time_recovery.enabled',
  'versioning.enabled',
];

/** Problems: PLAN_INVALID. `complete` is false for an errored, partial, deferred or deposed plan too. */
export function readPlan(bytes: Uint8Array): Result<TerraformPlan> {
  if (bytes.length > MAX_PLAN_BYTES) return invalid(`it is larger than ${MAX_PLAN_BYTES / 1024 / 1024} MiB`);
  const json = parseJson(bytes);
  if (json === undefined) return invalid('it is not JSON');
  const read = plan.safeParse(json);
  if (!read.success) {
    const first = read.error.issues[0];
    return invalid(`${first?.path.join('.') || 'plan'}: ${first?.message ?? 'malformed'}`);
  }
  const { data } = read;
  const resources = data.resource_changes ?? [];
  const partial = (data.deferred_changes ?? []).length > 0 || resources.some((r) => r.deposed !== undefined);
  return ok({
    digest: sha256Hex(bytes),
    complete: data.complete !== false && !partial,
    errored: data.errored === true,
    resources: resources.map(planned),
  });
}

function planned(r: z.infer<typeof resource>): PlannedResource {
  return {
    address: r.address,
    ...(r.previous_address === undefined ? {} : { previousAddress: r.previous_address }),
    type: r.type,
    mode: r.mode,
    actions: r.change.actions,
    ...(r.action_reason === undefined ? {} : { actionReason: r.action_reason }),
    replacePaths: (r.change.replace_paths ?? []).map((p) => p.join('.')),
    guards: GUARDS.flatMap((name) => guard(name, r.change)),
  };
}

function guard(name: string, c: z.infer<typeof change>): PlannedResource['guards'] {
  const [before, after] = [lookup(c.before, name), lookup(c.after, name)];
  return before === null && after === null ? [] : [{ name, before, after }];
}

/** `versioning.enabled` looks into the first element of a nested block. Anything but a boolean or a number is unknown. */
function lookup(from: unknown, name: string): boolean | number | null {
  let value: unknown = from;
  for (const part of name.split('.')) {
    const inner: unknown = Array.isArray(value) ? value[0] : value;
    value = typeof inner === 'object' && inner !== null ? Reflect.get(inner, part) : undefined;
  }
  return typeof value === 'boolean' || typeof value === 'number' ? value : null;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

const invalid = (why: string): Result<never> => err(problem('PLAN_INVALID', `the plan cannot be read: ${why}`, { remedy: 'pass the output of `terraform show -json <planfile>`' }));
