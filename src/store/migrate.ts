/** Brings a folder's tables to this version, before anything is read from them. */
import { problem } from '../core/base/result.ts';
import type { Connection } from './database.ts';
import { LOGIN_DDL } from './login/tables.ts';
import { moveFromFirst } from './migrate-first.ts';
import { replay } from './projections/rebuild.ts';
import { Refused } from './refused.ts';
import { COSIGNATURES_DDL, LEDGER_DDL, META_DDL, PROJECTIONS, PROJECTIONS_DDL, PROJECTIONS_VERSION, SCHEMA_VERSION, type Writing } from './schema.ts';

/**
 * Whether the log is empty. A ledger of the first version is moved to this one; projections of another are dropped and rebuilt
 * from the log. Throws `Refused` with DATA_INVALID for a folder of a later version.
 */
export async function prepareSchema(writer: Connection): Promise<boolean> {
  writer.exec(META_DDL);
  const schema = await version(writer, 'schema');
  if (schema !== null && schema !== '1' && schema !== String(SCHEMA_VERSION)) {
    throw new Refused(
      problem('DATA_INVALID', `the data folder is of version ${schema}; this program reads ${SCHEMA_VERSION}`, { remedy: 'use the program that wrote it, or a newer one' }),
    );
  }
  if (schema !== String(SCHEMA_VERSION)) await makeLedger(writer, schema === '1');
  writer.exec(COSIGNATURES_DDL);
  for (const statement of LOGIN_DDL) writer.exec(statement);
  if ((await version(writer, 'projections')) !== String(PROJECTIONS_VERSION)) await renewProjections(writer);
  return (await writer.db.selectFrom('entries').select('idx').limit(1).executeTakeFirst()) === undefined;
}

/** In one transaction with its version: a kill in the middle leaves the folder as it was. */
async function makeLedger(writer: Connection, older: boolean): Promise<void> {
  await writer.db.transaction().execute(async (db) => {
    if (older) await moveFromFirst(writer, db);
    else for (const statement of LEDGER_DDL) writer.exec(statement);
    await setVersion(db, 'schema', SCHEMA_VERSION);
  });
}

/** In one transaction with its version: a kill in the middle leaves the old projections and the old version. */
async function renewProjections(writer: Connection): Promise<void> {
  await writer.db.transaction().execute(async (db) => {
    for (const table of [...PROJECTIONS].reverse()) writer.exec(`drop table if exists ${table}`);
    for (const statement of PROJECTIONS_DDL) writer.exec(statement);
    await replay(db);
    await setVersion(db, 'projections', PROJECTIONS_VERSION);
  });
}

async function version(writer: Connection, name: string): Promise<string | null> {
  return (await writer.db.selectFrom('meta').select('value').where('name', '=', name).executeTakeFirst())?.value ?? null;
}

async function setVersion(db: Writing, name: string, value: number): Promise<void> {
  await db
    .insertInto('meta')
    .values({ name, value: String(value) })
    .onConflict((c) => c.column('name').doUpdateSet({ value: String(value) }))
    .execute();
}
