/** Who is told, and how far, on whichever database. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ok } from '../../core/base/result.ts';
import type { Subscription } from '../../flows/ports-webhooks.ts';
import { genesisDraft } from '../sample-drafts.ts';
import { openStore, type Store } from '../store.ts';
import { at, sql } from '../test-bed.ts';

let dir: string;
let store: Store;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'webhooks-'));
  store = await open();
  await store.ledger.append(() => ok([genesisDraft()]));
});
afterEach(async () => {
  await store.close();
  rmSync(dir, { recursive: true, force: true });
});

async function open(): Promise<Store> {
  const opened = await openStore({ ...(await at(dir)), clock: () => 1_000 });
  if (!opened.ok) throw new Error(opened.error.message);
  return opened.value;
}

const place = (id: string): string => `webhook\0o\0${id}`;
const subscription = (id: string, more: Partial<Subscription> = {}): Subscription => ({
  ...{ org: 'o', id, url: 'https://hooks.example.com/', events: ['change.landed'], since: 1, created: 5, by: 'pat', previous: null, last: null },
  secret: store.keys.vault.make(place(id)).sealed,
  ...more,
});

it('keeps them as they were put, over a start, and every installation to itself', async () => {
  const [a, b] = [subscription('a'), subscription('b', { created: 4, events: ['change.decided', 'break-glass.used'] })];
  expect([await store.subscriptions.add(a, 2), await store.subscriptions.add(b, 2), await store.subscriptions.add(subscription('c'), 2)]).toEqual([true, true, false]);
  expect(await store.subscriptions.add(subscription('a', { org: 'other' }), 2)).toBe(true);
  await store.close();
  store = await open();
  expect(await store.subscriptions.list('o')).toEqual([b, a]);
  expect((await store.subscriptions.list('other')).length).toBe(1);
  expect(await store.audit()).toEqual([]);
});

it('turns a secret, and keeps the one before until its time', async () => {
  const a = subscription('a');
  await store.subscriptions.add(a, 9);
  const next = store.keys.vault.make(place('a')).sealed;
  expect(await store.subscriptions.rotate('o', 'a', next, 99)).toBe(true);
  expect(await store.subscriptions.list('o')).toEqual([{ ...a, secret: next, previous: { secret: a.secret, until: 99 } }]);
  expect(await store.subscriptions.rotate('other', 'a', next, 99)).toBe(false);
});

it('says how the last call ended; drops one of its own organisation alone', async () => {
  await store.subscriptions.add(subscription('a'), 9);
  await store.subscriptions.said('o', 'a', { at: 7, said: 'answered 500' });
  expect(await store.subscriptions.list('o')).toMatchObject([{ last: { at: 7, said: 'answered 500' } }]);
  expect(await store.subscriptions.drop('other', 'a')).toBe(false);
  expect(await store.subscriptions.drop('o', 'a')).toBe(true);
  expect(await store.subscriptions.list('o')).toEqual([]);
});

it('goes on from one place once, with its jobs or not at all', async () => {
  const job = (id: string) => ({ org: 'o', id, kind: 'k', body: {}, tries: 1 });
  const all = await Promise.all(['a', 'b', 'c'].map((id) => store.announcements.advance('o', 0, 5, [job(id)])));
  expect(all.filter((won) => won).length).toBe(1);
  expect((await store.jobs.desk.list({ org: 'o', limit: 9 })).length).toBe(1);
  expect([await store.announcements.next('o'), await store.announcements.next('other')]).toEqual([5, 0]);
  expect(await store.announcements.advance('o', 0, 9, [])).toBe(false);
  await sql(dir, 'drop table jobs');
  await expect(store.announcements.advance('o', 5, 9, [job('d')])).rejects.toThrow();
  expect(await store.announcements.next('o')).toBe(5);
});

it('events of a later version are told to nobody', async () => {
  await store.subscriptions.add(subscription('a'), 9);
  await sql(dir, `update webhooks set events = '["change.landed","change.dreamt"]'`);
  expect(await store.subscriptions.list('o')).toMatchObject([{ events: ['change.landed'] }]);
});
