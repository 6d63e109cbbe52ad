/**
 * Sessions: a signed cookie that says who somebody is and how we know. It identifies; it never signs off. Whoever steals
 * it can read and can prepare a statement, and still needs the passkey.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

export interface Session {
  readonly person: string;
  readonly via: 'passkey' | 'demo';
  /** Milliseconds since 1970. */
  readonly until: number;
}

const LIFETIME_MS = 12 * 3_600_000;
export const SESSION_COOKIE = 'countersign_session';

export const newSession = (person: string, via: Session['via'], now: number): Session => ({ person, via, until: now + LIFETIME_MS });

const sealOf = (secret: Uint8Array, text: string): string => createHmac('sha256', secret).update(`session/v1\0${text}`).digest('base64url');

export function sealSession(secret: Uint8Array, session: Session): string {
  const text = Buffer.from(JSON.stringify(session)).toString('base64url');
  return `${text}.${sealOf(secret, text)}`;
}

/** Null for a forged, malformed or expired cookie: whatever a client sends, this answers. */
export function openSession(secret: Uint8Array, cookie: string | undefined, now: number): Session | null {
  const [text = '', seal = '', ...more] = cookie?.split('.') ?? [];
  // Compared as written, so that one session has one cookie: a lenient decoder would take the seal with a stray sign in it too.
  const given = Buffer.from(seal);
  const wanted = Buffer.from(sealOf(secret, text));
  if (more.length > 0 || given.length !== wanted.length || !timingSafeEqual(given, wanted)) return null;
  const session = parsed(text);
  return session !== null && session.until > now ? session : null;
}

/** Sealed by this secret, but perhaps by another version of this program. */
function parsed(text: string): Session | null {
  let said: unknown;
  try {
    said = JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return null;
  }
  if (typeof said !== 'object' || said === null || !('person' in said) || !('via' in said) || !('until' in said)) return null;
  const { person, via, until } = said;
  if (typeof person !== 'string' || (via !== 'passkey' && via !== 'demo') || typeof until !== 'number') return null;
  return { person, via, until };
}
