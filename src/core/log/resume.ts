/**
 * Going on with a tree that lies in files: its partial tiles are all it takes to grow it. Nothing here believes a tile: whoever asks
 * compares the root that comes out with a signed one.
 */
import { concat } from '../base/bytes.ts';
import type { Bytes } from '../base/crypto.ts';
import { EMPTY_TREE, type Tree } from './merkle.ts';
import { HASH_SIZE } from './strict.ts';
import { nodeOfTile } from './tile.ts';
import type { Begun } from './tile-check.ts';
import { TILE_WIDTH, tilesAt } from './tiles.ts';

/** The hashes of a tile, one by one; what is left over of a torn one is left out. */
export const hashesOf = (tile: Bytes): readonly Bytes[] => Array.from({ length: Math.floor(tile.length / HASH_SIZE) }, (_, i) => tile.slice(i * HASH_SIZE, (i + 1) * HASH_SIZE));

/** Levels of tiles in a log of this size, whether full or partial. */
export function levelsAt(size: number): number {
  let levels = 0;
  while (size > 0 && size >= TILE_WIDTH ** levels) levels++;
  return levels;
}

/** @param partial the partial tile of each level that has one. Undefined where one is missing or of another width. */
export function resume(size: number, partial: ReadonlyMap<number, Bytes>): Begun | undefined {
  const open = Array.from({ length: levelsAt(size) }, (_, level) => ({ index: tilesAt(level, size).full, hashes: hashesOf(partial.get(level) ?? new Uint8Array(0)) }));
  if (open.some(({ hashes }, level) => hashes.length !== tilesAt(level, size).partial)) return undefined;
  const edge = open.map(({ hashes }) => edgeIn(concat(...hashes))).reverse();
  const tree: Tree = size === 0 ? EMPTY_TREE : { size, edge: edge.flat() };
  return { tree, open };
}

/** Maximal complete subtrees of a partial tile, widest first. */
function edgeIn(tile: Bytes): readonly Bytes[] {
  const roots: Bytes[] = [];
  for (let level = 7, at = 0; level >= 0; level--) {
    const node = nodeOfTile(tile, level, at / 2 ** level);
    if (node === undefined) continue;
    roots.push(node);
    at += 2 ** level;
  }
  return roots;
}
