/** The ports `Subscriptions` and `Announcements` over the store's own tables. */
import type { Announcements, Subscription, Subscriptions, WebhookEvent } from '../../flows/ports-webhooks.ts';
import { WEBHOOK_EVENTS } from '../../flows/ports-webhooks.ts';
import type { Writer } from '../connection.ts';
import { addJobs, jobRow } from '../jobs/add.ts';
import type { Sequencer } from '../ledger/sequencer.ts';
import type { Database, Reading, Writing } from '../schema.ts';
import type { WebhookTables } from './tables.ts';

type Row = WebhookTables['webhooks'];

export function subscriptionsOver(reader: Database, writer: Writer, { alone }: Pick<Sequencer, 'alone'>): Subscriptions {
  const durably = <T>(work: (db: Writing) => Promise<T>): Promise<T> => alone(() => writer.aside(work));
  return {
    list: async (org) => (await reader.selectFrom('webhooks').selectAll().where('org', '=', org).orderBy('created').orderBy('id').execute()).map(read),
    add: (subscription, most) =>
      durably(async (db) => {
        const { org } = subscription;
        if ((await db.selectFrom('webhooks').select('id').where('org', '=', org).execute()).length >= most) return false;
        await db.insertInto('webhooks').values(written(subscription)).execute();
        return true;
      }),
    rotate: (org, id, secret, until) =>
      durably(async (db) => {
        const next = db.updateTable('webhooks').set((e) => ({ previous: e.ref('secret'), previous_until: until, secret }));
        return some(await next.where('org', '=', org).where('id', '=', id).returning('id').execute());
      }),
    drop: (org, id) => durably(async (db) => some(await db.deleteFrom('webhooks').where('org', '=', org).where('id', '=', id).returning('id').execute())),
    // Lost in a power cut, the next call says it again.
    said: (org, id, { at, said }) =>
      alone(() =>
        writer.lightly(async (db) => void (await db.updateTable('webhooks').set({ last_at: at, last_said: said }).where('org', '=', org).where('id', '=', id).execute())),
      ),
  };
}

export function announcementsOver(reader: Database, writer: Writer, { alone }: Pick<Sequencer, 'alone'>, clock: () => number): Announcements {
  const next = async (db: Reading, org: string): Promise<number> => (await db.selectFrom('announced').select('next').where('org', '=', org).executeTakeFirst())?.next ?? 0;
  return {
    next: (org) => next(reader, org),
    advance: (org, from, to, jobs) =>
      alone(() =>
        writer.aside(async (db) => {
          if (!some(await moved(db, { org, next: to }, from))) return false;
          await addJobs(
            db,
            jobs.map((job) => jobRow(job, clock(), null)),
          );
          return true;
        }),
      ),
  };
}

/** A compare-and-swap: before anybody was told there is no row. */
const moved = (db: Writing, row: WebhookTables['announced'], from: number): Promise<readonly unknown[]> =>
  from > 0
    ? db.updateTable('announced').set({ next: row.next }).where('org', '=', row.org).where('next', '=', from).returning('org').execute()
    : db
        .insertInto('announced')
        .values(row)
        .onConflict((c) => c.column('org').doUpdateSet({ next: row.next }).where('announced.next', '=', from))
        .returning('org')
        .execute();

const some = (rows: readonly unknown[]): boolean => rows.length > 0;

/** An event that another version knew and this one does not is told to nobody. */
function eventsIn(json: string): readonly WebhookEvent[] {
  const said: unknown = JSON.parse(json);
  return Array.isArray(said) ? WEBHOOK_EVENTS.filter((event) => said.includes(event)) : [];
}

const read = ({ events, by_person, previous, previous_until, last_at, last_said, ...row }: Row): Subscription => ({
  ...row,
  events: eventsIn(events),
  by: by_person,
  previous: previous === null || previous_until === null ? null : { secret: previous, until: previous_until },
  last: last_at === null || last_said === null ? null : { at: last_at, said: last_said },
});

const written = ({ events, by, previous, last, ...row }: Subscription): Row => ({
  ...row,
  ...{ events: JSON.stringify(events), by_person: by },
  ...{ previous: previous?.secret ?? null, previous_until: previous?.until ?? null, last_at: last?.at ?? null, last_said: last?.said ?? null },
});
