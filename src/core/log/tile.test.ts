import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tileNodes, tilesBetween } from '../../testing/published-tiles.ts';
import { concat, equal, hex, utf8 } from '../base/bytes.ts';
import { type Bytes, sha256 } from '../base/crypto.ts';
import { consistencyPlan, edgeNodes, fill, inclusionPlan, leafHash, type NodeRef, nodeHash, type ProofPlan, root, verifyConsistency, verifyInclusion } from './merkle.ts';
import { bundleBytes, nodeOfTile, nodesOfTiles, parseBundleBytes, placeOfNode, tilePlan } from './tile.ts';
import { TILE_WIDTH, type TileRef, tilePath } from './tiles.ts';

/** RFC 6962 section 2.1 word for word, recursive, remembering the ranges it has seen. */
const leaves: Bytes[] = [];
const leaf = (index: number): Bytes => {
  leaves[index] ??= leafHash(utf8(`entry ${index}`));
  return leaves[index];
};
const known = new Map<string, Bytes>();
const split = (n: number): number => 2 ** (Math.ceil(Math.log2(n)) - 1);
function mth(from: number, to: number): Bytes {
  if (to - from === 1) return leaf(from);
  const seen = known.get(`${from}-${to}`);
  if (seen !== undefined) return seen;
  const middle = from + split(to - from);
  const hash = to === from ? sha256('') : nodeHash(mth(from, middle), mth(middle, to));
  known.set(`${from}-${to}`, hash);
  return hash;
}

/** Files of a log that published these sizes one after another, each tile made of the tree itself. */
function publish(sizes: readonly number[]): Map<string, Bytes> {
  const files = new Map<string, Bytes>();
  let old = 0;
  for (const size of sizes) {
    for (const tile of tilesBetween(old, size)) {
      if (tile.level === 'entries') continue;
      const nodes = tileNodes(tile).map(({ level, index }) => mth(index * 2 ** level, (index + 1) * 2 ** level));
      files.set(tilePath(tile.level, tile.index, tile.width), concat(...nodes));
    }
    old = size;
  }
  return files;
}

const reader =
  (files: Map<string, Bytes>) =>
  (tiles: readonly TileRef[]): readonly (Bytes | undefined)[] =>
    tiles.map((t) => files.get(tilePath(t.level, t.index, t.width)));

/** Nodes through a reader of tiles: planned, read, taken out. */
const tiledNodes =
  (size: number, read: (tiles: readonly TileRef[]) => readonly (Bytes | undefined)[]) =>
  (nodes: readonly NodeRef[]): readonly (Bytes | undefined)[] => {
    const plan = tilePlan(nodes, size);
    return plan === undefined ? nodes.map(() => undefined) : nodesOfTiles(plan, read(plan.tiles));
  };

const missing = [new Uint8Array(0)];

describe('a log read from its tiles alone', () => {
  const SIZES = [1, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 66_000];
  const files = publish(SIZES);
  const nodes = (size: number) => tiledNodes(size, reader(files));
  const prove = (plan: ProofPlan | undefined, size: number): readonly Bytes[] => (plan && fill(plan, nodes(size)(plan.nodes))) ?? missing;
  const rootOf = (size: number): Bytes => root({ size, edge: nodes(size)(edgeNodes(size)).filter((h) => h !== undefined) });

  it.each(SIZES)('has the root of the naive tree at %i', (size) => {
    expect(hex(rootOf(size))).toBe(hex(mth(0, size)));
  });

  it.each(SIZES)('proves inclusion and consistency at %i', (size) => {
    for (const index of [0, 1, 254, 255, 256, 257, 65_534, 65_535, 65_536, size - 2, size - 1].filter((i) => i >= 0 && i < size)) {
      expect(verifyInclusion(leaf(index), index, size, prove(inclusionPlan(index, size), size), mth(0, size))).toBe(true);
    }
    for (const first of [1, 2, 255, 256, 257, 65_535, 65_536, 65_537, size].filter((f) => f <= size)) {
      expect(verifyConsistency(first, size, prove(consistencyPlan(first, size), size), mth(0, first), mth(0, size))).toBe(true);
    }
  });

  it('proves any entry of any published size, and reads no tile twice', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SIZES), fc.nat(), (size, n) => {
        const plan = inclusionPlan(n % size, size);
        const tiles = tilePlan(plan?.nodes ?? [], size)?.tiles ?? [];
        expect(new Set(tiles.map((t) => tilePath(t.level, t.index))).size).toBe(tiles.length);
        return verifyInclusion(leaf(n % size), n % size, size, prove(plan, size), mth(0, size));
      }),
    );
  });

  it('takes a full tile where the partial one is gone, and never a narrower one', () => {
    const wide = files.get('tile/0/000');
    const size = 255;
    const plan = tilePlan(edgeNodes(size), size);
    if (plan === undefined || wide === undefined) throw new Error('no plan');
    expect(nodesOfTiles(plan, [wide]).map((h) => h && hex(h))).toEqual(nodes(size)(edgeNodes(size)).map((h) => h && hex(h)));
    for (const torn of [undefined, wide.slice(0, 254 * 32), wide.slice(0, 255 * 32 - 1), concat(wide, wide)]) {
      expect(nodesOfTiles(plan, [torn])).toEqual(edgeNodes(size).map(() => undefined));
    }
  });

  it('has nothing where a tile is missing or the log does not reach', () => {
    const none = tiledNodes(300, (tiles) => tiles.map(() => undefined));
    expect(none([{ level: 0, index: 5 }])).toEqual([undefined]);
    expect(nodes(256)([{ level: 0, index: 256 }])).toEqual([undefined]);
    expect(nodes(257)([{ level: 8, index: 1 }])).toEqual([undefined]);
    for (const bad of [-1, 0.5, Number.NaN, 2 ** 53]) {
      expect(placeOfNode({ level: 0, index: bad }, 300)).toBeUndefined();
      expect(placeOfNode({ level: bad, index: 0 }, 300)).toBeUndefined();
      expect(placeOfNode({ level: 0, index: 0 }, bad)).toBeUndefined();
    }
  });
});

describe('the place of a node', () => {
  it('is in a tile that the log has, and the hash there is that of the tree', () => {
    const size = 66_000;
    const files = publish([size]);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 16 }), fc.nat(), (level, n) => {
        const index = n % Math.floor(size / 2 ** level);
        const place = placeOfNode({ level, index }, size);
        const hashes = place && files.get(tilePath(place.tile.level, place.tile.index, place.tile.width));
        const found = place && hashes && nodeOfTile(hashes, place.level, place.index);
        return found !== undefined && equal(found, mth(index * 2 ** level, (index + 1) * 2 ** level));
      }),
    );
  });

  it('reaches the top of the largest tree we can count', () => {
    expect(placeOfNode({ level: 52, index: 0 }, 2 ** 53 - 1)).toEqual({ tile: { level: 6, index: 0, width: 31 }, level: 4, index: 0 });
  });

  it('gives the level above what a full tile folds to', () => {
    const full = concat(...Array.from({ length: TILE_WIDTH }, (_, i) => leaf(i)));
    expect(hex(nodeOfTile(full, 8, 0) ?? new Uint8Array())).toBe(hex(mth(0, 256)));
    expect(hex(nodeOfTile(full, 3, 31) ?? new Uint8Array())).toBe(hex(mth(248, 256)));
    expect([nodeOfTile(full, 8, 1), nodeOfTile(full, 9, 0), nodeOfTile(full, -1, 0), nodeOfTile(full, 0, 256), nodeOfTile(full.slice(1), 0, 0)]).toEqual(
      Array.from({ length: 5 }, () => undefined),
    );
    expect(nodeOfTile(full.slice(32), 8, 0)).toBeUndefined();
  });
});

describe('a bundle of entries', () => {
  it('is length and entry, one after another', () => {
    expect(hex(bundleBytes([utf8('ab'), new Uint8Array(0), utf8('c')]) ?? new Uint8Array())).toBe('0002616200000001' + '63');
    const long = new Uint8Array(0x1234);
    expect(hex(bundleBytes([long])?.slice(0, 2) ?? new Uint8Array())).toBe('1234');
  });

  it('is read back exactly, and nothing else is read', () => {
    const entry = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(new Uint8Array(65_535), new Uint8Array(256)));
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 20 }), (entries) => {
        const bytes = bundleBytes(entries) ?? new Uint8Array(0);
        expect(parseBundleBytes(bytes, entries.length)?.map(hex)).toEqual(entries.map(hex));
        const others = [entries.length - 1, entries.length + 1].map((w) => parseBundleBytes(bytes, w));
        return [...others, parseBundleBytes(bytes.slice(0, -1), entries.length), parseBundleBytes(concat(bytes, new Uint8Array(1)), entries.length)].every((r) => r === undefined);
      }),
    );
  });

  it('of arbitrary bytes writes the same bytes again, or is refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(6), (bytes, width) => {
        const entries = parseBundleBytes(bytes, width);
        return entries === undefined || equal(bundleBytes(entries) ?? new Uint8Array(0), bytes);
      }),
      { numRuns: 2_000 },
    );
  });

  it('holds 1 to 256 entries of at most 65,535 bytes', () => {
    const one = utf8('x');
    expect(bundleBytes([])).toBeUndefined();
    expect(bundleBytes(Array.from({ length: 257 }, () => one))).toBeUndefined();
    expect(bundleBytes([new Uint8Array(65_536)])).toBeUndefined();
    expect(parseBundleBytes(bundleBytes(Array.from({ length: 256 }, () => one)) ?? one, 256)?.length).toBe(256);
    expect(parseBundleBytes(new Uint8Array(0), 0)).toBeUndefined();
  });
});
