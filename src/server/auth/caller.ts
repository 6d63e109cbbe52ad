/** Who sent a request: by the token in its header, or else by the session in its cookie. */
import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import type { Door, Session } from '../door.ts';
import type { ServerWorld } from '../world.ts';
import { openSession, sessionCookie } from './sessions.ts';
import { tokenSession } from './tokens.ts';

/** With a header that says who it is, a cookie says nothing: a token that does not hold is nobody. */
export function callerOf(world: ServerWorld, c: Context<Door>): Promise<Session | null> {
  const header = c.req.header('authorization');
  if (header === undefined) return openSession(world, getCookie(c, sessionCookie(world)));
  const [, secret = ''] = /^Bearer ([\x21-\x7e]{1,200})$/.exec(header) ?? [];
  return tokenSession(world, secret);
}
