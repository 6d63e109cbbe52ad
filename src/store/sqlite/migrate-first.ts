/**
 * Ledgers of the first version: a row for every node of the tree, bodies by digest. Entries and bodies are taken as they are, the
 * tiles are made from them. What the last checkpoint says of them is compared when the log is opened, as always.
 */
import { leafHash } from '../../core/log/merkle.ts';
import { EMPTY_HEAD, growth } from '../ledger/head.ts';
import { insertTiles } from '../ledger/write.ts';
import { LEDGER_DDL, PROJECTIONS, type Writing } from '../schema.ts';
import type { SqliteConnection } from './database.ts';

const OLD = ['entries', 'bodies'] as const;

/** Inside a transaction of the writer, which also sets the version. Drops the projections: they are rebuilt after it. */
export async function moveFromFirst(writer: SqliteConnection, db: Writing): Promise<void> {
  for (const table of [...PROJECTIONS].reverse()) writer.exec(`drop table if exists ${table}`);
  writer.exec('drop table nodes; drop index if exists entries_by_type');
  for (const table of OLD) writer.exec(`alter table ${table} rename to first_${table}`);
  for (const statement of LEDGER_DDL) writer.exec(statement);
  const leaves = growth(EMPTY_HEAD);
  for (const { idx, bytes } of writer.read<{ idx: number; bytes: Uint8Array }>('select idx, bytes from first_entries order by idx')) {
    const leaf = leafHash(bytes);
    writer.run('insert into entries (idx, type, at, body, leaf, bytes) select idx, type, at, body, ?, bytes from first_entries where idx = ?', [leaf, idx]);
    await insertTiles(db, leaves.add(leaf));
  }
  writer.exec('insert into bodies (idx, bytes) select e.idx, b.bytes from first_entries e join first_bodies b on b.sha256 = e.body');
  for (const table of OLD) writer.exec(`drop table first_${table}`);
  writer.exec(`delete from meta where name = 'projections'`);
}
