/** What forges said, on whichever database: kept with its jobs or not at all, once, in its order, and forgotten only when it was looked at. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ok } from '../../core/base/result.ts';
import type { ForgeEvent, ForgeSubject } from '../../flows/ports-forge.ts';
import { subjectKey } from '../../flows/ports-forge.ts';
import type { JobDraft } from '../../flows/ports-jobs.ts';
import { genesisDraft } from '../sample-drafts.ts';
import { openStore, type Store } from '../store.ts';
import { at, ON_POSTGRESQL, sql } from '../test-bed.ts';

let dir: string;
let store: Store;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'forges-'));
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

const HEAD = 'a'.repeat(40);
const pull = (number: number): ForgeSubject => ({
  ...{ kind: 'pull', number, targetRef: 'refs/heads/main', head: HEAD, before: null, open: true, branch: 'fix', owner: 'github:ada', fork: true },
});
const event = (delivery: string, more: Partial<ForgeEvent> = {}): ForgeEvent => ({
  ...{ delivery, name: 'pull_request.synchronize', at: 500, forgeId: 7, place: 'acme/pay', account: 'github:ada', brings: true, subject: pull(1) },
  ...more,
});
const job = (id: string, body: JobDraft['body'] = {}): JobDraft => ({ org: 'o', id, kind: 'look', body, tries: 3 });
const jobs = async (): Promise<readonly string[]> => (await store.jobs.desk.list({ org: 'o', limit: 5_000 })).map(({ id }) => id);
const stored = async (): Promise<number> => Number((await sql(dir, 'select count(*) as n from forge_events'))[0]?.n);
const waiting = async (subject: ForgeSubject, repo = 'pay'): Promise<readonly string[]> => (await store.forges.inbox.waiting(repo, subjectKey(subject))).map((e) => e.delivery);

describe('an event', () => {
  it.each<ForgeSubject>([
    pull(3),
    { kind: 'queue', ref: 'refs/heads/gh-readonly-queue/main/pr-3', targetRef: 'refs/heads/main', head: HEAD, open: false },
    { kind: 'ref', ref: 'refs/heads/main', old: HEAD, new: 'b'.repeat(40) },
    { kind: 'deploy', runId: 4, environment: 'production', sha: HEAD },
    { kind: 'head', head: HEAD },
    { kind: 'repository' },
  ])('of $kind is as it came, over a start', async (subject) => {
    const came = event('d', { subject, brings: subject.kind === 'ref', account: null });
    expect(await store.forges.inbox.put('pay', came, [])).toBe(true);
    await store.close();
    store = await open();
    expect(await store.forges.inbox.waiting('pay', subjectKey(subject))).toEqual([{ ...came, seq: 1 }]);
  });

  it('keeps nothing of what the forge said beside it', async () => {
    const loud = { ...event('d', { subject: { ...pull(1), ...{ title: 'secret-title' } } }), payload: 'secret-payload' };
    await store.forges.inbox.put('pay', loud, []);
    expect(JSON.stringify(await sql(dir, 'select * from forge_events'))).not.toContain('secret');
  });

  it('and its jobs are there together, once for each delivery of a repository', async () => {
    const { inbox } = store.forges;
    expect(await inbox.put('pay', event('d'), [job('a'), job('b')])).toBe(true);
    expect(await inbox.put('pay', event('d', { name: 'other' }), [job('c')])).toBe(false);
    expect(await inbox.put('web', event('d'), [job('d')])).toBe(true);
    expect(await jobs()).toEqual(['a', 'b', 'd']);
    expect(await inbox.waiting('pay', 'pull-1')).toMatchObject([{ delivery: 'd', name: 'pull_request.synchronize', seq: 1 }]);
  });

  it('put by many at once, one wins', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => store.forges.inbox.put('pay', event('d'), [job(`j${i}`)])));
    expect(answers.filter((first) => first).length).toBe(1);
    expect([await stored(), (await jobs()).length]).toEqual([1, 1]);
  });
});

describe('all or none', () => {
  it('where a job cannot be written the event is not there either, and whoever waited with it stands', async () => {
    const { inbox } = store.forges;
    const wrong = job('wrong', { n: 1n } as unknown as JobDraft['body']);
    const answers = await Promise.allSettled([inbox.put('pay', event('a'), [job('a')]), inbox.put('pay', event('b'), [wrong]), inbox.put('pay', event('c'), [job('c')])]);
    expect(answers.map((a) => a.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect([await waiting(pull(1)), await jobs()]).toEqual([
      ['a', 'c'],
      ['a', 'c'],
    ]);
    expect(await inbox.put('pay', event('b'), [job('b')])).toBe(true);
  });

  it('where the database fails between them neither is there', async () => {
    await sql(dir, 'drop table jobs');
    await expect(store.forges.inbox.put('pay', event('a'), [job('a')])).rejects.toThrow();
    expect(await stored()).toBe(0);
  });

  it('where the process is killed between them neither is there', async () => {
    const { database } = await at(dir);
    await store.close();
    const program = `
      import { openStore } from ${JSON.stringify(new URL('../store.ts', import.meta.url).href)};
      const opened = await openStore({ dir: ${JSON.stringify(dir)}, database: ${JSON.stringify(database)}, clock: () => 1000 });
      const { inbox } = opened.value.forges;
      const event = ${JSON.stringify(event('x'))};
      const job = (id, body) => ({ org: 'o', id, kind: 'look', body, tries: 3 });
      await inbox.put('pay', event, [job('x', {})]);
      // A job is written down after the event is, in one transaction with it.
      await inbox.put('pay', { ...event, delivery: 'y' }, [job('y', { toJSON: () => process.kill(process.pid, 'SIGKILL') })]);`;
    const child = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program], { encoding: 'utf8' });
    expect([child.signal, child.stderr]).toEqual(['SIGKILL', '']);
    store = await open();
    expect([await waiting(pull(1)), await jobs()]).toEqual([['x'], ['x']]);
    expect(await store.forges.inbox.put('pay', event('y'), [job('y')])).toBe(true);
    expect(await store.audit()).toEqual([]);
  });
});

it('a thousand at once are all there, each once, in the order they came', async () => {
  const { inbox } = store.forges;
  const all = Array.from({ length: 1_000 }, (_, i) => event(`d${i}`, { subject: pull(i % 7) }));
  const twice = [...all, ...all.slice(0, 100)];
  const answers = await Promise.all(twice.map((one) => inbox.put('pay', one, [job(`look-${one.delivery}`)])));
  expect(answers.filter((first) => first).length).toBe(1_000);
  expect([await stored(), (await jobs()).length]).toEqual([1_000, 1_000]);
  for (let i = 0; i < 7; i++) expect(await waiting(pull(i))).toEqual(all.filter((_, n) => n % 7 === i).map((e) => e.delivery));
});

// A folder has one server; a database may have several.
if (ON_POSTGRESQL)
  it('of two servers that put the same deliveries each is taken once, and numbers are seen in their order', async () => {
    const other = await openStore({ ...(await at(dir)), dir: await twin(), clock: () => 1_000 });
    if (!other.ok) throw new Error(other.error.message);
    try {
      const all = Array.from({ length: 200 }, (_, i) => event(`d${i}`));
      const put = (one: Store, prefix: string) => Promise.all(all.map((e) => one.forges.inbox.put('pay', e, [job(`${prefix}-${e.delivery}`)])));
      const seen: number[] = [];
      const [a, b] = [put(store, 'a'), put(other.value, 'b')];
      let done = false;
      const both = Promise.all([a, b]).finally(() => {
        done = true;
      });
      // Nothing ever appears below a number that was there before: whoever ends up to that one ends nothing it did not see.
      while (!done) {
        const now = (await store.forges.inbox.waiting('pay', 'pull-1')).map((e) => e.seq);
        expect(now.slice(0, seen.length)).toEqual(seen);
        seen.splice(0, seen.length, ...now);
      }
      const [mine, theirs] = await both;
      expect(mine?.map((first, i) => first !== theirs?.[i])).toEqual(all.map(() => true));
      expect([await stored(), (await jobs()).length]).toEqual([200, 200]);
    } finally {
      await other.value.close();
    }
  });

/** A second server's folder, with the key of the log. */
async function twin(): Promise<string> {
  const { cpSync, mkdirSync } = await import('node:fs');
  const to = join(dir, 'twin');
  mkdirSync(to, { mode: 0o700 });
  cpSync(join(dir, 'keys'), join(to, 'keys'), { recursive: true });
  return to;
}

describe('looked at', () => {
  it('is what came up to then, of this subject alone; what came since waits', async () => {
    const { inbox } = store.forges;
    for (const [d, subject] of [
      ['a', pull(1)],
      ['b', pull(1)],
      ['c', pull(2)],
      ['d', pull(1)],
    ] as const)
      await inbox.put('pay', event(d, { subject }), []);
    await inbox.put('web', event('a'), []);
    await inbox.worked('pay', 'pull-1', 2);
    expect([await waiting(pull(1)), await waiting(pull(2)), await waiting(pull(1), 'web')]).toEqual([['d'], ['c'], ['a']]);
    expect(await inbox.put('pay', event('a'), [job('again')])).toBe(false);
    expect(await jobs()).toEqual([]);
  });

  it('is forgotten once it is old; what waits never is', async () => {
    const { inbox } = store.forges;
    for (let i = 0; i < 1_200; i += 1_000) await Promise.all(Array.from({ length: 600 }, (_, n) => inbox.put('pay', event(`${i}-${n}`), [])));
    await inbox.put('pay', event('young', { at: 900 }), []);
    await inbox.worked('pay', 'pull-1', 1_201);
    await inbox.put('pay', event('waits', { at: 1 }), []);
    expect(await inbox.prune(900)).toBe(1_200);
    expect(await inbox.prune(900)).toBe(0);
    expect([await stored(), await waiting(pull(1))]).toEqual([2, ['waits']]);
  });

  it('a number that was forgotten does not come again: whoever looks at the older ends nothing newer', async () => {
    const { inbox } = store.forges;
    await inbox.put('pay', event('a'), []);
    await inbox.worked('pay', 'pull-1', 1);
    expect(await inbox.prune(2_000)).toBe(1);
    await inbox.put('pay', event('b'), []);
    await inbox.worked('pay', 'pull-1', 1);
    expect(await inbox.waiting('pay', 'pull-1')).toMatchObject([{ delivery: 'b', seq: 2 }]);
  });
});

describe('who brought what', () => {
  const [A, B, C] = ['a', 'b', 'c'].map((x) => x.repeat(40)) as [string, string, string];
  const move = (account: string, after: string, before: string | null = null, ref = 'refs/heads/topic') => ({ account, ref, before, after });

  it('is kept with the event that says so or not at all, in the order it was told, once each, over a start and after the event is forgotten', async () => {
    const { inbox } = store.forges;
    await inbox.put('pay', event('a', { at: 2 }), [], [move('mara', B, A)]);
    await inbox.put('pay', event('a', { at: 2 }), [], [move('noor', B, A)]);
    await inbox.put('pay', event('b', { at: 1 }), [], [move('ada', A), move('ben', A)]);
    await inbox.put('web', event('a'), [], [move('kim', A)]);
    await inbox.remember('pay', [move('mara', B, A), move('ada', B, C, '')], 3);
    await inbox.worked('pay', 'pull-1', 9);
    expect(await inbox.prune(1_000)).toBe(2);
    await store.close();
    store = await open();
    expect(await store.forges.inbox.moves('pay', [A, B, C])).toEqual([move('ada', A), move('ben', A), move('mara', B, A), move('ada', B, C, '')]);
    expect(await store.forges.inbox.moves('pay', [C])).toEqual([]);
    expect(await store.forges.inbox.moves('pay', [])).toEqual([]);
  });

  it('is found among thousands', async () => {
    const { inbox } = store.forges;
    const oid = (i: number): string => i.toString(16).padStart(40, '0');
    const all = Array.from({ length: 1_200 }, (_, i) => move('ada', oid(i)));
    await inbox.remember('pay', all.slice(0, 400), 1);
    for (let at = 400; at < 1_200; at += 400) await inbox.remember('pay', all.slice(at, at + 400), 1);
    expect(
      (
        await inbox.moves(
          'pay',
          all.map((m) => m.after),
        )
      ).length,
    ).toBe(1_200);
  });
});

describe('the shelf', () => {
  it('keeps what was put last, by repository, kind and id', async () => {
    const { shelf } = store.forges;
    await shelf.put('pay', 'run', 'b', { n: 1 });
    await shelf.put('pay', 'run', 'a', ['zwei']);
    await shelf.put('pay', 'run', 'b', { n: 2 });
    await shelf.put('pay', 'tag', 'a', null);
    await shelf.put('web', 'run', 'c', 3);
    await store.close();
    store = await open();
    expect(await store.forges.shelf.list('pay', 'run')).toEqual([
      { id: 'a', value: ['zwei'] },
      { id: 'b', value: { n: 2 } },
    ]);
    expect([await store.forges.shelf.get('pay', 'run', 'b'), await store.forges.shelf.get('pay', 'run', 'c')]).toEqual([{ n: 2 }, null]);
    await store.forges.shelf.drop('pay', 'run', 'a');
    expect((await store.forges.shelf.list('pay', 'run')).map(({ id }) => id)).toEqual(['b']);
    expect(await store.forges.shelf.get('web', 'run', 'c')).toBe(3);
  });
});

describe('beside the log', () => {
  it('no rebuild and no audit minds them, and a log that was laid out without them is given them', async () => {
    const before = await store.ledger.checkpoint();
    await store.forges.inbox.put('pay', event('a'), [job('a')]);
    await store.forges.shelf.put('pay', 'run', 'a', 1);
    expect(await store.rebuild()).toMatchObject({ ok: true });
    expect([await waiting(pull(1)), await store.forges.shelf.get('pay', 'run', 'a'), await store.audit()]).toEqual([['a'], 1, []]);
    await store.close();
    for (const table of ['forge_events', 'forge_counts', 'forge_moves', 'forge_shelf']) await sql(dir, `drop table ${table}`);
    store = await open();
    expect(await store.forges.inbox.put('pay', event('a'), [])).toBe(true);
    expect([await store.audit(), await store.ledger.checkpoint()]).toEqual([[], before]);
  });
});
