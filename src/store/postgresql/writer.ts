/** What appends to a PostgreSQL that several servers share. */
import { sql } from 'kysely';
import { problem } from '../../core/base/result.ts';
import type { Writer } from '../connection.ts';
import { Refused } from '../refused.ts';
import { type Database, PROJECTIONS_VERSION, SCHEMA_VERSION, type Writing } from '../schema.ts';
import { again, isOfOne } from './connection.ts';
import { inPostgresql } from './ddl.ts';

/** Of ledger and projections, as it stands in the turn. */
export const VERSION = `${SCHEMA_VERSION}.${PROJECTIONS_VERSION}`;

/** @param light a connection that does not wait for the disk. */
export function postgresqlWriter(db: Database, light: Database): Writer {
  return {
    db,
    ddl: inPostgresql,
    shared: true,
    append: (work) =>
      again((committing) =>
        db
          .transaction()
          .setIsolationLevel('read committed')
          .execute(async (all) => {
            await takeTurn(all);
            const done = await work(all);
            committing();
            return done;
          }),
      ),
    // The same row twice is the same row: it may be said again.
    lightly: (write) => again(() => write(light)),
    intruders: async () => (await intruders.execute(db)).rows.map(({ name }) => name),
    ofOne: isOfOne,
    // The space of a deleted row is the database's own to give back: docs/guides/postgresql.md.
    scrub: async () => undefined,
  };
}

/** A commit that is answered is on the disk, whatever the database was told by default. */
const turn = sql<{ version: string }>`update turn set taken = taken + 1 where id = 1 returning version,
  set_config('synchronous_commit', case when current_setting('synchronous_commit') in ('off', 'local') then 'on' else current_setting('synchronous_commit') end, true)`;

async function takeTurn(db: Writing): Promise<void> {
  const [row] = (await turn.execute(db)).rows;
  if (row?.version !== VERSION)
    throw new Refused(problem('DATA_INVALID', 'another version of the program has changed the tables meanwhile', { remedy: 'start this server again, with that version' }));
}

const intruders = sql<{ name: string }>`
  select 'trigger ' || t.tgname as name from pg_trigger t join pg_class c on c.oid = t.tgrelid where not t.tgisinternal and c.relnamespace = current_schema()::regnamespace
  union all select 'rule ' || r.rulename from pg_rewrite r join pg_class c on c.oid = r.ev_class where c.relkind in ('r', 'p') and c.relnamespace = current_schema()::regnamespace
  union all select 'policy on ' || c.relname from pg_class c where c.relrowsecurity and c.relnamespace = current_schema()::regnamespace`;
