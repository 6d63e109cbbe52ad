/** Where a log that cannot be opened is broken: the place an operator looks at first, in the words of the audit. */
import { equal } from '../../core/base/bytes.ts';
import type { Problem, Result } from '../../core/base/result.ts';
import { err } from '../../core/base/result.ts';
import { leafHash } from '../../core/log/merkle.ts';
import { nodeOfTile } from '../../core/log/tile.ts';
import { TILE_HEIGHT, TILE_WIDTH } from '../../core/log/tiles.ts';
import type { Reading } from '../schema.ts';
import { readEntries } from './read.ts';

const BATCH = 500;

/**
 * Of a log whose last root does not come out: the first of its last `entries` that is missing or has another leaf hash beside it, or the first
 * tile its right edge stands on that is missing or has another root; undefined where it is none of these.
 */
export const brokenAt = async (db: Reading, size: number, entries: number): Promise<string | undefined> =>
  (await brokenEntry(db, Math.max(0, size - entries), size)) ?? (await brokenTile(db, size));

async function brokenEntry(db: Reading, from: number, size: number): Promise<string | undefined> {
  for (let next = from; next < size; ) {
    const rows = await readEntries(db, next, Math.min(size, next + BATCH));
    if (rows.length === 0) return `entry ${next}`;
    for (const { idx, bytes, leaf } of rows) {
      if (idx !== next || !equal(leafHash(bytes), leaf)) return `entry ${next}`;
      next++;
    }
  }
  return undefined;
}

async function brokenTile(db: Reading, size: number): Promise<string | undefined> {
  for (let [level, full] = [0, Math.floor(size / TILE_WIDTH)]; full > 0; level++, full = Math.floor(full / TILE_WIDTH)) {
    for (let pos = full - (full % TILE_WIDTH); pos < full; pos++) {
      const tile = await db.selectFrom('tiles').select(['root', 'hashes']).where('level', '=', level).where('pos', '=', pos).executeTakeFirst();
      const root = tile && nodeOfTile(tile.hashes, TILE_HEIGHT, 0);
      if (tile === undefined || root === undefined || !equal(root, tile.root)) return `tile ${level}/${pos}`;
    }
  }
  return undefined;
}

/** The same answer; a problem that names no place gets this one. */
export const placed = <T>(place: string, answer: Result<T>): Result<T> => (answer.ok ? answer : err<Problem>({ place, ...answer.error }));
