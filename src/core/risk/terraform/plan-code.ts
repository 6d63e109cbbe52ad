/** Code that runs when the plan is applied (TF119): provisioners, external programs, actions of providers. What it does, no plan shows. */
import { rule } from '../finding.ts';
import type { Finding } from '../risk.ts';
import type { TerraformPlan } from './planned.ts';
import { creates, deletes, type Planned } from './planned-facts.ts';

const TF119 = rule('TF119', 'code-at-apply', 'high', 'exact', ['somebody has read what the code does to what runs']);

export function codeAtApply(plan: TerraformPlan, managed: readonly Planned[]): readonly Finding[] {
  return [...managed.flatMap(provisioners), ...external(plan), ...invoked(plan)];
}

/** They run where an object is made, and some where it goes; the plan does not tell which. */
function provisioners(r: Planned): readonly Finding[] {
  const types = r.provisioners ?? [];
  if (types.length === 0 || !(creates(r) || deletes(r))) return [];
  const because = [
    ['provisioners', types.slice(0, 20).join(', ')],
    ['actions', r.actions.join(',')],
  ] as const;
  return [TF119({ place: r.place, because, what: `applying the plan runs code beside ${r.address} (${types.slice(0, 3).join(', ')}): no plan shows what it does` })];
}

/** Read when the plan was made they have run already; left for the apply they are still to run. */
function external({ resources }: TerraformPlan): readonly Finding[] {
  return resources
    .filter((r) => r.mode === 'data' && r.type === 'external' && r.actions.includes('read'))
    .map((r) =>
      TF119({ place: { path: 'terraform plan', side: 'plan', object: r.address }, because: [['type', r.type]], what: `applying the plan runs the program of ${r.address}` }),
    );
}

function invoked({ invocations = [] }: TerraformPlan): readonly Finding[] {
  return invocations.map(({ address, type }) =>
    TF119({
      place: { path: 'terraform plan', side: 'plan', object: address },
      because: [['type', type]],
      what: `applying the plan invokes ${address}, which acts beside every resource`,
    }),
  );
}
