/** Bytes that say what applying a change does, told apart by content and read by whoever knows the tool. */
import { sha256Hex } from '../core/base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import type { ChangeSet } from '../core/risk/cloudformation/change-set.ts';
import { PLAN_SOURCES, type PlanFile, planKind } from '../core/risk/plan-file.ts';
import { readJson } from '../core/risk/plan-json.ts';
import type { Preview } from '../core/risk/pulumi/preview.ts';
import type { TerraformPlan } from '../core/risk/terraform/planned.ts';

/** Each reads JSON that is parsed already. @param digest lowercase hex SHA-256 of the bytes it came from. Problems: PLAN_INVALID. */
export interface PlanReaders {
  terraform(json: unknown, digest: string): Result<TerraformPlan>;
  cloudformation(json: unknown, digest: string): Result<ChangeSet>;
  pulumi(json: unknown, digest: string): Result<Preview>;
}

/** Never throws. Problems: PLAN_INVALID. */
export function readPlanFile(bytes: Uint8Array, readers: PlanReaders): Result<PlanFile> {
  const read = readJson(bytes);
  if ('problem' in read) return err(notPlan(read.problem));
  const kind = planKind(read.json);
  if (kind === undefined) return err(notPlan('it has neither format_version (Terraform), nor ChangeSetId (CloudFormation), nor steps (Pulumi) at its top'));
  return readAs[kind](read.json, sha256Hex(bytes), readers);
}

const readAs: { readonly [kind in PlanFile['kind']]: (json: unknown, digest: string, readers: PlanReaders) => Result<PlanFile> } = {
  terraform: (json, digest, readers) => mapped(readers.terraform(json, digest), (plan) => ({ kind: 'terraform', plan })),
  cloudformation: (json, digest, readers) => mapped(readers.cloudformation(json, digest), (changeSet) => ({ kind: 'cloudformation', changeSet })),
  pulumi: (json, digest, readers) => mapped(readers.pulumi(json, digest), (preview) => ({ kind: 'pulumi', preview })),
};

const mapped = <T>(read: Result<T>, make: (value: T) => PlanFile): Result<PlanFile> => (read.ok ? ok(make(read.value)) : read);

const notPlan = (why: string): Problem => problem('PLAN_INVALID', `the plan cannot be read: ${why}`, { remedy: `pass the output of ${Object.values(PLAN_SOURCES).join(', ')}` });
