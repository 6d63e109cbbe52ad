/** Reads of the ledger's own tables. */
import type { AppendedEntry } from '../../flows/ports.ts';
import type { EntryTable, Reading } from '../schema.ts';

const BATCH = 500;

/** Entries [from, to), oldest first. */
export async function readEntries(db: Reading, from: number, to: number): Promise<readonly EntryTable[]> {
  return db.selectFrom('entries').selectAll().where('idx', '>=', from).where('idx', '<', to).orderBy('idx').execute();
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
