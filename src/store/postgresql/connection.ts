/**
 * PostgreSQL through `pg`, spoken to by kysely. Statements are prepared once a connection: the store asks the same few again and again.
 * Numbers are read as numbers or not at all, and bytes as plain bytes.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely';
import pg from 'pg';
import type { Database, Schema } from '../schema.ts';

const [INT8, BYTEA] = [20, 17];

/** Throws for a number that JavaScript would round. */
function safeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number)) throw new Error(`the database holds a number too large to be one of ours: ${text}`);
  return number;
}

/** `\x` and hex digits, as every server since 9.0 says it. */
function plainBytes(text: string): Uint8Array {
  const bytes = Buffer.from(text.slice(2), 'hex');
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

export const speaksPlainly: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    if (oid === INT8) return safeNumber;
    return oid === BYTEA ? plainBytes : pg.types.getTypeParser(oid, format as 'text');
  }) as typeof pg.types.getTypeParser,
};

export const connecting = (url: string): pg.ClientConfig => ({
  connectionString: url,
  types: speaksPlainly,
  application_name: 'countersign',
  connectionTimeoutMillis: 5_000,
  keepAlive: true,
});

/**
 * Of the session that appends: whoever waits for its turn longer is told to ask again, and whoever hangs while it has the turn loses it,
 * so that a plan that never answers stops nobody else. A URL may say otherwise.
 */
export const takingTurns = (url: string): pg.ClientConfig => ({ ...connecting(url), lock_timeout: AWAY_MS, idle_in_transaction_session_timeout: 3 * AWAY_MS });

export interface PoolOptions {
  readonly max: number;
  /** Settings of its sessions. */
  readonly session?: string;
}

/** Connects when first asked. A connection that is lost is made anew by whoever asks next. */
export function openPool(url: string, { max, session }: PoolOptions): pg.Pool {
  const pool = new pg.Pool({ ...connecting(url), max, ...(session === undefined ? {} : { options: session }) });
  // Of a connection that was lost: whoever asks by it is told, and whoever asks next makes another. Unheard, either would end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

export const speaking = (pool: PostgresPool): Database => new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });

/** The pool as kysely asks for it. */
export const prepared = (pool: pg.Pool): PostgresPool => ({
  connect: async () => {
    const client = await pool.connect();
    return asked(client, (broken) => client.release(broken));
  },
  end: () => pool.end(),
  options: {},
});

/** One connection, for whoever needs all that is asked in one session. */
export const oneSession = (client: pg.ClientBase): PostgresPool => ({ connect: async () => asked(client, () => undefined), end: async () => undefined, options: {} });

function asked(client: pg.ClientBase, release: (broken?: boolean) => void): PostgresPoolClient {
  const query = (sql: string, parameters: readonly unknown[]) => client.query(spelled(sql, parameters));
  return { query, release } as unknown as PostgresPoolClient;
}

/** A statement as `pg` takes it. */
export const spelled = (sql: string, values: readonly unknown[]): pg.QueryConfig => (values.length === 0 ? { text: sql } : { text: sql, values: values.map(plain), ...named(sql) });

/** Text has no place for a NUL here, and one in the name of a thing is not to stop a whole log: bodies keep the bytes as they are. */
const plain = (value: unknown): unknown => (typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\ufffd') : value);

const names = new Map<string, string>();

/** The first some hundred statements; what is asked with a list of its own length each time is not kept on the server for ever. */
function named(sql: string): { readonly name?: string } {
  const known = names.get(sql);
  if (known !== undefined) return { name: known };
  if (names.size >= 1_000) return {};
  const name = `c${names.size}`;
  names.set(sql, name);
  return { name };
}

/** Begins the transaction again, as long as nothing of it can have been committed. */
export async function again<T>(work: (committing: () => void) => Promise<T>): Promise<T> {
  const deadline = performance.now() + AWAY_MS;
  for (let tries = 0; ; tries++) {
    let committing = false;
    try {
      return await work(() => {
        committing = true;
      });
    } catch (cause) {
      const retry = isUndone(cause) ? tries < TRIES : !committing && isAway(cause) && performance.now() < deadline;
      if (!retry) throw cause;
      await sleep(Math.min(500, 10 * 2 ** tries) * (0.5 + Math.random()));
    }
  }
}

/** A database that is started again is back before this. */
const AWAY_MS = 10_000;
const TRIES = 20;

/** The database gave the transaction up by itself, and asks for another try: serialization_failure, deadlock_detected. */
const isUndone = (cause: unknown): boolean => ['40001', '40P01'].includes(codeOf(cause));

/** Classes 08 (connection) and 57 (stopped, starting), and what the socket says. */
export const isAway = (cause: unknown): boolean =>
  /^(08|57P0)/.test(codeOf(cause)) ||
  ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT'].includes(codeOf(cause)) ||
  (cause instanceof Error && /^Connection terminated|not queryable/.test(cause.message));

/** What a statement said was wrong: data, constraints, limits, and whatever came after it in its transaction. */
export const isOfOne = (cause: unknown): boolean => /^(21|22|23|25(?!P03)|42|54)/.test(codeOf(cause)) && cause instanceof pg.DatabaseError;

/** Another session holds what is asked for too long (lock_not_available), or this one held it too long (idle_in_transaction_session_timeout). */
export const isTooLong = (cause: unknown): boolean => ['55P03', '25P03'].includes(codeOf(cause));

export const codeOf = (cause: unknown): string => (cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : '');
