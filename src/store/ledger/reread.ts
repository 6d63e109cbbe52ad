/** Entries read again, made anew from their bytes: what stands beside them, their leaf hashes, and the tiles they filled. */
import { concat, equal } from '../../core/base/bytes.ts';
import { problem } from '../../core/base/result.ts';
import { type Entry, parseEntry } from '../../core/log/entry.ts';
import { fill, inclusionPlan, leafHash, root, type Tree, verifyInclusion } from '../../core/log/merkle.ts';
import { Refused } from '../refused.ts';
import type { EntryTable, Reading, TileTable } from '../schema.ts';
import type { Growth } from './head.ts';
import { readEntries } from './read.ts';
import { signed } from './signed.ts';
import { type Deciding, type Found, isDeciding } from './statements.ts';
import { readNodes } from './tiles.ts';

/** What a tree of this size was signed to be. */
export interface Mark {
  readonly size: number;
  readonly root: Uint8Array;
}

const BATCH = 500;

/**
 * From where the log stands to `to`: grows it, and answers what is kept of the entries. Throws `Refused` with DATA_INVALID, naming the entry,
 * the tile or the checkpoint that does not fit.
 */
export async function reread(db: Reading, log: Growth, to: number, marks: readonly Mark[]): Promise<Found> {
  const deciding: Deciding[] = [];
  const words = signed();
  while (log.tree.size < to) {
    const rows = await readEntries(db, log.tree.size, Math.min(to, log.tree.size + BATCH));
    if (rows.length === 0) throw refused(`entry ${log.tree.size} is missing`, `entry ${log.tree.size}`);
    for (const row of rows) {
      const entry = entryOf(row, log.tree.size);
      if (isDeciding(entry.type)) deciding.push(await withBody(db, row, entry));
      words.add(entry, row.idx);
      for (const tile of log.add(row.leaf, row.at)) await compare(db, tile);
      const mark = marks.find((m) => m.size === log.tree.size);
      if (mark !== undefined && !equal(root(log.tree), mark.root))
        throw refused(`the entries do not have the root that was signed over ${mark.size} of them`, `checkpoint ${mark.size}`);
    }
  }
  return { deciding, signed: words };
}

/** One entry of a tree whose root was signed, shown to be in it by its bytes. Throws as `reread`. */
export async function reproven(db: Reading, index: number, tree: Tree): Promise<Deciding> {
  const [row] = await readEntries(db, index, index + 1);
  if (row === undefined) throw refused(`entry ${index} is missing`, `entry ${index}`);
  const plan = inclusionPlan(index, tree.size);
  const hashes = plan && fill(plan, await readNodes(db, plan.nodes, tree.size));
  const entry = entryOf(row, index);
  if (hashes === undefined || !verifyInclusion(leafHash(row.bytes), index, tree.size, hashes, root(tree)))
    throw refused(`entry ${index} is not the one that was signed`, `entry ${index}`);
  return withBody(db, row, entry);
}

async function withBody(db: Reading, { idx, bytes }: EntryTable, { type }: Entry): Promise<Deciding> {
  const kept = await db.selectFrom('bodies').select('bytes').where('idx', '=', idx).executeTakeFirst();
  return { type, index: idx, bytes, body: kept?.bytes ?? null };
}

/** Of a row that says beside its entry what the entry itself says, and has its leaf hash. */
function entryOf(row: EntryTable, next: number): Entry {
  const place = `entry ${next}`;
  if (row.idx !== next) throw refused(`${place} is missing`, place);
  if (!equal(leafHash(row.bytes), row.leaf)) throw refused(`${place} is not what its leaf hash was made of`, place);
  const entry = parseEntry(row.bytes);
  if (!entry.ok) throw refused(`${place} cannot be read: ${entry.error.message}`, place);
  const { type, at, envelope } = entry.value;
  if (type !== row.type || at !== row.at || envelope !== row.body) throw refused(`the columns beside ${place} say something else than its bytes`, place);
  return entry.value;
}

async function compare(db: Reading, { level, pos, root, hashes }: TileTable): Promise<void> {
  const stored = await db.selectFrom('tiles').select(['root', 'hashes']).where('level', '=', level).where('pos', '=', pos).executeTakeFirst();
  if (stored === undefined || !equal(concat(stored.root, stored.hashes), concat(root, hashes)))
    throw refused(`tile ${level}/${pos} is not that of the entries`, `tile ${level}/${pos}`);
}

/** @param place in the words of the audit; absent: the folder. */
export const refused = (message: string, place?: string): Refused =>
  new Refused(
    problem('DATA_INVALID', message, { ...(place === undefined ? {} : { place }), remedy: 'restore the whole data folder from one backup; keep this one: it is evidence' }),
  );
