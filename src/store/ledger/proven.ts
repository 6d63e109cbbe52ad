/**
 * Entries by their bytes, shown to be in the tree that this process signed or was shown signed: whoever has the database can change an
 * entry, the hash beside it and the tile over both, and only the root in memory is not his. Of a tile one leaf is proven, with its siblings
 * made of the tile's own hashes: then each of these is what was signed. It stays so however far the log grows, so the tiles asked for last
 * are kept, and what they hold is read no more.
 */
import { equal } from '../../core/base/bytes.ts';
import type { Bytes } from '../../core/base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../../core/base/result.ts';
import { parseEntry } from '../../core/log/entry.ts';
import { fill, inclusionPlan, leafHash, verifyInclusion } from '../../core/log/merkle.ts';
import { HASH_SIZE } from '../../core/log/strict.ts';
import { nodesOfTiles, tilePlan } from '../../core/log/tile.ts';
import { TILE_WIDTH } from '../../core/log/tiles.ts';
import type { AppendedEntry, Ledger } from '../../flows/ports.ts';
import type { Database, EntryTable } from '../schema.ts';
import { readPlaces } from './read.ts';
import type { Mark } from './reread.ts';
import { readTile } from './tiles.ts';

/** Tiles kept: 2 MB of hashes at most. */
const KEPT = 256;

/** @param signed the last tree this process knows signed; undefined before genesis. */
export function provenOver(reader: Database, signed: () => Mark | undefined): Ledger['proven'] {
  const kept = new Map<number, Bytes>();
  const leavesOf = async (tile: number, upTo: number, tree: Mark): Promise<Bytes | undefined> => {
    const known = kept.get(tile);
    const leaves = known !== undefined && known.length >= (upTo - tile * TILE_WIDTH) * HASH_SIZE ? known : await shown(reader, tile, tree);
    kept.delete(tile);
    if (leaves !== undefined) kept.set(tile, leaves);
    if (kept.size > KEPT) kept.delete(kept.keys().next().value ?? tile);
    return leaves;
  };
  return async (places) => {
    const tree = signed() ?? NOTHING;
    const within = [...new Set(places)].filter((place) => place >= 0 && place < tree.size);
    const rows = new Map((await readPlaces(reader, within)).map((row) => [row.idx, row]));
    const proven = new Map<number, Result<AppendedEntry>>();
    for (const [tile, asked] of Map.groupBy(within, tileOf)) {
      const leaves = await leavesOf(tile, Math.max(...asked) + 1, tree);
      for (const place of asked) proven.set(place, entryAt(place, rows.get(place), leaves));
    }
    return places.map((place) => proven.get(place) ?? null);
  };
}

const NOTHING: Mark = { size: 0, root: new Uint8Array(0) };
const tileOf = (place: number): number => Math.floor(place / TILE_WIDTH);

/** All leaf hashes of a tile as wide as it is in this tree; undefined where they are not those that were signed. */
async function shown(db: Database, tile: number, { size, root }: Mark): Promise<Bytes | undefined> {
  const first = tile * TILE_WIDTH;
  const width = Math.min(TILE_WIDTH, size - first);
  const plan = inclusionPlan(first, size);
  const tiles = plan && tilePlan(plan.nodes, size);
  const leaves = await readTile(db, { level: 0, index: tile, width });
  if (plan === undefined || tiles === undefined || leaves?.length !== width * HASH_SIZE) return undefined;
  const contents: (Bytes | undefined)[] = [];
  for (const { level, index, width: wide } of tiles.tiles)
    contents.push(level === 'entries' ? undefined : level === 0 && index === tile ? leaves : await readTile(db, { level, index, width: wide }));
  const hashes = fill(plan, nodesOfTiles(tiles, contents));
  return hashes !== undefined && verifyInclusion(leaves.subarray(0, HASH_SIZE), first, size, hashes, root) ? leaves : undefined;
}

function entryAt(place: number, row: EntryTable | undefined, leaves: Bytes | undefined): Result<AppendedEntry> {
  if (leaves === undefined) return err(damaged(place, 'the hashes of the log around it are not those that were signed'));
  if (row === undefined) return err(damaged(place, 'it is missing'));
  const at = (place % TILE_WIDTH) * HASH_SIZE;
  const entry = row.bytes instanceof Uint8Array && equal(leafHash(row.bytes), leaves.subarray(at, at + HASH_SIZE)) ? parseEntry(row.bytes) : undefined;
  if (entry?.ok !== true) return err(damaged(place, 'it is not the one that was signed'));
  return ok({ index: place, bytes: row.bytes, body: entry.value.envelope, at: entry.value.at });
}

const damaged = (place: number, what: string): Problem =>
  problem('LOG_DAMAGED', `entry ${place} of the log cannot be relied on: ${what}`, {
    place: `entry ${place}`,
    remedy: 'countersign audit --full says what else is wrong; restore the database from a backup, and keep this one: it is evidence',
  });
