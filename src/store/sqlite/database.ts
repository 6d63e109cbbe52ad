/**
 * SQLite through `node:sqlite`, spoken to by kysely. Two connections: one writes, by the sequencer alone, and one reads what
 * is committed, so that nobody outside a transaction ever sees half of one.
 */
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { Kysely, type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely';
import type { Inspected, Writer } from '../connection.ts';
import { callDirectly } from '../insert.ts';
import { versionsIn } from '../migrate.ts';
import { type Database, projectionsDdl, type Schema } from '../schema.ts';
import { auditFile } from './audit-file.ts';

export interface SqliteConnection {
  readonly db: Database;
  /** Statements that kysely has no words for. Throws what SQLite throws. */
  exec(sql: string): void;
  /** One at a time, so that a long answer needs no memory. */
  read<Row>(sql: string): Iterable<Row>;
  run(sql: string, values: readonly SQLInputValue[]): void;
  close(): void;
}

const BUSY_MS = 5_000;

/** Throws when the file is no database or cannot be opened. */
export function connect(file: string): SqliteConnection & Writer {
  const sqlite = new DatabaseSync(file, { enableForeignKeyConstraints: true });
  try {
    sqlite.exec(`pragma busy_timeout = ${BUSY_MS}; pragma journal_mode = wal; pragma synchronous = full; pragma secure_delete = on;
    pragma cache_size = -32000; pragma wal_autocheckpoint = 4000`);
  } catch (cause) {
    sqlite.close();
    throw cause;
  }
  return writing(connection(sqlite));
}

/** A file that nobody has yet, and that is thrown away if it is not filled to its end: no disk is waited for. */
export function connectToFill(file: string): SqliteConnection & Writer {
  const sqlite = new DatabaseSync(file, { enableForeignKeyConstraints: true });
  sqlite.exec('pragma journal_mode = memory; pragma synchronous = off; pragma cache_size = -32000');
  return writing(connection(sqlite));
}

function writing(made: SqliteConnection): SqliteConnection & Writer {
  const { db, exec, read } = made;
  /** What was erased still stands in the write-ahead log, for somebody read an older state when it was to be cut. */
  let owed = false;
  const scrub = (): void => {
    exec('pragma busy_timeout = 0');
    for (const { busy } of read<{ busy: number }>('pragma wal_checkpoint(truncate)')) owed = busy !== 0;
    exec(`pragma busy_timeout = ${BUSY_MS}`);
  };
  return {
    ...made,
    ddl: (statement) => statement,
    shared: undefined,
    append: async (work) => {
      const done = await db.transaction().execute((all) => work(all, false));
      if (owed) scrub();
      return done;
    },
    rewrite: (work) => db.transaction().execute(work),
    aside: (work) => db.transaction().execute(work),
    lightly: async (write) => {
      exec('pragma synchronous = normal');
      try {
        return await write(db);
      } finally {
        exec('pragma synchronous = full');
      }
    },
    away: () => false,
    hindered: async () => null,
    intruders: async () => [...read<{ name: string }>(`select name from sqlite_schema where type = 'trigger'`)].map(({ name }) => `trigger ${name}`),
    // Here a statement fails without its transaction.
    ofOne: () => false,
    scrub: async () => scrub(),
  };
}

function connection(sqlite: DatabaseSync): SqliteConnection {
  const database = spoken(sqlite);
  const db = new Kysely<Schema>({ dialect: new SqliteDialect({ database }) });
  callDirectly(db, (statement) => {
    const { run } = database.prepare(statement);
    return run;
  });
  const read = <Row>(sql: string): Iterable<Row> => sqlite.prepare(sql).iterate() as Iterable<Row>;
  return {
    db,
    exec: (sql) => sqlite.exec(sql),
    read,
    run: (sql, values) => void database.prepare(sql).run(values),
    close: () => sqlite.close(),
  };
}

/**
 * Reads one state of the file, whatever is written meanwhile, with temporary tables beside it. Foreign keys are off: a temporary
 * table cannot refer to a real one. Throws as `connect` does.
 */
export function inspect(file: string): SqliteConnection {
  const sqlite = new DatabaseSync(file, { readOnly: true, enableForeignKeyConstraints: false });
  sqlite.exec(`pragma busy_timeout = ${BUSY_MS}; pragma temp_store = file`);
  return connection(sqlite);
}

/** From now on one state, for the audit. Throws as `connect` does. */
export function inspected(file: string): Inspected {
  const made = inspect(file);
  made.exec('begin');
  // A transaction begins with what is first read.
  for (const _ of made.read('select 1 from sqlite_schema limit 1'));
  return {
    db: made.db,
    versions: async () => {
      for (const _ of made.read(`select 1 from sqlite_schema where type = 'table' and name = 'meta'`)) return versionsIn(made.db);
      return null;
    },
    rows: async function* <Row>(sql: string) {
      yield* made.read<Row>(sql);
    },
    real: 'main.',
    beside: 'temp.',
    shadow: async () => {
      for (const statement of projectionsDdl('temp.')) made.exec(statement);
    },
    auditTables: (found, seen) => auditFile(made, found, seen),
    apart: (work) => work(),
    isOwn,
    close: async () => made.close(),
  };
}

/** SQLite's own throw: of the file, and not of who asked. */
export const isOwn = (cause: unknown): boolean => cause instanceof Error && 'errcode' in cause;

/** The few methods kysely's SQLite driver asks for. Statements are kept prepared: the store asks the same few again and again. */
function spoken(sqlite: DatabaseSync): SqliteDatabase {
  const prepared = new Map<string, SqliteStatement>();
  return {
    close: () => sqlite.close(),
    prepare: (sql) => {
      if (sql === 'rollback' && !sqlite.isTransaction) return DONE;
      const known = prepared.get(sql);
      if (known !== undefined) return known;
      const statement = prepare(sqlite, sql);
      if (prepared.size < 500) prepared.set(sql, statement);
      return statement;
    },
  };
}

/** On a full disk SQLite has rolled back by itself: what failed is the news, not that there is nothing left to roll back. */
const DONE: SqliteStatement = { reader: false, all: () => [], run: () => ({ changes: 0, lastInsertRowid: 0 }), iterate: () => [][Symbol.iterator]() };

function prepare(sqlite: DatabaseSync, sql: string): SqliteStatement {
  const statement = sqlite.prepare(sql);
  const bound = (parameters: readonly unknown[]): SQLInputValue[] => parameters.map((p) => (p === undefined ? null : (p as SQLInputValue)));
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...bound(parameters)),
    run: (parameters) => statement.run(...bound(parameters)),
    iterate: (parameters) => statement.iterate(...bound(parameters)),
  };
}
