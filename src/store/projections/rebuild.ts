/** Deletes every projection and replays the log into them. The rows come out the same, or the audit says so. */
import { problem } from '../../core/base/result.ts';
import { parseEntry } from '../../core/log/entry.ts';
import { readBody } from '../envelopes/envelopes.ts';
import { allEntries } from '../ledger/read.ts';
import { Refused } from '../refused.ts';
import type { Database, EntryTable, Reading, Writing } from '../schema.ts';
import { PROJECTIONS } from '../schema.ts';
import { apply } from './apply.ts';
import { project } from './project.ts';

/** Throws `Refused` for an entry that cannot be read: the transaction around it rolls back, and the old rows stay. */
export async function replay(db: Writing): Promise<void> {
  for (const table of [...PROJECTIONS].reverse()) await db.deleteFrom(table).execute();
  for await (const row of allEntries(db)) await replayEntry(db, row);
}

async function replayEntry(db: Writing, row: EntryTable): Promise<void> {
  const entry = parseEntry(row.bytes);
  if (!entry.ok) throw new Refused(problem('DATA_INVALID', `entry ${row.idx} cannot be read: ${entry.error.message}`, { place: `entry ${row.idx}` }));
  const effects = project({ ...entry.value, index: row.idx, body: await readBody(db, entry.value.envelope) });
  if (!effects.ok) throw new Refused(effects.error);
  for (const effect of effects.value) await apply(db, effect);
}

/** Every row of every projection, as sorted JSON lines. */
async function snapshot(db: Reading): Promise<ReadonlyMap<string, readonly string[]>> {
  const tables = new Map<string, readonly string[]>();
  for (const table of PROJECTIONS) {
    const rows = await db.selectFrom(table).selectAll().execute();
    tables.set(table, rows.map((row) => JSON.stringify(row)).sort());
  }
  return tables;
}

/** Projections that a replay would change, compared inside a transaction that is then rolled back. Throws `Refused` as `replay` does. */
export async function stale(db: Database): Promise<readonly string[]> {
  const before = await snapshot(db);
  const differing: string[] = [];
  const undo = new Error('rolled back on purpose');
  const compared = db.transaction().execute(async (trx) => {
    await replay(trx);
    const after = await snapshot(trx);
    differing.push(...[...before].filter(([table, rows]) => rows.join('\n') !== after.get(table)?.join('\n')).map(([table]) => table));
    throw undo;
  });
  await compared.catch((cause) => {
    if (cause !== undo) throw cause;
  });
  return differing;
}
