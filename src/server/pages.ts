/** The web client's files. Every path that names no file is the one page, which routes for itself. */
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { Hono } from 'hono';
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
    if (!asset) return file(join(root, 'index.html'), 'no-cache');
    return file(join(root, path), path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache');
  });
  return app;
}

async function file(path: string, cache: string): Promise<Response> {
  try {
    const body = await readFile(path);
    return new Response(new Uint8Array(body), { headers: { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream', 'cache-control': cache } });
  } catch {
    return new Response('not found\n', { status: 404, headers: { 'content-type': 'text/plain' } });
  }
}
