/**
 * From tiles back to the tree: which tile holds what a node is made of, and how to go on growing a tree whose tiles are files. Nothing
 * here believes a tile: whoever asks compares the root, or verifies the proof, that comes out.
 */
import type { Bytes } from '../base/crypto.ts';
import { EMPTY_TREE, type NodeRef, nodeHash, type Tree } from './merkle.ts';
import { HASH_SIZE } from './strict.ts';
import { type Begun, TILE_HEIGHT } from './tile-check.ts';
import { TILE_WIDTH, tilesAt } from './tiles.ts';

/** The tile to read, and which of its hashes lie under the node. */
export interface NodePlace {
  readonly level: number;
  readonly index: number;
  /** Of the tile in a log of this size. */
  readonly width: number;
  readonly from: number;
  readonly count: number;
}

/** @param node complete in a tree of this size. */
export function placeOf(node: NodeRef, size: number): NodePlace {
  const level = Math.floor(node.level / TILE_HEIGHT);
  const count = 2 ** (node.level % TILE_HEIGHT);
  const first = node.index * count;
  const index = Math.floor(first / TILE_WIDTH);
  const { full, partial } = tilesAt(level, size);
  return { level, index, width: index < full ? TILE_WIDTH : partial, from: first % TILE_WIDTH, count };
}

/** Undefined where the tile is too short. */
export function nodeIn(tile: Bytes, { from, count }: NodePlace): Bytes | undefined {
  const hashes = hashesOf(tile).slice(from, from + count);
  return hashes.length === count ? subtree(hashes) : undefined;
}

export const hashesOf = (tile: Bytes): readonly Bytes[] => Array.from({ length: Math.floor(tile.length / HASH_SIZE) }, (_, i) => tile.slice(i * HASH_SIZE, (i + 1) * HASH_SIZE));

/** Root of a complete subtree. @param hashes as many as a power of two. */
export function subtree(hashes: readonly Bytes[]): Bytes {
  let row = hashes;
  while (row.length > 1) row = row.flatMap((left, i) => (i % 2 === 0 ? [nodeHash(left, row[i + 1] ?? left)] : []));
  return row[0] ?? new Uint8Array(0);
}

/** Levels of tiles in a log of this size, whether full or partial. */
export function levelsAt(size: number): number {
  let levels = 0;
  while (size >= TILE_WIDTH ** levels && size > 0) levels++;
  return levels;
}

/**
 * The tree of a log of this size out of its partial tiles alone, so that it can grow. Its root is what they say: compare it with a
 * signed one. @param partial the partial tile of each level that has one. Undefined where one is missing or of another width.
 */
export function resume(size: number, partial: ReadonlyMap<number, Bytes>): Begun | undefined {
  const open = Array.from({ length: levelsAt(size) }, (_, level) => ({ index: tilesAt(level, size).full, hashes: hashesOf(partial.get(level) ?? new Uint8Array(0)) }));
  if (open.some(({ hashes }, level) => hashes.length !== tilesAt(level, size).partial)) return undefined;
  const edge = open.flatMap(({ hashes }) => [edgeIn(hashes)]).reverse();
  const tree: Tree = size === 0 ? EMPTY_TREE : { size, edge: edge.flat() };
  return { tree, open };
}

/** Maximal complete subtrees of a partial tile, widest first. */
function edgeIn(hashes: readonly Bytes[]): readonly Bytes[] {
  const roots: Bytes[] = [];
  for (let width = TILE_WIDTH / 2, at = 0; width >= 1; width /= 2) {
    if (hashes.length - at < width) continue;
    roots.push(subtree(hashes.slice(at, at + width)));
    at += width;
  }
  return roots;
}
