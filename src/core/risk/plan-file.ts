/**
 * What applying the change would do, as the tools say it: a Terraform plan, a CloudFormation change set or a Pulumi preview,
 * told apart by content. Whoever ran the tool wrote it, so it may add findings and never take one away.
 */
import type { ChangeSet } from './cloudformation/change-set.ts';
import type { RiskEvidence } from './evidence.ts';
import type { Preview } from './pulumi/preview.ts';
import type { TerraformPlan } from './terraform/planned.ts';

export type PlanFile =
  | { readonly kind: 'terraform'; readonly plan: TerraformPlan }
  | { readonly kind: 'cloudformation'; readonly changeSet: ChangeSet }
  | { readonly kind: 'pulumi'; readonly preview: Preview };

export type PlanKind = PlanFile['kind'];

/** How each is made. */
export const PLAN_SOURCES: { readonly [kind in PlanKind]: string } = {
  terraform: '`terraform show -json <planfile>`',
  cloudformation: '`aws cloudformation describe-change-set`',
  pulumi: '`pulumi preview --json`',
};

/** By the names at its top; undefined where it is none of the three. */
export function planKind(json: unknown): PlanKind | undefined {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined;
  const has = (name: string): boolean => Object.hasOwn(json, name);
  if (has('format_version') || has('resource_changes')) return 'terraform';
  if (has('ChangeSetId') || has('ChangeSetName')) return 'cloudformation';
  return has('steps') || has('changeSummary') ? 'pulumi' : undefined;
}

export const planDigest = (file: PlanFile): string => (file.kind === 'terraform' ? file.plan : file.kind === 'cloudformation' ? file.changeSet : file.preview).digest;

/** As evidence holds them, in an order of their own: the same files in another order are the same evidence. */
export function planEvidence(files: readonly PlanFile[]): Omit<RiskEvidence, 'files'> {
  const sorted = [...new Map(files.map((f) => [planDigest(f), f])).values()].sort((a, b) => (planDigest(a) < planDigest(b) ? -1 : 1));
  const [plan = null, ...plans] = sorted.flatMap((f) => (f.kind === 'terraform' ? [f.plan] : []));
  const changeSets = sorted.flatMap((f) => (f.kind === 'cloudformation' ? [f.changeSet] : []));
  const previews = sorted.flatMap((f) => (f.kind === 'pulumi' ? [f.preview] : []));
  return { plan, ...(plans.length === 0 ? {} : { plans }), ...(changeSets.length === 0 ? {} : { changeSets }), ...(previews.length === 0 ? {} : { previews }) };
}

export const terraformPlans = ({ plan, plans = [] }: RiskEvidence): readonly TerraformPlan[] => (plan === null ? plans : [plan, ...plans]);

/** Digests of all of them, in the order of the evidence. */
export const planDigests = (evidence: RiskEvidence): readonly string[] =>
  [...terraformPlans(evidence), ...(evidence.changeSets ?? []), ...(evidence.previews ?? [])].map((p) => p.digest);
