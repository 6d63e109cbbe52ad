/**
 * Where the tests of the store keep a log: a folder with SQLite, or a folder and a database of a real PostgreSQL. The same tests are
 * run on both: `vitest --project parts` and `--project postgresql`.
 */
import { randomBytes } from 'node:crypto';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import pg from 'pg';
import { inject } from 'vitest';
import type { Engine, Inspected } from './connection.ts';
import { openKeys } from './keys/keys.ts';
import { headAt } from './ledger/head.ts';
import { publisher } from './ledger/publisher.ts';
import { speaksPlainly } from './postgresql/connection.ts';
import { inspected as inspectedPostgresql } from './postgresql/inspect.ts';
import { openPostgresql } from './postgresql/open.ts';
import { orRefuse } from './refused.ts';
import { inspected as inspectedSqlite } from './sqlite/database.ts';
import { openSqlite } from './sqlite/open.ts';
import { DATABASE_FILE, type StoreOptions } from './store.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of the server's own database. */
    postgresql: string;
  }
}

export const ON_POSTGRESQL = process.env.COUNTERSIGN_TEST_STORE === 'postgresql';

const databases = new Map<string, string>();

/** What a store is opened with: the folder, and on PostgreSQL a database that belongs to it. */
export async function at(dir: string): Promise<Pick<StoreOptions, 'dir' | 'database'>> {
  return ON_POSTGRESQL ? { dir, database: await databaseOf(dir) } : { dir };
}

export async function databaseOf(dir: string): Promise<string> {
  const known = databases.get(dir);
  return known ?? made(dir, '');
}

async function made(dir: string, as: string): Promise<string> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await asked(inject('postgresql'), `create database ${name} ${as}`, []);
  const url = inject('postgresql').replace('/postgres?', `/${name}?`);
  databases.set(dir, url);
  return url;
}

/** The folder and what is kept in its database, again; nobody has it open. */
export async function copied(from: string, to: string): Promise<void> {
  cpSync(from, to, { recursive: true });
  if (ON_POSTGRESQL) await made(to, `template ${/\/(\w+)\?/.exec(await databaseOf(from))?.[1]}`);
}

/** What an administrator with the database does; in the words of SQLite. Answers rows. */
export async function sql(dir: string, statement: string, ...values: readonly SQLInputValue[]): Promise<readonly { readonly [column: string]: unknown }[]> {
  if (ON_POSTGRESQL) return asked(await databaseOf(dir), inWords(statement), values);
  const db = new DatabaseSync(join(dir, DATABASE_FILE), { enableForeignKeyConstraints: false });
  try {
    if (values.length > 0 || /^\s*select/.test(statement)) return db.prepare(statement).all(...values);
    db.exec(statement);
    return [];
  } finally {
    db.close();
  }
}

function inWords(statement: string): string {
  let n = 0;
  return statement
    .replaceAll(/zeroblob\((\d+)\)/g, `decode(repeat('00', $1), 'hex')`)
    .replaceAll('cast(bytes as text)', `convert_from(bytes, 'UTF8')`)
    .replaceAll(/cast\((replace\(.*\)) as blob\)/g, `convert_to($1, 'UTF8')`)
    .replaceAll(/\?/g, () => `$${++n}`);
}

async function asked(url: string, statement: string, values: readonly unknown[]): Promise<readonly { readonly [column: string]: unknown }[]> {
  const client = new pg.Client({ connectionString: url, types: speaksPlainly });
  await client.connect();
  try {
    return (await client.query(statement, values.length > 0 ? [...values] : undefined)).rows ?? [];
  } finally {
    await client.end();
  }
}

export const engine = async (dir: string): Promise<Engine> => (ON_POSTGRESQL ? openPostgresql(await databaseOf(dir)) : openSqlite(join(dir, DATABASE_FILE)));
export const inspection = async (dir: string): Promise<Inspected> => (ON_POSTGRESQL ? inspectedPostgresql(await databaseOf(dir)) : inspectedSqlite(join(dir, DATABASE_FILE)));

/** Where servers take turns: what an administrator writes who has the log's key beside the database, so that the entries that stand there are as if a server had left them. */
export async function leftAsItStands(dir: string): Promise<void> {
  if (!ON_POSTGRESQL) return;
  const { writer, close } = await engine(dir);
  const signer = publisher(writer, orRefuse(openKeys(join(dir, 'keys'), false, [])).log);
  await signer.start();
  const { last } = await writer.db
    .selectFrom('entries')
    .select(({ fn }) => fn.max('idx').as('last'))
    .executeTakeFirstOrThrow();
  const { tree } = await headAt(writer.db, last + 1);
  await writer.append(async (db) => writer.shared?.leave(db, await signer.leaving(db, tree)));
  await close();
}
