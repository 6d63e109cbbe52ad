/** Short-lived, single-use secrets between two requests: a challenge asked, a statement waiting for its signature. */
import { randomBytes } from 'node:crypto';

export interface Tickets<T> {
  issue(value: T): string;
  /** The value, once; undefined for an unknown, used or expired ticket. */
  take(ticket: string): T | undefined;
}

const LIFETIME_MS = 15 * 60_000;
/** Oldest tickets make way: a flood of requests costs memory nobody has promised it. */
const CAPACITY = 1_000;

export function tickets<T>(now: () => number, capacity = CAPACITY): Tickets<T> {
  const open = new Map<string, { value: T; until: number }>();
  return {
    issue(value) {
      const oldest = open.keys().next();
      if (open.size >= capacity && !oldest.done) open.delete(oldest.value);
      const ticket = randomBytes(24).toString('base64url');
      open.set(ticket, { value, until: now() + LIFETIME_MS });
      return ticket;
    },
    take(ticket) {
      const found = open.get(ticket);
      open.delete(ticket);
      return found && found.until > now() ? found.value : undefined;
    },
  };
}
