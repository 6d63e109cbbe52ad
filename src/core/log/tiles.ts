/** C2SP tlog-tiles: where a tile lies among the static files of a log, how wide it is, and which ones a log of some size has. */

/** Levels of the tree in one level of tiles. */
export const TILE_HEIGHT = 8;

/** Hashes of a full tile, entries of a full bundle. */
export const TILE_WIDTH = 2 ** TILE_HEIGHT;

/** A level of hash tiles (each stands eight levels of the tree above the one before), or the bundles of entries. */
export type TileLevel = number | 'entries';

export interface TileRef {
  readonly level: TileLevel;
  readonly index: number;
  /** 1 to 256; below 256 it is the partial last one of its level. */
  readonly width: number;
}

/** Above level 6 no hash of a log we can count has a tile: 256^6 is 2^48, and sizes end at 2^53. */
const PATH = /^tile\/(entries|[0-6])\/((?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/;

/** `tile/<level>/<N>[.p/<width>]`; `entries` for bundles of entries. A full tile has no width in its name. */
export function tilePath(level: TileLevel, index: number, width: number = TILE_WIDTH): string {
  return `tile/${level}/${indexPath(index)}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

/** The tile of a path, or undefined for anything `tilePath` would not have written. */
export function parseTilePath(path: string): TileRef | undefined {
  const [, name = '', groups = '', partial] = PATH.exec(path) ?? [];
  const level = name === 'entries' ? name : Number(name);
  const [index, width] = [Number(groups.replace(/[x/]/g, '')), partial === undefined ? TILE_WIDTH : Number(partial)];
  return tilePath(level, index, width) === path ? { level, index, width } : undefined;
}

/** Groups of three digits, all but the last marked: 1234067 is `x001/x234/067`. */
export function indexPath(index: number): string {
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/.{3}/g) ?? [];
  return groups.map((g, i) => (i === groups.length - 1 ? g : `x${g}`)).join('/');
}

/** Full tiles of a level in a log of this size, and the width of the partial one after them (0: there is none). */
export function tilesAt(level: TileLevel, size: number): { readonly full: number; readonly partial: number } {
  const hashes = hashesAt(level, size);
  return { full: Math.floor(hashes / TILE_WIDTH), partial: hashes % TILE_WIDTH };
}

/** How wide the tile is in a log of this size; 0 where the log does not reach it. */
export const widthAt = (level: TileLevel, index: number, size: number): number => Math.min(TILE_WIDTH, Math.max(0, hashesAt(level, size) - index * TILE_WIDTH));

const hashesAt = (level: TileLevel, size: number): number => (level === 'entries' ? size : Math.floor(size / TILE_WIDTH ** level));
