/** API tokens of whoever is signed in: made, listed, ended. */
import { Hono } from 'hono';
import { problem } from '../../core/base/result.ts';
import type { TokenRow } from '../../flows/ports-login.ts';
import { pushableBy } from '../../flows/pusher.ts';
import type { Door } from '../door.ts';
import { refuse } from '../problem.ts';
import { newTokenWords, read } from '../schema.ts';
import type { ServerWorld } from '../world.ts';
import { newToken } from './tokens.ts';

const DAY = 86_400_000;
/** Of one person at once. */
const MOST = 50;

export function tokens(world: ServerWorld): Hono<Door> {
  const app = new Hono<Door>();
  const nobody = problem('NOT_SIGNED_IN', 'nobody is signed in', { remedy: 'sign in first' });

  app.get('/', async (c) => {
    const person = c.get('session')?.person;
    if (person === undefined) return refuse(c, [nobody]);
    return c.json({ items: (await world.logins.tokens.of(person)).filter((t) => t.until > world.now()).map(shown) });
  });

  app.post('/', async (c) => {
    const body = await read(c.req, newTokenWords);
    if (!body.ok) return refuse(c, body.error);
    const person = c.get('session')?.person;
    if (person === undefined) return refuse(c, [nobody]);
    const { name, scopes, days, account: asked } = body.value;
    const { accounts, agents } = await pushableBy(world, person);
    // Without one of the roster's a token pushes nothing that policy protects; it still reads.
    const account = asked === undefined ? (accounts[0] ?? person) : (agents.get(asked) ?? accounts.find((a) => a === asked));
    if (account === undefined)
      return refuse(c, [
        problem('PERSON_UNKNOWN', `${asked} is no account of yours, nor of an agent of yours`, {
          place: 'account',
          remedy: `leave it away, or name one that the roster says is yours: ${accounts.join(', ') || 'there is none'}`,
        }),
      ]);
    if ((await world.logins.tokens.of(person)).length >= MOST) return refuse(c, [problem('USAGE', `you have ${MOST} tokens`, { remedy: 'end one first' })]);
    const now = world.now();
    const { secret, row } = await newToken(world, { person, account, name, scopes: [...new Set(scopes)], created: now, until: now + days * DAY });
    return c.json({ ...shown(row), secret }, 201, { 'cache-control': 'no-store' });
  });

  app.delete('/:id', async (c) => {
    const person = c.get('session')?.person;
    if (person === undefined) return refuse(c, [nobody]);
    if (await world.logins.tokens.end(person, c.req.param('id'))) return c.json({ ended: c.req.param('id') });
    return refuse(c, [problem('NOT_FOUND', 'you have no such token', { place: 'id', remedy: 'see /api/v1/tokens' })]);
  });

  return app;
}

const shown = ({ id, name, account, scopes, created, until }: TokenRow) => ({
  id,
  name,
  account,
  scopes,
  created: new Date(created).toISOString(),
  until: new Date(until).toISOString(),
});
