/** Replays the log into the projections. The rows come out the same, or the audit says so. */
import { problem } from '../../core/base/result.ts';
import { parseEntry } from '../../core/log/entry.ts';
import { isBody } from '../envelopes/envelopes.ts';
import { readErased } from '../ledger/erased.ts';
import { type Erased, isErased } from '../ledger/heeded.ts';
import { entriesFrom, type KeptEntry } from '../ledger/read.ts';
import { orRefuse, Refused } from '../refused.ts';
import type { Reading, Writing } from '../schema.ts';
import { PROJECTIONS } from '../schema.ts';
import { applyAll } from './apply.ts';
import type { Effect } from './effects.ts';
import { project } from './project.ts';

/** Throws `Refused` for an entry that cannot be read: the transaction around it rolls back, and the old rows stay. @param seen as `replayInto` tells it. */
export async function replay(db: Writing, seen: (size: number) => unknown = () => undefined): Promise<void> {
  for (const table of [...PROJECTIONS].reverse()) await db.deleteFrom(table).execute();
  await replayInto(db, seen);
}

/** @param seen told the size replayed so far, some hundred entries at a time; what it answers is waited for. */
export async function replayInto(db: Reading, seen: (size: number) => unknown): Promise<void> {
  const erased = await readErased(db);
  for await (const rows of entriesFrom(db)) {
    await applyAll(
      db,
      rows.flatMap((row) => effectsOf(row, erased)),
    );
    await seen((rows.at(-1)?.idx ?? 0) + 1);
  }
}

function effectsOf(row: KeptEntry, erased: Erased): readonly Effect[] {
  const entry = parseEntry(row.bytes);
  if (!entry.ok) throw new Refused(problem('DATA_INVALID', `entry ${row.idx} cannot be read: ${entry.error.message}`, { place: `entry ${row.idx}` }));
  const body = intact(row, entry.value.envelope);
  if (body === null && !isErased(erased, { idx: row.idx, body: entry.value.envelope }))
    throw new Refused(problem('DATA_INVALID', `the body of entry ${row.idx} is missing`, { place: `entry ${row.idx} (${row.type})` }));
  const effects = orRefuse(project({ ...entry.value, index: row.idx, body }));
  return entry.value.type === 'erasure' && !erased.by.has(row.idx) ? [] : effects;
}

/** A body that does not have its digest is as good as gone. */
const intact = ({ kept }: KeptEntry, envelope: string): Uint8Array | null => (kept !== null && isBody(kept, envelope) ? kept : null);
