/** Who asks too often is told so; who is counted as whom; and nothing that is remembered grows without bound. */
import fc from 'fast-check';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bed, openBed, RP } from '../../test/bed/bed.ts';
import { cookieOf, serverWorld } from '../../test/bed/doors.ts';
import { createApp } from './app.ts';
import { newToken } from './auth/tokens.ts';
import type { Door } from './door.ts';
import { addressOf, buckets, limited } from './limits.ts';

describe('a bucket', () => {
  it('lets a burst through, then so many a second', () => {
    const b = buckets({ perSecond: 2, burst: 3 });
    expect([0, 0, 0, 0].map((at) => b.take('a', at))).toEqual([0, 0, 0, 0.5]);
    expect(b.take('a', 500)).toBe(0);
    expect(b.take('a', 500)).toBe(0.5);
    expect(b.take('b', 500)).toBe(0);
  });

  it('never lets more through than the burst and the time allow, and remembers so many', () => {
    const asks = fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.constantFrom('a', 'b', 'c', 'd', 'e')), { maxLength: 200 });
    fc.assert(
      fc.property(asks, fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }), (steps, perSecond, burst) => {
        const b = buckets({ perSecond, burst }, 5);
        let now = 0;
        const passed = new Map<string, number>();
        for (const [pause, who] of steps) {
          now += pause;
          if (b.take(who, now) === 0) passed.set(who, (passed.get(who) ?? 0) + 1);
          expect(b.size).toBeLessThanOrEqual(5);
        }
        for (const count of passed.values()) expect(count).toBeLessThanOrEqual(burst + (now / 1_000) * perSecond + 1e-6);
      }),
    );
  });

  it('forgets whoever was silent longest', () => {
    const b = buckets({ perSecond: 1, burst: 1 }, 2);
    b.take('a', 0);
    b.take('b', 0);
    b.take('a', 0);
    b.take('c', 0);
    expect([b.take('a', 0) > 0, b.take('b', 0)]).toEqual([true, 0]);
  });
});

const context = (peer: string, forwarded?: string) =>
  ({ env: { incoming: { socket: { remoteAddress: peer } } }, req: { header: () => forwarded } }) as unknown as Parameters<typeof addressOf>[0];

describe('an address', () => {
  it.each([
    ['192.0.2.7', undefined, [], '192.0.2.7'],
    ['::ffff:192.0.2.7', undefined, [], '192.0.2.7'],
    ['192.0.2.7', '198.51.100.1', [], '192.0.2.7'],
    ['192.0.2.7', 'forged, 198.51.100.1', ['192.0.2.7'], '198.51.100.1'],
    ['192.0.2.7', '', ['192.0.2.7'], '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', undefined, [], '2001:db8:1:2'],
    ['2001:db8:1:2::9', undefined, [], '2001:db8:1:2'],
    ['2001:db8::1', undefined, [], '2001:db8:0:0'],
    ['::1', undefined, [], '0:0:0:0'],
  ])('%s that says %s, behind %j, is %s', (peer, forwarded, proxies, expected) => expect(addressOf(context(peer, forwarded), proxies)).toBe(expected));

  it('of any words is short', () => {
    fc.assert(fc.property(fc.string(), fc.string(), (peer, said) => addressOf(context(peer, said), [peer.toLowerCase()]).length < 400));
  });
});

describe('a request too many', () => {
  const app = (perSecond: number) => {
    let now = 0;
    const made = new Hono<Door>();
    made.use((c, next) => {
      c.set('requestId', 'r');
      const person = c.req.header('person');
      c.set('session', person === undefined ? null : { person, via: 'passkey', roles: [], proved: 0, scopes: null });
      return next();
    });
    made.use(limited({ perSecond, burst: 2, proxies: [] }, () => now));
    made.get('/', (c) => c.text('yes'));
    return { ask: (headers: Record<string, string> = {}) => made.request('/', { headers }), later: (ms: number) => (now += ms) };
  };

  it('is refused with when to come again', async () => {
    const { ask, later } = app(0.5);
    expect([(await ask()).status, (await ask()).status]).toEqual([200, 200]);
    const no = await ask();
    expect([no.status, no.headers.get('retry-after'), (await no.json()) as unknown]).toEqual([429, '2', expect.objectContaining({ code: 'RATE_LIMITED', requestId: 'r' })]);
    later(2_000);
    expect((await ask()).status).toBe(200);
  });

  it('is of a person, wherever they are, and takes nothing from others', async () => {
    const { ask } = app(1);
    for (let i = 0; i < 5; i++) await ask({ person: 'mara' });
    expect([(await ask({ person: 'mara' })).status, (await ask({ person: 'noor' })).status, (await ask()).status]).toEqual([429, 200, 200]);
  });

  it('does not exist where there is no limit', async () => {
    const { ask } = app(0);
    for (let i = 0; i < 20; i++) expect((await ask()).status).toBe(200);
  });
});

describe('at the doors of a server', () => {
  let bed: Bed;
  beforeAll(async () => {
    bed = await openBed('production');
  });
  afterAll(() => bed?.close());

  /** So slow that what is taken in a test does not come back in it. */
  const doors = (burst: number) => {
    const world = serverWorld(bed, { limits: { perSecond: 1e-6, burst, proxies: [] } });
    const app = createApp(world);
    const ask = async (headers: Record<string, string>): Promise<number> =>
      (await app.request(`${RP.origin}/api/v1/people`, { headers: { host: new URL(RP.origin).host, ...headers } })).status;
    const cookie = async (person: string) => ({ cookie: await cookieOf(world, person, { keyid: bed.keys.mara.keyid }) });
    const token = async (person: string) => {
      const row = { person, account: person, name: 'x', scopes: ['read' as const], created: 0, until: world.now() + 1_000 };
      return { authorization: `Bearer ${(await newToken(world, row)).secret}` };
    };
    return { ask, cookie, token };
  };

  it('new sessions and new tokens of one person do not multiply what the person may ask', async () => {
    const { ask, cookie, token } = doors(6);
    const statuses: number[] = [];
    for (let i = 0; i < 10; i++) statuses.push(await ask(await (i % 2 === 0 ? cookie('mara') : token('mara'))));
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 429, 429, 429, 429]);
    expect([await ask(await cookie('noor')), await ask(await token('noor'))]).toEqual([200, 200]);
  });

  it('one token takes half of it at most, and what it asks beyond that costs its person nothing', async () => {
    const { ask, cookie, token } = doors(6);
    const busy = await token('mara');
    const statuses: number[] = [];
    for (let i = 0; i < 20; i++) statuses.push(await ask(busy));
    expect(statuses).toEqual([...Array(3).fill(200), ...Array(17).fill(429)]);
    const own = await cookie('mara');
    expect([await ask(own), await ask(await token('mara')), await ask(own), await ask(own)]).toEqual([200, 200, 200, 429]);
  });

  it('a token that does not hold is counted by its address', async () => {
    const { ask, cookie } = doors(2);
    const statuses: number[] = [];
    for (let i = 0; i < 4; i++) statuses.push(await ask({ authorization: `Bearer cst_${String(i).repeat(43)}` }));
    expect(statuses).toEqual([401, 401, 429, 429]);
    expect(await ask(await cookie('mara'))).toBe(200);
  });
});
