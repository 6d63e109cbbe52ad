/** What every plan, change set and preview together says will be destroyed, made and changed: what conditions see. */
import type { RiskEvidence } from './evidence.ts';
import { terraformPlans } from './plan-file.ts';
import { LOSES } from './pulumi/steps.ts';

export interface PlannedWork {
  /** False: at least one of them shows only part. */
  readonly complete: boolean;
  /** Deleted or made anew. */
  readonly destroys: readonly { readonly type: string; readonly address: string }[];
  readonly creates: number;
  readonly updates: number;
}

interface Step {
  readonly type: string;
  readonly address: string;
  readonly does: readonly ('destroy' | 'create' | 'update')[];
}

/** null where none was given. */
export function plannedWork(evidence: RiskEvidence): PlannedWork | null {
  const plans = terraformPlans(evidence);
  const { changeSets = [], previews = [] } = evidence;
  if (plans.length + changeSets.length + previews.length === 0) return null;
  const steps = [...ofTerraform(evidence), ...ofChangeSets(evidence), ...ofPreviews(evidence)];
  const count = (what: Step['does'][number]): number => steps.filter((s) => s.does.includes(what)).length;
  return {
    complete: plans.every((p) => p.complete && !p.errored) && [...changeSets, ...previews].every((p) => p.complete),
    destroys: steps.filter((s) => s.does.includes('destroy')).map(({ type, address }) => ({ type, address })),
    creates: count('create'),
    updates: count('update'),
  };
}

const DOES = { delete: 'destroy', create: 'create', update: 'update' } as const;

function ofTerraform(evidence: RiskEvidence): readonly Step[] {
  return terraformPlans(evidence).flatMap((plan) =>
    plan.resources
      .filter((r) => r.mode !== 'data')
      .map(({ type, address, actions }) => ({ type, address, does: actions.flatMap((a) => (a === 'delete' || a === 'create' || a === 'update' ? [DOES[a]] : [])) })),
  );
}

/** What may be made anew is taken to be: it is decided while it runs. */
function ofChangeSets({ changeSets = [] }: RiskEvidence): readonly Step[] {
  return changeSets.flatMap((set) =>
    set.changes.map(({ type, logicalId, action, replacement }): Step => {
      const anew = action === 'Dynamic' || replacement === 'True' || replacement === 'Conditional';
      const does: Step['does'] = action === 'Remove' ? ['destroy'] : action === 'Add' ? ['create'] : anew ? ['destroy', 'create'] : action === 'Modify' ? ['update'] : [];
      return { type, address: `${set.stack}.${logicalId}`, does };
    }),
  );
}

/** One resource that is replaced is several steps. */
function ofPreviews({ previews = [] }: RiskEvidence): readonly Step[] {
  return previews.flatMap(({ steps }) => {
    const byUrn = Map.groupBy(
      steps.filter((s) => s.custom),
      (s) => s.urn,
    );
    return [...byUrn].map(([urn, all]): Step => {
      const ops = new Set(all.map((s) => s.op));
      const lost = [...ops].some((op) => LOSES.has(op));
      const made = ops.has('create') || ops.has('create-replacement') || ops.has('replace');
      return {
        type: all[0]?.type ?? '',
        address: urn,
        does: [...(lost ? (['destroy'] as const) : []), ...(made ? (['create'] as const) : []), ...(ops.has('update') ? (['update'] as const) : [])],
      };
    });
  });
}
