/**
 * Which objects that go and which that come are the same but for their address. Their values are compared here and
 * dropped: only how many are equal leaves this file.
 */
import type { Rename, TerraformPlan } from '../../core/risk/terraform/planned.ts';
import { isObject, type ResourceChange, type Values } from './shape.ts';

/** Reasons that say the address is gone, and not that the object is wanted gone. */
const LEFT = /^delete_because_(?:no_resource_config|no_module|no_move_target|count_index|each_key|wrong_repetition)$/;

/** Share of the known attributes that have to be equal. */
const ALIKE = 0.8;
/** Pairs of one plan; whoever renames more than that is told so. */
const MAX_PAIRS = 50_000;

export function renamesOf(changes: readonly ResourceChange[]): Pick<TerraformPlan, 'renames' | 'uncompared'> {
  const gone = groupByType(changes.filter((r) => r.mode === 'managed' && r.change.actions.join() === 'delete' && LEFT.test(r.actionReason ?? '')));
  const come = groupByType(changes.filter((r) => r.mode === 'managed' && r.change.actions.join() === 'create'));
  const renames: Rename[] = [];
  let pairs = 0;
  for (const [type, lost] of gone) {
    const found = come.get(type) ?? [];
    pairs += lost.length * found.length;
    if (pairs > MAX_PAIRS) return { renames, uncompared: true };
    renames.push(...paired(lost.map(known), found.map(known)));
  }
  return { renames };
}

function groupByType(changes: readonly ResourceChange[]): ReadonlyMap<string, readonly ResourceChange[]> {
  const out = new Map<string, ResourceChange[]>();
  for (const r of changes) {
    const group = out.get(r.type);
    if (group === undefined) out.set(r.type, [r]);
    else group.push(r);
  }
  return out;
}

interface Known {
  readonly address: string;
  /** Canonical text by attribute; what is empty is absent, for providers fill in `null`, `""` and `[]` as they like. */
  readonly values: ReadonlyMap<string, string>;
  readonly unknown: ReadonlySet<string>;
}

function known({ address, change }: ResourceChange): Known {
  const values: Values = Object.keys(change.after).length > 0 ? change.after : change.before;
  const { afterUnknown } = change;
  const unknown = afterUnknown === true ? Object.keys(values) : Object.keys(afterUnknown).filter((name) => holdsTrue(afterUnknown[name]));
  const texts = Object.keys(values).flatMap((name) => (isEmpty(values[name]) ? [] : [[name, JSON.stringify(values[name])] as const]));
  return { address, values: new Map(texts), unknown: new Set(unknown) };
}

const isEmpty = (value: unknown): boolean =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0) || (isObject(value) && Object.keys(value).length === 0);
const holdsTrue = (value: unknown): boolean => value === true || (typeof value === 'object' && value !== null && Object.values(value).some(holdsTrue));

/** Each object that goes with the one most like it that nobody took. */
function paired(lost: readonly Known[], found: readonly Known[]): readonly Rename[] {
  const taken = new Set<string>();
  return lost.flatMap((from) => {
    let best: Rename | undefined;
    for (const to of found) {
      const pair = taken.has(to.address) ? undefined : compare(from, to);
      if (pair !== undefined && (best === undefined || pair.equal * Math.max(best.known, 1) > best.equal * Math.max(pair.known, 1))) best = pair;
    }
    if (best === undefined) return [];
    taken.add(best.to);
    return [best];
  });
}

/** Of attributes known on the new side; with none known, nothing speaks against it. */
function compare(from: Known, to: Known): Rename | undefined {
  const names = [...new Set([...from.values.keys(), ...to.values.keys()])].filter((name) => !to.unknown.has(name) && (to.values.has(name) || !COMPUTED.test(name)));
  const equal = names.filter((name) => from.values.get(name) === to.values.get(name)).length;
  return equal >= names.length * ALIKE ? { from: from.address, to: to.address, known: names.length, equal } : undefined;
}

/** Told by the provider and left out of what is new. */
const COMPUTED = /^(?:id|arn|self_link|unique_id|etag|fingerprint|timeouts)$/;
