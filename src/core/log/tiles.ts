/** C2SP tlog-tiles: where a tile lies among the static files of a log, and how wide the last one of a level is. */

/** Hashes of a full tile, entries of a full bundle. */
export const TILE_WIDTH = 256;

/** `tile/<level>/<N>[.p/<width>]`; `entries` for bundles of entries. A full tile has no width in its name. */
export function tilePath(level: number | 'entries', index: number, width: number = TILE_WIDTH): string {
  return `tile/${level}/${indexPath(index)}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

/** Groups of three digits, all but the last marked: 1234067 is `x001/x234/067`. */
export function indexPath(index: number): string {
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/.{3}/g) ?? [];
  return groups.map((g, i) => (i === groups.length - 1 ? g : `x${g}`)).join('/');
}

/** Full tiles of a level in a log of this size, and the width of the partial one after them (0: there is none). */
export function tilesAt(level: number, size: number): { readonly full: number; readonly partial: number } {
  const hashes = Math.floor(size / TILE_WIDTH ** level);
  return { full: Math.floor(hashes / TILE_WIDTH), partial: hashes % TILE_WIDTH };
}

/** The inverse of `tilePath`: one spelling for each tile, anything else is undefined. */
export function parseTilePath(path: string): { readonly level: number | 'entries'; readonly index: number; readonly width: number } | undefined {
  const [, level = '', digits = '', width] = /^tile\/(entries|[0-9]|[1-5][0-9]|6[0-3])\/((?:x[0-9]{3}\/){0,5}[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/.exec(path) ?? [];
  if (level === '') return undefined;
  const tile = {
    level: level === 'entries' ? ('entries' as const) : Number(level),
    index: Number(digits.replace(/[x/]/g, '')),
    width: width === undefined ? TILE_WIDTH : Number(width),
  };
  return tilePath(tile.level, tile.index, tile.width) === path && (width === undefined || tile.width < TILE_WIDTH) ? tile : undefined;
}
