/** An empty database of a PostgreSQL, filled in one transaction. Servers that have it open already wait for it, as for any turn. */
import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { problem } from '../../core/base/result.ts';
import type { Fill, Filling } from '../connection.ts';
import { Refused } from '../refused.ts';
import type { Writing } from '../schema.ts';
import { openPostgresql } from './open.ts';
import { openSession } from './session.ts';

export const fillPostgresql =
  (url: string): Fill =>
  async (work) => {
    await prepared(url);
    const session = await openSession(url);
    try {
      return await session.db
        .transaction()
        .setIsolationLevel('read committed')
        .execute(async (db) => {
          await taken(db);
          return work({ db, rows: rowsOf(db), counted: async () => void (await sql.raw(`analyze ${TABLES.join(', ')}`).execute(db)) });
        });
    } finally {
      await session.end();
    }
  };

const TABLES = ['entries', 'checkpoints', 'bodies', 'tiles', 'cosignatures'] as const;

/** Its tables are made, as a first start makes them. */
async function prepared(url: string): Promise<void> {
  const engine = openPostgresql(url);
  try {
    await engine.prepare();
  } finally {
    await engine.close();
  }
}

/** The turn, for as long as this lasts; nobody finds their own token there afterwards. */
async function taken(db: Writing): Promise<void> {
  await sql`select set_config('synchronous_commit', 'on', true)`.execute(db);
  await sql`update turn set before = token, token = ${randomBytes(8).toString('hex')} where id = 1 returning id`.execute(db);
  for (const table of TABLES)
    if ((await sql`select 1 from ${sql.table(table)} limit 1`.execute(db)).rows.length > 0)
      throw new Refused(problem('DATA_INVALID', 'the database holds a log already', { place: 'DATABASE_URL', remedy: 'name an empty one' }));
}

function rowsOf(db: Writing): Filling['rows'] {
  let cursors = 0;
  return async function* <Row>(statement: string) {
    const name = `rows_${cursors++}`;
    await sql.raw(`declare ${name} no scroll cursor for ${statement}`).execute(db);
    for (;;) {
      const { rows } = await sql.raw(`fetch ${BATCH} from ${name}`).execute(db);
      if (rows.length === 0) break;
      yield* rows as Row[];
    }
    await sql.raw(`close ${name}`).execute(db);
  };
}

/** Rows fetched at once. */
const BATCH = 500;
