/** What happens to changes, as it happens: docs/spec/events.md. */
import { type Context, Hono } from 'hono';
import { problem } from '../../core/base/result.ts';
import { stillMay } from '../auth/still.ts';
import type { Door } from '../door.ts';
import type { Listener } from '../events/streams.ts';
import { asker } from '../limits.ts';
import { refuse } from '../problem.ts';
import type { ServerWorld } from '../world.ts';

/** A proxy that collects what it passes on tells nobody anything. */
const HEADERS = { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' };
const AGAIN_S = 30;

export function events(world: ServerWorld): Hono<Door> {
  const app = new Hono<Door>();
  app.get('/events', async (c) => {
    const last = c.req.header('last-event-id');
    if (last !== undefined && !/^\d{1,15}$/.test(last))
      return refuse(c, [problem('USAGE', 'no event has this id', { place: 'last-event-id', remedy: 'send the id of the last event, as it came' })]);
    if (world.events === undefined) return refuse(c, [problem('NOT_FOUND', 'this server tells nobody of changes', { remedy: 'ask /api/v1/changes now and then' })]);
    if (c.req.method === 'HEAD') return c.body(null, 200, HEADERS);
    const joined = await world.events.join(listener(world, c), last === undefined ? null : Number(last));
    if (joined === 'ended') return refuse(c, [problem('STORE_UNAVAILABLE', 'this server is about to end', { remedy: 'ask again in a moment' })]);
    if (joined === 'full') {
      c.header('retry-after', String(AGAIN_S));
      return refuse(c, [problem('RATE_LIMITED', 'too many streams are open', { remedy: 'close one, or ask /api/v1/changes now and then' })]);
    }
    // Whoever went meanwhile reads nothing, and nobody would notice.
    if (c.env?.incoming?.socket.destroyed === true) joined.leave();
    return c.body(joined.body, 200, HEADERS);
  });
  return app;
}

function listener(world: ServerWorld, c: Context<Door>): Listener {
  // Once it is over, its connection may be answering something else: this ends the answer, and with it only its own connection.
  const answer = c.env?.outgoing;
  return { principal: asker(c, world.limits?.proxies ?? []), still: stillMay(world, c), hangUp: () => void answer?.destroy() };
}
