/** One object of a plan with its place, and what every rule asks of it. */
import type { Place } from '../risk.ts';
import type { Address } from './address.ts';
import type { PlannedResource } from './planned.ts';

export type Planned = PlannedResource & { readonly at: Address; readonly place: Place };

export const deletes = (r: PlannedResource): boolean => r.actions.includes('delete');
export const creates = (r: PlannedResource): boolean => r.actions.includes('create');

export const factsOf = (r: PlannedResource): readonly (readonly [string, string])[] => [
  ['actions', r.actions.join(',')],
  ...(r.actionReason === undefined ? [] : [['action_reason', r.actionReason] as const]),
  ...(r.replacePaths.length === 0 ? [] : [['replace_paths', r.replacePaths.join(', ')] as const]),
  ...(r.previousAddress === undefined ? [] : [['previous_address', r.previousAddress] as const]),
];

/** At most this many names in one fact: a plan decides how many there are. */
export const named = (all: readonly PlannedResource[]): string =>
  `${all
    .slice(0, 20)
    .map((r) => r.address)
    .join(', ')}${all.length > 20 ? `, and ${all.length - 20} more` : ''}`;
