/**
 * SQLite through `node:sqlite`, spoken to by kysely. Two connections: one writes, by the sequencer alone, and one reads what
 * is committed, so that nobody outside a transaction ever sees half of one.
 */
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { Kysely, type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely';
import type { Schema } from './schema.ts';

export interface Connection {
  readonly db: Kysely<Schema>;
  /** Statements that kysely has no words for. Throws what SQLite throws. */
  exec(sql: string): void;
  /** One at a time, so that a long answer needs no memory. */
  rows<Row>(sql: string): Iterable<Row>;
  run(sql: string, values: readonly SQLInputValue[]): void;
  close(): void;
}

const BUSY_MS = 5_000;

/** Throws when the file is no database or cannot be opened. */
export function connect(file: string): Connection {
  const sqlite = new DatabaseSync(file, { enableForeignKeyConstraints: true });
  try {
    sqlite.exec(`pragma busy_timeout = ${BUSY_MS}; pragma journal_mode = wal; pragma synchronous = full; pragma secure_delete = on`);
  } catch (cause) {
    sqlite.close();
    throw cause;
  }
  return connection(sqlite);
}

function connection(sqlite: DatabaseSync): Connection {
  const database = spoken(sqlite);
  return {
    db: new Kysely<Schema>({ dialect: new SqliteDialect({ database }) }),
    exec: (sql) => sqlite.exec(sql),
    rows: <Row>(sql: string) => sqlite.prepare(sql).iterate() as Iterable<Row>,
    run: (sql, values) => void database.prepare(sql).run(values),
    close: () => sqlite.close(),
  };
}

/**
 * Reads one state of the file, whatever is written meanwhile, with temporary tables beside it. Foreign keys are off: a temporary
 * table cannot refer to a real one. Throws as `connect` does.
 */
export function inspect(file: string): Connection {
  const sqlite = new DatabaseSync(file, { readOnly: true, enableForeignKeyConstraints: false });
  sqlite.exec(`pragma busy_timeout = ${BUSY_MS}; pragma temp_store = file`);
  return connection(sqlite);
}

/** The few methods kysely's SQLite driver asks for. Statements are kept prepared: the store asks the same few again and again. */
function spoken(sqlite: DatabaseSync): SqliteDatabase {
  const prepared = new Map<string, SqliteStatement>();
  return {
    close: () => sqlite.close(),
    prepare: (sql) => {
      const known = prepared.get(sql);
      if (known !== undefined) return known;
      const statement = prepare(sqlite, sql);
      if (prepared.size < 500) prepared.set(sql, statement);
      return statement;
    },
  };
}

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
