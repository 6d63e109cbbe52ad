/** Tiles out of the tables: a full one is a row, a partial one is put together from leaf hashes or from the roots of full ones below. */
import { concat } from '../../core/base/bytes.ts';
import type { Bytes } from '../../core/base/crypto.ts';
import type { NodeRef } from '../../core/log/merkle.ts';
import { bundleBytes, nodesOfTiles, tilePlan } from '../../core/log/tile.ts';
import { TILE_WIDTH, type TileRef } from '../../core/log/tiles.ts';
import type { Reading } from '../schema.ts';

interface HashTile extends TileRef {
  readonly level: number;
}

/** `width` times 32 bytes; undefined where the tables do not hold all of it. */
export async function readTile(db: Reading, tile: HashTile): Promise<Bytes | undefined> {
  if (tile.width < TILE_WIDTH) {
    const hashes = await readHashes(db, tile);
    return hashes && concat(...hashes);
  }
  return (await db.selectFrom('tiles').select('hashes').where('level', '=', tile.level).where('pos', '=', tile.index).executeTakeFirst())?.hashes;
}

/** The first `width` hashes of a tile, full or not; undefined where one of them is missing. */
export async function readHashes(db: Reading, { level, index, width }: HashTile): Promise<readonly Bytes[] | undefined> {
  const from = index * TILE_WIDTH;
  const hashes = level === 0 ? await leavesOf(db, from, from + width) : await rootsOf(db, level - 1, from, from + width);
  return hashes.length === width ? hashes : undefined;
}

async function leavesOf(db: Reading, from: number, to: number): Promise<readonly Bytes[]> {
  const rows = await db.selectFrom('entries').select('leaf').where('idx', '>=', from).where('idx', '<', to).orderBy('idx').execute();
  return rows.map((r) => r.leaf);
}

async function rootsOf(db: Reading, level: number, from: number, to: number): Promise<readonly Bytes[]> {
  const rows = await db.selectFrom('tiles').select('root').where('level', '=', level).where('pos', '>=', from).where('pos', '<', to).orderBy('pos').execute();
  return rows.map((r) => r.root);
}

/** Nodes of the tree of this size, in the order asked; undefined for one whose tile is missing. A proof reads two or three tiles. */
export async function readNodes(db: Reading, nodes: readonly NodeRef[], size: number): Promise<readonly (Bytes | undefined)[]> {
  const plan = tilePlan(nodes, size);
  if (plan === undefined) return nodes.map(() => undefined);
  const contents: (Bytes | undefined)[] = [];
  for (const { level, index, width } of plan.tiles) contents.push(level === 'entries' ? undefined : await readTile(db, { level, index, width }));
  return nodesOfTiles(plan, contents);
}

/** (uint16 length || entry) times `width`; undefined where an entry is missing. */
export async function readBundle(db: Reading, index: number, width: number): Promise<Bytes | undefined> {
  const from = index * TILE_WIDTH;
  const rows = await db
    .selectFrom('entries')
    .select('bytes')
    .where('idx', '>=', from)
    .where('idx', '<', from + width)
    .orderBy('idx')
    .execute();
  return rows.length === width ? bundleBytes(rows.map((r) => r.bytes)) : undefined;
}
