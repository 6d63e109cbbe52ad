import fc from 'fast-check';
import { expect, it } from 'vitest';
import { tilesBetween } from '../../testing/published-tiles.ts';
import { indexPath, parseTilePath, TILE_WIDTH, type TileLevel, tilePath, tilesAt, widthAt } from './tiles.ts';

it('names a tile by groups of three digits', () => {
  expect([0, 7, 999, 1000, 1_234_067].map(indexPath)).toEqual(['000', '007', '999', 'x001/000', 'x001/x234/067']);
});

it('names partial tiles with their width and full ones without', () => {
  expect(tilePath(0, 273, 112)).toBe('tile/0/273.p/112');
  expect(tilePath(1, 0)).toBe('tile/1/000');
  expect(tilePath('entries', 1000, 1)).toBe('tile/entries/x001/000.p/1');
});

it('counts the tiles of a log of 70,000 as C2SP does', () => {
  expect([0, 1, 2, 3].map((level) => tilesAt(level, 70_000))).toEqual([
    { full: 273, partial: 112 },
    { full: 1, partial: 17 },
    { full: 0, partial: 1 },
    { full: 0, partial: 0 },
  ]);
  expect([0, 255, 256, 257].map((size) => tilesAt(0, size))).toEqual([
    { full: 0, partial: 0 },
    { full: 0, partial: 255 },
    { full: 1, partial: 0 },
    { full: 1, partial: 1 },
  ]);
  expect(tilesAt('entries', 70_000)).toEqual({ full: 273, partial: 112 });
});

const level: fc.Arbitrary<TileLevel> = fc.constantFrom<TileLevel>('entries', 0, 1, 2, 3, 4, 5, 6);

it('reads the name of every tile back', () => {
  fc.assert(
    fc.property(level, fc.maxSafeNat(), fc.integer({ min: 1, max: 256 }), (l, index, width) => {
      expect(parseTilePath(tilePath(l, index, width))).toEqual({ level: l, index, width });
    }),
  );
});

it('reads no other name', () => {
  const names = [
    'tile/0/7',
    'tile/0/x000/007',
    'tile/0/0007',
    'tile/0/000.p/0',
    'tile/0/000.p/256',
    'tile/0/000.p/01',
    'tile/7/000',
    'tile/00/000',
    'tile/x/000',
    'tile/0/x001/x000',
  ];
  const odd = ['', 'checkpoint', 'tile/0/000/', '/tile/0/000', 'tile/0/../000', 'tile/0/000\n', `tile/0/${'x999/'.repeat(6)}999`, 'tile/entries/000.p/1.p/1'];
  expect([...names, ...odd].map(parseTilePath).filter((t) => t !== undefined)).toEqual([]);
});

it('lists what a publisher writes', () => {
  const names = (a: number, b: number): readonly string[] => tilesBetween(a, b).map((t) => tilePath(t.level, t.index, t.width));
  expect(names(0, 1)).toEqual(['tile/entries/000.p/1', 'tile/0/000.p/1']);
  expect(names(255, 257)).toEqual(['tile/entries/000', 'tile/entries/001.p/1', 'tile/0/000', 'tile/0/001.p/1', 'tile/1/000.p/1']);
  expect(names(256, 257)).toEqual(['tile/entries/001.p/1', 'tile/0/001.p/1']);
  expect(names(65_535, 65_536)).toEqual(['tile/entries/255', 'tile/0/255', 'tile/1/000', 'tile/2/000.p/1']);
  expect([names(0, 0), names(300, 300), names(300, 299)]).toEqual([[], [], []]);
});

it('leaves no tile of the new size unwritten, whatever sizes were published before', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(70_000), { minLength: 1, maxLength: 6 }), (sizes) => {
      const written = new Set<string>();
      let old = 0;
      for (const size of [...sizes].sort((a, b) => a - b)) {
        for (const t of tilesBetween(old, size)) written.add(tilePath(t.level, t.index, t.width));
        old = size;
        for (const l of ['entries', 0, 1, 2] as const) {
          const { full, partial } = tilesAt(l, size);
          for (let i = 0; i < full; i++) if (!written.has(tilePath(l, i))) expect.fail(`${l} ${i} of ${size}`);
          if (partial > 0 && !written.has(tilePath(l, full, partial))) expect.fail(`${l} ${full}.p/${partial} of ${size}`);
        }
      }
    }),
    { numRuns: 30 },
  );
});

it('knows how wide a tile is at a size', () => {
  expect([widthAt(0, 0, 255), widthAt(0, 0, 256), widthAt(0, 1, 256), widthAt(1, 0, 70_000), widthAt('entries', 273, 70_000), widthAt(3, 0, 70_000)]).toEqual([
    255,
    TILE_WIDTH,
    0,
    TILE_WIDTH,
    112,
    0,
  ]);
});
