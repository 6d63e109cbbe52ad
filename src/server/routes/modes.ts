/** What gates that only watch would have denied: the figures a roll-out is decided by. */
import { Hono } from 'hono';
import { problem } from '../../core/base/result.ts';
import { rampOf } from '../../core/gate/ramp.ts';
import type { Door } from '../door.ts';
import { refuse } from '../problem.ts';
import type { ServerWorld } from '../world.ts';

const DAY = 86_400_000;

export function modes(world: ServerWorld): Hono<Door> {
  const app = new Hono<Door>();

  app.get('/watched', async (c) => {
    const days = c.req.query('days') ?? '90';
    if (!/^[1-9]\d{0,3}$/.test(days)) return refuse(c, [problem('USAGE', 'days is a whole number from 1 to 9999', { place: 'days', remedy: 'for example ?days=30' })]);
    return c.json(rampOf(await world.projections.memory.watched({ since: world.now() - Number(days) * DAY })));
  });
  return app;
}
