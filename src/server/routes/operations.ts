/**
 * What runs this server asks of it: does it live, can it work, how much does it do. The first two are for anybody; the figures are for
 * whoever holds the token, and of demo data for this machine too. A proxy on this machine brings strangers from a loopback address, so
 * one who came through a proxy is not from here, and in production no address is believed.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { problem } from '../../core/base/result.ts';
import { bearerOf } from '../auth/caller.ts';
import type { Door } from '../door.ts';
import { checkpointAge, readiness } from '../health.ts';
import { refuse } from '../problem.ts';
import type { ServerWorld } from '../world.ts';

const NO_STORE = { 'cache-control': 'no-store' };

export function operations(world: ServerWorld): Hono<Door> {
  const app = new Hono<Door>();
  const ready = readiness(world);

  app.get('/healthz', (c) => c.json({ status: 'ok' }, 200, NO_STORE));

  app.get('/readyz', async (c) => {
    const answer = await ready();
    return c.json(answer, answer.ready ? 200 : 503, NO_STORE);
  });

  app.get('/metrics', async (c) => {
    const { metrics } = world;
    if (metrics === undefined || !mayRead(c, world))
      return refuse(c, [
        problem('NOT_FOUND', 'figures are told to whoever holds the token', {
          remedy: 'set COUNTERSIGN_METRICS_TOKEN_FILE and send authorization: Bearer; demo data tells them on the machine itself, too',
        }),
      ]);
    return c.body(await metrics.text(await checkpointAge(world)), 200, { ...NO_STORE, 'content-type': metrics.type });
  });
  return app;
}

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;
/** What proxies add. One that adds none of these must not let `/metrics` through: docs/guides/operations.md. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'via'];
const HERE = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

function mayRead(c: Context<Door>, { metricsToken: token, site }: ServerWorld): boolean {
  if (token !== undefined) return token !== '' && sameText(bearerOf(c), token);
  if (site.mode !== 'demo') return false;
  const from = c.env?.incoming?.socket.remoteAddress;
  return from !== undefined && LOOPBACK.test(from) && HERE.test(c.req.header('host') ?? '') && FORWARDED.every((name) => c.req.header(name) === undefined);
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const sameText = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));
