/** An empty database of a PostgreSQL, filled in one transaction. Servers that have it open already wait for it, as for any turn. */
import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { type Problem, problem } from '../../core/base/result.ts';
import type { Fill, Filling } from '../connection.ts';
import { Refused } from '../refused.ts';
import type { Writing } from '../schema.ts';
import { isTooLong } from './connection.ts';
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
  // What is read from may come slowly, and the commit is waited for whatever the database was told by default.
  await sql`select set_config('synchronous_commit', 'on', true), set_config('idle_in_transaction_session_timeout', '0', true)`.execute(db);
  const turn = sql<{ head: string }>`update turn set before = token, token = ${randomBytes(8).toString('hex')} where id = 1 returning head`;
  const [left] = (await turn.execute(db).catch(busy)).rows;
  for (const table of TABLES) if ((await sql`select 1 from ${sql.table(table)} limit 1`.execute(db)).rows.length > 0) throw new Refused(full('the database holds a log already'));
  // A log that was written to and is gone is missed by its servers, and this is the place they would look for it.
  if (left?.head !== '') throw new Refused(full('the database was written to, and what was in it is gone'));
}

const full = (message: string): Problem => problem('DATA_INVALID', message, { place: 'DATABASE_URL', remedy: 'name an empty one' });

function busy(cause: unknown): never {
  if (!isTooLong(cause)) throw cause;
  throw new Refused(problem('STORE_UNAVAILABLE', 'a server has its turn there, and does not give it back', { place: 'DATABASE_URL', remedy: 'stop it, or try again in a moment' }));
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
