/**
 * `aws cloudformation describe-change-set`. With `--include-property-values` it holds values of properties, which may be
 * secrets: kept are actions, logical ids, names of properties, and the two deletion policies, whose values are words of a
 * closed list. Unknown actions are kept as they are, for the detector to refuse.
 */
import * as z from 'zod';
import type { Result } from '../../core/base/result.ts';
import { err, ok, problem } from '../../core/base/result.ts';
import type { ChangeSet, StackChange } from '../../core/risk/cloudformation/change-set.ts';
import { PLAN_SOURCES } from '../../core/risk/plan-file.ts';

const word = z.string().max(4_000);
const target = z.object({
  Attribute: word.nullish(),
  Name: word.nullish(),
  RequiresRecreation: word.nullish(),
  BeforeValue: z.unknown().optional(),
  AfterValue: z.unknown().optional(),
});
const detail = z.object({ Target: target.nullish(), Evaluation: word.nullish() });
const resource = z.object({
  Action: word,
  LogicalResourceId: word,
  ResourceType: word,
  Replacement: word.nullish(),
  PolicyAction: word.nullish(),
  ChangeSetId: word.nullish(),
  Details: z.array(detail).nullish(),
});
const changeSet = z.object({
  ChangeSetId: word.nullish(),
  ChangeSetName: word.nullish(),
  StackName: word.nullish(),
  StackId: word.nullish(),
  Status: word.nullish(),
  NextToken: z.string().nullish(),
  Changes: z.array(z.object({ ResourceChange: resource.nullish() })),
});

/** @param digest of the bytes, lowercase hex SHA-256. Problems: PLAN_INVALID. */
export function readChangeSet(json: unknown, digest: string): Result<ChangeSet> {
  const read = changeSet.safeParse(json);
  if (!read.success) {
    const [first] = read.error.issues;
    const why = `${first?.path.join('.') || 'change set'}: ${first?.message ?? 'malformed'}`;
    return err(problem('PLAN_INVALID', `the change set cannot be read: ${why}`, { remedy: `pass the output of ${PLAN_SOURCES.cloudformation}` }));
  }
  const { data } = read;
  const partial = partialOf(data);
  const id = data.ChangeSetId ?? data.ChangeSetName ?? '';
  return ok({ digest, id, stack: data.StackName ?? data.StackId ?? 'stack', complete: partial.length === 0, partial, changes: data.Changes.flatMap(changeOf) });
}

function partialOf({ NextToken, Status }: z.infer<typeof changeSet>): readonly string[] {
  return [
    ...(typeof NextToken === 'string' && NextToken !== '' ? ['more pages follow (pass every page, or a listing without a limit)'] : []),
    ...(typeof Status === 'string' && Status !== 'CREATE_COMPLETE' ? [`its status is ${Status}`] : []),
  ];
}

/** What is no change of a resource is not known here, so it is kept as an action nobody knows. */
function changeOf({ ResourceChange: r }: z.infer<typeof changeSet>['Changes'][number]): readonly StackChange[] {
  if (r === undefined || r === null) return [{ action: 'unknown', logicalId: '', type: '', details: [], policies: [] }];
  const details = r.Details ?? [];
  return [
    {
      action: r.Action,
      logicalId: r.LogicalResourceId,
      type: r.ResourceType,
      ...(r.Replacement ? { replacement: r.Replacement } : {}),
      ...(r.PolicyAction ? { policyAction: r.PolicyAction } : {}),
      ...(r.ChangeSetId ? { changeSetId: r.ChangeSetId } : {}),
      details: details.flatMap(({ Target, Evaluation }) => {
        const recreation = Target?.RequiresRecreation ?? 'Never';
        return recreation === 'Never' ? [] : [{ target: Target?.Name ?? Target?.Attribute ?? '', recreation, evaluation: Evaluation ?? '' }];
      }),
      policies: details.flatMap(({ Target }) => {
        const name = Target?.Attribute ?? '';
        return name === 'DeletionPolicy' || name === 'UpdateReplacePolicy' ? [{ name, before: policyWord(Target?.BeforeValue), after: policyWord(Target?.AfterValue) }] : [];
      }),
    },
  ];
}

const POLICIES = ['Delete', 'Retain', 'Snapshot', 'RetainExceptOnCreate'];
const policyWord = (value: unknown): string => POLICIES.find((p) => p === value) ?? 'unknown';
