/** Jobs over the API, on a real store. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Bed, openBed, RP } from '../../../test/bed/bed.ts';
import { cookieOf, serverWorld, strictApp } from '../../../test/bed/doors.ts';
import { PLAIN_ENTRY } from '../auth/entry.ts';
import type { ServerWorld } from '../world.ts';

let bed: Bed;
let world: ServerWorld;
let app: ReturnType<typeof strictApp>;
let woken = 0;
const OTHER = 'somebody-else';

beforeAll(async () => {
  bed = await openBed('production');
  world = serverWorld(bed, {
    entry: { ...PLAIN_ENTRY, people: new Map([['pat', ['administrator']]]) },
    jobs: {
      desk: bed.store.jobs.desk,
      wake: () => {
        woken++;
      },
    },
  });
  app = strictApp(world);
});
afterAll(() => bed?.close());
beforeEach(async () => {
  for (const org of await bed.store.jobs.desk.organisations()) for (const { id } of await bed.store.jobs.desk.list({ org, limit: 99 })) await bed.store.jobs.desk.drop(org, id);
});

const put = (id: string, org = world.site.organisation) => bed.store.jobs.add([{ org, id, kind: 'k', body: { a: 1 }, tries: 1 }]);
async function kill(id: string): Promise<void> {
  const [job] = await bed.store.jobs.leases.take({ org: world.site.organisation, kinds: ['k'], holder: 'w', most: 1, until: world.now() + 1_000 });
  if (job?.id !== id) throw new Error(`took ${job?.id}`);
  await bed.store.jobs.leases.end(job, { do: 'dead', error: 'answered 500' });
}

async function call(method: string, path: string, person: string | null = 'pat') {
  const cookie = person === null ? '' : await cookieOf(world, person);
  const headers = { host: new URL(RP.origin).host, 'content-type': 'application/json', 'x-countersign': '1', cookie };
  const answer = await app.request(`${RP.origin}/api/v1/jobs${path}`, { method, headers, ...(method === 'POST' ? { body: '{}' } : {}) });
  return { status: answer.status, body: (await answer.json()) as { readonly [member: string]: unknown } };
}

it('shows what waits and what was given up, with its reason', async () => {
  await put('a');
  await kill('a');
  await put('b');
  expect(await call('GET', '')).toMatchObject({
    status: 200,
    body: {
      counts: { waiting: 1, held: 0, dead: 1 },
      next: null,
      items: [
        { id: 'a', state: 'dead', error: 'answered 500', due: null, attempts: 1, tries: 1, body: { a: 1 }, created: new Date(world.now()).toISOString() },
        { id: 'b', state: 'waiting', error: null, due: new Date(world.now()).toISOString() },
      ],
    },
  });
  expect((await call('GET', '?state=dead')).body).toMatchObject({ items: [{ id: 'a' }] });
});

it('goes on behind the last of a page', async () => {
  for (const id of ['a', 'b', 'c']) await put(id);
  expect((await call('GET', '?limit=2')).body).toMatchObject({ items: [{ id: 'a' }, { id: 'b' }], next: 'b' });
  expect((await call('GET', '?limit=2&cursor=b')).body).toMatchObject({ items: [{ id: 'c' }], next: null });
});

it('begins again what was given up, and wakes whoever does it', async () => {
  await put('a');
  await kill('a');
  const before = woken;
  expect(await call('POST', '/a/retry')).toMatchObject({ status: 200, body: { retried: true } });
  expect(woken).toBe(before + 1);
  expect((await call('GET', '')).body).toMatchObject({ items: [{ state: 'waiting', attempts: 0 }] });
});

it('throws away, and not what is being done', async () => {
  await put('a');
  expect(await call('DELETE', '/a')).toMatchObject({ status: 200 });
  expect(await call('DELETE', '/a')).toMatchObject({ status: 404 });
  await put('b');
  await bed.store.jobs.leases.take({ org: world.site.organisation, kinds: ['k'], holder: 'w', most: 1, until: world.now() + 1_000 });
  expect(await call('DELETE', '/b')).toMatchObject({ status: 400, body: { code: 'USAGE' } });
  expect(await call('POST', '/b/retry')).toMatchObject({ status: 400 });
  const [held] = await bed.store.jobs.desk.list({ org: world.site.organisation, limit: 1 });
  expect(held).toMatchObject({ id: 'b', state: 'held' });
  bed.clock.now += 1_000;
  const [job] = await bed.store.jobs.leases.take({ org: world.site.organisation, kinds: ['k'], holder: 'w', most: 1, until: world.now() });
  expect(job).toBeUndefined();
});

const ALL = [
  ['GET', ''],
  ['POST', '/a/retry'],
  ['DELETE', '/a'],
] as const;

describe('nobody', () => {
  it('sees or touches jobs of another organisation', async () => {
    await put('a', OTHER);
    expect((await call('GET', '')).body).toMatchObject({ items: [], counts: { waiting: 0 } });
    expect((await call('DELETE', '/a')).status).toBe(404);
    expect((await call('POST', '/a/retry')).status).toBe(404);
    expect((await bed.store.jobs.desk.list({ org: OTHER, limit: 9 })).length).toBe(1);
  });

  it('who is no administrator begins or drops one, or sees what waits', async () => {
    await put('a');
    for (const [method, path] of ALL) expect(await call(method, path, 'mara')).toMatchObject({ status: 403, body: { code: 'ROLE_MISSING' } });
  });

  it('sees them without having signed in', async () => {
    await put('a');
    for (const [method, path] of ALL) expect((await call(method, path, null)).status).toBe(401);
  });
});

it.each(['?state=lost', '?limit=0', '?limit=201', '?limit=x', '?cursor=../x', '?cursor=A'])('refuses %s and says what is right', async (query) => {
  expect(await call('GET', query)).toMatchObject({ status: 400, body: { code: 'USAGE', remedy: expect.stringContaining('for example') } });
});
