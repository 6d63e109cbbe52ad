/**
 * `terraform show -json` of a saved plan. Plans hold secrets in clear, so values are dropped here: what survives is
 * addresses, actions and guard attributes. Unknown actions are kept as they are, for the detector to refuse.
 */
import * as z from 'zod';
import { sha256Hex } from '../../core/base/crypto.ts';
import type { Result } from '../../core/base/result.ts';
import { err, ok, problem } from '../../core/base/result.ts';
import type { PlannedResource, TerraformPlan } from '../../core/risk/evidence.ts';
import { guardName } from '../../core/risk/terraform/guard-attributes.ts';

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
    guards: guardsOf(r.change),
  };
}

/** Every guard on either side, in the order of the plan: the same attributes that are read in the source. */
function guardsOf(c: z.infer<typeof change>): PlannedResource['guards'] {
  const [before, after] = [guardValues(c.before), guardValues(c.after)];
  return [...new Set([...before.keys(), ...after.keys()])].map((name) => ({ name, before: before.get(name) ?? null, after: after.get(name) ?? null }));
}

/** How deep nested blocks go in the types that have guards there (`settings.backup_configuration.enabled`). */
const MAX_DEPTH = 3;
/** Maps whose keys people choose: a tag called `encrypted` encrypts nothing. */
const FREE = new Set(['tags', 'tags_all', 'labels', 'default_labels', 'effective_labels', 'terraform_labels', 'parameters', 'triggers']);

/** `versioning.enabled` by path. Only booleans and numbers are taken: every other value may be a secret. */
function guardValues(from: unknown, prefix = '', depth = 0, out = new Map<string, boolean | number>()): ReadonlyMap<string, boolean | number> {
  if (typeof from !== 'object' || from === null || depth > MAX_DEPTH) return out;
  for (const [name, value] of Object.entries(from)) {
    const path = `${prefix}${name}`;
    if ((typeof value === 'boolean' || typeof value === 'number') && guardName(path) !== undefined) out.set(path, value);
    const nested: readonly unknown[] = FREE.has(name) ? [] : Array.isArray(value) ? value : [value];
    for (const [i, block] of nested.entries()) guardValues(block, `${path}${i === 0 ? '' : `[${i}]`}.`, depth + 1, out);
  }
  return out;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

const invalid = (why: string): Result<never> => err(problem('PLAN_INVALID', `the plan cannot be read: ${why}`, { remedy: 'pass the output of `terraform show -json <planfile>`' }));
