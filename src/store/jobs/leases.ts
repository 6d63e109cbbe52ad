/**
 * Who works on what. A job is taken by a compare-and-swap on the time it is due, which the lease moves on: of two that ask at once, one finds
 * it moved. Nothing here locks rows, skips locked ones or waits for a notice, so any PostgreSQL will do: docs/guides/jobs.md.
 */
import { sql } from 'kysely';
import type { Json } from '../../core/base/json.ts';
import type { JobEnd, Leases, TakenJob } from '../../flows/ports-jobs.ts';
import type { Writer } from '../connection.ts';
import type { Sequencer } from '../ledger/sequencer.ts';
import type { Database, Reading } from '../schema.ts';
import type { JobTable } from './tables.ts';

/** Of how many that are due some are picked at random: who asks at the same time mostly picks others. */
const CANDIDATES = 32;

export function leasesOver(reader: Database, writer: Writer, sequencer: Pick<Sequencer, 'alone'>, clock: () => number): Leases {
  const lightly = <T>(work: (db: Reading) => Promise<T>): Promise<T> => sequencer.alone(() => writer.lightly(work));
  return {
    waiting: (kinds) => waiting(reader, kinds, clock()),
    take: async (asked) => {
      const now = clock();
      const { spent, chosen } = await candidates(reader, asked, now);
      if (spent.length > 0) await lightly((db) => giveUp(db, asked.org, spent, now));
      return chosen.length === 0 ? [] : lightly((db) => hold(db, asked, chosen, now));
    },
    renew: async (job, until) => changed(await lightly((db) => held(db, job).set({ due: until }).returning('id').execute())),
    end: (job, end) => lightly((db) => ended(db, job, end, clock())),
  };
}

type Asked = Parameters<Leases['take']>[0];

/** From one organisation to the next by the index, however many jobs each has. */
const EACH = sql`with recursive o(org) as (select min(org) from jobs union all select (select min(jobs.org) from jobs where jobs.org > o.org) from o where o.org is not null)
  select o.org as org from o where o.org is not null`;

export async function organisations(db: Reading): Promise<readonly string[]> {
  return (await sql<{ org: string }>`${EACH} order by 1`.execute(db)).rows.map(({ org }) => org);
}

async function waiting(db: Reading, kinds: readonly string[], now: number): Promise<readonly string[]> {
  const due = sql`exists (select 1 from jobs where jobs.org = o.org and jobs.due <= ${now} and jobs.kind in (${sql.join(kinds)}))`;
  return (await sql<{ org: string }>`${EACH} and ${due} order by 1`.execute(db)).rows.map(({ org }) => org);
}

async function candidates(db: Reading, { org, kinds, most }: Asked, now: number): Promise<{ readonly spent: readonly string[]; readonly chosen: readonly string[] }> {
  const due = await db
    .selectFrom('jobs')
    .select(['id', 'attempts', 'tries'])
    .where('org', '=', org)
    .where('due', '<=', now)
    .where('kind', 'in', kinds)
    .orderBy('due')
    .orderBy('id')
    .limit(Math.max(CANDIDATES, most))
    .execute();
  const left = due.filter((job) => job.attempts < job.tries).map((job) => job.id);
  return { spent: due.filter((job) => job.attempts >= job.tries).map((job) => job.id), chosen: some(left, most) };
}

function some(ids: readonly string[], most: number): readonly string[] {
  if (ids.length <= most) return ids;
  const start = Math.floor(Math.random() * ids.length);
  return [...ids, ...ids].slice(start, start + most);
}

/** Begun as often as it may and never ended: whoever did it died of it, perhaps. */
const giveUp = (db: Reading, org: string, ids: readonly string[], now: number): Promise<unknown> =>
  db
    .updateTable('jobs')
    .set({ due: null, holder: null, turn: sql`turn + 1`, error: sql`coalesce(error, 'whoever did it ended, or was cut off, every time')` })
    .where('org', '=', org)
    .where('id', 'in', ids)
    .where('due', '<=', now)
    .whereRef('attempts', '>=', 'tries')
    .execute();

async function hold(db: Reading, { org, holder, until }: Asked, ids: readonly string[], now: number): Promise<readonly TakenJob[]> {
  const rows = await db
    .updateTable('jobs')
    .set({ due: until, holder, again: 0, turn: sql`turn + 1`, attempts: sql`attempts + 1` })
    .where('org', '=', org)
    .where('id', 'in', ids)
    .where('due', '<=', now)
    .whereRef('attempts', '<', 'tries')
    .returning(['org', 'id', 'kind', 'body', 'entry', 'attempts', 'tries', 'turn'])
    .execute();
  return rows.map(taken);
}

const taken = ({ body, ...row }: Pick<JobTable, 'org' | 'id' | 'kind' | 'body' | 'entry' | 'attempts' | 'tries' | 'turn'>): TakenJob => ({
  ...row,
  body: JSON.parse(body) as Json,
});

const held = (db: Reading, { org, id, turn }: TakenJob) =>
  db.updateTable('jobs').where('org', '=', org).where('id', '=', id).where('turn', '=', turn).where('holder', 'is not', null);

const changed = (rows: readonly unknown[]): boolean => rows.length > 0;
const freed = { holder: null, again: 0 as const, turn: sql<number>`turn + 1` };

async function ended(db: Reading, job: TakenJob, end: JobEnd, now: number): Promise<boolean> {
  if (end.do === 'done') return (await gone(db, job)) || changed(await held(db, job).set(anew(now)).returning('id').execute());
  if (end.do === 'later') {
    const { due, error, counted } = end;
    const attempts = counted ? {} : { attempts: sql<number>`attempts - 1` };
    return changed(
      await held(db, job)
        .set({ ...freed, ...attempts, due, ...(error === null ? {} : { error }) })
        .returning('id')
        .execute(),
    );
  }
  const asked = sql<boolean>`again = 1`;
  const dead = {
    ...freed,
    error: end.error,
    due: sql<number | null>`case when ${asked} then cast(${now} as bigint) end`,
    attempts: sql<number>`case when ${asked} then 0 else attempts end`,
  };
  return changed(await held(db, job).set(dead).returning('id').execute());
}

/** Asked for while it was being done: what it found may be older than what it was asked for. */
const anew = (now: number) => ({ ...freed, due: now, attempts: 0, error: null });

/** Between this and what follows it only ever becomes asked for, never less so. */
const gone = async (db: Reading, { org, id, turn }: TakenJob): Promise<boolean> =>
  changed(
    await db
      .deleteFrom('jobs')
      .where('org', '=', org)
      .where('id', '=', id)
      .where('turn', '=', turn)
      .where('holder', 'is not', null)
      .where('again', '=', 0)
      .returning('id')
      .execute(),
  );
