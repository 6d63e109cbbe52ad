/**
 * Where the log stands, with what it takes to grow it: the right edge of the tree, and for each level of tiles the hashes of its
 * last, partial tile. Tile row n of level l holds the hashes of the nodes of level 8l from 256n on; when it is full it is a row
 * for ever, and its own root is the next hash of the tile above.
 */

import { concat } from '../../core/base/bytes.ts';
import type { Bytes } from '../../core/base/crypto.ts';
import { problem } from '../../core/base/result.ts';
import { EMPTY_TREE, grow, type Tree } from '../../core/log/merkle.ts';
import { nodeOfTile } from '../../core/log/tile.ts';
import { TILE_HEIGHT, TILE_WIDTH } from '../../core/log/tiles.ts';
import { Refused } from '../refused.ts';
import type { Reading, TileTable } from '../schema.ts';
import { readHashes } from './tiles.ts';

export interface Head {
  readonly tree: Tree;
  /** The time the next entry may not be before. */
  readonly at: number;
  /** Hashes of the partial tile of each level, lowest level first; none where the level has only full ones. */
  readonly partial: readonly (readonly Bytes[])[];
}

export const EMPTY_HEAD: Head = { tree: EMPTY_TREE, at: 0, partial: [] };

/** A head that is being grown. */
export interface Growth {
  readonly tree: Tree;
  readonly at: number;
  /** The tiles that this leaf filled. */
  add(leaf: Bytes, at?: number): readonly TileTable[];
  head(): Head;
}

export function growth(from: Head): Growth {
  const partial = from.partial.map((hashes) => [...hashes]);
  let { tree, at: last } = from;
  return {
    get tree() {
      return tree;
    },
    get at() {
      return last;
    },
    add: (leaf, time = last) => {
      last = time;
      const grown = grow(tree, leaf);
      tree = grown.tree;
      const filled: TileTable[] = [];
      for (const { level, index, hash } of grown.completed) {
        if (level % TILE_HEIGHT !== 0) continue;
        const at = level / TILE_HEIGHT;
        const below = partial[at - 1];
        if (below !== undefined) filled.push({ level: at - 1, pos: index, root: hash, hashes: concat(...below.splice(0)) });
        if (partial.length === at) partial.push([]);
        partial[at]?.push(hash);
      }
      return filled;
    },
    head: () => ({ tree, at: last, partial: partial.map((hashes) => [...hashes]) }),
  };
}

/** As the log stood at this size, `at` left out: from partial tiles alone, so that a log of a million entries takes some hundred rows. Throws `Refused`. */
export async function headAt(db: Reading, size: number): Promise<Omit<Head, 'at'>> {
  const partial: (readonly Bytes[])[] = [];
  for (let [level, hashes] = [0, size]; hashes > 0; level++, hashes = Math.floor(hashes / TILE_WIDTH)) {
    const width = hashes % TILE_WIDTH;
    const read = width === 0 ? [] : await readHashes(db, { level, index: Math.floor(hashes / TILE_WIDTH), width });
    if (read === undefined) throw new Refused(problem('DATA_INVALID', `hashes of the log of size ${size} are missing`, { remedy: REMEDY }));
    partial.push(read);
  }
  return { tree: { size, edge: partial.toReversed().flatMap(nodesOf) }, partial };
}

const REMEDY = 'restore the whole data folder from one backup; keep this one: it is evidence';

/** The complete nodes these hashes make up, widest first. */
function nodesOf(hashes: readonly Bytes[]): readonly Bytes[] {
  const nodes: Bytes[] = [];
  for (let [level, width, at] = [TILE_HEIGHT - 1, TILE_WIDTH / 2, 0]; level >= 0; level--, width /= 2) {
    if (at + width > hashes.length) continue;
    const node = nodeOfTile(concat(...hashes.slice(at, at + width)), level, 0);
    if (node !== undefined) nodes.push(node);
    at += width;
  }
  return nodes;
}
