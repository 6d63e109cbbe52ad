/** Brings a folder's tables to this version, before anything is read from them. */
import { sql } from 'kysely';
import { problem } from '../core/base/result.ts';
import type { Writer } from './connection.ts';
import { replay } from './projections/rebuild.ts';
import { Refused } from './refused.ts';
import {
  BESIDE_DDL,
  COSIGNATURES_DDL,
  INDEXES_DDL,
  LEDGER_DDL,
  META_DDL,
  PROJECTIONS,
  PROJECTIONS_DDL,
  PROJECTIONS_VERSION,
  type Reading,
  SCHEMA_VERSION,
  type Writing,
} from './schema.ts';

/** A way from an older version, inside a transaction; which also sets the version. */
export type Older = (db: Writing) => Promise<void>;
/** Told how many entries were replayed. */
type Seen = (size: number) => void;

/**
 * Whether the log is empty. A ledger of the first version is moved to this one, where there is a way; projections of another are dropped
 * and rebuilt from the log. Throws `Refused` with DATA_INVALID for a folder of a later version.
 */
export async function prepareSchema(writer: Writer, older?: Older, seen?: Seen): Promise<boolean> {
  await made(writer, writer.db, [META_DDL]);
  await makeSchema(writer, writer.db, (work) => writer.db.transaction().execute(work), { older, seen });
  return (await writer.db.selectFrom('entries').select('idx').limit(1).executeTakeFirst()) === undefined;
}

/** The table of versions is there. @param inOne runs its work in one transaction. */
export async function makeSchema(
  { ddl }: Pick<Writer, 'ddl'>,
  db: Reading,
  inOne: (work: (db: Writing) => Promise<void>) => Promise<void>,
  { older, seen }: { readonly older?: Older | undefined; readonly seen?: Seen | undefined } = {},
): Promise<void> {
  const schema = await version(db, 'schema');
  if (schema !== null && schema !== String(SCHEMA_VERSION) && (schema !== '1' || older === undefined)) {
    throw new Refused(
      problem('DATA_INVALID', `the data folder is of version ${schema}; this program reads ${SCHEMA_VERSION}`, {
        place: 'meta schema',
        remedy: 'use the program that wrote it, or a newer one',
      }),
    );
  }
  // In one transaction with its version: a kill in the middle leaves the folder as it was.
  if (schema !== String(SCHEMA_VERSION))
    await inOne(async (all) => {
      if (schema === '1' && older !== undefined) await older(all);
      else await made({ ddl }, all, LEDGER_DDL);
      await setVersion(all, 'schema', SCHEMA_VERSION);
    });
  await made({ ddl }, db, [COSIGNATURES_DDL, ...BESIDE_DDL]);
  if ((await version(db, 'projections')) !== String(PROJECTIONS_VERSION)) await inOne((all) => renewProjections({ ddl }, all, seen));
  else await made({ ddl }, db, INDEXES_DDL);
}

/** In one transaction with its version: a kill in the middle leaves the old projections and the old version. */
async function renewProjections({ ddl }: Pick<Writer, 'ddl'>, db: Writing, seen?: Seen): Promise<void> {
  await made(
    { ddl },
    db,
    [...PROJECTIONS].reverse().map((table) => `drop table if exists ${table}`),
  );
  await made({ ddl }, db, PROJECTIONS_DDL);
  await replay(db, seen);
  await setVersion(db, 'projections', PROJECTIONS_VERSION);
}

async function made({ ddl }: Pick<Writer, 'ddl'>, db: Reading, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await sql.raw(ddl(statement)).execute(db);
}

async function version(db: Reading, name: string): Promise<string | null> {
  return (await db.selectFrom('meta').select('value').where('name', '=', name).executeTakeFirst())?.value ?? null;
}

/** By name, as the table of versions has them. */
export async function versionsIn(db: Reading): Promise<ReadonlyMap<string, string>> {
  return new Map((await db.selectFrom('meta').selectAll().execute()).map(({ name, value }) => [name, value]));
}

async function setVersion(db: Writing, name: string, value: number): Promise<void> {
  await db
    .insertInto('meta')
    .values({ name, value: String(value) })
    .onConflict((c) => c.column('name').doUpdateSet({ value: String(value) }))
    .execute();
}
