/**
 * How often one person, or one address nobody signed in from, may ask: a bucket of tokens each, refilled at an even pace. The buckets
 * that are remembered are bounded; the ones forgotten first are full or nearly so, for what asks much is seen often.
 */
import type { Context, MiddlewareHandler } from 'hono';
import { problem } from '../core/base/result.ts';
import type { Door } from './door.ts';
import type { Limits } from './operations.ts';
import { refuse } from './problem.ts';

const REMEMBERED = 20_000;

export interface Buckets {
  /** Takes one; answers 0, or the seconds until there is one again. */
  take(who: string, now: number): number;
  readonly size: number;
}

export function buckets({ perSecond, burst }: Pick<Limits, 'perSecond' | 'burst'>, remembered = REMEMBERED): Buckets {
  const known = new Map<string, { tokens: number; at: number }>();
  return {
    get size() {
      return known.size;
    },
    take(who, now) {
      const before = known.get(who);
      const tokens = before === undefined ? burst : Math.min(burst, before.tokens + (Math.max(0, now - before.at) / 1_000) * perSecond);
      // Put back last: the first is whoever has been silent longest.
      known.delete(who);
      if (known.size >= remembered) known.delete(known.keys().next().value ?? '');
      known.set(who, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now });
      return tokens >= 1 ? 0 : (1 - tokens) / perSecond;
    },
  };
}

/**
 * After the session is known: whoever is signed in is counted as that person, wherever they ask from and with whatever of theirs, so that another
 * session or token gives nobody more. One token takes half of that, so that a program gone wild leaves its person the rest.
 */
export function limited(limits: Limits | undefined, clock: () => number = () => performance.now()): MiddlewareHandler<Door> {
  if (limits === undefined || limits.perSecond === 0) return (_, next) => next();
  const held = buckets(limits);
  const each = buckets({ perSecond: limits.perSecond / 2, burst: Math.max(1, limits.burst / 2) });
  return (c, next) => {
    const token = c.get('session')?.token;
    const now = clock();
    // What a token is refused costs its person nothing.
    const wait = (token === undefined ? 0 : each.take(token, now)) || held.take(asker(c, limits.proxies), now);
    if (wait === 0) return next();
    c.header('retry-after', String(Math.ceil(wait)));
    return Promise.resolve(refuse(c, [problem('RATE_LIMITED', 'too many requests', { remedy: `ask again in ${Math.ceil(wait)} s, and less often` })]));
  };
}

export function asker(c: Context<Door>, proxies: readonly string[]): string {
  const person = c.get('session')?.person;
  return person === undefined ? `address ${addressOf(c, proxies)}` : `person ${person}`;
}

/** Of IPv6 the /64: one machine has as many addresses in it as it likes. */
export function addressOf(c: Pick<Context<Door>, 'env' | 'req'>, proxies: readonly string[]): string {
  const peer = plain(c.env?.incoming?.socket.remoteAddress ?? '');
  // What stands last the proxy wrote; all before it the client may have.
  const told = proxies.includes(peer) ? plain(c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim() ?? '') : '';
  const address = told === '' ? peer : told.slice(0, 45);
  return address.includes(':') ? expand(address).slice(0, 4).join(':') : address;
}

const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '').toLowerCase();

function expand(address: string): readonly string[] {
  const [head = '', tail] = address.split('::');
  const [before, after] = [head.split(':').filter(Boolean), (tail ?? '').split(':').filter(Boolean)];
  const gap = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  return [...before, ...Array.from({ length: gap }, () => '0'), ...after].map((part) => part.replace(/^0+(?=.)/, ''));
}
