/** Jobs on whichever database: the state machine of a lease against a model of it, what commits together, and who waits for whom. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { err, ok, problem } from '../../core/base/result.ts';
import type { JobDraft, JobEnd, JobRow, TakenJob } from '../../flows/ports-jobs.ts';
import { genesisDraft, violationDraft } from '../sample-drafts.ts';
import { openStore, type Store } from '../store.ts';
import { at, sql } from '../test-bed.ts';

const BEGUN = Date.UTC(2026, 10, 20);
let dir: string;
let store: Store;
let now = BEGUN;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'jobs-'));
  store = await open();
  await store.ledger.append(() => ok([genesisDraft()]));
});
afterAll(async () => {
  await store.close();
  rmSync(dir, { recursive: true, force: true });
});

async function open(): Promise<Store> {
  const opened = await openStore({ ...(await at(dir)), clock: () => now });
  if (!opened.ok) throw new Error(opened.error.message);
  return opened.value;
}

let orgs = 0;
const nextOrg = (): string => `org-${orgs++}`;
const job = (org: string, id: string, more: Partial<JobDraft> = {}): JobDraft => ({ org, id, kind: 'k', body: { id }, tries: 3, ...more });
const listed = (org: string): Promise<readonly JobRow[]> => store.jobs.desk.list({ org, limit: 1_000 });
const take = (org: string, most: number, more: { holder?: string; until?: number; kinds?: readonly string[] } = {}) =>
  store.jobs.leases.take({ org, kinds: ['k'], holder: 'w', most, until: now + 30_000, ...more });
async function first(jobs: Promise<readonly TakenJob[]>): Promise<TakenJob> {
  const [one] = await jobs;
  if (one === undefined) throw new Error('nothing was due');
  return one;
}

/** What is said of a job, and nothing of how it is kept. */
interface Known {
  due: number | null;
  holder: string | null;
  attempts: number;
  readonly tries: number;
  again: boolean;
  error: string | null;
}

class Model {
  readonly jobs = new Map<string, Known>();
  /** What workers hold, or believe they do. */
  readonly leases: { readonly job: TakenJob; readonly of: Known; lost: boolean }[] = [];

  add(id: string, tries: number): void {
    const known = this.jobs.get(id);
    if (known === undefined) this.jobs.set(id, { due: now, holder: null, attempts: 0, tries, again: false, error: null });
    else if (known.holder !== null) known.again = true;
    else if (known.due === null) Object.assign(known, { due: now, attempts: 0 });
  }

  dueNow = (): readonly (readonly [string, Known])[] => [...this.jobs].filter(([, j]) => j.due !== null && j.due <= now);

  /** Whoever held it lost it. */
  leave(of: Known, change: Partial<Known>): void {
    for (const lease of this.leases) if (lease.of === of) lease.lost = true;
    Object.assign(of, { holder: null, again: false }, change);
  }

  end(lease: Model['leases'][number], end: JobEnd): boolean {
    const { of, job } = lease;
    if (lease.lost) return false;
    if (end.do === 'done' && !of.again) {
      this.jobs.delete(job.id);
      this.leave(of, {});
    } else if (end.do === 'done') this.leave(of, { due: now, attempts: 0, error: null });
    else if (end.do === 'later') this.leave(of, { due: end.due, error: end.error ?? of.error, attempts: of.attempts - (end.counted ? 0 : 1) });
    else this.leave(of, of.again ? { due: now, attempts: 0, error: end.error } : { due: null, error: end.error });
    return true;
  }
}

const IDS = ['a', 'b', 'c', 'd'];
const ends: fc.Arbitrary<JobEnd['do'] | 'back'> = fc.constantFrom('done', 'later', 'dead', 'back');
const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('add' as const), id: fc.constantFrom(...IDS), tries: fc.integer({ min: 1, max: 3 }) }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('take' as const), holder: fc.constantFrom('v', 'w'), most: fc.integer({ min: 1, max: 3 }) }) },
    { weight: 5, arbitrary: fc.record({ do: fc.constant('end' as const), which: fc.nat(7), how: ends }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('renew' as const), which: fc.nat(7) }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 500, 1_000, 5_000) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('retry' as const, 'drop' as const), id: fc.constantFrom(...IDS) }) },
  ),
  { minLength: 1, maxLength: 25 },
);
type Step = typeof steps extends fc.Arbitrary<(infer S)[]> ? S : never;
const LEASE = 1_000;

async function play(org: string, model: Model, step: Step): Promise<void> {
  const { leases, desk } = store.jobs;
  if (step.do === 'add') {
    await store.jobs.add([job(org, step.id, { tries: step.tries })]);
    model.add(step.id, step.tries);
  } else if (step.do === 'take') {
    const due = model.dueNow();
    for (const [, spent] of due.filter(([, j]) => j.attempts >= j.tries))
      model.leave(spent, { due: null, error: spent.error ?? 'whoever did it ended, or was cut off, every time' });
    const free = due.filter(([, j]) => j.due !== null);
    const jobs = await take(org, step.most, { holder: step.holder, until: now + LEASE });
    expect(jobs.length).toBe(Math.min(step.most, free.length));
    expect(new Set(jobs.map((j) => j.id)).size).toBe(jobs.length);
    for (const one of jobs) {
      const known = free.find(([id]) => id === one.id)?.[1];
      if (known === undefined) throw new Error(`${one.id} was not due`);
      model.leave(known, { holder: step.holder, due: now + LEASE, attempts: known.attempts + 1 });
      expect(one.attempts).toBe(known.attempts);
      model.leases.push({ job: one, of: known, lost: false });
    }
  } else if (step.do === 'end') {
    const lease = model.leases[step.which % Math.max(1, model.leases.length)];
    if (lease === undefined) return;
    const end: JobEnd =
      step.how === 'done'
        ? { do: 'done' }
        : step.how === 'dead'
          ? { do: 'dead', error: 'no' }
          : { do: 'later', due: now + 700, error: step.how === 'back' ? null : 'not yet', counted: step.how !== 'back' };
    expect(await leases.end(lease.job, end)).toBe(model.end(lease, end));
  } else if (step.do === 'renew') {
    const lease = model.leases[step.which % Math.max(1, model.leases.length)];
    if (lease === undefined) return;
    expect(await leases.renew(lease.job, now + LEASE)).toBe(!lease.lost);
    if (!lease.lost) lease.of.due = now + LEASE;
  } else if (step.do === 'wait') now += step.ms;
  else {
    const known = model.jobs.get(step.id);
    const free = known !== undefined && known.holder === null;
    expect(await desk[step.do](org, step.id)).toBe(free);
    if (free && step.do === 'drop') model.jobs.delete(step.id);
    if (free && step.do === 'retry') Object.assign(known, { due: now, attempts: 0 });
  }
}

async function agrees(org: string, model: Model): Promise<void> {
  const state = (j: Known) => (j.due === null ? 'dead' : j.holder === null ? 'waiting' : 'held');
  const meant = [...model.jobs].map(([id, { again: _, ...j }]) => ({ id, ...j, state: state(j as Known) })).sort((x, y) => (x.id < y.id ? -1 : 1));
  const rows = (await listed(org)).map(({ id, due, holder, attempts, tries, error, state: said }) => ({ id, due, holder, attempts, tries, error, state: said }));
  expect(rows).toEqual(meant);
  const counted = await store.jobs.desk.count(org);
  for (const name of ['waiting', 'held', 'dead'] as const) expect(counted[name]).toBe(meant.filter((j) => j.state === name).length);
  expect((await store.jobs.leases.waiting(['k'])).includes(org)).toBe(model.dueNow().length > 0);
}

it('a lease is what its model says, whatever happens in whatever order', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const [org, model] = [nextOrg(), new Model()];
      for (const step of all) {
        await play(org, model, step);
        await agrees(org, model);
      }
    }),
    { numRuns: Number(process.env.COUNTERSIGN_RUNS ?? 80) },
  );
});

describe('taking', () => {
  it('gives each job to one of those that ask at once', async () => {
    const org = nextOrg();
    await store.jobs.add(Array.from({ length: 200 }, (_, i) => job(org, `j${i}`)));
    const all = await Promise.all(Array.from({ length: 60 }, (_, i) => take(org, 5, { holder: `w${i}` })));
    const ids = all.flat().map((j) => j.id);
    expect(new Set(ids).size).toBe(ids.length);
    let rest = 200 - ids.length;
    while (rest > 0) rest -= (await take(org, 50)).length;
    expect(rest).toBe(0);
    expect((await store.jobs.desk.count(org)).held).toBe(200);
  });

  it('leaves alone what it does not know how to do', async () => {
    const org = nextOrg();
    await store.jobs.add([job(org, 'a', { kind: 'of a later version' }), job(org, 'b')]);
    expect((await take(org, 9)).map((j) => j.id)).toEqual(['b']);
    expect(await store.jobs.leases.waiting(['k'])).not.toContain(org);
  });

  it('hands over what it was told, and nothing before its time', async () => {
    const org = nextOrg();
    await store.jobs.add([job(org, 'a', { body: { deep: [1, 'zwei', null] } }), job(org, 'b', { due: now + 1 })]);
    expect(await take(org, 9)).toMatchObject([{ id: 'a', org, body: { deep: [1, 'zwei', null] }, attempts: 1, tries: 3, entry: null }]);
  });

  it('a worker that lost its lease ends nothing', async () => {
    const org = nextOrg();
    await store.jobs.add([job(org, 'a')]);
    const before = await first(take(org, 1, { until: now }));
    const after = await first(take(org, 1, { holder: 'other' }));
    expect(after.id).toBe('a');
    expect(await store.jobs.leases.renew(before, now + 9)).toBe(false);
    expect(await store.jobs.leases.end(before, { do: 'done' })).toBe(false);
    expect(await store.jobs.leases.end(before, { do: 'dead', error: 'no' })).toBe(false);
    expect(await store.jobs.leases.end(after, { do: 'done' })).toBe(true);
    expect(await listed(org)).toEqual([]);
  });
});

describe('together with an entry', () => {
  const asking = (name: string, ...jobs: readonly JobDraft[]) => ({ ...violationDraft(name), jobs });

  it('is there once the entry is, and says which', async () => {
    const org = nextOrg();
    const said = await store.ledger.append(() => ok([violationDraft('x'), asking('y', job(org, 'a'), job(org, 'b', { due: now + 5 }))]));
    const index = said.ok ? said.value[1]?.index : undefined;
    expect(await listed(org)).toMatchObject([
      { id: 'a', entry: index, due: now, state: 'waiting' },
      { id: 'b', entry: index, due: now + 5 },
    ]);
  });

  it('is not there where the plan was refused, another of its group was not, or an entry cannot be written', async () => {
    const org = nextOrg();
    const answers = await Promise.all([
      store.ledger.append(() => err(problem('QUORUM', 'no'))),
      store.ledger.append(() => ok([asking('a', job(org, 'stands'))])),
      store.ledger.append(() => ok([asking('b', job(org, 'refused')), { ...violationDraft('c'), fields: { nobody: 'knows' } }])),
    ]);
    expect(answers.map((a) => a.ok)).toEqual([false, true, false]);
    expect((await listed(org)).map((j) => j.id)).toEqual(['stands']);
  });

  it('stands and falls with the entry where the database fails; a ledger from before there were jobs is given their table', async () => {
    const org = nextOrg();
    const before = await store.ledger.checkpoint();
    await sql(dir, 'drop table jobs');
    await expect(store.ledger.append(() => ok([asking('d', job(org, 'a'))]))).rejects.toThrow();
    expect(await store.ledger.checkpoint()).toBe(before);
    await store.close();
    store = await open();
    expect(await store.audit()).toEqual([]);
    expect(await listed(org)).toEqual([]);
    expect((await store.ledger.append(() => ok([asking('d', job(org, 'a'))]))).ok).toBe(true);
    expect((await listed(org)).length).toBe(1);
  });

  it('a hundred appends of one group ask for one job, and get it once more where it was being done', async () => {
    const org = nextOrg();
    const many = () => Promise.all(Array.from({ length: 100 }, (_, i) => store.ledger.append(() => ok([asking(`${org}-${i}`, job(org, 'one'))]))));
    await many();
    expect((await listed(org)).length).toBe(1);
    const held = await first(take(org, 1));
    await many();
    expect(await take(org, 1)).toEqual([]);
    expect(await store.jobs.leases.end(held, { do: 'done' })).toBe(true);
    expect(await first(take(org, 1))).toMatchObject({ id: 'one', attempts: 1 });
  });
});

it('no rebuild and no audit minds them, and a start finds them as they were', async () => {
  const org = nextOrg();
  await store.jobs.add([job(org, 'a'), job(org, 'b')]);
  const held = await first(take(org, 1));
  const before = await listed(org);
  expect(await store.rebuild()).toMatchObject({ ok: true });
  expect(await listed(org)).toEqual(before);
  expect(await store.audit()).toEqual([]);
  await store.close();
  store = await open();
  expect(await listed(org)).toEqual(before);
  expect(await store.jobs.leases.end(held, { do: 'done' })).toBe(true);
});

it('the list goes on behind the last of a page, and knows its states', async () => {
  const org = nextOrg();
  await store.jobs.add(['a', 'b', 'c', 'd'].map((id) => job(org, id, { tries: 1 })));
  const held = await first(take(org, 1));
  const dead = await first(take(org, 1));
  await store.jobs.leases.end(dead, { do: 'dead', error: 'said so' });
  expect((await store.jobs.desk.list({ org, limit: 2, after: 'b' })).map((j) => j.id)).toEqual(['c', 'd']);
  expect(await store.jobs.desk.list({ org, state: 'dead', limit: 9 })).toMatchObject([{ id: dead.id, error: 'said so', due: null }]);
  expect(await store.jobs.desk.list({ org, state: 'held', limit: 9 })).toMatchObject([{ id: held.id, holder: 'w' }]);
  expect((await store.jobs.desk.list({ org, state: 'waiting', limit: 9 })).length).toBe(2);
});
