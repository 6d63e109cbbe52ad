/**
 * What a Terraform plan says it will do (TF101 to TF118). `create,delete` and `delete,create` are the same loss: the order
 * only saves uptime. A plan comes from whoever ran it, so it adds findings and never takes one away.
 */
import type { PlannedResource, TerraformPlan } from '../evidence.ts';
import { rule } from '../finding.ts';
import { blockPlaces } from '../hcl-index.ts';
import type { Detector, Finding, Place } from '../risk.ts';
import { guardChange, guardName } from './guard-attributes.ts';
import { unindexed } from './moves.ts';
import { isLoadBearing, isStateful } from './stateful-types.ts';

const TF101 = rule('TF101', 'destroy-stateful', 'critical', 'exact', ['a snapshot restore was rehearsed', 'nothing reads it any more, and the data is kept elsewhere']);
const TF102 = rule('TF102', 'replace-stateful', 'critical', 'exact', ['a snapshot restore was rehearsed', 'the attribute is changed in place']);
const TF103 = rule('TF103', 'destroy-other', 'elevated', 'exact', ['nothing depends on it any more']);
const TF104 = rule('TF104', 'destroy-environment', 'critical', 'exact', ['the environment is meant to go, and its owner says so']);
const TF105 = rule('TF105', 'mass-change', 'high', 'exact', ['the change is split']);
const TF106 = rule('TF106', 'index-shift', 'high', 'exact', ['for_each with stable keys, or `moved` blocks']);
const TF107 = rule('TF107', 'rename-without-moved', 'high', 'exact', ['a `moved` block from the old address to the new one']);
const TF109 = rule('TF109', 'forget', 'elevated', 'exact', ['somebody owns the object that Terraform forgets']);
const TF110 = rule('TF110', 'forced-replace', 'high', 'exact', ['the replacement is dropped from the plan']);
const TF113 = rule('TF113', 'moved', 'routine', 'exact');
const TF114 = rule('TF114', 'unknown-action', 'high', 'exact', ['the gate is updated to know this action']);
const TF115 = rule('TF115', 'partial-plan', 'high', 'exact', ['a complete plan without -target and without errors']);
const TF117 = rule('TF117', 'guard-off', 'critical', 'exact', ['the guard stays on']);
const TF118 = rule('TF118', 'unknown-guard', 'high', 'exact', ['the guard has a constant value']);

const KNOWN = new Set(['no-op', 'create', 'read', 'update', 'delete', 'forget', 'delete,create', 'create,delete', 'create,forget']);

export const terraformPlan: Detector = {
  id: 'terraform-plan',
  detect: ({ plan, files }) => {
    if (plan === null) return [];
    const places = blockPlaces(files);
    const at = (r: PlannedResource): Place => ({ ...(places.get(bare(r.address)) ?? { path: 'terraform plan' }), side: 'plan', object: r.address });
    const managed = plan.resources.filter((r) => r.mode === 'managed');
    const created = new Set(managed.filter((r) => r.actions.join() === 'create').map((r) => r.type));
    return [...partial(plan), ...whole(managed), ...managed.flatMap((r) => ofResource(r, created, at(r)))];
  },
};

const deletes = (r: PlannedResource): boolean => r.actions.includes('delete');
const creates = (r: PlannedResource): boolean => r.actions.includes('create');
/** `module.a["x"].aws_db_instance.main[0]` is `aws_db_instance.main` in the source. */
const bare = (address: string): string => unindexed(address).replace(/^(?:module\.[^.]+\.)+/, '');
const moduleOf = (address: string): string => /^(?:module\.[^.]+\.)+/.exec(unindexed(address))?.[0] ?? '';

function partial(plan: TerraformPlan): readonly Finding[] {
  if (plan.complete && !plan.errored) return [];
  const why = plan.errored ? 'planning ended with an error' : 'the plan is incomplete, deferred, targeted or has deposed objects';
  return [TF115({ place: { path: 'terraform plan', side: 'plan' }, what: `the plan shows only part of what would happen: ${why}`, because: [['plan', plan.digest]] })];
}

function whole(managed: readonly PlannedResource[]): readonly Finding[] {
  const gone = managed.filter(deletes);
  const place: Place = { path: 'terraform plan', side: 'plan' };
  const because = [['deleted or replaced', gone.map((r) => r.address).join(', ')]] as const;
  const out: Finding[] = [];
  if (gone.length >= 5 && gone.length * 2 >= managed.length)
    out.push(
      TF104({
        place,
        because,
        what: `${gone.length} of ${managed.length} resources are destroyed: this deletes the environment${gone.some(creates) ? ' and builds it again' : ''}`,
      }),
    );
  for (const [module, members] of groups(managed))
    if (module !== '' && members.length >= 2 && members.every(deletes))
      out.push(
        TF104({
          place: { ...place, object: module.slice(0, -1) },
          because,
          what: `every resource of ${module.slice(0, -1)} is destroyed${members.some(creates) ? ' and created again' : ''}`,
        }),
      );
  if (gone.length >= 10) out.push(TF105({ place, because, what: `${gone.length} resources are destroyed or replaced at once` }));
  return out;
}

function groups(managed: readonly PlannedResource[]): ReadonlyMap<string, PlannedResource[]> {
  const out = new Map<string, PlannedResource[]>();
  for (const r of managed) {
    const module = moduleOf(r.address);
    out.set(module, out.get(module) ?? []);
    out.get(module)?.push(r);
  }
  return out;
}

function ofResource(r: PlannedResource, created: ReadonlySet<string>, place: Place): readonly Finding[] {
  return [...unknown(r, place), ...loss(r, created, place), ...forgotten(r, place), ...guards(r, place)];
}

function unknown(r: PlannedResource, place: Place): readonly Finding[] {
  if (KNOWN.has(r.actions.join(','))) return [];
  return [TF114({ place, what: `the plan does something to ${r.address} that is not known here: ${r.actions.join(', ')}`, because: [['actions', r.actions.join(',')]] })];
}

/** @param created types of which the plan makes an object: what goes may be renamed rather than lost. */
function loss(r: PlannedResource, created: ReadonlySet<string>, place: Place): readonly Finding[] {
  if (!deletes(r)) return [];
  const stateful = isStateful(r.type);
  const severity = stateful ? ('critical' as const) : undefined;
  const because = facts(r);
  const main = stateful
    ? creates(r)
      ? TF102({ place, because, what: `${r.address} is destroyed and created again: its data is gone unless a snapshot is restored` })
      : TF101({ place, because, what: `${r.address} is destroyed: its data is gone unless a snapshot is restored` })
    : TF103({ place, because, ...(isLoadBearing(r.type) ? { severity: 'high' as const } : {}), what: `${r.address} is destroyed${creates(r) ? ' and created again' : ''}` });
  const with_ = severity === undefined ? {} : { severity };
  const more: Finding[] = [];
  if (/_because_(?:count_index|each_key|wrong_repetition)$/.test(r.actionReason ?? ''))
    more.push(TF106({ place, because, ...with_, what: `${r.address} goes because its index or key went: its neighbours may have shifted` }));
  if (/_because_(?:no_resource_config|no_module|no_move_target)$/.test(r.actionReason ?? '') && created.has(r.type))
    more.push(TF107({ place, because, ...with_, what: `${r.address} is destroyed while another ${r.type} is created: a rename without a \`moved\` block destroys the original` }));
  if (/^replace_(?:because_tainted|by_request|by_triggers)$/.test(r.actionReason ?? ''))
    more.push(TF110({ place, because, ...with_, what: `${r.address} is replaced on request, not because its configuration demands it` }));
  return [main, ...more];
}

function forgotten(r: PlannedResource, place: Place): readonly Finding[] {
  const out: Finding[] = [];
  if (r.actions.includes('forget'))
    out.push(
      TF109({
        place,
        because: facts(r),
        ...(isStateful(r.type) ? { severity: 'high' as const } : {}),
        what: `Terraform forgets ${r.address}: the object lives on and nobody manages it`,
      }),
    );
  if (r.previousAddress !== undefined && r.actions.join() === 'no-op')
    out.push(TF113({ place, because: facts(r), what: `${r.previousAddress} is now called ${r.address}; nothing is destroyed` }));
  return out;
}

/** A destroyed object has no guards left to lose; its destruction is the finding. */
function guards(r: PlannedResource, place: Place): readonly Finding[] {
  if (deletes(r) && !creates(r)) return [];
  return r.guards.flatMap((g) => {
    const change = guardChange(guardName(g.name) ?? g.name, g.before, g.after);
    const because = [
      ['attribute', g.name],
      ['before', String(g.before)],
      ['after', String(g.after)],
    ] as const;
    const object = `${r.address}.${g.name}`;
    if (change === 'off')
      return [TF117({ place: { ...place, object }, because, what: `${g.name} of ${r.address} goes from ${g.before} to ${g.after}: what kept it safe is switched off` })];
    return change === 'unknown' ? [TF118({ place: { ...place, object }, because, what: `${g.name} of ${r.address} is unknown or absent after this change` })] : [];
  });
}

const facts = (r: PlannedResource): readonly (readonly [string, string])[] => [
  ['actions', r.actions.join(',')],
  ...(r.actionReason === undefined ? [] : [['action_reason', r.actionReason] as const]),
  ...(r.replacePaths.length === 0 ? [] : [['replace_paths', r.replacePaths.join(', ')] as const]),
];
