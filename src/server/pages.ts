/** The web client's files. Every path that names no file is the one page, which routes for itself. */
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { type Context, Hono } from 'hono';
import type { Door } from './door.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
};

export function pages(root: string): Hono<Door> {
  const app = new Hono<Door>();
  app.get('*', async (c) => {
    const path = normalize(c.req.path);
    const asset = path.startsWith('/assets/') || /^\/[\w.-]+\.(svg|png|ico)$/.test(path);
    if (!asset) return file(c, join(root, 'index.html'), 'no-cache');
    return file(c, join(root, path), path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache');
  });
  return app;
}

/** By the context, which knows what was said of every answer: a `Response` made by hand would go out without it. */
async function file(c: Context<Door>, path: string, cache: string): Promise<Response> {
  try {
    const body = await readFile(path);
    return c.body(new Uint8Array(body), 200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream', 'cache-control': cache });
  } catch {
    return c.text('not found\n', 404);
  }
}
