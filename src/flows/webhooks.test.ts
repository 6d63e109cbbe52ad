/** Webhooks from the append to the receiver: a real log, real jobs, a real server on loopback, and signatures that somebody else's program verifies. */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as breath } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bed, openBed } from '../../test/bed/bed.ts';
import { guardedCalls } from '../adapters/http/guarded.ts';
import { readCallTerms } from '../adapters/http/terms.ts';
import { ok } from '../core/base/result.ts';
import { sizeIn } from '../core/log/checkpoint.ts';
import { openVault } from '../store/keys/vault.ts';
import { decisionDraft, landedDraft, signoffDraft, verdictDraft, violationDraft } from '../store/sample-drafts.ts';
import { sql } from '../store/test-bed.ts';
import { startWorker, type Worker } from './job-worker.ts';
import type { EntryDraft, Ledger } from './ports.ts';
import { WEBHOOK_EVENTS, type WebhookEvent } from './ports-webhooks.ts';
import { announceJob, announcing, PAGE, placeOf, type WebhookWorld, webhookHandlers } from './webhook-jobs.ts';
import { type Shown, type WebhookDesk, webhookDesk } from './webhooks.ts';
import { after } from './witnesses.ts';

interface Got {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly path: string;
}

let bed: Bed;
let server: Server;
let url: string;
let world: WebhookWorld;
let desk: WebhookDesk;
let ledger: Ledger;
let worker: Worker | undefined;
let org: string;
const got: Got[] = [];
const lines: string[] = [];
/** What the receiver answers, by path. */
let answer: (path: string) => number;

beforeEach(async () => {
  [got.length, lines.length, worker] = [0, 0, undefined];
  answer = () => 204;
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (part) => {
      body += part;
    });
    request.on('end', () => {
      got.push({ headers: request.headers, body, path: request.url ?? '' });
      response.writeHead(answer(request.url ?? '')).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  bed = await openBed('production');
  bed.clock.now = Date.now();
  org = bed.world.site.organisation;
  const terms = readCallTerms([url], ['127.0.0.0/8'], true);
  if (!terms.ok) throw new Error(terms.error[0]?.message);
  const { subscriptions, announcements, keys } = bed.store;
  world = { site: bed.world.site, ledger: bed.store.ledger, subscriptions, announcements, vault: keys.vault, calls: guardedCalls(terms.value), now: bed.world.now };
  const wake = () => worker?.wake();
  desk = webhookDesk({ ...world, jobs: bed.store.jobs, random: () => new Uint8Array(randomBytes(16)), wake });
  ledger = announcing(bed.store.ledger, org, wake);
});
afterEach(async () => {
  await worker?.stop(1_000);
  await bed.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function work(): void {
  const { leases } = bed.store.jobs;
  const terms = { slots: 8, ofOne: 8, lease: 30_000, poll: 20 };
  worker = startWorker({ leases, handlers: webhookHandlers(world), name: 'w', now: bed.world.now, after, random: () => 0.5, log: (line) => lines.push(line), terms });
}
async function until(so: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await so())) await breath();
}
const jobs = () => bed.store.jobs.desk.list({ org, limit: 1_000 });
const quiet = () => until(async () => (await jobs()).length === 0);
async function added(events: readonly WebhookEvent[] = WEBHOOK_EVENTS, path = '/in'): Promise<Shown> {
  const shown = await desk.add({ url: `${url}${path}`, events, by: 'pat' });
  if (!shown.ok) throw new Error(shown.error.message);
  return shown.value;
}
async function append(...drafts: readonly EntryDraft[]): Promise<readonly number[]> {
  const said = await ledger.append(() => ok(drafts));
  if (!said.ok) throw new Error(said.error.message);
  return said.value.map((entry) => entry.index);
}
const typesOf = (all: readonly Got[]): readonly string[] => all.map(({ body }) => JSON.parse(body).type).sort();
/** By the program of the specification's own authors. */
const verified = (secret: string, { headers, body }: Got): unknown => new Webhook(secret).verify(body, headers as Record<string, string>);

const everything = (content: string): readonly EntryDraft[] => [
  decisionDraft({ content }),
  signoffDraft(content, { nonce: content }),
  verdictDraft(content, 'allow', [content]),
  landedDraft(content, [content]),
  violationDraft(content),
];

it('tells each event once, signed as others verify it, and nothing but ids and verdicts', async () => {
  const { secret } = await added();
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  work();
  const [first] = await append(...everything('x'));
  await until(() => got.length >= 5);
  await quiet();
  expect(typesOf(got)).toEqual(['change.decided', 'change.landed', 'change.signed', 'signoff.asked', 'violation.opened']);
  expect(new Set(got.map((g) => g.headers['webhook-id'])).size).toBe(5);
  for (const one of got) {
    expect(verified(secret, one)).toMatchObject({ data: { organisation: org, log: bed.world.site.origin } });
    const { data, ...rest } = JSON.parse(one.body);
    expect(Object.keys(rest)).toEqual(['type', 'timestamp']);
    const known = ['organisation', 'log', 'index', 'change', 'repo', 'ref', 'old', 'new', 'tier', 'outcome', 'stage', 'decision', 'complete', 'breakGlass', 'url'];
    expect(Object.keys(data).filter((name) => !known.includes(name))).toEqual([]);
    expect(one.body.length).toBeLessThan(1_500);
  }
  const decided = got.map((g) => JSON.parse(g.body)).find((b) => b.type === 'change.decided');
  expect(decided.data).toMatchObject({ index: first, outcome: 'signoff', url: expect.stringContaining('https://countersign.example/changes/') });
  expect((await desk.list())[0]?.last).toMatchObject({ said: 'answered 204' });
  expect(lines).toEqual([]);
});

it('a body or a stamp that was changed, and another secret, verify nowhere', async () => {
  const { secret } = await added(['violation.opened']);
  work();
  await append(violationDraft('x'));
  await until(() => got.length === 1);
  const [one] = got;
  if (one === undefined) throw new Error('nothing came');
  expect(() => verified(secret, { ...one, body: one.body.replace('violation', 'Violation') })).toThrow();
  expect(() => verified(secret, { ...one, headers: { ...one.headers, 'webhook-timestamp': String(Number(one.headers['webhook-timestamp']) + 1) } })).toThrow();
  expect(() => verified(secret, { ...one, headers: { ...one.headers, 'webhook-id': 'msg_other' } })).toThrow();
  expect(() => verified('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', one)).toThrow();
  expect(verified(secret, one)).toBeDefined();
});

describe('nothing is lost', () => {
  it('of what was appended while nobody worked, by many at once', async () => {
    await added(['violation.opened']);
    await Promise.all(Array.from({ length: 3 * PAGE }, (_, i) => append(violationDraft(`v${i}`))));
    expect((await jobs()).map((job) => job.id)).toEqual(['announce']);
    work();
    await until(() => got.length >= 3 * PAGE);
    await quiet();
    expect(new Set(got.map((g) => JSON.parse(g.body).data.index)).size).toBe(3 * PAGE);
    expect(got.length).toBe(3 * PAGE);
  });

  it('and where a plan was refused nothing is told', async () => {
    await added();
    const refused = await ledger.append(() => ok([{ ...violationDraft('x'), fields: { nobody: 'knows' } }]));
    expect(refused.ok).toBe(false);
    expect(await jobs()).toEqual([]);
  });

  it('where a worker died between telling and going on', async () => {
    await added(['violation.opened']);
    const [index] = await append(violationDraft('x'));
    const [from, to] = [await bed.store.announcements.next(org), (index ?? 0) + 1];
    // Somebody else went on meanwhile: nothing is put down twice.
    expect(await bed.store.announcements.advance(org, from, to, [])).toBe(true);
    expect(await bed.store.announcements.advance(org, from, to, [{ ...announceJob(org), id: 'never' }])).toBe(false);
    expect((await jobs()).map((job) => job.id)).toEqual(['announce']);
  });

  it('an entry that is committed and not signed yet is waited for', async () => {
    await added(['violation.opened']);
    await append(violationDraft('x'));
    const { entries, checkpoint } = bed.store.ledger;
    let unsigned = true;
    const before = await checkpoint();
    const size = Number(before.split('\n')[1]) - 1;
    const late = before.replace(/\n\d+\n/, `\n${size}\n`);
    world = {
      ...world,
      ledger: {
        proven: bed.store.ledger.proven,
        checkpoint: async () => (unsigned ? late : before),
        entries: async (from, count) => entries(from, unsigned ? Math.max(0, Math.min(count, size - from)) : count),
      },
    };
    work();
    await until(async () => (await jobs()).some((job) => job.error?.includes('not signed yet')));
    expect(got).toEqual([]);
    unsigned = false;
    bed.clock.now += 60_000;
    await until(() => got.length === 1);
  });
});

describe('who is told', () => {
  it('is told what they asked for, from when they asked on', async () => {
    await append(violationDraft('before'));
    await added(['violation.opened'], '/a');
    await append(violationDraft('between'));
    await added(['violation.opened', 'change.landed'], '/b');
    await append(...everything('x'));
    work();
    await until(() => got.length >= 4);
    await quiet();
    expect(got.map(({ path, body }) => `${path} ${JSON.parse(body).type}`).sort()).toEqual([
      '/a violation.opened',
      '/a violation.opened',
      '/b change.landed',
      '/b violation.opened',
    ]);
  });

  it('is told nothing more once taken back, even of what was put down', async () => {
    const { subscription } = await added();
    await append(violationDraft('x'));
    answer = () => 500;
    work();
    await until(() => got.length === 1);
    await until(async () => (await jobs()).every((job) => job.state === 'waiting'));
    expect(await desk.drop(subscription.id)).toBe(true);
    answer = () => 204;
    bed.clock.now += 60_000;
    await quiet();
    expect(got.length).toBe(1);
    expect(await desk.drop(subscription.id)).toBe(false);
  });

  it('where nobody is there, the log is passed over', async () => {
    await append(...everything('x'));
    work();
    await quiet();
    expect(await bed.store.announcements.next(org)).toBe(sizeIn(await bed.store.ledger.checkpoint()));
    await added(['violation.opened']);
    await append(violationDraft('y'));
    await until(() => got.length === 1);
  });
});

it('is tried again until it is taken, under the same id and a fresh stamp, and is given up in the end', async () => {
  const { secret, subscription } = await added(['violation.opened']);
  const [index] = await append(violationDraft('x'));
  let status = 503;
  answer = () => status;
  work();
  await until(() => got.length === 1);
  await until(async () => (await jobs())[0]?.state === 'waiting');
  expect(await jobs()).toMatchObject([{ id: `deliver-${subscription.id}-${index}-violation-opened`, error: 'answered 503', attempts: 1 }]);
  status = 302;
  bed.clock.now += 5_000;
  await until(() => got.length === 2);
  await until(async () => (await jobs())[0]?.error === 'answered 302: nobody is followed elsewhere');
  expect(got[0]?.headers['webhook-id']).toBe(got[1]?.headers['webhook-id']);
  expect(Number(got[1]?.headers['webhook-timestamp'])).toBe(Number(got[0]?.headers['webhook-timestamp']) + 5);
  expect(got.map((one) => verified(secret, one))).toEqual([expect.anything(), expect.anything()]);
  for (let tries = 3; tries <= 10; tries++) {
    bed.clock.now += 12 * 3_600_000;
    await until(async () => (await jobs())[0]?.attempts === tries && (await jobs())[0]?.state !== 'held');
  }
  expect(await jobs()).toMatchObject([{ state: 'dead', attempts: 10 }]);
  expect(lines).toEqual([expect.stringContaining('is given up after 10 of 10 tries')]);
  status = 200;
  await bed.store.jobs.desk.retry(org, (await jobs())[0]?.id ?? '');
  worker?.wake();
  await quiet();
  expect((await desk.list())[0]?.last?.said).toBe('answered 200');
});

it('a new secret signs beside the old one until that is over', async () => {
  const old = await added(['violation.opened']);
  const turned = await desk.rotate(old.subscription.id, 3_600_000);
  if (!turned.ok) throw new Error(turned.error.message);
  expect(turned.value.secret).not.toBe(old.secret);
  work();
  await append(violationDraft('x'));
  await until(() => got.length === 1);
  expect(got[0]?.headers['webhook-signature']).toMatch(/^v1,\S{44} v1,\S{44}$/);
  for (const secret of [old.secret, turned.value.secret]) expect(got.map((one) => verified(secret, one))).toEqual([expect.anything()]);
  await quiet();
  bed.clock.now += 3_600_000;
  await append(violationDraft('y'));
  await until(() => got.length === 2);
  const stamped = got[1] as Got;
  expect(stamped.headers['webhook-signature']).toMatch(/^v1,\S{44}$/);
  expect(await desk.rotate('0'.repeat(16), 0)).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
});

describe('told again', () => {
  it('one entry, or a range, under the ids it had', async () => {
    const { subscription } = await added();
    work();
    const indexes = [...(await append(...everything('x'))), ...(await append(...everything('y')))];
    await until(() => got.length === 10);
    await quiet();
    const ids = new Set(got.map((g) => g.headers['webhook-id']));
    const [first = 0] = indexes;
    expect(await desk.replay(subscription.id, first, first + 1)).toEqual({ ok: true, value: 2 });
    await until(() => got.length === 12);
    expect(await desk.replay(subscription.id, 0, (indexes.at(-1) ?? 0) + 1)).toMatchObject({ ok: true, value: 10 });
    await until(() => got.length === 22);
    await quiet();
    expect(new Set(got.map((g) => g.headers['webhook-id']))).toEqual(ids);
  });

  it('not more than a while at once, and of no webhook that is not there', async () => {
    const { subscription } = await added();
    for (const [from, to] of [
      [5, 5],
      [5, 4],
      [0, 10_001],
    ] as const)
      expect(await desk.replay(subscription.id, from, to)).toMatchObject({ ok: false, error: { code: 'USAGE' } });
    expect(await desk.replay('0'.repeat(16), 0, 1)).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
    expect(await desk.replay(subscription.id, 1_000_000, 1_000_001)).toEqual({ ok: true, value: 0 });
  });
});

describe('whoever writes in the database', () => {
  it('sends nothing that the log does not say', async () => {
    await added(['violation.opened']);
    const [index = 0, other = 0] = await append(violationDraft('x'), violationDraft('y'));
    await sql(bed.data, `update entries set at = 1 where idx = ${other}`);
    await sql(bed.data, `update entries set bytes = cast(replace(cast(bytes as text), '"repo":', '"repo":"evil","old":') as blob) where idx = ${index}`);
    work();
    await until(async () => got.length > 0 && (await jobs()).length === 1 && (await jobs())[0]?.error !== null);
    expect(await jobs()).toMatchObject([{ error: expect.stringContaining(`entry ${index} of the log cannot be relied on`) }]);
    expect(got.map(({ body }) => JSON.parse(body))).toMatchObject([{ timestamp: new Date(bed.clock.now).toISOString(), data: { index: other } }]);
  });

  it('has no call signed to another address, nor a new secret made for it', async () => {
    const { subscription, secret } = await added(['violation.opened'], '/in');
    await sql(bed.data, `update webhooks set url = '${url}/evil'`);
    await append(violationDraft('x'));
    work();
    await until(async () => (await jobs()).some((job) => job.error?.includes('another address')));
    expect(got).toEqual([]);
    expect(await desk.rotate(subscription.id, 0)).toMatchObject({ ok: false, error: { code: 'DATA_INVALID', place: subscription.id } });
    await sql(bed.data, `update webhooks set url = '${url}/in'`);
    bed.clock.now += 60_000;
    await until(() => got.length === 1);
    expect(got.map((one) => verified(secret, one))).toEqual([expect.anything()]);
  });
});

describe('a secret', () => {
  it('stands nowhere in clear, and is worth nothing at another place', async () => {
    const [a, b] = [await added(['violation.opened'], '/a'), await added(['violation.opened'], '/b')];
    const raw = Buffer.from(a.secret.slice(6), 'base64');
    for (const { secret } of await desk.list()) {
      expect(Buffer.from(secret).includes(raw)).toBe(false);
      expect(Buffer.from(secret).includes(Buffer.from(a.secret))).toBe(false);
    }
    // Whoever can write to the database puts the one they know under the other's name.
    const { vault } = bed.store.keys;
    expect(vault.sign(placeOf(a.subscription), a.subscription.secret, 'm')).not.toBeNull();
    expect(vault.sign(placeOf(b.subscription), a.subscription.secret, 'm')).toBeNull();
    for (let i = 0; i < a.subscription.secret.length; i++) {
      const bent = Uint8Array.from(a.subscription.secret, (byte, at) => (at === i ? byte ^ 1 : byte));
      expect(vault.sign(placeOf(a.subscription), bent, 'm')).toBeNull();
    }
  });

  it('of another installation is not used, and the job says what is wrong', async () => {
    await added(['violation.opened']);
    await append(violationDraft('x'));
    world = { ...world, vault: openVault(new Uint8Array(32)) };
    work();
    await until(async () => (await jobs()).some((job) => job.error?.includes('another installation')));
    expect(got).toEqual([]);
  });
});

it('an address that is not on the list is refused, and so is one too many', async () => {
  for (const bad of ['https://evil.example/', 'http://169.254.169.254/', 'nonsense'])
    expect(await desk.add({ url: bad, events: ['violation.opened'], by: '' })).toMatchObject({ ok: false, error: { code: 'USAGE', place: 'url' } });
  for (let i = 0; i < 50; i++) await added(['violation.opened'], `/${i}`);
  expect(await desk.add({ url: `${url}/51`, events: ['violation.opened'], by: '' })).toMatchObject({ ok: false, error: { code: 'USAGE' } });
  expect(await bed.store.audit()).toEqual([]);
});
