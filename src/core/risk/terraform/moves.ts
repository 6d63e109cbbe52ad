/**
 * Where `moved` blocks take what stood at an address. They are words of the author: one is believed where the objects it
 * names can be what it says, and everything else stands as if it were not there.
 */
import type { HclSides, Placed } from '../hcl-index.ts';
import { attribute, keyOf } from '../hcl-index.ts';

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

export const bare = (expression: string | undefined): string => unindexed((expression ?? '').slice(0, MAX_ADDRESS)).trim();
/** Stops at each `[`, so that many of them cost no more than their length. */
export const unindexed = (address: string): string => address.replace(/\[[^[\]]*\]/g, '');
const indexOf = (expression: string | undefined): string | undefined => /\[([^[\]]*)\]$/.exec((expression ?? '').slice(0, MAX_ADDRESS))?.[1]?.trim();

export function movesOf(sides: HclSides): Moves {
  const from = new Map<string, Move[]>();
  for (const p of sides.headBlocks) {
    if (p.block.type !== 'moved') continue;
    const [was, is] = [attribute(p.block, 'from'), attribute(p.block, 'to')];
    const key = keyOf({ folder: p.folder, address: bare(was) });
    from.set(key, from.get(key) ?? []);
    from.get(key)?.push({ index: indexOf(was), to: bare(is), toIndex: indexOf(is) });
  }
  const steps = new Map([...from].map(([key, moves]) => [key, stepsOf(moves, key.slice(0, key.indexOf('\0')), sides)]));
  return { of: (before) => follow(before, steps, sides), reindexes: (before, after) => reindexes(before, after, steps.get(keyOf(before))) };
}

/** Moves from one address, and what is asked of all of them: once, for any number of blocks may come by. */
interface Steps {
  readonly moves: readonly Move[];
  readonly indices: ReadonlySet<string | undefined>;
  readonly targets: readonly string[];
  readonly arrive: boolean;
}

function stepsOf(moves: readonly Move[], folder: string, sides: HclSides): Steps {
  const arrive = moves.every((m) => m.toIndex === undefined || arrives(m.toIndex, sides.head.get(keyOf({ folder, address: m.to }))));
  return { moves, indices: new Set(moves.map((m) => m.index)), targets: [...new Set(moves.map((m) => m.to))], arrive };
}

/** Along a chain to its end: Terraform applies `a` to `b` and `b` to `c` in one plan. */
function follow(before: Placed, from: ReadonlyMap<string, Steps>, sides: HclSides): Destination {
  let address = before.address;
  let steps = from.get(keyOf(before));
  for (const seen = new Set<string>(); steps !== undefined; steps = from.get(keyOf({ folder: before.folder, address }))) {
    if (seen.has(address) || seen.size === MAX_HOPS) return undefined;
    seen.add(address);
    if (!moveAll(steps, before)) return undefined;
    const [to, ...others] = steps.targets;
    // only what stood here itself may part ways, so that no list is walked for more than one block
    if (others.length > 0 && address !== before.address) return undefined;
    // instances that part ways each have to arrive where the chain ends
    if (to === undefined || (others.length > 0 && !others.every((other) => lands(other, before, sides)))) return undefined;
    if (!steps.arrive) return undefined;
    if (to === address) break;
    // Terraform does `a` to `b` before `b` to `c`: where `b` existed the first is skipped, and what stands at `a` goes
    if (to !== before.address && sides.base.has(keyOf({ folder: before.folder, address: to }))) return undefined;
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
function moveAll(steps: Steps, before: Placed): boolean {
  if (steps.indices.has(undefined)) return true;
  if (isSingle(before)) {
    const key = onlyKey(before);
    return key !== undefined && steps.indices.has(key);
  }
  const count = /^\d{1,3}$/.exec(attribute(before.block, 'count') ?? '')?.[0];
  return count !== undefined && Array.from({ length: Number(count) }, (_, i) => String(i)).every((i) => steps.indices.has(i));
}

function isSingle(p: Placed): boolean {
  const [count, each] = [attribute(p.block, 'count'), attribute(p.block, 'for_each')];
  if (count !== undefined) return /^(?:1|[^?:]{1,200} \? (?:1 : 0|0 : 1))$/.test(count);
  return each === undefined || /^toset\(\[ ?"[^"]*" ?\]\)$/.test(each);
}

/** The key of the only instance, as it stands between brackets; without repetition there is none. */
function onlyKey(p: Placed): string | undefined {
  if (attribute(p.block, 'count') !== undefined) return '0';
  return /"[^"]*"/.exec(attribute(p.block, 'for_each') ?? '')?.[0];
}

const SET = /^toset\(\[(?: ?"[^"$%]*" ?,?)* ?\]\)$/;

/** Whether a block has the instance that a move names; what cannot be told is left to the rule of repetition. */
function arrives(index: string, target: Placed | undefined): boolean {
  const [count, each] = [target && attribute(target.block, 'count'), target && attribute(target.block, 'for_each')];
  if (count !== undefined) return /^\d{1,4}$/.test(count) ? /^\d{1,4}$/.test(index) && Number(index) < Number(count) : index === '0';
  return each === undefined || !SET.test(each) || each.includes(index);
}

function reindexes(before: Placed, after: Placed, all: Steps | undefined): boolean {
  const steps = all?.moves ?? [];
  const [step] = steps;
  const [count, each] = [attribute(after.block, 'count'), attribute(after.block, 'for_each')];
  if (step === undefined) return false;
  // each instance becomes a block of its own
  const apart = new Set(steps.map((s) => s.to)).size === steps.length && steps.every((s) => s.index !== undefined && s.toIndex === undefined);
  if (steps.length > 1) return all !== undefined && apart && count === undefined && each === undefined && moveAll(all, before);
  if (step.to !== after.address || !isSingle(before)) return false;
  if (each !== undefined) return step.toIndex !== undefined && /^"[^"]*"$/.test(step.toIndex) && SET.test(each) && each.includes(step.toIndex);
  return count === undefined ? step.toIndex === undefined : step.toIndex !== undefined && /^\d{1,4}$/.test(count) && arrives(step.toIndex, after);
}
