/** What HTTP itself asks of every route: a body of a type that is read, a method that is known, and nothing kept that is somebody's own. */
import { createHash } from 'node:crypto';
import type { Context, Hono, MiddlewareHandler } from 'hono';
import { problem } from '../core/base/result.ts';
import type { Door } from './door.ts';
import { refuse } from './problem.ts';

const READS = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS']);

/** A form of another site can send three types without asking; JSON is none of them. */
export const onlyJson: MiddlewareHandler<Door> = async (c, next) => {
  const type = (c.req.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  if (!READS.has(c.req.method) && type !== 'application/json')
    return refuse(c, [problem('MEDIA_TYPE', 'the body is not application/json', { place: 'content-type', remedy: 'send content-type: application/json' })]);
  return next();
};

/** Answers depend on who asks: nobody between keeps them, nor a browser what has no tag. Said beforehand, as in `secured`. */
export const notKept: MiddlewareHandler<Door> = (c, next) => {
  c.header('cache-control', NOT_KEPT);
  return next();
};

const NOT_KEPT = 'no-store';

/** It does not end: who reads it to its end reads for ever. */
const isStream = (res: Response): boolean => res.headers.get('content-type') === 'text/event-stream';

const MOST_TAGGED = 8 << 20;

/** What was read before and has not changed is not sent again. It is worked out again all the same: who may read it may have changed. */
export const tagged: MiddlewareHandler<Door> = async (c, next) => {
  await next();
  if (c.req.method !== 'GET') return;
  const { res } = c;
  // A browser may ask whether it is still so.
  if (res.headers.has('etag') && res.headers.get('cache-control') === NOT_KEPT) c.header('cache-control', 'private, no-cache');
  if (res.status !== 200 || res.headers.has('etag') || isStream(res)) return;
  const bytes = await res.clone().arrayBuffer();
  if (bytes.byteLength > MOST_TAGGED) return;
  const tag = `"${createHash('sha256').update(new Uint8Array(bytes)).digest('base64url').slice(0, 27)}"`;
  const asked = (c.req.header('if-none-match') ?? '').split(',').map((t) => t.trim().replace(/^W\//, ''));
  if (asked.includes(tag)) c.res = new Response(null, { status: 304, headers: c.res.headers });
  c.header('etag', tag);
  if (res.headers.get('cache-control') === NOT_KEPT) c.header('cache-control', 'private, no-cache');
  c.header('vary', 'cookie, authorization');
};

/** 404, or 405 with what the address is asked by. Reads the routes when it is first asked: by then all are there. */
export function otherMethods(app: Hono<Door>): (c: Context<Door>) => Response {
  let known: readonly { readonly method: string; readonly path: RegExp }[] | undefined;
  return (c) => {
    known ??= app.routes
      .filter((r) => r.method !== 'ALL' && !r.path.includes('*'))
      .map((r) => ({ method: r.method, path: new RegExp(`^${r.path.replace(/[.]/g, '\\.').replace(/:\w+/g, '[^/]+')}$`) }));
    const methods = [...new Set(known.filter((r) => r.path.test(c.req.path)).map((r) => r.method))].sort();
    if (methods.length === 0 || methods.includes(c.req.method))
      return refuse(c, [problem('NOT_FOUND', `there is no ${c.req.method} ${c.req.path}`, { place: c.req.path, remedy: 'check the address and the method' })]);
    c.header('allow', methods.join(', '));
    return refuse(c, [problem('METHOD_NOT_ALLOWED', `${c.req.path} is not asked by ${c.req.method}`, { place: c.req.path, remedy: `use ${methods.join(' or ')}` })]);
  };
}
