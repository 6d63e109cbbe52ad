/**
 * The tiles a log of some size must have, worked out from its entries alone, one entry at a time: memory is one tile a level. A log is
 * checked by comparing what it serves with what comes out here. C2SP tlog-tiles, Merkle tree hash of RFC 6962.
 */
import { concat } from '../base/bytes.ts';
import type { Bytes } from '../base/crypto.ts';
import { EMPTY_TREE, grow, leafHash, root, type Tree } from './merkle.ts';
import { TILE_HEIGHT, TILE_WIDTH } from './tiles.ts';

export interface Tile {
  readonly level: number;
  readonly index: number;
  /** 1 to 256. */
  readonly width: number;
  /** `width` hashes of 32 bytes. */
  readonly hashes: Bytes;
}

export interface TileBuilder {
  /** Takes the next entry; answers the tiles that became full by it, lowest level first. */
  add(entry: Bytes): readonly Tile[];
  /** The same, for an entry of which only the leaf hash is known. */
  addLeaf(hash: Bytes): readonly Tile[];
  /** The partial tiles at this size, lowest level first. */
  partial(): readonly Tile[];
  tree(): Tree;
  root(): Bytes;
}

/** Where a builder begins: a tree that is there already, and its partial tiles. `resume` makes one out of files. */
export interface Begun {
  readonly tree: Tree;
  /** By level; `hashes` are those of the partial tile, none where the level ends in a full one. */
  readonly open: readonly { readonly index: number; readonly hashes: readonly Bytes[] }[];
}

export function tileBuilder(begun: Begun = { tree: EMPTY_TREE, open: [] }): TileBuilder {
  let tree = begun.tree;
  const open = begun.open.map(({ index, hashes }) => ({ index, hashes: [...hashes] }));
  const put = (level: number, hash: Bytes): Tile | undefined => {
    const tile = open[level] ?? { index: 0, hashes: [] };
    open[level] = tile;
    tile.hashes.push(hash);
    if (tile.hashes.length < TILE_WIDTH) return undefined;
    open[level] = { index: tile.index + 1, hashes: [] };
    return { level, index: tile.index, width: TILE_WIDTH, hashes: concat(...tile.hashes) };
  };
  const addLeaf = (hash: Bytes): readonly Tile[] => {
    const grown = grow(tree, hash);
    tree = grown.tree;
    const full: Tile[] = [];
    for (const node of grown.completed) {
      if (node.level % TILE_HEIGHT !== 0) continue;
      const tile = put(node.level / TILE_HEIGHT, node.hash);
      if (tile !== undefined) full.push(tile);
    }
    return full;
  };
  return {
    add: (entry) => addLeaf(leafHash(entry)),
    addLeaf,
    partial: () => open.flatMap(({ index, hashes }, level) => (hashes.length === 0 ? [] : [{ level, index, width: hashes.length, hashes: concat(...hashes) }])),
    tree: () => tree,
    root: () => root(tree),
  };
}
