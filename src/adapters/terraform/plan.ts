/**
 * `terraform show -json` of a saved plan. Plans hold secrets in clear, so values are dropped here: what survives is
 * addresses, actions, guard attributes and which objects are alike. Unknown actions are kept as they are, for the detector
 * to refuse. Read by hand and not by a schema: a plan may have a hundred thousand resources.
 */
import type { Result } from '../../core/base/result.ts';
import { err, ok, problem } from '../../core/base/result.ts';
import { PLAN_SOURCES } from '../../core/risk/plan-file.ts';
import type { PlannedResource, TerraformPlan } from '../../core/risk/terraform/planned.ts';
import { configurationOf } from './configuration.ts';
import { renamesOf } from './renames.ts';
import type { Change, ResourceChange } from './shape.ts';
import { isObject, listOf, ShapeError, shapeOf, textOf } from './shape.ts';
import { guardsOf, unknownNames } from './values.ts';

/** @param digest of the bytes, lowercase hex SHA-256. Problems: PLAN_INVALID. */
export function readPlan(json: unknown, digest: string): Result<TerraformPlan> {
  try {
    return ok(planOf(json, digest));
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    return err(problem('PLAN_INVALID', `the plan cannot be read: ${error.message}`, { remedy: `pass the output of ${PLAN_SOURCES.terraform}` }));
  }
}

function planOf(json: unknown, digest: string): TerraformPlan {
  if (!isObject(json)) throw new ShapeError('plan', 'expected an object');
  if (!/^1\.\d{1,6}$/.test(textOf(json.format_version, 'format_version'))) throw new ShapeError('format_version', 'this version of the plan format is not known');
  const changes = listOf(json.resource_changes, 'resource_changes').map((r, i) => shapeOf(r, `resource_changes.${i}`));
  const configuration = configurationOf(json.configuration);
  const partial = partialOf(json, changes);
  return {
    digest,
    complete: partial.length === 0,
    errored: json.errored === true,
    partial,
    resources: changes.map((r) => planned(r, configuration?.provisioners.get(r.place))),
    ...renamesOf(changes),
    drift: listOf(json.resource_drift, 'resource_drift')
      .map((r, i) => shapeOf(r, `resource_drift.${i}`))
      .map(({ address, change }) => ({ address, actions: change.actions })),
    failedChecks: failed(json.checks),
    invocations: listOf(json.action_invocations, 'action_invocations').flatMap((a) =>
      isObject(a) ? [{ address: textOf(a.address, 'action_invocations.address'), type: textOf(a.type, 'action_invocations.type') }] : [],
    ),
    ...(configuration === undefined ? {} : { configured: configuration.modules }),
  };
}

function partialOf(json: { readonly [name: string]: unknown }, changes: readonly ResourceChange[]): readonly string[] {
  const deferred = listOf(json.deferred_changes, 'deferred_changes').length + listOf(json.deferred_action_invocations, 'deferred_action_invocations').length;
  const deposed = changes.filter((r) => r.deposed !== undefined).length;
  return [
    ...(json.errored === true ? ['planning ended with an error'] : []),
    ...(json.complete === false && json.errored !== true && deferred === 0 ? ['it leaves resources out (-target does that)'] : []),
    ...(deferred > 0 ? [`${deferred} changes are deferred to a later plan`] : []),
    ...(deposed > 0 ? [`${deposed} objects are left over from an earlier replacement (deposed)`] : []),
  ];
}

function planned(r: ResourceChange, provisioners: readonly string[] | undefined): PlannedResource {
  const { change } = r;
  const unknown = unknownNames(r.type, change);
  return {
    address: r.address,
    ...(r.previousAddress === undefined ? {} : { previousAddress: r.previousAddress }),
    type: r.type,
    mode: r.mode,
    ...(r.deposed === undefined ? {} : { deposed: r.deposed }),
    actions: change.actions,
    ...(r.actionReason === undefined ? {} : { actionReason: r.actionReason }),
    replacePaths: change.replacePaths,
    ...(change.importing ? { importing: true } : {}),
    guards: hasLost(change) ? guardsOf(change) : [],
    ...(unknown.length === 0 ? {} : { unknown }),
    ...(provisioners === undefined ? {} : { provisioners }),
  };
}

/** What is new has no guards to lose, and what stays has lost none. */
const hasLost = ({ actions }: Change): boolean => !(actions.length === 1 && ['create', 'no-op', 'read'].includes(actions[0] ?? ''));

/** Messages of problems hold values, so that only the name is kept. */
function failed(checks: unknown): readonly string[] {
  return listOf(checks, 'checks').flatMap((check) => {
    if (!isObject(check) || !(check.status === 'fail' || check.status === 'error')) return [];
    return [isObject(check.address) && typeof check.address.to_display === 'string' ? check.address.to_display.slice(0, 1_000) : 'a check'];
  });
}
