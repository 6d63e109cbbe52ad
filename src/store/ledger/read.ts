/** Reads of the ledger's own tables. */
import type { AppendedEntry } from '../../flows/ports.ts';
import type { EntryTable, Reading } from '../schema.ts';

const BATCH = 500;

/** Entries [from, to), oldest first. */
export async function readEntries(db: Reading, from: number, to: number): Promise<readonly EntryTable[]> {
  return db.selectFrom('entries').selectAll().where('idx', '>=', from).where('idx', '<', to).orderBy('idx').execute();
}

/** Values of one `in`. */
const AT_ONCE = 500;

/** Those that are there, in no order. */
export async function readPlaces(db: Reading, places: readonly number[]): Promise<readonly EntryTable[]> {
  const rows: EntryTable[] = [];
  for (let at = 0; at < places.length; at += AT_ONCE) {
    const some = places.slice(at, at + AT_ONCE);
    rows.push(...(await db.selectFrom('entries').selectAll().where('idx', 'in', some).execute()));
  }
  return rows;
}

/** An entry and the body that came with it; null where it is not kept. */
export interface KeptEntry extends EntryTable {
  readonly kept: Uint8Array | null;
}

/** Every entry from `from` on, oldest first, some hundreds at a time. */
export async function* entriesFrom(db: Reading, from = 0): AsyncGenerator<readonly KeptEntry[]> {
  for (let next = from; ; ) {
    const rows = await db
      .selectFrom('entries')
      .leftJoin('bodies', 'bodies.idx', 'entries.idx')
      .select(['entries.idx', 'type', 'at', 'body', 'leaf', 'entries.bytes', 'bodies.bytes as kept'])
      .where('entries.idx', '>=', next)
      .orderBy('entries.idx')
      .limit(BATCH)
      .execute();
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    next = last.idx + 1;
  }
}

export const appended = (row: EntryTable): AppendedEntry => ({ index: row.idx, bytes: row.bytes, body: row.body, at: row.at });
