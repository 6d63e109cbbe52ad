/**
 * One sign-in or enrolment on its way, bound to the browser that began it by a sealed cookie: what somebody else began cannot be finished here, and what was
 * finished once cannot be finished again, on any server.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { Door } from '../door.ts';
import type { ServerWorld } from '../world.ts';
import { seal, unseal } from './sealed.ts';
import { isSecure } from './sessions.ts';

const LIFETIME_MS = 10 * 60_000;
type Kind = 'passkey' | 'key' | 'oidc' | 'enrolment';

interface Attempt {
  readonly ticket: string;
  readonly until: number;
  readonly more: Readonly<Record<string, string>>;
}

const cookieOf = (kind: Kind, { site }: ServerWorld): string => `${isSecure(site.url) ? '__Host-' : ''}countersign_${kind}`;

/** Answers the ticket: 24 random bytes as base64url. @param more what the end of it needs; the browser can neither read nor change it. */
export function beginAttempt(c: Context<Door>, world: ServerWorld, kind: Kind, more: Readonly<Record<string, string>> = {}): string {
  const ticket = randomBytes(24).toString('base64url');
  const attempt: Attempt = { ticket, until: world.now() + LIFETIME_MS, more };
  setCookie(c, cookieOf(kind, world), seal(world.cookieSecret, kind, attempt), {
    httpOnly: true,
    // The identity provider sends the browser back: that is a navigation from another site.
    sameSite: kind === 'oidc' ? 'Lax' : 'Strict',
    path: '/',
    secure: isSecure(world.site.url),
    maxAge: LIFETIME_MS / 1000,
  });
  return ticket;
}

/** The attempt this browser began, and takes with it; null where there is none, or it took too long. */
export function takeAttempt(c: Context<Door>, world: ServerWorld, kind: Kind): Attempt | null {
  const name = cookieOf(kind, world);
  const sealed = getCookie(c, name);
  if (sealed === undefined) return null;
  deleteCookie(c, name, { path: '/', secure: isSecure(world.site.url) });
  // Sealed by us: what opens has this shape.
  const attempt = unseal(world.cookieSecret, kind, sealed) as Attempt | undefined;
  return attempt === undefined || attempt.until <= world.now() ? null : attempt;
}

/** Whether it ends here for the first time. Asked after everything else held, so that nobody fills the table without a key. */
export const spend = (world: ServerWorld, { ticket, until }: Attempt): Promise<boolean> =>
  world.logins.spent.spend(createHash('sha256').update(`countersign sign-in v1\0${ticket}`).digest('hex'), until);
