/**
 * Instances that shift (TF106): one goes because its index or key went, and its siblings take each other's place. A last
 * instance that goes alone shifts nothing.
 */
import { rule } from '../finding.ts';
import type { Finding } from '../risk.ts';
import type { Rename } from './planned.ts';
import { creates, deletes, factsOf, named, type Planned } from './planned-facts.ts';
import { isStateful, keepsOnlyConfiguration } from './stateful-types.ts';

const TF106 = rule('TF106', 'index-shift', 'high', 'exact', ['for_each with stable keys', '`moved` blocks']);

const LOST_KEY = /^delete_because_(?:count_index|each_key|wrong_repetition)$/;

/** @param heirs objects that come, alike what goes, by its address. */
export function shifted(managed: readonly Planned[], heirs: ReadonlyMap<string, Rename>): readonly Finding[] {
  const lost = managed.filter((r) => deletes(r) && LOST_KEY.test(r.actionReason ?? ''));
  if (lost.length === 0) return [];
  const moving = new Map<string, Planned[]>();
  const at = (r: Planned): string => `${r.at.module}:${r.at.name}`;
  const owners = new Set(lost.map(at));
  for (const r of managed) {
    const changes = r.actions.includes('update') || (deletes(r) && creates(r));
    if (changes && owners.has(at(r))) moving.set(at(r), [...(moving.get(at(r)) ?? []), r].slice(-21));
  }
  return lost.flatMap((r) => ofLost(r, moving.get(at(r)) ?? [], heirs.get(r.address)));
}

function ofLost(r: Planned, siblings: readonly Planned[], heir: Rename | undefined): readonly Finding[] {
  if (siblings.length === 0 && heir === undefined) return [];
  const severity = isStateful(r.type) && !keepsOnlyConfiguration(r.type) ? { severity: 'critical' as const } : {};
  const others = siblings.length > 0 ? named(siblings) : (heir?.to ?? '');
  const because = [...factsOf(r), [siblings.length > 0 ? 'changed with it' : 'created instead', others] as const];
  const what =
    siblings.length > 0
      ? `${r.address} is destroyed because its index or key is gone, and its siblings change with it: they shift, and lose what they hold`
      : `${r.address} is destroyed because its index or key is gone, and ${others} is created in its place, empty`;
  const safeIf = heir === undefined ? {} : { safeIf: [`moved { from = ${heir.from} to = ${heir.to} }`] };
  return [TF106({ place: r.place, because, ...severity, ...safeIf, what })];
}
