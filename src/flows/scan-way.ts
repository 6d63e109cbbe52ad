/**
 * The way of a ref: its first-parent commits, each with its place. Whether something found on a ref still stands there is asked of it once
 * for all violations, and only what lies off the way costs a process of git.
 */
import type { Oid } from '../core/change/change.ts';
import { isAbsent } from '../core/change/manifest.ts';
import type { Repository } from './ports.ts';
import type { RefHistory } from './ports-scan.ts';

export type Way = ReadonlyMap<Oid, number>;

/** null: it cannot be read. */
export type WayOf = Promise<Way | null>;

/** A commit never changes, and neither does its way: those asked for last. */
const known = new WeakMap<RefHistory, Map<Oid, WayOf>>();
const KEPT = 4;

/** @param tip null: there is no such ref. */
export function wayTo(history: RefHistory, tip: Oid | null): WayOf {
  if (tip === null) return Promise.resolve(new Map());
  const kept = known.get(history) ?? new Map<Oid, WayOf>();
  known.set(history, kept);
  const way = kept.get(tip) ?? read(history, tip);
  kept.delete(tip);
  kept.set(tip, way);
  const [oldest] = kept.keys();
  if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest);
  // What could not be read may be there at the next question.
  void way.then((found) => found === null && kept.get(tip) === way && kept.delete(tip));
  return way;
}

async function read(history: RefHistory, tip: Oid): WayOf {
  const chain = await history.chain(tip).catch(() => null);
  if (chain?.ok !== true) return null;
  const places = new Map<Oid, number>();
  for (let i = 0; i < chain.value.length; i++) places.set(chain.value.commit(i), i);
  return places;
}

/** Whether the way to `end` goes through a commit; null: git cannot say. @param way of the ref that is asked about. */
export async function goesThrough(way: Way, { steps }: Pick<Repository, 'steps'>, commit: Oid, end: Oid): Promise<boolean | null> {
  if (isAbsent(commit) || commit === end) return true;
  if (isAbsent(end)) return false;
  const [at, last] = [way.get(commit), way.get(end)];
  if (last !== undefined) return at !== undefined && at <= last;
  return steps(commit, end).then(
    (found) => found !== undefined,
    () => null,
  );
}
