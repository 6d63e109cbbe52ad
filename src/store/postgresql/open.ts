/** The engine for several servers: one PostgreSQL, and no server that leads the others. */
import { sql } from 'kysely';
import pg from 'pg';
import { problem } from '../../core/base/result.ts';
import type { Engine, Inspected } from '../connection.ts';
import { makeSchema } from '../migrate.ts';
import { Refused } from '../refused.ts';
import { type Database, META_DDL } from '../schema.ts';
import { codeOf, openPool, prepared, speaking } from './connection.ts';
import { HEAD_DDL, inPostgresql, TURN_DDL } from './ddl.ts';
import { inspected } from './inspect.ts';
import { postgresqlWriter, VERSION } from './writer.ts';

/** Appends have one of their own, and ask by a few beside it; the pages ask by many. */
const [APPENDING, READING] = [4, 8];

/** @param url `postgres://...`; what libpq takes from the environment is taken from there. Throws what `pg` throws for what is no URL. */
export function openPostgresql(url: string): Engine {
  const pools = [openPool(url, { max: APPENDING }), openPool(url, { max: READING }), openPool(url, { max: 2, session: '-c synchronous_commit=off' })] as const;
  const [appending, reading, light] = pools.map((pool) => speaking(prepared(pool))) as [Database, Database, Database];
  const writer = postgresqlWriter(url, appending, light);
  return {
    writer,
    reader: reading,
    prepare: async (seen) => {
      await reachable(appending);
      await suitable(appending);
      await prepareTables(appending, seen);
      return (await appending.selectFrom('entries').select('idx').limit(1).executeTakeFirst()) === undefined;
    },
    inspect: () => inspected(url),
    close: async () => {
      await Promise.all([writer.end(), ...pools.map((pool) => pool.end())]);
    },
  };
}

/** One state of it, for whoever only reads. Throws `Refused` where it cannot be reached. */
export async function inspectPostgresql(url: string): Promise<Inspected> {
  const pool = openPool(url, { max: 1 });
  try {
    await reachable(speaking(prepared(pool)));
  } finally {
    await pool.end();
  }
  return inspected(url);
}

/** The words of the driver may hold the URL, and the URL a password: they are not handed on. */
async function reachable(db: Database): Promise<void> {
  try {
    await sql`select 1`.execute(db);
  } catch (cause) {
    const said = cause instanceof pg.DatabaseError ? `: ${cause.message}` : codeOf(cause) === '' ? '' : `: ${codeOf(cause)}`;
    throw new Refused(
      problem('DATA_INVALID', `the database cannot be reached${said}`, { place: 'DATABASE_URL', remedy: 'check the address, the user and that the database is there' }),
    );
  }
}

const asIs = sql<{ version: string; encoding: string; fsync: string | null; pages: string | null; ours: boolean; others: string | null }>`
  select current_setting('server_version_num') as version, current_setting('server_encoding') as encoding, current_setting('fsync', true) as fsync,
    current_setting('full_page_writes', true) as pages, to_regclass('turn') is not null as ours,
    (select min(c.relname::text) from pg_class c where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')) as others`;

/** Throws `Refused` for a database that would lose what it answered for, that is too old, or that is somebody else's. */
async function suitable(db: Database): Promise<void> {
  const [found] = (await asIs.execute(db)).rows;
  if (found === undefined) throw new Error('the database says nothing of itself');
  const refuse = (message: string, remedy: string): never => {
    throw new Refused(problem('DATA_INVALID', message, { place: 'DATABASE_URL', remedy }));
  };
  if (Number(found.version) < 150_000) refuse('this PostgreSQL is older than 15', 'use a newer one');
  if (found.encoding !== 'UTF8') refuse(`the database is in ${found.encoding}`, 'make it anew with encoding UTF8');
  if (found.fsync === 'off' || found.pages === 'off') refuse('this PostgreSQL loses commits in a power cut: fsync or full_page_writes is off', 'turn both on');
  if (!found.ours && found.others !== null) refuse('the database holds other things', 'give the log a database of its own');
}

/** Once, whoever of several servers comes first; the others wait for the row, and find all done. */
async function prepareTables(db: Database, seen?: (size: number) => void): Promise<void> {
  await unlessMeanwhile(() => sql.raw(inPostgresql(TURN_DDL)).execute(db));
  // Asked first: it would wait for whoever has the turn, and everybody behind it.
  if ((await hasHead.execute(db)).rows.length === 0) await sql.raw(HEAD_DDL).execute(db);
  await sql`insert into turn (id, token, before, version) values (1, '', '', '') on conflict do nothing`.execute(db);
  await db
    .transaction()
    .setIsolationLevel('read committed')
    .execute(async (all) => {
      const [row] = (await sql<{ version: string }>`select version from turn where id = 1 for update`.execute(all)).rows;
      if (newer(row?.version ?? ''))
        throw new Refused(
          problem('DATA_INVALID', `the tables are of version ${row?.version}; this program reads ${VERSION}`, { place: 'DATABASE_URL', remedy: 'use a newer one' }),
        );
      await sql.raw(inPostgresql(META_DDL)).execute(all);
      await makeSchema({ ddl: inPostgresql }, all, (work) => work(all), { seen });
      if (row?.version !== VERSION) await sql`update turn set version = ${VERSION} where id = 1`.execute(all);
    });
}

const hasHead = sql`select 1 from pg_attribute where attrelid = to_regclass('turn') and attname = 'head' and not attisdropped`;

/** Two numbers with a dot. */
function newer(than: string): boolean {
  const [[schema = 0, projections = 0], [ourSchema = 0, ourProjections = 0]] = [than, VERSION].map((v) => v.split('.').map(Number)) as [number[], number[]];
  return schema > ourSchema || (schema === ourSchema && projections > ourProjections);
}

/** `if not exists` is asked before it is made: of two at once one fails, and finds it there. */
async function unlessMeanwhile(make: () => Promise<unknown>): Promise<void> {
  try {
    await make();
  } catch (cause) {
    if (!['23505', '42P07'].includes(codeOf(cause))) throw cause;
  }
}
