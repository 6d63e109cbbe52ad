/**
 * What happens before a store is opened. The last checkpoint that was signed is taken at its word, once its root comes out of the
 * tiles and the leaf hashes at the edge; entries are read again where it matters most: all that came after it, and the last some
 * thousand before. Everything older is for the audit. A log that disagrees with what it once signed, or is shorter, is never
 * opened: whoever holds an old checkpoint would hold proof of a fork.
 */
import { concat, equal } from '../../core/base/bytes.ts';
import { problem, type Result } from '../../core/base/result.ts';
import { leafHash, root } from '../../core/log/merkle.ts';
import type { NoteKey } from '../../core/log/note.ts';
import { TILE_WIDTH } from '../../core/log/tiles.ts';
import type { Connection } from '../database.ts';
import { orRefuse, Refused } from '../refused.ts';
import type { Reading, TileTable } from '../schema.ts';
import { EMPTY_HEAD, growth, type Head, headAt } from './head.ts';
import { holds } from './holds.ts';
import type { Publisher } from './publisher.ts';
import { entriesFrom } from './read.ts';
import { everyKey } from './rotations.ts';

/**
 * Checkpoints somebody else kept; or how to ask for them, with every key the log ever signed with, the newest first, none in a folder
 * without a log. What it refuses with keeps the folder closed.
 */
export type Known = readonly string[] | ((keys: readonly NoteKey[]) => Promise<Result<readonly string[]>>);

/** Entries read again though a checkpoint covers them: 16 tiles. */
const READ_AGAIN = 4096;

/**
 * Throws `Refused` with DATA_INVALID or, for a checkpoint kept elsewhere, as `holds` says. Nothing is signed before all of it
 * holds; afterwards the latest checkpoint is signed for every committed entry.
 */
export async function recover(writer: Connection, publisher: Publisher, known: Known = []): Promise<void> {
  await publisher.start();
  const last = await publisher.stored();
  const size = await sizeOf(writer.db);
  if (last !== undefined && size < last.size) throw refused(`the log holds ${size} entries and its last checkpoint speaks of ${last.size}`);
  if (last !== undefined && !equal(await rootAt(writer.db, last.size), last.root))
    throw refused(`the entries do not have the root the checkpoint of size ${last.size} was signed over`);
  const keys = await everyKey(writer.db, publisher.key());
  for (const note of typeof known === 'function' ? orRefuse(await known(keys)) : known) orRefuse(await holds(writer.db, keys, note, size));
  if (size === 0) return;
  if (publisher.key() === undefined) throw refused('the first entry is no genesis');
  const { tree } = await readAgain(writer.db, last?.size ?? 0);
  if (tree.size !== size) throw refused(`entry ${tree.size} is missing`);
  await publisher.publish(tree);
}

async function sizeOf(db: Reading): Promise<number> {
  const last = await db.selectFrom('entries').select('idx').orderBy('idx', 'desc').limit(1).executeTakeFirst();
  return (last?.idx ?? -1) + 1;
}

async function rootAt(db: Reading, size: number): Promise<Uint8Array> {
  return root((await standing(db, size)).tree);
}

/** Leaf hashes and tiles from some thousand entries before the checkpoint to the end, made again from the entries' bytes. */
async function readAgain(db: Reading, signed: number): Promise<Head> {
  const from = Math.max(0, Math.floor((signed - READ_AGAIN) / TILE_WIDTH) * TILE_WIDTH);
  const log = growth(from === 0 ? EMPTY_HEAD : { ...(await standing(db, from)), at: 0 });
  for await (const rows of entriesFrom(db, from)) {
    for (const row of rows) {
      if (row.idx !== log.tree.size) throw refused(`entry ${log.tree.size} is missing`);
      const leaf = leafHash(row.bytes);
      if (!equal(leaf, row.leaf)) throw refused(`entry ${row.idx} is not what its leaf hash was made of`);
      for (const tile of log.add(leaf, row.at)) await compare(db, tile);
    }
  }
  return log.head();
}

async function compare(db: Reading, { level, pos, root, hashes }: TileTable): Promise<void> {
  const stored = await db.selectFrom('tiles').select(['root', 'hashes']).where('level', '=', level).where('pos', '=', pos).executeTakeFirst();
  if (stored === undefined || !equal(concat(stored.root, stored.hashes), concat(root, hashes))) throw refused(`tile ${level}/${pos} is not that of the entries`);
}

async function standing(db: Reading, size: number): Promise<Omit<Head, 'at'>> {
  try {
    return await headAt(db, size);
  } catch (cause) {
    throw refused(cause instanceof Error ? cause.message : String(cause));
  }
}

const refused = (message: string): Refused =>
  new Refused(problem('DATA_INVALID', message, { remedy: 'restore the whole data folder from one backup; keep this one: it is evidence' }));
