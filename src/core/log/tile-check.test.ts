import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, hex, utf8 } from '../base/bytes.ts';
import { type Bytes, sha256 } from '../base/crypto.ts';
import { leafHash, nodeHash } from './merkle.ts';
import { type Tile, tileBuilder } from './tile-check.ts';
import { parseTilePath, tilePath, tilesAt } from './tiles.ts';

const entryAt = (i: number): Bytes => utf8(`entry ${i}`);

/** RFC 6962 section 2.1, word for word. */
function naive(leaves: readonly Bytes[]): Bytes {
  const [only] = leaves;
  if (only === undefined) return sha256(new Uint8Array(0));
  if (leaves.length === 1) return only;
  const k = 2 ** Math.floor(Math.log2(leaves.length - 1));
  return nodeHash(naive(leaves.slice(0, k)), naive(leaves.slice(k)));
}

function built(size: number): { readonly full: readonly Tile[]; readonly partial: readonly Tile[]; readonly root: Bytes } {
  const builder = tileBuilder();
  const full = Array.from({ length: size }, (_, i) => builder.add(entryAt(i))).flat();
  return { full, partial: builder.partial(), root: builder.root() };
}

describe('the tiles of a log', () => {
  it.each([0, 1, 2, 255, 256, 257, 511, 512, 513, 1_000])('of size %i are those of the naive tree', (size) => {
    const { full, partial, root } = built(size);
    const leaves = Array.from({ length: size }, (_, i) => leafHash(entryAt(i)));
    expect(hex(root)).toBe(hex(naive(leaves)));
    for (const { level, index, width, hashes } of [...full, ...partial]) {
      const span = 256 ** level;
      const expected = Array.from({ length: width }, (_, i) => naive(leaves.slice((index * 256 + i) * span, (index * 256 + i + 1) * span)));
      expect(hex(hashes)).toBe(hex(concat(...expected)));
    }
  });

  it('are as many as the size says, across the second level', () => {
    for (const size of [65_535, 65_536, 65_537]) {
      const { full, partial } = built(size);
      for (const level of [0, 1, 2]) {
        const at = tilesAt(level, size);
        expect(full.filter((t) => t.level === level)).toHaveLength(at.full);
        expect(partial.find((t) => t.level === level)?.width ?? 0).toBe(at.partial);
      }
    }
  });
});

describe('the path of a tile', () => {
  it('reads back, and has one spelling', () => {
    const level = fc.oneof(fc.constant('entries' as const), fc.nat(6));
    fc.assert(
      fc.property(level, fc.nat(2 ** 31 - 1), fc.integer({ min: 1, max: 256 }), (l, index, width) => {
        expect(parseTilePath(tilePath(l, index, width))).toEqual({ level: l, index, width });
      }),
    );
    for (const bad of [
      'tile/0/7',
      'tile/0/0007',
      'tile/00/007',
      'tile/7/007',
      'tile/0/x000/007',
      'tile/0/007.p/0',
      'tile/0/007.p/256',
      'tile/0/007.p/01',
      'tile/0/../007',
      'tile/0/007/',
      'tile//007',
      '/tile/0/007',
      'tile/-1/007',
      'tile/0/1e3',
      'tile/0/x001/234.p/5/',
    ])
      expect(parseTilePath(bad), bad).toBeUndefined();
    fc.assert(
      fc.property(fc.string(), (s) => {
        const t = parseTilePath(s);
        return t === undefined || tilePath(t.level, t.index, t.width) === s;
      }),
    );
  });
});
