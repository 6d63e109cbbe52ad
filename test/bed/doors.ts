/** The doors of a bed: the server's application over its world, and somebody who asks it, signed in. */
import type { Hono } from 'hono';
import { ceilingsBy } from '../../src/flows/ceiling.ts';
import { PLAIN_ENTRY } from '../../src/server/auth/entry.ts';
import { newSession, type Proof, sessionCookie } from '../../src/server/auth/sessions.ts';
import type { Door } from '../../src/server/door.ts';
import type { ServerWorld } from '../../src/server/world.ts';
import { type Bed, RP } from './bed.ts';

/** Whatever the server logs is a failure: it throws. */
export const serverWorld = (bed: Bed, more: Partial<ServerWorld> = {}): ServerWorld => ({
  ...bed.world,
  logKeys: bed.store.past.keys,
  files: bed.store.files,
  cookieSecret: new Uint8Array(32).fill(7),
  logins: bed.store.logins,
  ceilings: ceilingsBy(bed.store.logins.ceilings, more.entry?.oidc),
  entry: PLAIN_ENTRY,
  demo: null,
  webRoot: '/nowhere',
  account: () => null,
  serveGit: () => Promise.reject(new Error('nobody pushes here')),
  log: (line) => {
    throw new Error(`the server logged: ${line}`);
  },
  ...more,
});

/** The cookie of somebody who signed in just now. */
export const cookieOf = async (world: ServerWorld, person: string, more: Partial<Proof> = {}): Promise<string> =>
  `${sessionCookie(world)}=${await newSession(world, { person, via: 'passkey', proved: world.now(), ...more })}`;

/** @param path behind `/api/v1`. @param person null: nobody is signed in. */
export async function ask(app: Hono<Door>, world: ServerWorld, path: string, person: string | null = 'ada'): Promise<Response> {
  const cookie: Record<string, string> = person === null ? {} : { cookie: await cookieOf(world, person) };
  return app.request(`${RP.origin}/api/v1${path}`, { headers: { host: new URL(RP.origin).host, ...cookie } });
}
