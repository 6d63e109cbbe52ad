/**
 * Where `moved` blocks take what stood at an address. They are words of the author: one is believed where the objects it
 * names can be what it says, and everything else stands as if it were not there.
 */
import type { HclSides, Placed } from './hcl-index.ts';
import { attribute, keyOf } from './hcl-index.ts';

interface Move {
  /** Text between the brackets behind the old address; absent where all of its instances move. */
  readonly index: string | undefined;
  readonly to: string;
  readonly toIndex: string | undefined;
}

/** A block of the head; `hidden` inside a module that this change does not show; undefined where no move is believed. */
export type Destination = Placed | 'hidden' | undefined;

export interface Moves {
  of(before: Placed): Destination;
  /** Whether moves explain that repetition changes: `a` to `a[0]`, `a[0]` to `a["x"]`, each `a[n]` to a block of its own. */
  reindexes(before: Placed, after: Placed): boolean;
}

/** Longer than any address; what is cut equals none. */
const MAX_ADDRESS = 1_000;

/** Every block that moves is followed on its own, so a chain as long as the file would cost its square. */
const MAX_HOPS = 16;

export const bare = (expression: string | undefined): string =>
  (expression ?? '')
    .slice(0, MAX_ADDRESS)
    .replace(/\[[^\]]*\]/g, '')
    .trim();
const indexOf = (expression: string | undefined): string | undefined => /\[([^\]]*)\]$/.exec((expression ?? '').slice(0, MAX_ADDRESS))?.[1]?.trim();

export function movesOf(sides: HclSides): Moves {
  const from = new Map<string, Move[]>();
  for (const p of sides.headBlocks) {
    if (p.block.type !== 'moved') continue;
    const [was, is] = [attribute(p.block, 'from'), attribute(p.block, 'to')];
    const key = keyOf({ folder: p.folder, address: bare(was) });
    from.set(key, from.get(key) ?? []);
    from.get(key)?.push({ index: indexOf(was), to: bare(is), toIndex: indexOf(is) });
  }
  return { of: (before) => follow(before, from, sides), reindexes: (before, after) => reindexes(before, after, from.get(keyOf(before)) ?? []) };
}

/** Along a chain to its end: Terraform applies `a` to `b` and `b` to `c` in one plan. */
function follow(before: Placed, from: ReadonlyMap<string, readonly Move[]>, sides: HclSides): Destination {
  let address = before.address;
  let steps = from.get(keyOf(before));
  for (const seen = new Set<string>(); steps !== undefined; steps = from.get(keyOf({ folder: before.folder, address }))) {
    if (seen.has(address) || seen.size === MAX_HOPS) return undefined;
    seen.add(address);
    if (!moveAll(steps, before)) return undefined;
    const [to, ...others] = [...new Set(steps.map((s) => s.to))];
    // instances that part ways each have to arrive where the chain ends
    if (to === undefined || (others.length > 0 && !others.every((other) => lands(other, before, sides)))) return undefined;
    if (to === address) break;
    address = to;
  }
  return address === before.address ? undefined : lands(address, before, sides);
}

/** The same type, where nothing stood before. Inside a module the target cannot be seen; its call must be in this change. */
function lands(to: string, before: Placed, sides: HclSides): Destination {
  const [, module, rest = ''] = /^(module\.[^.]+)(?:\.(.*))?$/.exec(to) ?? [];
  const type = before.block.type === 'module' ? 'module' : (before.block.labels[0] ?? '');
  if (module !== undefined && rest !== '') {
    const inner = rest.replace(/^(?:module\.[^.]+\.)*(?=module\.[^.]+$|[^.]+\.[^.]+$)/, '');
    return inner.startsWith(`${type}.`) && sides.head.has(keyOf({ folder: before.folder, address: module })) ? 'hidden' : undefined;
  }
  const key = keyOf({ folder: before.folder, address: to });
  return to.startsWith(`${type}.`) && !sides.base.has(key) ? sides.head.get(key) : undefined;
}

/** Whether every instance that stood there moves: the whole address, its only instance, or each of a constant count. */
function moveAll(steps: readonly Move[], before: Placed): boolean {
  if (steps.some((s) => s.index === undefined) || isSingle(before)) return true;
  const count = /^\d{1,3}$/.exec(attribute(before.block, 'count') ?? '')?.[0];
  const moved = new Set(steps.map((s) => s.index));
  return count !== undefined && Array.from({ length: Number(count) }, (_, i) => String(i)).every((i) => moved.has(i));
}

function isSingle(p: Placed): boolean {
  const [count, each] = [attribute(p.block, 'count'), attribute(p.block, 'for_each')];
  if (count !== undefined) return /^(?:1|[^?:]{1,200} \? (?:1 : 0|0 : 1))$/.test(count);
  return each === undefined || /^toset\(\[ ?"[^"]*" ?\]\)$/.test(each);
}

function reindexes(before: Placed, after: Placed, steps: readonly Move[]): boolean {
  const [step] = steps;
  const [count, each] = [attribute(after.block, 'count'), attribute(after.block, 'for_each')];
  if (step === undefined) return false;
  // each instance becomes a block of its own
  const apart = new Set(steps.map((s) => s.to)).size === steps.length && steps.every((s) => s.index !== undefined && s.toIndex === undefined);
  if (steps.length > 1) return apart && count === undefined && each === undefined && moveAll(steps, before);
  if (step.to !== after.address || !isSingle(before)) return false;
  if (each !== undefined) return step.toIndex !== undefined && /^"[^"]*"$/.test(step.toIndex) && each.includes(step.toIndex);
  return count === undefined ? step.toIndex === undefined : step.toIndex === '0' && /^[1-9]\d{0,3}$/.test(count);
}
