/** The log as static files (C2SP tlog-tiles), of published sizes only: what no checkpoint covers may still be rolled back. */
import type { RotationEntry } from '../../core/log/rotation.ts';
import { TILE_WIDTH, type TileLevel } from '../../core/log/tiles.ts';
import type { LogFiles } from '../../flows/ports-log.ts';
import type { Database } from '../schema.ts';
import { readBundle, readTile } from './tiles.ts';

/** What is published. */
interface Latest {
  latest(): { readonly size: number; readonly note: string } | undefined;
}

export function filesOver(reader: Database, publisher: Latest): LogFiles {
  const has = (level: TileLevel, index: number, width: number): Promise<boolean> => published(reader, publisher.latest()?.size ?? 0, level, index, width);
  return {
    tile: async (level, index, width) => ((await has(level, index, width)) ? there(await readTile(reader, { level, index, width })) : null),
    bundle: async (index, width) => ((await has('entries', index, width)) ? there(await readBundle(reader, index, width)) : null),
    checkpoint: async () => publisher.latest()?.note ?? null,
    rotation: (n) => rotationNumber(reader, n, publisher.latest()?.size ?? 0),
  };
}

/** A full tile once the latest size reaches its end; a partial one where a checkpoint was published while it was exactly so wide. */
async function published(db: Database, latest: number, level: TileLevel, index: number, width: number): Promise<boolean> {
  const step = level === 'entries' ? 1 : TILE_WIDTH ** level;
  const size = (index * TILE_WIDTH + width) * step;
  if (![index, width, size].every((n) => Number.isSafeInteger(n) && n >= 0) || (level !== 'entries' && !(Number.isInteger(level) && level >= 0))) return false;
  if (width < 1 || width > TILE_WIDTH || size > latest) return false;
  if (width === TILE_WIDTH) return true;
  const row = await db
    .selectFrom('checkpoints')
    .select('size')
    .where('size', '>=', size)
    .where('size', '<', size + step)
    .where('size', '<=', latest)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

function there(bytes: Uint8Array | undefined): Uint8Array {
  if (bytes === undefined) throw new Error('hashes or entries of a published tile are missing; run the audit');
  return bytes;
}

/** The n-th change of the log's key, from 0 on; null where there is none, or no longer its body. */
async function rotationNumber(db: Database, n: number, published: number): Promise<RotationEntry | null> {
  const row = await db
    .selectFrom('entries')
    .innerJoin('bodies', 'bodies.idx', 'entries.idx')
    .select(['entries.idx as index', 'entries.bytes as entry', 'bodies.bytes as body'])
    .where('entries.type', '=', 'log-key')
    .where('entries.idx', '<', published)
    .orderBy('entries.idx')
    .offset(n)
    .limit(1)
    .executeTakeFirst();
  return row ?? null;
}
