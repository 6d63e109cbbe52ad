/** Reads of the ledger's own tables. */
import type { Bytes } from '../../core/base/crypto.ts';
import type { NodeRef } from '../../core/log/merkle.ts';
import type { AppendedEntry } from '../../flows/ports.ts';
import type { EntryTable, Reading } from '../schema.ts';

const BATCH = 500;

/** Entries [from, to), oldest first. */
export async function readEntries(db: Reading, from: number, to: number): Promise<readonly EntryTable[]> {
  return db.selectFrom('entries').selectAll().where('idx', '>=', from).where('idx', '<', to).orderBy('idx').execute();
}

/** Every entry, oldest first, some hundreds at a time. */
export async function* allEntries(db: Reading): AsyncGenerator<EntryTable> {
  for (let after = -1; ; ) {
    const rows = await db.selectFrom('entries').selectAll().where('idx', '>', after).orderBy('idx').limit(BATCH).execute();
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.idx;
  }
}

/** In the order asked; undefined where the table has none. A proof needs at most 63 of them. */
export async function readNodes(db: Reading, nodes: readonly NodeRef[]): Promise<readonly (Bytes | undefined)[]> {
  const hashes: (Bytes | undefined)[] = [];
  for (const { level, index } of nodes) {
    const row = await db.selectFrom('nodes').select('hash').where('level', '=', level).where('pos', '=', index).executeTakeFirst();
    hashes.push(row?.hash);
  }
  return hashes;
}

export const appended = (row: EntryTable): AppendedEntry => ({ index: row.idx, bytes: row.bytes, body: row.body, at: row.at });
