/** The port `Jobs` over the store's own table. Writes take their turn between appends, as everything on the writing connection does. */
import type { Json } from '../../core/base/json.ts';
import type { JobDesk, JobRow, JobState, Jobs } from '../../flows/ports-jobs.ts';
import type { Writer } from '../connection.ts';
import type { Sequencer } from '../ledger/sequencer.ts';
import type { Database, Writing } from '../schema.ts';
import { addJobs, jobRow } from './add.ts';
import { leasesOver, organisations } from './leases.ts';
import type { JobTable } from './tables.ts';

export function jobsOver(reader: Database, writer: Writer, sequencer: Pick<Sequencer, 'alone'>, clock: () => number): Jobs {
  const durably = <T>(work: (db: Writing) => Promise<T>): Promise<T> => sequencer.alone(() => writer.aside(work));
  return {
    add: (drafts) =>
      durably((db) =>
        addJobs(
          db,
          drafts.map((draft) => jobRow(draft, clock(), null)),
        ),
      ),
    leases: leasesOver(reader, writer, sequencer, clock),
    desk: deskOver(reader, durably, clock),
  };
}

/** @param durably how a change is written, on disk before it resolves. */
export function deskOver(reader: Database, durably: <T>(work: (db: Writing) => Promise<T>) => Promise<T>, clock: () => number): JobDesk {
  return {
    organisations: () => organisations(reader),
    list: async ({ org, id, state, after, limit }) => {
      let asked = reader.selectFrom('jobs').selectAll().where('org', '=', org).orderBy('id').limit(limit);
      if (id !== undefined) asked = asked.where('id', '=', id);
      if (after !== undefined) asked = asked.where('id', '>', after);
      if (state === 'dead') asked = asked.where('due', 'is', null);
      if (state === 'held') asked = asked.where('holder', 'is not', null);
      if (state === 'waiting') asked = asked.where('due', 'is not', null).where('holder', 'is', null);
      return (await asked.execute()).map(shown);
    },
    count: async (org) => {
      const rows = await reader
        .selectFrom('jobs')
        .select((e) => [e.fn.countAll<number>().as('all'), e.fn.count<number>('holder').as('held'), e.fn.count<number>('due').as('alive')])
        .where('org', '=', org)
        .execute();
      const { all = 0, held = 0, alive = 0 } = rows[0] ?? {};
      return { waiting: alive - held, held, dead: all - alive };
    },
    retry: (org, id) =>
      durably(async (db) => {
        const now = clock();
        const free = db.updateTable('jobs').set({ due: now, attempts: 0 }).where('org', '=', org).where('id', '=', id).where('holder', 'is', null);
        return (await free.returning('id').execute()).length > 0;
      }),
    drop: (org, id) =>
      durably(async (db) => (await db.deleteFrom('jobs').where('org', '=', org).where('id', '=', id).where('holder', 'is', null).returning('id').execute()).length > 0),
  };
}

const stateOf = ({ due, holder }: JobTable): JobState => (due === null ? 'dead' : holder === null ? 'waiting' : 'held');

const shown = (row: JobTable): JobRow => {
  const { org, id, kind, entry, attempts, tries, due, holder, error, created } = row;
  return { org, id, kind, body: JSON.parse(row.body) as Json, entry, attempts, tries, state: stateOf(row), due, holder, error, created };
};
