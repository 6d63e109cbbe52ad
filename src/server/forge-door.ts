/**
 * Where forges say what happened. Nobody is signed in here: whoever knows the forge's secret speaks for it, and that is proven over the exact
 * bytes before any of them is read. What is kept is kept before the answer; what comes of it, jobs find out.
 */
import { type Context, Hono } from 'hono';
import { type Problem, problem } from '../core/base/result.ts';
import type { Door } from './door.ts';
import { bodiesWithin, type Unread } from './forge-body.ts';
import { refuse } from './problem.ts';
import type { ServerWorld } from './world.ts';

export const FORGES_PREFIX = '/forges';

export function forgeDoor(world: Pick<ServerWorld, 'forges'>, read = bodiesWithin()): Hono<Door> {
  const app = new Hono<Door>();
  app.post('/:forge', async (c, next) => {
    const door = world.forges?.get(c.req.param('forge'));
    if (door === undefined) return next();
    const answer = await read(c.req.raw, (body) => door.receive((name) => c.req.header(name), body));
    if (!answer.ok) return unread(c, answer.error);
    return answer.value.ok ? c.json({ said: answer.value.value }, 202, { 'cache-control': 'no-store' }) : refuse(c, answer.value.error);
  });
  return app;
}

/** What is lost is found by the next look at everything. */
const AGAIN_S = 10;
const CUT = problem('USAGE', 'the body was cut short, or took too long', { place: 'body', remedy: 'send it again, at once' });
const WHY: { readonly [why in Unread]: Problem } = {
  large: problem('BODY_TOO_LARGE', 'a forge sends at most 25 MiB', { place: 'body', remedy: 'send less' }),
  full: problem('RATE_LIMITED', 'too much is said at once', { remedy: `say it again in ${AGAIN_S} s: what is lost is found by the next look at everything` }),
  late: CUT,
  cut: CUT,
};

function unread(c: Context<Door>, why: Unread): Response {
  c.header('connection', 'close');
  if (why !== 'full') return refuse(c, [WHY[why]]);
  c.header('retry-after', String(AGAIN_S));
  // Whoever is refused need not be who sent too much.
  return refuse(c, [WHY.full], 503);
}
