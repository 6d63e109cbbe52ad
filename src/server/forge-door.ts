/**
 * Where forges say what happened. Nobody is signed in here: whoever knows the forge's secret speaks for it, and that is proven over the exact
 * bytes before any of them is read. What is kept is kept before the answer; what comes of it, jobs find out.
 */
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { problem } from '../core/base/result.ts';
import type { Door } from './door.ts';
import { refuse } from './problem.ts';
import type { ServerWorld } from './world.ts';

export const FORGES_PREFIX = '/forges';

/** A forge sends no more in one piece. */
const MOST_BYTES = 25 << 20;
/** Bytes read at once; whoever knows no secret may send as much as whoever does. */
const AT_ONCE = 64 << 20;

export function forgeDoor(world: Pick<ServerWorld, 'forges'>): Hono<Door> {
  const app = new Hono<Door>();
  let reading = 0;
  const tooLarge = problem('BODY_TOO_LARGE', 'a forge sends at most 25 MiB', { place: 'body', remedy: 'send less' });
  app.post('/:forge', bodyLimit({ maxSize: MOST_BYTES, onError: (c) => refuse(c, [tooLarge]) }), async (c, next) => {
    const door = world.forges?.get(c.req.param('forge'));
    if (door === undefined) return next();
    const size = Math.min(MOST_BYTES, Number(c.req.header('content-length') ?? MOST_BYTES));
    if (!(reading + size <= AT_ONCE))
      return refuse(c, [problem('RATE_LIMITED', 'too much is said at once', { remedy: 'say it again in a moment: what is lost is found by the next look at everything' })]);
    reading += size;
    try {
      const answer = await door.receive((name) => c.req.header(name), new Uint8Array(await c.req.arrayBuffer()));
      return answer.ok ? c.json({ said: answer.value }, 202, { 'cache-control': 'no-store' }) : refuse(c, answer.error);
    } finally {
      reading -= size;
    }
  });
  return app;
}
