/** A Terraform plan as a whole: how much of what runs goes at once (TF104, TF105, TF108), what it leaves out (TF115) and what differs already (TF116, TF120). */
import { rule } from '../finding.ts';
import type { Finding, Place } from '../risk.ts';
import type { TerraformPlan } from './planned.ts';
import { creates, deletes, named, type Planned } from './planned-facts.ts';

const TF104 = rule('TF104', 'destroy-environment', 'critical', 'exact', ['the environment is meant to go, and its owner says so']);
const TF105 = rule('TF105', 'mass-change', 'high', 'exact', ['the change is split']);
const TF108 = rule('TF108', 'lost-module', 'high', 'exact', ['a `moved` block from the old address to the new one']);
const TF115 = rule('TF115', 'partial-plan', 'high', 'exact', ['a complete plan without -target and without errors']);
const TF116 = rule('TF116', 'drift', 'elevated', 'exact', ['what was changed by hand is in the configuration, or is meant to be undone']);
const TF120 = rule('TF120', 'check-failed', 'elevated', 'exact', ['the check holds']);

const PLAN: Place = { path: 'terraform plan', side: 'plan' };

export function partial(plan: TerraformPlan): readonly Finding[] {
  if (plan.complete && !plan.errored) return [];
  const said = plan.partial ?? [];
  const why = said.length > 0 ? said.join('; ') : plan.errored ? 'planning ended with an error' : 'it is incomplete, deferred, targeted or has deposed objects';
  return [TF115({ place: PLAN, what: `the plan shows only part of what would happen: ${why}`, because: [['plan', plan.digest]] })];
}

export function whole(managed: readonly Planned[]): readonly Finding[] {
  const gone = managed.filter(deletes);
  if (gone.length === 0) return [];
  const because = [['deleted or replaced', named(gone)]] as const;
  const out: Finding[] = [];
  const again = gone.some(creates) ? ' and builds it again' : '';
  if (isEnvironment(managed, gone))
    out.push(TF104({ place: PLAN, because, what: `${gone.length} of ${managed.length} resources are destroyed: this deletes the environment${again}` }));
  for (const [module, members] of goneModules(managed))
    out.push(
      TF104({
        place: { ...PLAN, object: module },
        because: [['deleted or replaced', named(members)]],
        what: `every resource of ${module} is destroyed${members.some(creates) ? ' and created again' : ''}`,
      }),
    );
  if (gone.length >= 10) out.push(TF105({ place: PLAN, because, what: `${gone.length} resources are destroyed or replaced at once` }));
  return [...out, ...lostModules(gone)];
}

/** Half of what there is; or all of it for no reason of the configuration, which is what `plan -destroy` looks like. */
function isEnvironment(managed: readonly Planned[], gone: readonly Planned[]): boolean {
  if (gone.length >= 5 && gone.length * 2 >= managed.length) return true;
  return gone.length === managed.length && gone.every((r) => !creates(r) && r.actionReason === undefined && r.deposed === undefined);
}

/** Module instances of which nothing stays, the outermost of them only. One resource is no environment. */
function goneModules(managed: readonly Planned[]): readonly (readonly [string, readonly Planned[]])[] {
  const groups = new Map<string, Planned[]>();
  for (const r of managed)
    for (const module of r.at.modules) {
      const members = groups.get(module);
      if (members === undefined) groups.set(module, [r]);
      else members.push(r);
    }
  const all = new Map([...groups].filter(([, members]) => members.length >= 2 && members.every(deletes)));
  return [...all].filter(([, [first]]) => first !== undefined).filter(([module, [first]]) => first?.at.modules.find((m) => all.has(m)) === module);
}

/** One finding a module; what has lost the target of its move stands alone. */
function lostModules(gone: readonly Planned[]): readonly Finding[] {
  const lost = new Map<string, Planned[]>();
  for (const r of gone) {
    const object = r.actionReason === 'delete_because_no_module' ? r.at.module : r.actionReason === 'delete_because_no_move_target' ? r.address : undefined;
    if (object !== undefined) lost.set(object, [...(lost.get(object) ?? []), r].slice(-20));
  }
  return [...lost].map(([object, members]) =>
    TF108({
      place: { ...PLAN, object },
      because: [['destroyed', named(members)]],
      what:
        object.startsWith('module.') && members.length > 0 && members[0]?.address !== object
          ? `${object} is gone: everything inside it is destroyed`
          : `${object} is destroyed: it was moved to an address that is not there`,
    }),
  );
}

/** Drift of what the change does not touch: applying it neither mends nor minds it. And checks that fail. */
export function outside(plan: TerraformPlan, managed: readonly Planned[]): readonly Finding[] {
  const touched = new Set(managed.filter((r) => !['no-op', 'read'].includes(r.actions.join())).map((r) => r.address));
  const drifted = (plan.drift ?? []).filter((d) => !touched.has(d.address) && d.actions.join() !== 'no-op');
  const drift = drifted.map(({ address, actions }) =>
    TF116({
      place: { ...PLAN, object: address },
      because: [['actions', actions.join(',')]],
      what: `${address} was ${actions.includes('delete') ? 'deleted' : 'changed'} outside Terraform, and this change does not touch it`,
    }),
  );
  const failed = (plan.failedChecks ?? []).map((name) =>
    TF120({ place: { ...PLAN, object: name }, because: [['check', name]], what: `${name} fails: what runs is not what its authors said it has to be` }),
  );
  return [...drift, ...failed];
}
