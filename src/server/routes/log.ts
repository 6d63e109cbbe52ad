/**
 * The log as static files, by C2SP tlog-tiles, for anybody: entries hold no personal data, and a log that only some may read proves
 * nothing to the others. Any page may read it (CORS): no answer depends on who asks.
 *
 * Bodies are not here. They hold names, reasons and source text, and can be erased; a file under this prefix is public, and cached for ever.
 */
import { Hono } from 'hono';
import { parseRotationPath } from '../../core/log/rotation-file.ts';
import { parseTilePath } from '../../core/log/tiles.ts';
import { rotationAt } from '../../flows/log-read.ts';
import type { LogFiles } from '../../flows/ports-log.ts';
import type { Door } from '../door.ts';
import type { ServerWorld } from '../world.ts';

export const LOG_PREFIX = '/log/';

/** Immutable: a tile of one width never holds other hashes. */
const FOR_EVER = 'public, max-age=31536000, immutable';
const A_MOMENT = 'public, max-age=1';

export function logFiles({ files }: ServerWorld): Hono<Door> {
  const app = new Hono<Door>();
  app.get('*', async (c) => {
    c.header('access-control-allow-origin', '*');
    const path = rawPath(c.req.url);
    if (path === 'checkpoint') {
      const note = await files.checkpoint();
      if (note !== null) return c.body(note, 200, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': A_MOMENT });
    }
    const tile = (await rotationOf(files, path)) ?? (await tileAt(files, path));
    if (tile !== null) return c.body(new Uint8Array(tile), 200, { 'content-type': 'application/octet-stream', 'cache-control': FOR_EVER });
    // What is not there yet may be there in a moment.
    return c.body('there is no such file in this log\n', 404, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
  });
  return app;
}

async function rotationOf(files: LogFiles, path: string): Promise<Uint8Array | null> {
  const n = parseRotationPath(path);
  return n === undefined ? null : rotationAt(files, n);
}

async function tileAt(files: LogFiles, path: string): Promise<Uint8Array | null> {
  const tile = parseTilePath(path);
  if (tile === undefined) return null;
  const { level, index, width } = tile;
  // No log we can count has a leaf under it.
  if (index * 256 ** (level === 'entries' ? 1 : level + 1) > Number.MAX_SAFE_INTEGER) return null;
  return level === 'entries' ? files.bundle(index, width) : files.tile(level, index, width);
}

/** Nothing decoded: `%30` is another spelling of `0`, and every file has one name. */
function rawPath(url: string): string {
  const at = url.indexOf(LOG_PREFIX, url.indexOf('//') + 2);
  return at < 0 ? '' : url.slice(at + LOG_PREFIX.length);
}
