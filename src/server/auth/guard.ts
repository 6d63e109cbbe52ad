/** The one place where a request is let through to a route of the API, or told what it lacks. */
import type { Context, MiddlewareHandler } from 'hono';
import { type Problem, problem } from '../../core/base/result.ts';
import type { Door, Session } from '../door.ts';
import { refuse } from '../problem.ts';
import type { ServerWorld } from '../world.ts';
import { type Need, needOf } from './access.ts';

/**
 * Demo data is for everybody on this machine, so there the table asks nothing of people; of a token it asks everywhere. A route that
 * the table does not know is answered as if it were not there. @param absent answers for what is not there.
 */
export const guard =
  (world: ServerWorld, absent: (c: Context<Door>) => Response): MiddlewareHandler<Door> =>
  async (c, next) => {
    const need = needOf(c.req.method, c.req.path);
    const session = c.get('session');
    if (need === undefined) return world.demo === null && session === null ? refuse(c, [nobody]) : absent(c);
    const lack = lackIn(need, session, world);
    return lack === null ? next() : refuse(c, [lack]);
  };

const lackIn = (need: Need, session: Session | null, world: ServerWorld): Problem | null =>
  session?.via !== 'token' && world.demo !== null ? null : lacking(need, session, world);

/** What whoever asks lacks of a route; of one that is not there, everything. */
export function lackOf(world: ServerWorld, method: string, path: string, session: Session | null): Problem | null {
  const need = needOf(method, path);
  return need === undefined ? nobody : lackIn(need, session, world);
}

const nobody = problem('NOT_SIGNED_IN', 'nobody is signed in', { remedy: 'sign in with a passkey' });

/** Exported for the table's own test. */
export function lacking({ roles, scope, fresh }: Need, session: Session | null, world: Pick<ServerWorld, 'entry' | 'now'>): Problem | null {
  if (session !== null && session.scopes !== null && (scope === undefined || !session.scopes.includes(scope)))
    return problem('ROLE_MISSING', 'an API token may not do this', {
      remedy: scope === undefined ? 'sign in on the page: no token does this' : `make a token with the scope ${scope}`,
    });
  if (roles === null) return null;
  if (session === null) return nobody;
  if (!session.roles.some((role) => roles.includes(role)))
    return problem('ROLE_MISSING', `this takes one of these roles: ${roles.join(', ')}`, {
      remedy: `you have ${session.roles.join(', ') || 'none'}; whoever runs this server gives them`,
    });
  if (fresh === true && session.proved + world.entry.freshMs <= world.now())
    return problem('LOGIN_STALE', `signing needs a sign-in of the last ${Math.round(world.entry.freshMs / 60_000)} minutes`, {
      remedy: 'sign in again; nothing you wrote is lost',
    });
  return null;
}
