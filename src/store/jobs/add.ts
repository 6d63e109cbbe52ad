/** Jobs are put down: by themselves, or in the transaction of the entry that asks for them. */
import { sql } from 'kysely';
import type { JobDraft } from '../../flows/ports-jobs.ts';
import { inserter } from '../insert.ts';
import type { Reading } from '../schema.ts';
import type { JobTable } from './tables.ts';

const insert = inserter('jobs', ['org', 'id', 'kind', 'body', 'entry', 'due', 'turn', 'again', 'attempts', 'tries', 'created'], (q) =>
  q.onConflict((c) =>
    c.columns(['org', 'id']).doUpdateSet({
      again: sql`case when jobs.holder is null then jobs.again else 1 end`,
      attempts: sql`case when jobs.due is null then 0 else jobs.attempts end`,
      due: sql`coalesce(jobs.due, excluded.due)`,
      // The last that asked: whoever does it sees whether that one is there to be seen yet.
      entry: sql`coalesce(excluded.entry, jobs.entry)`,
    }),
  ),
);

type NewRow = Omit<JobTable, 'holder' | 'error'>;

/** @param now milliseconds since 1970. @param entry that asks for it. */
export const jobRow = ({ org, id, kind, body, tries, due }: JobDraft, now: number, entry: number | null): NewRow => ({
  ...{ org, id, kind, tries, entry, body: JSON.stringify(body), due: Math.trunc(due ?? now), created: Math.trunc(now) },
  ...{ turn: 0, again: 0, attempts: 0 },
});

/** One name once: PostgreSQL does not touch a row twice in one statement. */
export async function addJobs(db: Reading, rows: readonly NewRow[]): Promise<void> {
  const once = new Map(rows.toReversed().map((row) => [`${row.org}\0${row.id}`, row]));
  await insert(db, [...once.values()]);
}
