/** `countersign jobs` on a folder with a real store. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ok } from '../core/base/result.ts';
import { genesisDraft } from '../store/sample-drafts.ts';
import { openStore, type Store } from '../store/store.ts';
import { changeJob, listJobs } from './jobs.ts';

let dir: string;
let store: Store;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'jobs-cli-'));
  store = await open();
  await store.ledger.append(() => ok([genesisDraft()]));
  await store.jobs.add(['a', 'b'].map((id) => ({ org: 'larch', id, kind: 'k', body: {}, tries: 1 })));
  const [job] = await store.jobs.leases.take({ org: 'larch', kinds: ['k'], holder: 'w', most: 2, until: Date.now() + 60_000 });
  if (job === undefined) throw new Error('nothing was due');
  await store.jobs.leases.end(job, { do: 'dead', error: 'answered \u001b[31m500' });
});
afterEach(async () => {
  await store.close();
  rmSync(dir, { recursive: true, force: true });
});

async function open(): Promise<Store> {
  const opened = await openStore({ dir, clock: Date.now });
  if (!opened.ok) throw new Error(opened.error.message);
  return opened.value;
}

const dead = async (): Promise<string> => (await store.jobs.desk.list({ org: 'larch', state: 'dead', limit: 1 }))[0]?.id ?? '';

it('lists beside a server that runs; what was given up is a 1, with its reason and nothing of its colours', async () => {
  const { code, stdout } = await listJobs({ data: dir });
  expect(code).toBe(1);
  expect(stdout).toContain('larch: 0 waiting, 1 held, 1 dead');
  expect(stdout).toMatch(new RegExp(`  ${await dead()}  given up, tried 1 of 1: answered .*500`));
  expect(stdout).not.toContain('\u001b');
  expect(JSON.parse((await listJobs({ data: dir, dead: true, json: true })).stdout)).toMatchObject({ exit: 1, counts: { larch: { dead: 1 } }, jobs: [{ state: 'dead' }] });
  expect((await listJobs({ data: dir, organisation: 'birch' })).stdout).toBe('no jobs\n');
});

it('changes nothing beside a server that runs', async () => {
  expect(await changeJob('drop', await dead(), { data: dir })).toMatchObject({ code: 2, stderr: expect.stringContaining('[DATA_LOCKED]') });
  expect(await dead()).not.toBe('');
});

it('begins again, and throws away, once the server has ended', async () => {
  const id = await dead();
  await store.close();
  expect(await changeJob('retry', id, { data: dir })).toMatchObject({ code: 0, stdout: `${id} is begun at once, with all its tries\n` });
  expect(await listJobs({ data: dir })).toMatchObject({ code: 0, stdout: expect.stringContaining('1 waiting, 1 held, 0 dead') });
  expect(await changeJob('drop', id, { data: dir, json: true })).toMatchObject({ code: 0, stdout: `{"version":1,"exit":0,"org":"larch","id":"${id}"}\n` });
  expect(await changeJob('drop', id, { data: dir })).toMatchObject({ code: 2, stderr: expect.stringContaining('there is no job') });
  store = await open();
  expect((await store.jobs.desk.count('larch')).held).toBe(1);
  expect(await store.audit()).toEqual([]);
});

it('does not guess which of two organisations is meant, and leaves alone what is being done', async () => {
  const [held] = await store.jobs.desk.list({ org: 'larch', state: 'held', limit: 1 });
  const id = await dead();
  await store.jobs.add([{ org: 'birch', id, kind: 'k', body: {}, tries: 1 }]);
  await store.close();
  expect(await changeJob('drop', id, { data: dir })).toMatchObject({ code: 2, stderr: expect.stringContaining('birch, larch have a job') });
  expect(await changeJob('drop', id, { data: dir, organisation: 'birch' })).toMatchObject({ code: 0 });
  expect(await changeJob('drop', held?.id ?? '', { data: dir })).toMatchObject({ code: 2, stderr: expect.stringContaining('being done') });
  store = await open();
});

it('does not guess which of two logs is meant', async () => {
  process.env.DATABASE_URL = 'postgres://nobody@127.0.0.1:1/none';
  try {
    for (const answer of [await listJobs({ data: dir }), await changeJob('drop', 'a', { data: dir })])
      expect(answer).toMatchObject({ code: 2, stderr: expect.stringContaining('DATABASE_URL names another place') });
  } finally {
    delete process.env.DATABASE_URL;
  }
});

it('says so where there is no folder', async () => {
  expect(await listJobs({ data: join(dir, 'nowhere') })).toMatchObject({ code: 2, stderr: expect.stringContaining('[NOT_FOUND]') });
});
