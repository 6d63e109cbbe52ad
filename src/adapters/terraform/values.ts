/** What is taken of the values of a change: guards that are booleans or numbers, and names of what is unknown. Every other value may be a secret. */

import { guardName } from '../../core/risk/terraform/guard-attributes.ts';
import type { PlannedResource } from '../../core/risk/terraform/planned.ts';
import { type Change, isObject } from './shape.ts';

/** How deep nested blocks go in the types that have guards there (`settings.backup_configuration.enabled`). */
const MAX_DEPTH = 3;
/** Maps whose keys people choose: a tag called `encrypted` encrypts nothing. */
const FREE = new Set(['tags', 'tags_all', 'labels', 'default_labels', 'effective_labels', 'terraform_labels', 'parameters', 'triggers']);

/** Every guard on either side, in the order of the plan: the same attributes that are read in the source. */
export function guardsOf(change: Change): PlannedResource['guards'] {
  const [before, after] = [guardValues(change.before), guardValues(change.after)];
  return [...new Set([...before.keys(), ...after.keys()])].map((name) => ({ name, before: before.get(name) ?? null, after: after.get(name) ?? null }));
}

/** `versioning.enabled` by path. */
function guardValues(from: unknown): ReadonlyMap<string, boolean | number> {
  const out = new Map<string, boolean | number>();
  walk(from, '', 0, (path, value) => {
    if ((typeof value === 'boolean' || typeof value === 'number') && guardName(path) !== undefined) out.set(path, value);
  });
  return out;
}

function walk(from: unknown, prefix: string, depth: number, see: (path: string, value: unknown) => void): void {
  if (!isObject(from) || depth > MAX_DEPTH) return;
  for (const name of Object.keys(from)) {
    const value = from[name];
    const path = prefix + name;
    see(path, value);
    if (typeof value !== 'object' || value === null || FREE.has(name)) continue;
    if (!Array.isArray(value)) walk(value, `${path}.`, depth + 1, see);
    else for (const [i, block] of value.entries()) walk(block, `${path}${i === 0 ? '' : `[${i}]`}.`, depth + 1, see);
  }
}

/** Who may do what and from where, at any depth. */
const ACCESS =
  /^(?:policy|policy_document|policy_data|inline_policy|assume_role_policy|access_polic(?:y|ies)|key_policy|repository_policy_text|cidr_blocks?|cidr_ipv[46]|ipv6_cidr_blocks?|source_ranges|source_address_prefix(?:es)?|cidr|principals?|members?|role_definition_id)$/;

/**
 * Names of guards, policies, ranges and principals known only after apply. Of what changes in place or is made again: a new
 * object refers to others that are new all the time.
 */
export function unknownNames(type: string, { actions, afterUnknown }: Change): readonly string[] {
  if (!actions.includes('update') && !(actions.includes('create') && actions.length > 1)) return [];
  if (afterUnknown === true) return ['every attribute'];
  const out: string[] = [];
  walk(afterUnknown, '', 0, (path, value) => {
    const last = path.slice(path.lastIndexOf('.') + 1).replace(/\[\d+\]$/, '');
    const named = guardName(path) !== undefined || ACCESS.test(last) || (last === 'principal_id' && type === 'azurerm_role_assignment');
    if (named && isUnknown(value)) out.push(path);
  });
  return out;
}

const isUnknown = (value: unknown): boolean => value === true || (Array.isArray(value) && value.some((v) => v === true));
