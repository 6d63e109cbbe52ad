/** Whether whoever asked a while ago, and is still being answered, may still ask. */
import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import type { Door, Session } from '../door.ts';
import type { ServerWorld } from '../world.ts';
import { bearerOf } from './caller.ts';
import { lackOf } from './guard.ts';
import { sessionCookie, standing } from './sessions.ts';
import { tokenSession } from './tokens.ts';

/**
 * By the cookie or token it was asked with, looked up anew. Being answered is no use of a session: one that nobody uses ends, however long
 * a page stays open. A cookie that is somebody else's meanwhile is not theirs.
 */
export function stillMay(world: ServerWorld, c: Context<Door>): () => Promise<boolean> {
  const before = c.get('session');
  const { method, path } = c.req;
  const secret = bearerOf(c);
  const cookie = getCookie(c, sessionCookie(world));
  const now = (): Promise<Session | null> => (before?.via === 'token' ? tokenSession(world, secret) : standing(world, cookie));
  return async () => {
    const session = before === null ? null : await now();
    return session?.person === before?.person && lackOf(world, method, path, session) === null;
  };
}
