/**
 * API tokens: for programs, never to sign. The secret is shown once and kept as a digest. Whoever steals one does what its scopes say, as its
 * person, until it expires or is ended; no scope reaches a route that signs.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { TokenRow } from '../../flows/ports-login.ts';
import type { Authenticated, Session } from '../door.ts';
import type { ServerWorld } from '../world.ts';
import { PUSHES } from './access.ts';
import { lacking } from './guard.ts';
import { wasKnown } from './known.ts';
import { rolesNow } from './roles.ts';

/** Known by their first letters, so that scanners find the ones that leak. */
const SECRET = /^cst_[A-Za-z0-9_-]{43}$/;

const digestOf = (secret: string): string => createHash('sha256').update(`countersign token v1\0${secret}`).digest('hex');

/** The secret, which nothing keeps. */
export async function newToken({ logins }: Pick<ServerWorld, 'logins'>, row: Omit<TokenRow, 'id'>): Promise<{ readonly secret: string; readonly row: TokenRow }> {
  const secret = `cst_${randomBytes(32).toString('base64url')}`;
  const named = { ...row, id: randomBytes(8).toString('hex') };
  await logins.tokens.put(digestOf(secret), named);
  return { secret, row: named };
}

/** Null for what is no token, has expired, or is of somebody whom no roster and no file names any more. */
export async function openToken(world: ServerWorld, secret: string): Promise<TokenRow | null> {
  if (!SECRET.test(secret)) return null;
  const row = await world.logins.tokens.find(digestOf(secret));
  return row === null || row.until <= world.now() || !(await wasKnown(world, row.person)) ? null : row;
}

/** Who asks with it. */
export async function tokenSession(world: ServerWorld, secret: string): Promise<Session | null> {
  const row = await openToken(world, secret);
  return row === null ? null : sessionOf(world, row);
}

const sessionOf = async (world: ServerWorld, { id, person, scopes }: TokenRow): Promise<Session> => ({
  person,
  via: 'token',
  roles: await rolesNow(world, person),
  proved: 0,
  scopes,
  token: id,
});

/** Who pushes: the token is the password, and its account the user name. Whose that account is now, the roster of each ref says (flows/pusher.ts). */
export async function tokenPusher(world: ServerWorld, user: string, password: string): Promise<Authenticated | null> {
  const row = await openToken(world, password);
  if (row === null || row.account !== user) return null;
  return lacking(PUSHES, await sessionOf(world, row), world) === null ? { account: row.account, tokenOwner: row.person } : null;
}
