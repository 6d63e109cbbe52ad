/**
 * What a Terraform plan says it will do to each object (TF101 to TF103, TF106 to TF114, TF117 to TF119). `create,delete` and
 * `delete,create` are the same loss: the order only saves uptime. A plan comes from whoever ran it, so it adds findings and
 * never takes one away.
 */
import { rule } from '../finding.ts';
import { blockPlaces } from '../hcl-index.ts';
import { terraformPlans } from '../plan-file.ts';
import type { Detector, Finding } from '../risk.ts';
import { addressOf } from './address.ts';
import { codeAtApply } from './plan-code.ts';
import { guards, unknowns } from './plan-guards.ts';
import { outside, partial, whole } from './plan-whole.ts';
import type { PlannedResource, Rename, TerraformPlan } from './planned.ts';
import { creates, deletes, factsOf, type Planned } from './planned-facts.ts';
import { shifted } from './shift.ts';
import { isLoadBearing, isStateful, keepsOnlyConfiguration, severityOfLoss } from './stateful-types.ts';

const TF101 = rule('TF101', 'destroy-stateful', 'critical', 'exact', ['a snapshot restore was rehearsed', 'nothing reads it any more, and the data is kept elsewhere']);
const TF102 = rule('TF102', 'replace-stateful', 'critical', 'exact', ['a snapshot restore was rehearsed', 'the attribute is changed in place']);
const TF103 = rule('TF103', 'destroy-other', 'elevated', 'exact', ['nothing depends on it any more']);
const TF107 = rule('TF107', 'rename-without-moved', 'high', 'exact', ['a `moved` block from the old address to the new one']);
const TF109 = rule('TF109', 'forget', 'elevated', 'exact', ['somebody owns the object that Terraform forgets']);
const TF110 = rule('TF110', 'forced-replace', 'high', 'exact', ['the replacement is dropped from the plan']);
const TF111 = rule('TF111', 'import', 'high', 'exact', ['the configuration matches the object, so that the import changes nothing']);
const TF113 = rule('TF113', 'moved', 'routine', 'exact');
const TF114 = rule('TF114', 'unknown-action', 'high', 'exact', ['the gate is updated to know this action']);

/** Action lists as sets: Terraform's own, and those of modes that hold nothing. */
const ACTIONS = new Set(['no-op', 'create', 'read', 'update', 'delete', 'forget', 'create,delete', 'create,forget', 'open']);
const REASONS =
  /^(?:replace_because_(?:tainted|cannot_update)|replace_by_(?:request|triggers)|delete_because_(?:no_resource_config|wrong_repetition|count_index|each_key|no_module|no_move_target)|read_because_(?:config_unknown|dependency_pending|check_nested))$/;

export const terraformPlan: Detector = {
  id: 'terraform-plan',
  detect: (evidence) => {
    const plans = terraformPlans(evidence);
    if (plans.length === 0) return [];
    const places = blockPlaces(evidence.files);
    return plans.flatMap((plan) => ofPlan(plan, places));
  },
};

function ofPlan(plan: TerraformPlan, places: ReadonlyMap<string, { path: string; line: number }>): readonly Finding[] {
  const placed = (r: PlannedResource): Planned => {
    const address = addressOf(r.address);
    const object = r.deposed === undefined ? r.address : `${r.address} (deposed ${r.deposed})`;
    return { ...r, at: address, place: { ...(places.get(address.name) ?? { path: 'terraform plan' }), side: 'plan', object } };
  };
  const managed = plan.resources.filter((r) => r.mode !== 'data').map(placed);
  const heirs = new Map((plan.renames ?? []).map((r) => [r.from, r]));
  const loss = (r: Planned) => ofLoss(r, heirs.get(r.address), plan.uncompared === true);
  return [
    ...partial(plan),
    ...whole(managed),
    ...outside(plan, managed),
    ...shifted(managed, heirs),
    ...codeAtApply(plan, managed),
    ...managed.flatMap((r) => [...unknown(r), ...loss(r), ...forced(r), ...kept(r), ...guards(r), ...unknowns(r)]),
  ];
}

/** A reason that is not known may be a new way to lose what is there; where nothing is kept it is only a word. */
function unknown(r: Planned): readonly Finding[] {
  const actions = [...r.actions].sort().join(',');
  const odd = r.actionReason !== undefined && !REASONS.test(r.actionReason) && isStateful(r.type);
  if (ACTIONS.has(actions) && !odd) return [];
  const what = odd && ACTIONS.has(actions) ? `for a reason that is not known here: ${r.actionReason}` : `that is not known here: ${r.actions.join(', ')}`;
  return [TF114({ place: r.place, what: `the plan does something to ${r.address} ${what}`.slice(0, 600), because: factsOf(r) })];
}

/** @param heir what comes in its place and is alike in what is known. */
function ofLoss(r: Planned, heir: Rename | undefined, uncompared: boolean): readonly Finding[] {
  if (!deletes(r)) return [];
  const { place } = r;
  const because = factsOf(r);
  const name = place.object ?? r.address;
  const severity = severityOfLoss(r.type);
  const gone = keepsOnlyConfiguration(r.type) ? 'it keeps only values of the configuration, and what hangs on it runs again' : 'its data is gone unless a snapshot is restored';
  const main = !isStateful(r.type)
    ? TF103({ place, because, ...(isLoadBearing(r.type) ? { severity: 'high' as const } : {}), what: `${name} is destroyed${creates(r) ? ' and created again' : ''}` })
    : creates(r)
      ? TF102({ place, because, severity, what: `${name} is destroyed and created again: ${gone}` })
      : TF101({ place, because, severity, what: `${name} is destroyed: ${gone}` });
  return [main, ...renamed(r, heir, uncompared)];
}

/** The remedy is the block to write. */
function renamed(r: Planned, heir: Rename | undefined, uncompared: boolean): readonly Finding[] {
  if (!/^delete_because_no_(?:resource_config|module|move_target)$/.test(r.actionReason ?? '') || r.deposed !== undefined) return [];
  if (heir === undefined && !uncompared) return [];
  const severity = isStateful(r.type) && !keepsOnlyConfiguration(r.type) ? { severity: 'critical' as const } : {};
  if (heir === undefined)
    return [
      TF107({
        place: r.place,
        ...severity,
        because: factsOf(r),
        what: `${r.address} is destroyed while so much is created that a rename without a \`moved\` block cannot be told`,
      }),
    ];
  return [
    TF107({
      place: r.place,
      ...severity,
      because: [...factsOf(r), ['created instead', heir.to], ['equal attributes', `${heir.equal} of ${heir.known}`]],
      what: `${r.address} is destroyed and ${heir.to} is created in its place, empty: a rename without a \`moved\` block destroys the original`,
      safeIf: [`moved { from = ${heir.from} to = ${heir.to} }`],
    }),
  ];
}

function forced(r: Planned): readonly Finding[] {
  if (!deletes(r) || !/^replace_(?:because_tainted|by_request|by_triggers)$/.test(r.actionReason ?? '')) return [];
  const severity = isStateful(r.type) && !keepsOnlyConfiguration(r.type) ? { severity: 'critical' as const } : {};
  return [TF110({ place: r.place, because: factsOf(r), ...severity, what: `${r.address} is replaced on request, not because its configuration demands it` })];
}

/** Forgotten, imported, moved: the object stays, and who looks after it changes. */
function kept(r: Planned): readonly Finding[] {
  const { place, address } = r;
  const because = factsOf(r);
  const severity = isStateful(r.type) ? { severity: 'high' as const } : {};
  return [
    ...(r.actions.includes('forget')
      ? [TF109({ place, because, ...severity, what: `Terraform forgets ${address}${creates(r) ? ' and creates another' : ''}: the object lives on and nobody manages it` })]
      : []),
    ...(r.importing === true && r.actions.join() !== 'no-op'
      ? [
          TF111({
            place,
            because,
            what: `${address} is taken over from outside and changed at once (${r.actions.join(', ')}): what runs there becomes what the configuration says`,
          }),
        ]
      : []),
    ...(r.previousAddress !== undefined && r.actions.join() === 'no-op'
      ? [TF113({ place, because, what: `${r.previousAddress} is now called ${address}; nothing is destroyed` })]
      : []),
  ];
}
