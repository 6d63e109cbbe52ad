/** Brings a folder's tables to this version, before anything is read from them. */
import { problem } from '../core/base/result.ts';
import type { Connection } from './database.ts';
import { replay } from './projections/rebuild.ts';
import { Refused } from './refused.ts';
import { LEDGER_DDL, META_DDL, PROJECTIONS, PROJECTIONS_DDL, PROJECTIONS_VERSION, SCHEMA_VERSION } from './schema.ts';

/**
 * Whether the log is empty. Projections of another version are dropped and rebuilt from the log.
 * Throws `Refused` with DATA_INVALID for a folder of a later version.
 */
export async function prepareSchema(writer: Connection): Promise<boolean> {
  writer.exec(META_DDL);
  const schema = await version(writer, 'schema');
  if (schema !== null && schema !== String(SCHEMA_VERSION)) {
    throw new Refused(
      problem('DATA_INVALID', `the data folder is of version ${schema}; this program reads ${SCHEMA_VERSION}`, { remedy: 'use the program that wrote it, or a newer one' }),
    );
  }
  for (const statement of LEDGER_DDL) writer.exec(statement);
  await setVersion(writer, 'schema', SCHEMA_VERSION);
  if ((await version(writer, 'projections')) !== String(PROJECTIONS_VERSION)) await renewProjections(writer);
  return (await writer.db.selectFrom('entries').select('idx').limit(1).executeTakeFirst()) === undefined;
}

/** In one transaction with its version: a kill in the middle leaves the old projections and the old version. */
async function renewProjections(writer: Connection): Promise<void> {
  await writer.db.transaction().execute(async (db) => {
    for (const table of [...PROJECTIONS].reverse()) writer.exec(`drop table if exists ${table}`);
    for (const statement of PROJECTIONS_DDL) writer.exec(statement);
    await replay(db);
    await db
      .insertInto('meta')
      .values({ name: 'projections', value: String(PROJECTIONS_VERSION) })
      .onConflict((c) => c.column('name').doUpdateSet({ value: String(PROJECTIONS_VERSION) }))
      .execute();
  });
}

async function version(writer: Connection, name: string): Promise<string | null> {
  return (await writer.db.selectFrom('meta').select('value').where('name', '=', name).executeTakeFirst())?.value ?? null;
}

async function setVersion(writer: Connection, name: string, value: number): Promise<void> {
  await writer.db
    .insertInto('meta')
    .values({ name, value: String(value) })
    .onConflict((c) => c.doNothing())
    .execute();
}
