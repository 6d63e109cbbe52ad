/**
 * What the log tells of violations, read from entries that were shown to be in the tree that was signed: where they are is kept by heart,
 * and whoever has the database hides none and writes none. What was read once stays so, and only what came since is read at the next ask.
 */
import { err, ok, type Result } from '../core/base/result.ts';
import { type LoggedViolation, type Told, toldIn } from '../core/gate/violations.ts';
import { parseEntry } from '../core/log/entry.ts';
import type { Placed } from './account-log.ts';
import type { Ledger, Projections } from './ports.ts';
import { toldBy } from './scan-violations.ts';

interface ToldWorld {
  readonly ledger: Ledger;
  readonly projections: Pick<Projections, 'memory'>;
}

export interface Where {
  readonly repo?: string | undefined;
  readonly ref?: string | undefined;
}

/** Of each log, by their places; one that has lost its body is read again. */
const known = new WeakMap<Ledger, Map<number, LoggedViolation>>();

export interface ToldSoFar {
  /** Each thing that was found, once, oldest first. */
  readonly told: readonly Told[];
  /** Nothing was told meanwhile that nobody has signed yet. */
  readonly whole: boolean;
}

/** Problem: LOG_DAMAGED. */
export async function toldWhere({ ledger, projections }: ToldWorld, { repo, ref }: Where): Promise<Result<ToldSoFar>> {
  const places = await projections.memory.violations(repo === undefined ? {} : { repo });
  const kept = known.get(ledger) ?? new Map<number, LoggedViolation>();
  known.set(ledger, kept);
  const read = await provenAt(
    ledger,
    places.filter((place) => !kept.has(place)),
  );
  if (!read.ok) return read;
  const fresh = new Map((await toldBy(ledger, read.value, null)).map((one) => [one.entry, one]));
  for (const one of fresh.values()) if (one.body !== null) kept.set(one.entry, one);
  // Where two repositories have the same number, both are read.
  const asked = places.flatMap((place) => kept.get(place) ?? fresh.get(place) ?? []).filter((one) => (repo ?? one.repo) === one.repo && (ref ?? one.ref) === one.ref);
  const byRef = [...Map.groupBy(asked, (one) => JSON.stringify([one.repo, one.ref])).values()];
  const told = byRef.flatMap((own) => toldIn(own)).sort((a, b) => a.violation.entry - b.violation.entry);
  return ok({ told, whole: places.every((place) => kept.has(place) || fresh.has(place)) });
}

const AT_ONCE = 500;

/** Entries by their places, each proven; without those that nobody has signed yet. Problem: LOG_DAMAGED. */
export async function provenAt(ledger: Pick<Ledger, 'proven'>, places: readonly number[]): Promise<Result<readonly Placed[]>> {
  const found: Placed[] = [];
  for (let at = 0; at < places.length; at += AT_ONCE)
    for (const entry of await ledger.proven(places.slice(at, at + AT_ONCE))) {
      if (entry === null) continue;
      if (!entry.ok) return entry;
      const said = parseEntry(entry.value.bytes);
      if (!said.ok) return err(said.error);
      found.push({ ...said.value, index: entry.value.index });
    }
  return ok(found);
}
