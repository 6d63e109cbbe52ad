/**
 * A request that creates, sent again because its answer was lost: with the same `idempotency-key` it is answered as it was the first
 * time and done once. A key belongs to whoever sent it and to one body; what is refused is not kept, for it made nothing.
 * Kept by this process alone, bounded in number and in bytes: what guards against doing a thing twice for good is its nonce in the log.
 */
import { createHash } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { problem } from '../core/base/result.ts';
import type { Door } from './door.ts';
import { refuse } from './problem.ts';

const KEPT_MS = 24 * 3_600_000;
const MOST = 2_000;
const MOST_BYTES = 64 << 10;
const KEY = /^[\x21-\x7e]{1,200}$/;

interface Kept {
  readonly body: string;
  readonly at: number;
  /** null while it is under way. */
  readonly answer: { readonly status: ContentfulStatusCode; readonly headers: readonly (readonly [string, string])[]; readonly bytes: Uint8Array<ArrayBuffer> } | null;
}

/** @param now milliseconds since 1970. */
export function idempotent(now: () => number, most = MOST): MiddlewareHandler<Door> {
  const kept = new Map<string, Kept>();
  return async (c, next) => {
    const key = c.req.header('idempotency-key');
    if (key === undefined || c.req.method !== 'POST') return next();
    if (!KEY.test(key)) return refuse(c, [problem('USAGE', 'the key is not 1 to 200 visible ASCII characters', { place: 'idempotency-key', remedy: 'send a UUID' })]);
    const body = await bodyOf(c);
    if (body === null) return next();
    const name = digest(JSON.stringify([c.get('session')?.person ?? null, c.req.header('authorization') ?? null, c.req.path, key]));
    const before = kept.get(name);
    if (before !== undefined && now() - before.at < KEPT_MS) return again(c, before, body);
    kept.set(name, { body, at: now(), answer: null });
    await next();
    kept.delete(name);
    const bytes = new Uint8Array(await c.res.clone().arrayBuffer());
    if (!c.res.ok || bytes.length > MOST_BYTES) return;
    const type = c.res.headers.get('content-type');
    kept.set(name, { body, at: now(), answer: { status: c.res.status as ContentfulStatusCode, headers: type === null ? [] : [['content-type', type]], bytes } });
    if (kept.size > most) kept.delete(kept.keys().next().value ?? '');
    return;
  };
}

function again(c: Context<Door>, { body, answer }: Kept, sent: string): Response {
  const no = (message: string, remedy: string) => refuse(c, [problem('IDEMPOTENCY_KEY', message, { place: 'idempotency-key', remedy })]);
  if (body !== sent) return no('this key came with another body before', 'send another key for another request');
  if (answer === null) return no('this request is under way', 'wait for its answer, or send it again in a moment');
  return c.body(answer.bytes, answer.status, { ...Object.fromEntries(answer.headers), 'idempotency-replayed': 'true' });
}

const CAP = 4 << 20;
/** A body that does not come: the route that reads it says so. */
const PATIENCE_MS = 20_000;

/** Digest of the body, which stays there to be read; null where it is over what any route reads: the route says so. */
async function bodyOf(c: Context<Door>): Promise<string | null> {
  const length = Number(c.req.header('content-length') ?? Number.NaN);
  if (!(length <= CAP)) return null;
  let late: NodeJS.Timeout | undefined;
  const cut = new Promise<null>((resolve) => {
    late = setTimeout(() => resolve(null), PATIENCE_MS);
  });
  try {
    return await Promise.race([
      c.req.raw
        .clone()
        .arrayBuffer()
        .then((b) => digest(new Uint8Array(b))),
      cut,
    ]);
  } catch {
    return null;
  } finally {
    clearTimeout(late);
  }
}

const digest = (of: string | Uint8Array): string => createHash('sha256').update(of).digest('hex');
