/**
 * What waits between two requests and is used once: a statement for its signature. Whoever asked carries it, sealed, so that a flood of requests
 * costs no memory, and any server of the same secret and store takes it back. That it was used stands in the store, so no two servers take it.
 */
import { createHash, randomBytes } from 'node:crypto';
import { seal, unseal } from './auth/sealed.ts';
import type { ServerWorld } from './world.ts';

/** What came back, unused so far as this one look tells. */
export interface Carried<T> {
  readonly value: T;
  /** Whether it is used here for the first time, on any server. Durable: afterwards it is used. */
  spend(): Promise<boolean>;
}

export interface Tickets<T> {
  /** base64url. */
  issue(value: T): string;
  /** Undefined for what was never issued for this purpose, or too long ago: total over text. */
  open(ticket: string): Carried<T> | undefined;
}

const LIFETIME_MS = 15 * 60_000;
/** A statement of 256 KiB, its keys, and base64 twice. */
export const LONGEST_TICKET = 1 << 20;

/** @param purpose of what no ticket serves another. `T` is plain JSON. */
export function tickets<T>({ cookieSecret, logins, now }: Pick<ServerWorld, 'cookieSecret' | 'logins' | 'now'>, purpose: string): Tickets<T> {
  const sealedFor = `ticket ${purpose}`;
  return {
    issue: (value) => seal(cookieSecret, sealedFor, { id: randomBytes(24).toString('base64url'), until: now() + LIFETIME_MS, value }),
    open(ticket) {
      // Sealed by us: what opens has this shape.
      const held = unseal(cookieSecret, sealedFor, ticket, LONGEST_TICKET) as { readonly id: string; readonly until: number; readonly value: T } | undefined;
      if (held === undefined || held.until <= now()) return undefined;
      const { id, until, value } = held;
      return { value, spend: () => logins.spent.spend(createHash('sha256').update(`countersign ticket v1\0${id}`).digest('hex'), until) };
    },
  };
}
