/** One request seen from outside: its id, its route as declared, how long it took, who asked; counted and written down once it is answered. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context, MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { Door } from './door.ts';
import type { ServerWorld } from './world.ts';

/** An id somebody before us gave, a proxy for instance: short, and of characters that do nothing in any log. */
const GIVEN = /^[A-Za-z0-9][A-Za-z0-9-]{7,63}$/;

export function observed(world: ServerWorld): MiddlewareHandler<Door> {
  return async (c, next) => {
    const given = c.req.header('x-request-id') ?? '';
    const requestId = GIVEN.test(given) ? given : randomUUID();
    c.set('requestId', requestId);
    c.header('x-request-id', requestId);
    const began = performance.now();
    await next();
    // What is kept open would otherwise be asked through for ever.
    if (world.stopping?.() === true) c.header('connection', 'close');
    const took = performance.now() - began;
    const { method } = c.req;
    const [route, status] = [routeOf(c), c.res.status];
    world.metrics?.answered({ method, route, status, seconds: took / 1_000 });
    world.journal?.request({
      requestId,
      door: 'http',
      method: METHOD.test(method) ? method : 'other',
      route,
      status,
      ms: rounded(took),
      principal: c.get('session')?.person ?? null,
    });
  };
}

const METHOD = /^[A-Z]{1,10}$/;
const rounded = (ms: number): number => Math.round(ms * 100) / 100;

/** The route that answered, as it was declared: of a request that went nowhere, what refused it. */
export const routeOf = (c: Context<Door>): string => routePath(c);

/** Which of git's requests this is; names of repositories are not among the words. */
export function gitRoute(url: string): string {
  const [path = ''] = url.split('?', 1);
  const end = /\/(info\/refs|git-upload-pack|git-receive-pack)$/.exec(path)?.[1];
  return `/git/:repository/${end ?? '*'}`;
}

/** At a door that has no application of its own. Told when the answer is out, or the other side has gone. */
export function observeRaw(
  { metrics, journal }: Pick<ServerWorld, 'metrics' | 'journal'>,
  { door, route, request, response }: { readonly door: 'git' | 'hook'; readonly route: string; readonly request: IncomingMessage; readonly response: ServerResponse },
): { principal: string | null } {
  const began = performance.now();
  const seen: { principal: string | null } = { principal: null };
  response.once('close', () => {
    const took = performance.now() - began;
    const method = request.method === 'GET' || request.method === 'POST' ? request.method : 'other';
    // 499: left before they were answered.
    const status = response.writableFinished ? response.statusCode : 499;
    metrics?.answered({ method, route, status, seconds: took / 1_000 });
    journal?.request({ requestId: randomUUID(), door, method, route, status, ms: rounded(took), principal: seen.principal });
  });
  return seen;
}
