/** The doors of a bed: the server's application over its world, and somebody who asks it, signed in. */
import type { Hono } from 'hono';
import type { Door } from '../../src/server/door.ts';
import { newSession, SESSION_COOKIE, sealSession } from '../../src/server/session.ts';
import type { ServerWorld } from '../../src/server/world.ts';
import { type Bed, RP } from './bed.ts';

/** Whatever the server logs is a failure: it throws. */
export const serverWorld = (bed: Bed, more: Partial<ServerWorld> = {}): ServerWorld => ({
  ...bed.world,
  logKeys: bed.store.past.keys,
  files: bed.store.files,
  cookieSecret: new Uint8Array(32).fill(7),
  demo: null,
  webRoot: '/nowhere',
  account: () => null,
  serveGit: () => Promise.reject(new Error('nobody pushes here')),
  log: (line) => {
    throw new Error(`the server logged: ${line}`);
  },
  ...more,
});

/** @param path behind `/api/v1`. @param person null: nobody is signed in. */
export async function ask(app: Hono<Door>, world: ServerWorld, path: string, person: string | null = 'ada'): Promise<Response> {
  const cookie: Record<string, string> = person === null ? {} : { cookie: `${SESSION_COOKIE}=${sealSession(world.cookieSecret, newSession(person, 'passkey', world.now()))}` };
  return app.request(`${RP.origin}/api/v1${path}`, { headers: { host: new URL(RP.origin).host, ...cookie } });
}
