/** Events over the API, on a real store: what is told and when, what is never told, how a stream is taken up again, and when it ends. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Bed, openBed, RP } from '../../../test/bed/bed.ts';
import { cookieOf, serverWorld } from '../../../test/bed/doors.ts';
import { ok } from '../../core/base/result.ts';
import { sizeIn } from '../../core/log/checkpoint.ts';
import { violationDraft } from '../../store/sample-drafts.ts';
import { createApp } from '../app.ts';
import { PLAIN_ENTRY } from '../auth/entry.ts';
import { newToken } from '../auth/tokens.ts';
import { type Events, type FeedTerms, heard, MOST_RESUMED, openEvents } from '../events/feed.ts';
import type { ServerWorld } from '../world.ts';

let bed: Bed;
let events: Events;
let world: ServerWorld;
let plain: Bed['world']['ledger'];
beforeAll(async () => {
  bed = await openBed();
  plain = bed.world.ledger;
});
afterAll(() => bed?.close());
beforeEach(() => open());

function open(more: Partial<FeedTerms> = {}): void {
  events?.end();
  const base = serverWorld(bed, { entry: { ...PLAIN_ENTRY, idleMs: 3_600_000 } });
  events = openEvents(base, { most: 5, ofOne: 3, ...more });
  // Everything that the bed does goes through it.
  Object.assign(bed.world, { ledger: heard(plain, events) });
  world = { ...base, ledger: bed.world.ledger, events };
}

async function listen({ last, person = 'ada', method = 'GET', headers = {} }: { last?: number | string; person?: string; method?: string; headers?: Record<string, string> } = {}) {
  const cookie: Record<string, string> = headers.authorization === undefined ? { cookie: headers.cookie ?? (await cookieOf(world, person, { via: 'oidc' })) } : {};
  return createApp(world).request(`${RP.origin}/api/v1/changes/events`, {
    method,
    headers: { host: new URL(RP.origin).host, ...cookie, ...(last === undefined ? {} : { 'last-event-id': String(last) }), ...headers },
  });
}

interface Frame {
  readonly id?: number;
  readonly event?: string;
  readonly data?: { readonly [name: string]: unknown };
}

/** Frames, each as it comes. `retry` and comments are not among them. */
function framesOf(answer: Response): { next(): Promise<Frame | undefined>; leave(): Promise<void> } {
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (reader === undefined) throw new Error('no body');
  let text = '';
  const next = async (): Promise<Frame | undefined> => {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end >= 0) {
        const lines = text.slice(0, end).split('\n');
        text = text.slice(end + 2);
        const value = (name: string) => lines.find((l) => l.startsWith(`${name}: `))?.slice(name.length + 2);
        const [id, event, data] = [value('id'), value('event'), value('data')];
        if (id !== undefined) return { id: Number(id), ...(event === undefined ? {} : { event }), ...(data === undefined ? {} : { data: JSON.parse(data) }) };
        continue;
      }
      const { done, value } = await reader.read();
      if (done) return undefined;
      text += value;
    }
  };
  return { next, leave: () => reader.cancel() };
}

const told = (what: string, change: string, state: string) => ({ event: 'change', data: { what, change, state, index: expect.any(Number) } });
const drop = (name: string): string => bed.commit({ [`db/${name}.sql`]: 'drop table orders;\n' });
const size = async (): Promise<number> => sizeIn(await bed.store.ledger.checkpoint());

it('tells what happened to a change, in order, each with its place in the log, and not a word of it', async () => {
  const answer = await listen();
  expect([answer.status, ...['content-type', 'cache-control', 'x-accel-buffering', 'etag'].map((h) => answer.headers.get(h))]).toEqual([
    ...[200, 'text/event-stream', 'no-store', 'no', null],
  ]);
  const stream = framesOf(answer);
  expect(await stream.next()).toEqual({ id: (await size()) - 1 });
  const head = drop('told');
  const id = (await bed.judged(head)).id ?? '';
  const first = await stream.next();
  expect(first).toMatchObject(told('decided', id, 'open'));
  expect(first?.id).toBe(first?.data?.index);
  expect(Object.keys(first?.data ?? {}).sort()).toEqual(['change', 'index', 'state', 'what']);
  await bed.sign('mara', id);
  expect(await stream.next()).toMatchObject(told('signed', id, 'signed'));
  await bed.judged(head);
  expect(await stream.next()).toMatchObject(told('decided', id, 'signed'));
  await bed.land(head);
  expect(await stream.next()).toMatchObject(told('landed', id, 'landed'));
  await stream.leave();
  expect(events.size).toBe(0);
});

it('says that a change is open again, once what had been signed does not count any more', async () => {
  const head = drop('again');
  const id = (await bed.judged(head)).id ?? '';
  await bed.sign('mara', id);
  bed.clock.now += 40 * 24 * 3_600_000;
  const stream = framesOf(await listen());
  await stream.next();
  await bed.judged(head);
  expect(await stream.next()).toMatchObject(told('reopened', id, 'open'));
  await stream.leave();
});

it('tells of nothing that no signed checkpoint covers, however early it is woken', async () => {
  const stream = framesOf(await listen());
  await stream.next();
  const early = async (plan: Parameters<typeof plain.append>[0]) =>
    plain.append(async (state) => {
      events.wake();
      return plan(state);
    });
  Object.assign(bed.world, { ledger: heard({ ...plain, append: early }, events) });
  const judging = bed.judged(drop('early'));
  const first = await stream.next();
  expect(await size()).toBeGreaterThan(first?.id ?? Number.POSITIVE_INFINITY);
  expect(first).toMatchObject(told('decided', (await judging).id ?? '', 'open'));
  await stream.leave();
});

it('takes a stream up again where it was left, each once, and says so where too much was missed', async () => {
  const last = (await size()) - 1;
  const ids = [(await bed.judged(drop('m1'))).id ?? '', (await bed.judged(drop('m2'))).id ?? ''];
  const stream = framesOf(await listen({ last }));
  expect([await stream.next(), await stream.next()]).toMatchObject(ids.map((id) => told('decided', id, 'open')));
  expect(await stream.next()).toEqual({ id: (await size()) - 1 });
  const later = (await bed.judged(drop('m3'))).id ?? '';
  expect(await stream.next()).toMatchObject(told('decided', later, 'open'));
  await stream.leave();

  // A log that is shorter than what they heard is another one, or was restored.
  const ahead = framesOf(await listen({ last: (await size()) + 5 }));
  expect(await ahead.next()).toEqual({ id: (await size()) - 1, event: 'reset', data: { index: (await size()) - 1 } });
  await ahead.leave();

  const start = (await size()) - 1;
  const many = await plain.append(() => ok(Array.from({ length: MOST_RESUMED + 1 }, (_, i) => violationDraft(`v${i}`))));
  expect(many.ok).toBe(true);
  const far = framesOf(await listen({ last: start }));
  expect(await far.next()).toMatchObject({ event: 'reset' });
  await far.leave();
  const near = framesOf(await listen({ last: start + 1 }));
  expect(await near.next()).toEqual({ id: (await size()) - 1 });
  await near.leave();
  expect((await listen({ last: '-1' })).status).toBe(400);
  expect((await listen({ last: 'x' })).status).toBe(400);
});

it('hears of what another server appended, though nobody here did', async () => {
  open({ pollMs: 5 });
  const stream = framesOf(await listen());
  await stream.next();
  const mine = bed.world.ledger;
  Object.assign(bed.world, { ledger: plain });
  const id = (await bed.judged(drop('elsewhere'))).id ?? '';
  Object.assign(bed.world, { ledger: mine });
  expect(await stream.next()).toMatchObject(told('decided', id, 'open'));
  await stream.leave();
});

it('keeps a silent stream alive by a comment', async () => {
  open({ keepAliveMs: 5 });
  const reader = (await listen()).body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!text.endsWith('\n\n:\n\n')) text += (await reader?.read())?.value ?? '';
  await reader?.cancel();
  expect(text).toMatch(/^retry: \d{4}\nid: \d+\n\n(:\n\n)+$/);
});

it('refuses more streams than may be, of one person and in all, and a look leaves nothing open', async () => {
  const open = [await listen(), await listen(), await listen()];
  const refused = await listen();
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '30']);
  expect(await refused.json()).toMatchObject({ code: 'RATE_LIMITED' });
  open.push(await listen({ person: 'ben' }), await listen({ person: 'ben' }));
  expect((await listen({ person: 'mara' })).status).toBe(429);
  const head = await listen({ person: 'mara', method: 'HEAD' });
  expect([head.status, await head.text(), events.size]).toEqual([200, '', 5]);
  for (const answer of open) await answer.body?.cancel();
  expect(events.size).toBe(0);
});

it('ends with the session: signed out, unused for too long, or its key taken back', async () => {
  const cookie = await cookieOf(world, 'ada', { via: 'oidc' });
  const stream = framesOf(await listen({ headers: { cookie } }));
  await stream.next();
  await events.look();
  expect(events.size).toBe(1);
  await createApp(world).request(`${RP.origin}/api/v1/session`, { method: 'DELETE', headers: { host: new URL(RP.origin).host, 'x-countersign': '1', cookie } });
  await events.look();
  expect([await stream.next(), events.size]).toEqual([undefined, 0]);

  const idle = framesOf(await listen());
  await idle.next();
  for (let i = 0; i < 4; i++) {
    bed.clock.now += 1_000_000;
    // To listen is not to use it.
    await events.look();
  }
  expect(await idle.next()).toBeUndefined();

  const keyless = framesOf(await listen({ headers: { cookie: await cookieOf(world, 'ada', { via: 'passkey', keyid: 'SHA256:of-no-key-that-counts' }) } }));
  await keyless.next();
  await events.look();
  expect(await keyless.next()).toBeUndefined();
});

it('is for tokens that may read, while they do', async () => {
  const made = async (scope: 'read' | 'gate') =>
    newToken(world, { person: 'ada', account: 'ada', name: scope, scopes: [scope], created: bed.clock.now, until: bed.clock.now + 3_600_000 } as Parameters<typeof newToken>[1]);
  const [reads, asks] = [await made('read'), await made('gate')];
  expect((await listen({ headers: { authorization: `Bearer ${asks.secret}` } })).status).toBe(403);
  expect((await listen({ headers: { authorization: 'Bearer x' } })).status).toBe(401);
  const stream = framesOf(await listen({ headers: { authorization: `Bearer ${reads.secret}` } }));
  await stream.next();
  await events.look();
  expect(events.size).toBe(1);
  bed.clock.now += 3_600_000;
  await events.look();
  expect(await stream.next()).toBeUndefined();
});

it('ends all of them when the server does, and takes no more', async () => {
  const streams = [framesOf(await listen()), framesOf(await listen({ person: 'ben' }))];
  for (const stream of streams) await stream.next();
  events.end();
  for (const stream of streams) expect(await stream.next()).toBeUndefined();
  expect((await listen()).status).toBe(503);
});

it('says so where nobody is told', async () => {
  const { events: _, ...silent } = world;
  world = silent;
  expect((await listen()).status).toBe(404);
});
