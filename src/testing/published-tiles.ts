/** What a publisher of a C2SP tlog-tiles log writes, said by the sizes alone: what stores and readers are held to. */
import type { NodeRef } from '../core/log/merkle.ts';
import { TILE_HEIGHT, TILE_WIDTH, type TileLevel, type TileRef, tilesAt, widthAt } from '../core/log/tiles.ts';

const LEVELS: readonly TileLevel[] = ['entries', 0, 1, 2, 3, 4, 5, 6];

/**
 * When its log goes from one published size to another, partial tiles included: bundles first, then level by level, from left to right,
 * so that a reader who sees a tile finds what lies under it. Nothing where nothing grew.
 */
export const tilesBetween = (oldSize: number, newSize: number): readonly TileRef[] => LEVELS.flatMap((level) => newTiles(level, oldSize, newSize));

function newTiles(level: TileLevel, oldSize: number, newSize: number): readonly TileRef[] {
  const tiles: TileRef[] = [];
  const hashes = hashesAt(level, newSize);
  if (hashes <= hashesAt(level, oldSize)) return tiles;
  for (let index = tilesAt(level, oldSize).full; index * TILE_WIDTH < hashes; index++) tiles.push({ level, index, width: widthAt(level, index, newSize) });
  return tiles;
}

function hashesAt(level: TileLevel, size: number): number {
  const { full, partial } = tilesAt(level, size);
  return full * TILE_WIDTH + partial;
}

/** The nodes whose hashes, one after another, are this hash tile. */
export function tileNodes(tile: TileRef): readonly NodeRef[] {
  if (tile.level === 'entries') return [];
  const [level, first] = [tile.level * TILE_HEIGHT, tile.index * TILE_WIDTH];
  return Array.from({ length: tile.width }, (_, i) => ({ level, index: first + i }));
}
