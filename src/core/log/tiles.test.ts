import { expect, it } from 'vitest';
import { indexPath, tilePath, tilesAt } from './tiles.ts';

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
});
