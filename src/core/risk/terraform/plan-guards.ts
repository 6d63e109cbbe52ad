/** What protected an object and no longer does (TF117), or cannot be told before the plan is applied (TF118). */
import { rule } from '../finding.ts';
import type { Finding } from '../risk.ts';
import { guardChange, guardName } from './guard-attributes.ts';
import { creates, deletes, type Planned } from './planned-facts.ts';

const TF117 = rule('TF117', 'guard-off', 'critical', 'exact', ['the guard stays on']);
const TF118 = rule('TF118', 'unknown-guard', 'high', 'exact', ['the guard has a constant value']);

/** A destroyed object has no guards left to lose; its destruction is the finding. */
export function guards(r: Planned): readonly Finding[] {
  if (deletes(r) && !creates(r)) return [];
  const unknown = new Set(r.unknown ?? []);
  return r.guards.flatMap((g) => {
    if (unknown.has(g.name)) return [];
    const change = guardChange(guardName(g.name) ?? g.name, g.before, g.after, r.type);
    const because = [
      ['attribute', g.name],
      ['before', String(g.before)],
      ['after', String(g.after)],
    ] as const;
    const place = { ...r.place, object: `${r.address}.${g.name}` };
    if (change === 'off')
      return [
        TF117({
          place,
          because,
          ...(guardName(g.name) === 'retention_in_days' ? { severity: 'high' as const } : {}),
          what: `${g.name} of ${r.address} goes from ${g.before} to ${g.after}: what kept it safe is switched off`,
        }),
      ];
    return change === 'unknown' ? [TF118({ place, because, what: `${g.name} of ${r.address} is unknown or absent after this change` })] : [];
  });
}

/** Guards, policies, address ranges and principals of something that exists and changes. */
export function unknowns(r: Planned): readonly Finding[] {
  return (r.unknown ?? []).map((name) =>
    TF118({
      place: { ...r.place, object: `${r.address}.${name}` },
      because: [['known after apply', name]],
      what: `${name} of ${r.address} is known only when the plan is applied: nobody can judge it before`,
    }),
  );
}
