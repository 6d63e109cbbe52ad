/** One state of the database, for the audit: a transaction that sees what it saw first, with temporary tables beside the real ones. */
import { sql } from 'kysely';
import pg from 'pg';
import type { Inspected } from '../connection.ts';
import { versionsIn } from '../migrate.ts';
import { projectionsDdl } from '../schema.ts';
import { auditTables } from './audit-tables.ts';
import { oneSession, openPool, speaking } from './connection.ts';
import { inPostgresql } from './ddl.ts';

/** Rows fetched at once. */
const BATCH = 500;

/** A connection of its own, until it is closed. */
export async function inspected(url: string): Promise<Inspected> {
  const pool = openPool(url, { max: 1 });
  const client = await pool.connect();
  const db = speaking(oneSession(client));
  await client.query('begin isolation level repeatable read');
  // The state is the one that this first question finds.
  const [place] = (await client.query<{ schema: string }>('select quote_ident(current_schema()) as schema')).rows;
  let cursors = 0;
  return {
    db,
    versions: async () => {
      const [row] = (await client.query<{ made: boolean }>(`select to_regclass('meta') is not null and to_regclass('turn') is not null as made`)).rows;
      if (row?.made !== true) return null;
      const [turn] = (await client.query<{ version: string }>('select version from turn')).rows;
      return new Map([...(await versionsIn(db)), ['turn', turn?.version ?? '']]);
    },
    rows: async function* <Row>(statement: string) {
      const name = `rows_${cursors++}`;
      await client.query(`declare ${name} no scroll cursor for ${statement}`);
      for (;;) {
        const { rows } = await client.query(`fetch ${BATCH} from ${name}`);
        if (rows.length === 0) break;
        yield* rows as Row[];
      }
      await client.query(`close ${name}`);
    },
    real: `${place?.schema}.`,
    beside: 'pg_temp.',
    shadow: async () => {
      for (const statement of projectionsDdl('temp.')) await sql.raw(inPostgresql(statement)).execute(db);
    },
    auditTables: (found, seen) => auditTables(url, found, seen),
    apart: async (work) => {
      // Of a transaction that only reads: a table that is broken would otherwise end the audit of all others.
      await client.query('savepoint apart');
      try {
        return await work();
      } catch (cause) {
        await client.query('rollback to savepoint apart');
        throw cause;
      }
    },
    isOwn: (cause) => cause instanceof pg.DatabaseError,
    close: async () => {
      client.release(true);
      await pool.end();
    },
  };
}
