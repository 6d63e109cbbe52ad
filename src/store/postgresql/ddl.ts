/**
 * The tables in PostgreSQL's words. Integers are of 64 bits. Text is ordered by its bytes, as on every other machine, whatever language
 * the database was made for. No row refers to another: each reference would lock the row it refers to, and the audit compares them all.
 */
const TYPES = new Map([
  ['integer', 'bigint'],
  ['text', 'text collate "C"'],
  ['blob', 'bytea'],
]);

/** A type stands after the name of its column; a column may be called like one. */
export function inPostgresql(statement: string): string {
  if (!statement.startsWith('create table')) return statement.replace('if not exists temp.', 'if not exists ');
  return statement
    .replace('if not exists temp.', 'if not exists pg_temp.')
    .replace(/(?<=[a-z0-9_] )(integer|text|blob)\b/g, (type) => TYPES.get(type) ?? type)
    .replaceAll(/ references \w+ \(\w+\)/g, '');
}

/**
 * One row. Whoever appends takes it for as long as the transaction lasts, so that all servers go one after another, and leaves a token
 * there: whoever finds its own knows that nobody came between. `head` is what the log was when it was left (ledger/turn-note.ts). The versions
 * of the tables stand in it too, so that no server appends to what a newer one has changed.
 */
export const TURN_DDL = `create table if not exists turn (id integer primary key, token text not null, before text not null, version text not null, head text not null default '')`;

/** Raised when the turn changes: the version of the ledger's tables is higher by it, so that a server that does not know the new turn takes none. */
export const TURN_VERSION = 1;

/** For a database that was made before: it has no note, and until one is left only the checkpoints speak. */
export const HEAD_DDL = `alter table turn add column if not exists head text collate "C" not null default ''`;
