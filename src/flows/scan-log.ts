/**
 * One pass over a whole log for what a scan asks of it: every entry is hashed on the way and the root compared with the signed one, so
 * what is found here is in the log, whatever any row of a database says. Kept are places of entries and little else: a log of millions
 * is read again where one of them is judged.
 */

import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import type { Oid } from '../core/change/change.ts';
import { AUTHORITY_TYPES } from '../core/signoff/authority.ts';
import { textOf } from './account-decided.ts';
import { type AccountLog, type Collected, entryAt, type Placed, walk } from './account-log.ts';
import { checkpointOf } from './log-read.ts';

/** A `landed` entry. */
export interface LandedEntry {
  readonly entry: number;
  readonly at: number;
  readonly old: Oid;
  readonly new: Oid;
  readonly change: string;
  readonly breakGlass: boolean;
  /** It was let pass, and nobody has written down yet that it landed: `entry` is the verdict. It landed where the ref goes through it. */
  readonly pending: boolean;
}

export interface RefLog {
  /** Where it stood when the log first heard of it. */
  readonly first: { readonly old: Oid; readonly at: number };
  readonly landings: LandedEntry[];
  /** By its move. */
  readonly pending: Map<string, LandedEntry>;
}

export interface ScannedLog extends Collected {
  /** Of the repository that is scanned, by full name. */
  readonly refs: ReadonlyMap<string, RefLog>;
  /** Ids of the repositories that anything is said of. */
  readonly repositories: ReadonlySet<string>;
  /** Places of what is said of a change, oldest first: decisions, verdicts, what people signed. */
  readonly ofChange: ReadonlyMap<string, readonly number[]>;
  /** Every `violation`, those with a change too. */
  readonly violations: readonly Placed[];
  /** Time of the last entry, milliseconds since 1970. */
  readonly lastAt: number;
}

const OF_CHANGE: ReadonlySet<string> = new Set(['decision', 'verdict', 'signoff', 'ownership', 'carry', 'break-glass', 'break-glass-cancel', 'break-glass-review']);
const OF_PEOPLE: ReadonlySet<string> = new Set(['genesis', ...AUTHORITY_TYPES]);

/** @param repo whose refs are asked about. Problems: those of a log; LOG_DAMAGED where files of it are gone, NOT_FOUND where there is none. */
export async function scanLog(log: AccountLog, repo: string): Promise<Result<ScannedLog>> {
  const [authority, policies, erasures, violations]: [Placed[], Placed[], Placed[], Placed[]] = [[], [], [], []];
  const refs = new Map<string, RefLog>();
  const [repositories, carried] = [new Set<string>(), new Set<string>()];
  const signoffs = new Map<string, number>();
  const [decisions, places] = [new Map<string, number[]>(), new Map<string, number[]>()];
  let lastAt = 0;
  const walked = await walk(log, (entry) => {
    const { type, fields, envelope, index, at } = entry;
    lastAt = at;
    if (OF_PEOPLE.has(type)) authority.push(entry);
    if (type === 'policy') policies.push(entry);
    if (type === 'erasure') erasures.push(entry);
    if (type === 'violation') violations.push(entry);
    if (type === 'signoff') signoffs.set(envelope, index);
    if (type === 'carry') carried.add(`${String(fields.change)} ${String(fields.signoff)}`);
    if (type === 'decision') push(decisions, String(fields.change), index);
    if (OF_CHANGE.has(type) && typeof fields.change === 'string') push(places, fields.change, index);
    if (type !== 'verdict' && type !== 'landed') return;
    repositories.add(textOf(fields.repo));
    if (fields.repo !== repo) return;
    const ref = refs.get(textOf(fields.ref)) ?? { first: { old: textOf(fields.old), at }, landings: [], pending: new Map<string, LandedEntry>() };
    refs.set(textOf(fields.ref), ref);
    const move = { entry: index, at, old: textOf(fields.old), new: textOf(fields.new), change: textOf(fields.change), breakGlass: fields.breakGlass === true };
    const name = `${move.old} ${move.new}`;
    if (type === 'landed') ref.landings.push({ ...move, pending: false });
    if (type === 'landed') ref.pending.delete(name);
    else if (fields.verdict === 'allow') ref.pending.set(name, { ...move, pending: true });
  });
  if (!walked.ok) return walked.error.code === 'NOT_FOUND' && (await checkpointOf(log.source, log.keys)).ok ? err(cutOff(walked.error)) : walked;
  return ok({
    checkpoint: walked.value,
    about: [],
    authority,
    policies,
    erasures,
    violations,
    signoffs,
    decisions,
    carried,
    refs,
    repositories,
    ofChange: places,
    lastAt,
  });
}

/** Whoever deletes a file of the log would have nothing found: that is no log which nobody has. */
const cutOff = ({ message, place }: Problem): Problem =>
  problem('LOG_DAMAGED', message, { ...(place === undefined ? {} : { place }), remedy: 'restore the log from a backup, and keep this one: it is evidence' });

function push(map: Map<string, number[]>, key: string, value: number): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/** Entries by their places; those that cannot be read are left out, and what rests on them does not hold. */
export async function entriesAt(log: AccountLog, places: readonly number[], size: number): Promise<readonly Placed[]> {
  const found: Placed[] = [];
  for (const place of places) {
    const entry = await entryAt(log, place, size);
    if (entry.ok) found.push(entry.value);
  }
  return found;
}
