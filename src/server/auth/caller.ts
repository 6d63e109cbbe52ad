/** Who sent a request: by the token in its header, or else by the session in its cookie. */
import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import type { Door, Session } from '../door.ts';
import type { ServerWorld } from '../world.ts';
import { openSession, sessionCookie } from './sessions.ts';
import { tokenSession } from './tokens.ts';

/** What a program brings to say who it is; empty where it brings nothing of the kind. */
export const bearerOf = (c: Context): string => /^Bearer ([\x21-\x7e]{1,512})$/.exec(c.req.header('authorization') ?? '')?.[1] ?? '';

/** With a header that says who it is, a cookie says nothing: a token that does not hold is nobody. */
export function callerOf(world: ServerWorld, c: Context<Door>): Promise<Session | null> {
  if (c.req.header('authorization') === undefined) return openSession(world, getCookie(c, sessionCookie(world)));
  return tokenSession(world, bearerOf(c));
}
