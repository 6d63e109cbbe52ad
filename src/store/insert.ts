/**
 * Rows by the hundred, each statement worked out once. Where every statement is a journey many rows share one: as many as there are,
 * and of thousands some hundred at a time. SQLite is called and not travelled to: there, row by row is faster.
 */
import type { CompiledQuery, Insertable, InsertQueryBuilder, InsertResult } from 'kysely';
import type { Reading, Schema } from './schema.ts';

type Conflict<T extends keyof Schema> = (query: InsertQueryBuilder<Schema, T, InsertResult>) => InsertQueryBuilder<Schema, T, InsertResult>;

/** Inserts rows that all have these columns. A value that the rows share by `conflict` must be taken from `excluded`. */
export function inserter<T extends keyof Schema, C extends keyof Insertable<Schema[T]> & string>(
  table: T,
  columns: readonly C[],
  conflict: Conflict<T> = (query) => query,
): (db: Reading, rows: readonly Pick<Insertable<Schema[T]>, C>[]) => Promise<void> {
  const compiled = statements((db, count) => {
    const blank = Object.fromEntries(columns.map((column) => [column, null])) as Insertable<Schema[T]>;
    return conflict(db.insertInto(table).values(Array.from({ length: count }, () => blank)) as InsertQueryBuilder<Schema, T, InsertResult>).compile();
  });
  return async (db, rows) => {
    const { adapter } = db.getExecutor();
    const [run, sent] = [CALLED.get(adapter), SENT.get(adapter)];
    if (run !== undefined) return each(run(compiled(db, 1).sql), rows, columns);
    const most = sent?.most ?? MOST;
    for (let at = 0; at < rows.length; at += most) {
      const some = rows.slice(at, at + most);
      const parameters = some.flatMap((row) => columns.map((column) => row[column]));
      const query = compiled(db, some.length);
      if (sent === undefined) await db.executeQuery({ ...query, parameters });
      else sent.send(query.sql, parameters);
    }
  };
}

function each<R, C extends keyof R>(run: (values: readonly unknown[]) => void, rows: readonly R[], columns: readonly C[]): void {
  for (const row of rows) run(columns.map((column) => row[column]));
}

type Call = (sql: string) => (values: readonly unknown[]) => void;
const CALLED = new WeakMap<object, Call>();

/** Says of a database in this process how a statement of it is run without waiting. Its transactions are begun on the same connection. */
export const callDirectly = (db: Reading, call: Call): void => void CALLED.set(db.getExecutor().adapter, call);

interface Sent {
  readonly most: number;
  send(sql: string, values: readonly unknown[]): void;
}
const SENT = new WeakMap<object, Sent>();

/**
 * Says of a database that is one connection how a statement is sent without waiting: whatever is asked after it sees what it did, and
 * where it fails, so does everything after it in its transaction. @param most rows a statement takes.
 */
export const sendLater = (db: Reading, most: number, send: Sent['send']): void => void SENT.set(db.getExecutor().adapter, { most, send });

/** A statement that answers nothing, in a transaction: not waited for where it need not be. */
export async function say(db: Reading, query: CompiledQuery): Promise<void> {
  const sent = SENT.get(db.getExecutor().adapter);
  if (sent === undefined) await db.executeQuery(query);
  else sent.send(query.sql, query.parameters);
}

/** A query about a list of values, asked in pieces; the last of them is said again until there is a power of two. */
export function asker<R>(query: (db: Reading, values: readonly string[]) => { compile(): CompiledQuery<R> }): (db: Reading, values: readonly string[]) => Promise<readonly R[]> {
  const compiled = statements((db, count) => query(db, new Array<string>(count).fill('')).compile());
  return async (db, values) => {
    const found: R[] = [];
    for (let at = 0; at < values.length; ) {
      const some = values.slice(at, at + MOST);
      const count = 2 ** Math.ceil(Math.log2(some.length));
      const parameters = [...some, ...new Array<string>(count - some.length).fill(some.at(-1) ?? '')];
      const answer = await db.executeQuery<R>({ ...compiled(db, count), parameters } as CompiledQuery<R>);
      found.push(...answer.rows);
      at += MOST;
    }
    return found;
  };
}

/** A query that is always the same. */
export function answerer<R>(query: (db: Reading) => { compile(): CompiledQuery<R> }): (db: Reading) => Promise<readonly R[]> {
  const compiled = statements((db) => query(db).compile());
  return async (db) => (await db.executeQuery<R>(compiled(db, 0) as CompiledQuery<R>)).rows;
}

const MOST = 128;

/** Kept by the database's adapter, which a transaction shares with what it was begun on. */
function statements(make: (db: Reading, count: number) => CompiledQuery): (db: Reading, count: number) => CompiledQuery {
  const known = new WeakMap<object, Map<number, CompiledQuery>>();
  return (db, count) => {
    const { adapter } = db.getExecutor();
    const here = known.get(adapter) ?? new Map<number, CompiledQuery>();
    known.set(adapter, here);
    const query = here.get(count) ?? make(db, count);
    here.set(count, query);
    return query;
  };
}
