import { describe, expect, it } from 'vitest';
import { hex, utf8 } from '../base/bytes.ts';
import type { Bytes } from '../base/crypto.ts';
import { root } from './merkle.ts';
import { hashesOf, levelsAt, resume } from './resume.ts';
import { type Tile, tileBuilder } from './tile-check.ts';
import { tilePath } from './tiles.ts';

const SIZE = 66_000;
const entryAt = (i: number): Bytes => utf8(`entry ${i}`);

/** Every tile that some tree up to SIZE has full, and the partial ones of these sizes. */
const STOPS = [1, 2, 3, 255, 256, 257, 511, 512, 700, 65_535, 65_536, 65_537, 65_793, SIZE];
const tiles = new Map<string, Bytes>();
const roots = new Map<number, Bytes>();
const builder = tileBuilder();
const keep = (list: readonly Tile[]): void => {
  for (const t of list) tiles.set(tilePath(t.level, t.index, t.width), t.hashes);
};
for (let i = 0; i < SIZE; i++) {
  keep(builder.add(entryAt(i)));
  if (!STOPS.includes(i + 1)) continue;
  keep(builder.partial());
  roots.set(i + 1, builder.root());
}
const partials = (size: number): Map<number, Bytes> => {
  const found = new Map<number, Bytes>();
  for (let level = 0; level < levelsAt(size); level++) {
    const hashes = Math.floor(size / 256 ** level);
    const tile = tiles.get(tilePath(level, Math.floor(hashes / 256), hashes % 256));
    if (hashes % 256 > 0 && tile !== undefined) found.set(level, tile);
  }
  return found;
};

describe('a tree that goes on', () => {
  it.each([0, ...STOPS])('from %i is the tree that never stopped', (size) => {
    const begun = resume(size, partials(size));
    if (begun === undefined) throw new Error('not resumed');
    if (size > 0) expect(hex(root(begun.tree))).toBe(hex(roots.get(size) as Bytes));
    const again = tileBuilder(begun);
    const end = size < 700 ? 700 : SIZE;
    for (let i = size; i < end; i++) for (const t of again.add(entryAt(i))) expect(hex(t.hashes)).toBe(hex(tiles.get(tilePath(t.level, t.index)) as Bytes));
    expect(hex(again.root())).toBe(hex(roots.get(end) as Bytes));
    for (const t of again.partial()) expect(hex(t.hashes)).toBe(hex(tiles.get(tilePath(t.level, t.index, t.width)) as Bytes));
  });

  it('is refused where a partial tile is missing, short or too much', () => {
    expect(resume(257, new Map())).toBeUndefined();
    const short = partials(700);
    short.set(0, (short.get(0) as Bytes).slice(32));
    expect(resume(700, short)).toBeUndefined();
    expect(resume(256, new Map([...partials(256), [0, new Uint8Array(32)]]))).toBeUndefined();
  });
});

it('counts the levels of a log, and the hashes of a tile', () => {
  expect([0, 1, 255, 256, 65_535, 65_536].map(levelsAt)).toEqual([0, 1, 1, 2, 2, 3]);
  expect(hashesOf(new Uint8Array(70))).toHaveLength(2);
});
