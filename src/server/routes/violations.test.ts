/** Violations over the API: found by the scan job, shown with owner and clock, settled by a signature or the ref. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bed, MAIN, openBed } from '../../../test/bed/bed.ts';
import { cookieOf, serverWorld, strictApp } from '../../../test/bed/doors.ts';
import { changeId } from '../../core/change/change-id.ts';
import { parseVkey } from '../../core/log/note.ts';
import type { TakenJob } from '../../flows/ports-jobs.ts';
import { nextScan, type ScanJobWorld, scanHandler } from '../../flows/scan-job.ts';
import { unsettledViolations } from '../../flows/violations.ts';
import type { ServerWorld } from '../world.ts';

let bed: Bed;
let world: ServerWorld;
let app: ReturnType<typeof strictApp>;
let count = 0;
const HOUR = 3_600_000;
const said: string[] = [];

beforeAll(async () => {
  bed = await openBed('production');
  world = serverWorld(bed);
  app = strictApp(world);
  const head = bed.commit({ 'docs/a.md': 'a\n' });
  await bed.judged(head);
  await bed.land(head);
});
afterAll(() => bed?.close());

async function call(query = '', person: string | null = 'ada') {
  const cookie = person === null ? '' : await cookieOf(world, person);
  const answer = await app.request(`/api/v1/violations${query}`, { headers: { cookie, host: 'countersign.example' } });
  return { status: answer.status, body: (await answer.json()) as { items: { [name: string]: unknown }[]; next: string | null } };
}

const jobWorld = (): ScanJobWorld => ({
  gate: bed.world,
  files: bed.store.files,
  logKeys: async () => {
    const key = parseVkey(bed.store.logVerifierKey ?? '');
    return key.ok ? [key.value] : [];
  },
  jobs: bed.store.jobs,
  every: HOUR,
  log: (line) => void said.push(line),
});
const TAKEN: TakenJob = { org: 'Bed', id: 'scan-1', kind: 'scan', body: {}, tries: 5, entry: null, attempts: 1, turn: 1 };
const scans = () => scanHandler(jobWorld()).run(TAKEN, new AbortController().signal);

function sneak(): string {
  const head = bed.commit({ [`db/${++count}.sql`]: 'drop table orders;\n' });
  bed.work.git('push', '-q', bed.served.gitDir, `${head}:refs/heads/arrived/${head}`);
  bed.served.git('update-ref', MAIN, head);
  return head;
}

describe('violations', () => {
  it('are none where everything was let pass, and are told to nobody who is not signed in', async () => {
    expect(await scans()).toEqual({ do: 'done' });
    expect(await call()).toEqual({ status: 200, body: { items: [], next: null } });
    expect((await call('', null)).status).toBe(401);
    expect((await call('?state=lost')).status).toBe(400);
    expect((await call('?cursor=1')).status).toBe(400);
  });

  it('are found by the job, once, which puts the next one down', async () => {
    const from = bed.tip();
    const to = sneak();
    expect(await scans()).toEqual({ do: 'done' });
    expect(await scans()).toEqual({ do: 'done' });
    expect(said).toEqual([expect.stringContaining('found 1 new violation')]);
    const next = nextScan(jobWorld());
    expect(await bed.store.jobs.desk.list({ org: 'Bed', limit: 9 })).toMatchObject([{ id: next.id, kind: 'scan', due: next.due, state: 'waiting' }]);
    const { body } = await call();
    expect(body.items).toMatchObject([
      {
        ...{ kind: 'unchained', repo: 'infra', ref: MAIN, from, to, tier: 'critical', weighed: true, state: 'open', overdue: false, settled: null, code: 'BYPASS' },
        owner: { by: 'policy', teams: [], people: ['kim', 'lee', 'mara', 'noor', 'pat'] },
        due: new Date(bed.clock.now + 24 * HOUR).toISOString(),
        remedy: expect.stringContaining('signed after the fact'),
      },
    ]);
  });

  it('are answered by a sign-off of exactly that content that a gate would count, and by no other', async () => {
    const [open] = (await call()).body.items;
    const { to } = open ?? {};
    // A scan decides what it would have needed, so that it has a page and seats.
    expect((await bed.row(String(open?.change))).decision).toMatchObject({ tier: 'critical', outcome: 'signoff' });
    expect(await bed.sign('mara', String(open?.change))).toMatchObject({ ok: true });
    // Nobody knows who moved it: that may have been mara.
    expect((await call()).body.items).toMatchObject([{ to, remedy: expect.stringContaining('one person more') }]);
    expect(await bed.sign('mara', String(open?.change))).toMatchObject({ ok: true });
    expect((await call()).body.items).toHaveLength(1);
    expect(await bed.sign('noor', String(open?.change))).toMatchObject({ ok: true });
    expect((await call()).body.items).toEqual([]);
    expect((await call('?state=answered')).body.items).toMatchObject([{ to, state: 'answered', settled: { by: 'signed', entry: expect.any(Number) } }]);
    expect(await scans()).toEqual({ do: 'done' });
  });

  it('are answered by a landing of exactly the opposite, and by a ref put back; a page ends where it was told to', async () => {
    const stood = bed.tip();
    const evil = sneak();
    await scans();
    const revert = bed.commit({ [`db/${count}.sql`]: null });
    const denied = await bed.judged(revert);
    if (denied.verdict.verdict !== 'allow') expect(await bed.sign('mara', denied.id ?? '')).toMatchObject({ ok: true });
    expect((await bed.judged(revert)).verdict.verdict).toBe('allow');
    await bed.land(revert);
    const [settled] = (await call('?state=answered&limit=1')).body.items;
    expect(settled).toMatchObject({ from: stood, to: evil, settled: { by: 'reverted' } });
    const before = bed.tip();
    const again = sneak();
    await scans();
    expect((await call()).body.items).toMatchObject([{ to: again }]);
    bed.served.git('update-ref', MAIN, before);
    expect((await call()).body.items).toEqual([]);
    const first = await call('?state=all&limit=2');
    expect(first.body.items).toMatchObject([{ to: again, settled: { by: 'put-back', entry: null } }, { to: evil }]);
    expect((await call(`?state=all&limit=2&cursor=${first.body.next}`)).body).toMatchObject({ items: [{ settled: { by: 'signed' } }], next: null });
  });

  it('are those of a repository and of a ref, where one is named', async () => {
    const all = (await call('?state=all')).body.items.length;
    expect((await call(`?state=all&repo=infra&ref=${MAIN}`)).body.items).toHaveLength(all);
    for (const other of ['repo=other', 'repo=infra&ref=refs/heads/release']) expect((await call(`?state=all&${other}`)).body).toEqual({ items: [], next: null });
  });

  it('are all open where something waits until none is, each with where it begins and ends', async () => {
    const from = bed.tip();
    const to = sneak();
    await scans();
    const found = await unsettledViolations(bed.world, 'infra');
    // What was settled by a revert or by going back is told too: a commit of then still has it.
    expect(found === 'unknown' ? found : found.filter((v) => v.open)).toMatchObject([{ kind: 'unchained', repo: 'infra', ref: MAIN, from, to, code: 'BYPASS' }]);
    expect(await unsettledViolations(bed.world, 'other')).toEqual([]);
  });

  it('are told by the entries, whatever a row says', async () => {
    const all = (await call('?state=all')).body.items.length;
    const { sql } = await import('../../store/test-bed.ts');
    await sql(bed.data, `delete from violations; update entries set type = 'incident' where type = 'violation'`);
    expect((await call('?state=all')).body.items).toHaveLength(all);
    const size = (await bed.world.ledger.entries(0, 1_000)).length;
    await scans();
    expect((await bed.world.ledger.entries(0, 1_000)).length).toBe(size);
  });

  it('stay open where a row says that the opposite landed, and no entry does', async () => {
    const [open] = (await call()).body.items;
    const { from, to } = open as { readonly from: string; readonly to: string };
    const read = await bed.world.repositories.get('infra')?.history?.manifests([{ from: to, to: from }]);
    const change = changeId({ repo: 'infra', targetRef: MAIN, manifest: (read?.ok === true ? read.value[0] : null) ?? expect.fail('git cannot read it') });
    const { sql } = await import('../../store/test-bed.ts');
    const last = (await bed.world.ledger.entries(0, 1_000)).length - 1;
    await sql(bed.data, `insert into landings (idx, change, repo, target_ref, old, head, landed) values (900000, '${change}', 'infra', '${MAIN}', '${to}', '${from}', ${last})`);
    expect(await bed.world.projections.landings({ change })).toHaveLength(1);
    expect((await call()).body.items).toMatchObject([{ to }]);
  });

  it('are looked for in the whole log: a file of it that is gone is said aloud, and ends no scan in silence', async () => {
    const heard: string[] = [];
    for (const gone of [{ bundle: async () => null }, { checkpoint: async () => null }]) {
      const files = { ...bed.store.files, ...gone };
      const answer = await scanHandler({ ...jobWorld(), files, log: (line) => void heard.push(line) }).run(TAKEN, new AbortController().signal);
      expect(answer).toMatchObject({ do: 'retry', why: expect.stringContaining(Object.keys(gone)[0] === 'bundle' ? 'is not there' : 'no checkpoint') });
    }
    expect(heard).toEqual([expect.stringContaining('says nothing'), expect.stringContaining('says nothing')]);
  });

  it('that were damaged are a loud answer, and nobody is told that none is open', async () => {
    const to = sneak();
    await scans();
    const { sql } = await import('../../store/test-bed.ts');
    await sql(bed.data, 'update entries set bytes = (select bytes from entries where idx = 1) where idx = (select max(idx) from entries)');
    expect(await call()).toMatchObject({ status: 500, body: { code: 'LOG_DAMAGED' } });
    expect(await unsettledViolations(bed.world, 'infra')).toBe('unknown');
    expect(to).toBe(bed.served.git('rev-parse', MAIN));
  });
});
