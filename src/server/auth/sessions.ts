/**
 * Sessions: a random token in a cookie, of which the store keeps the digest alone. A session says who somebody is, and how lately they proved
 * it; it never signs off. Whoever steals the cookie reads until the session ends, and still needs the key.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { Role, SessionRow, Via } from '../../flows/ports-login.ts';
import type { Door, Session } from '../door.ts';
import type { ServerWorld } from '../world.ts';
import { stillCounts } from './known.ts';
import { rolesNow } from './roles.ts';

export interface Proof {
  readonly person: string;
  readonly via: Via;
  readonly keyid?: string;
  readonly roles?: readonly Role[] | null;
  readonly proved: number;
}

/** How often a session in use is written down and looked at anew. */
const TOUCH_MS = 60_000;
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

export const digestOf = (secret: string): string => createHash('sha256').update(`countersign session v1\0${secret}`).digest('hex');

/** Over https a name that no other host of the domain can set, and no page over http. */
export const sessionCookie = ({ site }: Pick<ServerWorld, 'site'>): string => (isSecure(site.url) ? '__Host-countersign_session' : 'countersign_session');

export const isSecure = (url: string): boolean => new URL(url).protocol === 'https:';

/** Null for a cookie of nobody, of a session that ended, or of a person who no longer counts: whatever a client sends, this answers. */
export async function openSession(world: ServerWorld, cookie: string | undefined): Promise<Session | null> {
  const found = await rowOf(world, cookie);
  if (found === null) return null;
  const { digest, row } = found;
  const { sessions } = world.logins;
  const now = world.now();
  if (row.seen + TOUCH_MS <= now) {
    if (!(await stillCounts(world, row))) {
      await sessions.end(digest);
      return null;
    }
    await sessions.seen(digest, now);
  }
  return sessionOf(world, row);
}

/** The same, looked at in full and left as it is: asking so does not keep a session alive. */
export async function standing(world: ServerWorld, cookie: string | undefined): Promise<Session | null> {
  const found = await rowOf(world, cookie);
  return found === null || !(await stillCounts(world, found.row)) ? null : sessionOf(world, found.row);
}

async function rowOf(world: ServerWorld, cookie: string | undefined): Promise<{ readonly digest: string; readonly row: SessionRow } | null> {
  if (cookie === undefined || !TOKEN.test(cookie)) return null;
  const digest = digestOf(cookie);
  const row = await world.logins.sessions.find(digest);
  const now = world.now();
  if (row === null || row.until <= now || row.seen + world.entry.idleMs <= now || (row.via === 'demo' && world.demo === null)) return null;
  return { digest, row };
}

const sessionOf = async (world: ServerWorld, row: SessionRow): Promise<Session> => ({
  person: row.person,
  via: row.via,
  roles: await rolesNow(world, row.person, row.roles),
  proved: row.proved,
  scopes: null,
});

/** A new token at every sign-in: one that somebody planted before is worth nothing after it. The session before it, of this browser, ends. */
export async function beginSession(c: Context<Door>, world: ServerWorld, proof: Proof): Promise<Session> {
  await endRow(c, world);
  const token = await newSession(world, proof);
  setCookie(c, sessionCookie(world), token, { httpOnly: true, sameSite: 'Strict', path: '/', secure: isSecure(world.site.url), maxAge: Math.floor(world.entry.longestMs / 1000) });
  return { person: proof.person, via: proof.via, roles: await rolesNow(world, proof.person, proof.roles), proved: proof.proved, scopes: null };
}

/** What the cookie holds: 32 random bytes as base64url. */
export async function newSession(world: Pick<ServerWorld, 'logins' | 'entry' | 'now'>, { person, via, keyid = '', roles = null, proved }: Proof): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  const now = world.now();
  const row: SessionRow = { person, via, keyid, roles, began: now, proved, seen: now, until: now + world.entry.longestMs };
  await world.logins.sessions.put(digestOf(token), row);
  return token;
}

export async function endSession(c: Context<Door>, world: ServerWorld): Promise<void> {
  await endRow(c, world);
  deleteCookie(c, sessionCookie(world), { path: '/', secure: isSecure(world.site.url) });
}

async function endRow(c: Context<Door>, world: ServerWorld): Promise<void> {
  const cookie = getCookie(c, sessionCookie(world));
  if (cookie !== undefined && TOKEN.test(cookie)) await world.logins.sessions.end(digestOf(cookie));
}
