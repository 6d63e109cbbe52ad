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

const mac = (secret: Uint8Array, text: string): Buffer => createHmac('sha256', secret).update(`session/v1\0${text}`).digest();

export function sealSession(secret: Uint8Array, session: Session): string {
  const text = Buffer.from(JSON.stringify(session)).toString('base64url');
  return `${text}.${mac(secret, text).toString('base64url')}`;
}

/** Null for a forged, malformed or expired cookie. */
export function openSession(secret: Uint8Array, cookie: string | undefined, now: number): Session | null {
  const [text = '', seal = ''] = cookie?.split('.') ?? [];
  const given = Buffer.from(seal, 'base64url');
  const wanted = mac(secret, text);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return null;
  const session = JSON.parse(Buffer.from(text, 'base64url').toString()) as Session;
  return session.until > now ? session : null;
}
