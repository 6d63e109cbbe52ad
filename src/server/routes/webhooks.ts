/** Who is told of what the log records: asked for, listed, taken back, a new secret, and told again. */
import { type Context, Hono } from 'hono';
import { type Problem, problem } from '../../core/base/result.ts';
import type { Subscription } from '../../flows/ports-webhooks.ts';
import type { Shown } from '../../flows/webhooks.ts';
import type { Door } from '../door.ts';
import { refuse } from '../problem.ts';
import { read, replayWords, rotationWords, webhookWords } from '../schema.ts';
import type { ServerWorld } from '../world.ts';

const HOUR = 3_600_000;
const ID = /^[0-9a-f]{16}$/;

export function webhooks(world: ServerWorld): Hono<Door> {
  const app = new Hono<Door>();
  const desk = world.webhooks;

  app.get('/', async (c) => c.json({ items: ((await desk?.list()) ?? []).map((s) => shown(s, world.now())) }));

  app.post('/', async (c) => {
    const body = await read(c.req, webhookWords);
    if (!body.ok) return refuse(c, body.error);
    if (desk === undefined) return refuse(c, [nobodyCalled]);
    const added = await desk.add({ ...body.value, events: [...new Set(body.value.events)], by: c.get('session')?.person ?? '' });
    return added.ok ? once(c, added.value, 201) : refuse(c, [added.error]);
  });

  app.delete('/:id', async (c) => {
    const id = c.req.param('id');
    return ID.test(id) && (await desk?.drop(id)) === true ? c.json({ id, deleted: true }) : refuse(c, [unknown(id)]);
  });

  app.post('/:id/rotate', async (c) => {
    const body = await read(c.req, rotationWords);
    if (!body.ok) return refuse(c, body.error);
    const id = c.req.param('id');
    if (desk === undefined || !ID.test(id)) return refuse(c, [unknown(id)]);
    const turned = await desk.rotate(id, body.value.overlapHours * HOUR);
    return turned.ok ? once(c, turned.value, 200) : refuse(c, [turned.error]);
  });

  app.post('/:id/replay', async (c) => {
    const body = await read(c.req, replayWords);
    if (!body.ok) return refuse(c, body.error);
    const id = c.req.param('id');
    if (desk === undefined || !ID.test(id)) return refuse(c, [unknown(id)]);
    const told = await desk.replay(id, body.value.from, body.value.to);
    return told.ok ? c.json({ id, told: told.value }) : refuse(c, [told.error]);
  });

  /** The one answer that holds the secret: nothing on the way keeps it. */
  const once = (c: Context<Door>, { subscription, secret }: Shown, status: 200 | 201): Response =>
    c.json({ ...shown(subscription, world.now()), secret }, status, { 'cache-control': 'no-store' });
  return app;
}

const nobodyCalled = problem('USAGE', 'this server may call nobody', { place: 'url', remedy: 'whoever runs it names the hosts it may: COUNTERSIGN_WEBHOOK_HOSTS' });
const unknown = (id: string): Problem => problem('NOT_FOUND', 'there is no such webhook', { place: id.slice(0, 100), remedy: 'see /api/v1/webhooks' });

const iso = (at: number): string => new Date(at).toISOString();

const shown = ({ id, url, events, since, created, by, previous, last }: Subscription, now: number) => ({
  ...{ id, url, events, since, created: iso(created), by },
  /** Until then the secret before signs too. */
  oldSecretUntil: previous !== null && previous.until > now ? iso(previous.until) : null,
  last: last === null ? null : { at: iso(last.at), said: last.said },
});
