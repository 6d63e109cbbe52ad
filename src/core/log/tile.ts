/**
 * What stands in a tile, and how a whole log is read from tiles alone. A hash tile is its hashes one after another; a bundle is
 *
 *     00 c4 7b 22 76 22 ...      length of the entry, 16 bits, big end first; the entry; and so on
 *
 * To read nodes of the tree: work out every tile first (`tilePlan`), read them all at once, from a disk or across a network,
 * then take the nodes out of them (`nodesOfTiles`). So a proof is: `inclusionPlan`, `tilePlan` of its nodes, read,
 * `nodesOfTiles`, `fill`; a root is the same with `edgeNodes`. Tiles come from anybody: what is made of them is a
 * proof like any other and proves nothing before it verifies.
 */
import type { Bytes } from '../base/crypto.ts';
import { type NodeRef, nodeHash } from './merkle.ts';
import { countable, HASH_SIZE } from './strict.ts';
import { TILE_HEIGHT, TILE_WIDTH, type TileRef, tilePath, widthAt } from './tiles.ts';

const MAX_LENGTH = 0xffff;

/** Undefined unless there are 1 to 256 entries of at most 65,535 bytes. */
export function bundleBytes(entries: readonly Bytes[]): Bytes | undefined {
  if (entries.length < 1 || entries.length > TILE_WIDTH || entries.some((e) => e.length > MAX_LENGTH)) return undefined;
  const out = new Uint8Array(entries.reduce((sum, e) => sum + 2 + e.length, 0));
  let at = 0;
  for (const entry of entries) {
    out.set([entry.length >>> 8, entry.length & 0xff], at);
    out.set(entry, at + 2);
    at += 2 + entry.length;
  }
  return out;
}

/** The entries, as views into the bytes; undefined unless there are exactly `width` of them and not a byte after. */
export function parseBundleBytes(bytes: Bytes, width: number): readonly Bytes[] | undefined {
  const entries: Bytes[] = [];
  let at = 0;
  while (at + 2 <= bytes.length && entries.length < width) {
    const end = at + 2 + (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
    if (end > bytes.length) return undefined;
    entries.push(bytes.subarray(at + 2, end));
    at = end;
  }
  return width >= 1 && entries.length === width && at === bytes.length ? entries : undefined;
}

/** Where a complete node is found: the tile, and the place in it as `nodeOfTile` takes it. */
export interface NodePlace {
  readonly tile: TileRef;
  readonly level: number;
  readonly index: number;
}

/** Undefined where a log of this size has no such complete node. */
export function placeOfNode(node: NodeRef, size: number): NodePlace | undefined {
  if (!countable(size) || !countable(node.index) || !countable(node.level) || (node.index + 1) * 2 ** node.level > size) return undefined;
  const [tileLevel, level] = [Math.floor(node.level / TILE_HEIGHT), node.level % TILE_HEIGHT];
  const nodes = TILE_WIDTH / 2 ** level;
  const index = Math.floor(node.index / nodes);
  return { tile: { level: tileLevel, index, width: widthAt(tileLevel, index, size) }, level, index: node.index % nodes };
}

/**
 * The complete node `level` (0 to 8) levels above the hashes of a tile, the `index`th from its left; level 8 is the one hash the
 * tile gives to the level above it. Undefined where the tile, which may be partial, does not hold all of it.
 */
export function nodeOfTile(hashes: Bytes, level: number, index: number): Bytes | undefined {
  const width = 2 ** level;
  if (!countable(level) || level > TILE_HEIGHT || !countable(index) || hashes.length % HASH_SIZE !== 0 || (index + 1) * width * HASH_SIZE > hashes.length) return undefined;
  return fold(hashes.subarray(index * width * HASH_SIZE, (index + 1) * width * HASH_SIZE));
}

/** A power of two of hashes, halved down to one. */
function fold(hashes: Bytes): Bytes {
  if (hashes.length === HASH_SIZE) return hashes;
  return nodeHash(fold(hashes.subarray(0, hashes.length / 2)), fold(hashes.subarray(hashes.length / 2)));
}

/** Nodes to be taken out of tiles that are still to be read. */
export interface TilePlan {
  /** What to read, each tile once, in the order `nodesOfTiles` takes their bytes. */
  readonly tiles: readonly TileRef[];
  /** For each node asked for, the number of its tile above, and the place in it. */
  readonly places: readonly { readonly tile: number; readonly level: number; readonly index: number }[];
}

/** Undefined where a log of this size does not have all of these nodes. */
export function tilePlan(nodes: readonly NodeRef[], size: number): TilePlan | undefined {
  const numbers = new Map<string, number>();
  const tiles: TileRef[] = [];
  const places = nodes.flatMap((node) => {
    const place = placeOfNode(node, size);
    if (place === undefined) return [];
    const path = tilePath(place.tile.level, place.tile.index);
    const tile = numbers.get(path) ?? tiles.push(place.tile) - 1;
    numbers.set(path, tile);
    return [{ tile, level: place.level, index: place.index }];
  });
  return places.length === nodes.length ? { tiles, places } : undefined;
}

/**
 * The nodes, in the order they were asked for; undefined for one whose tile is missing, torn or too narrow. A wider tile than was
 * asked for serves as well, for it begins with the same hashes: a log may drop a partial tile once the full one is there.
 */
export function nodesOfTiles(plan: TilePlan, contents: readonly (Bytes | undefined)[]): readonly (Bytes | undefined)[] {
  return plan.places.map(({ tile, level, index }) => {
    const hashes = contents[tile];
    return hashes !== undefined && isTile(hashes, plan.tiles[tile]?.width ?? TILE_WIDTH) ? nodeOfTile(hashes, level, index) : undefined;
  });
}

/** Bytes that can be a tile of at least this width. */
const isTile = (bytes: Bytes, width: number): boolean => bytes.length % HASH_SIZE === 0 && bytes.length >= width * HASH_SIZE && bytes.length <= TILE_WIDTH * HASH_SIZE;
