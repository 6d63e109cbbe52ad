/**
 * Bodies beside the log, by the entry that brought them and found by digest. The log holds the hash for ever; the body can be
 * erased without touching the tree. The same bytes brought twice are kept twice, so that erasing the one is not undone by the other.
 */
import { PostgresAdapter, type RawBuilder, sql } from 'kysely';
import { sha256Hex } from '../../core/base/crypto.ts';
import { inserter } from '../insert.ts';
import { BODY_PART, BODY_PREFIX, type Reading } from '../schema.ts';

export const keepBodies = inserter('bodies', ['idx', 'bytes']);

/** A column of SQLite has no type: one bit on the disk makes bytes into text, and text has the digest of its bytes. */
export const isBody = (bytes: Uint8Array, digest: string): boolean => bytes instanceof Uint8Array && sha256Hex(bytes) === digest;

export interface Naming {
  readonly idx: number;
  readonly type: string;
}

/** Entries that name this body, oldest first, whether it is kept or not. */
export const entriesNaming = async (db: Reading, digest: string): Promise<readonly Naming[]> => among(db, digest, 0, await lastPart(db));

/** Null where it was erased or never was. What comes back has the digest it was asked by: a body changed on disk is as good as gone. */
export async function readBody(db: Reading, digest: string, index?: number): Promise<Uint8Array | null> {
  const brought = index === undefined ? undefined : await db.selectFrom('bodies').select('bytes').where('idx', '=', index).executeTakeFirst();
  return brought !== undefined && isBody(brought.bytes, digest) ? brought.bytes : searched(db, digest);
}

/** What is not where it is said to be is searched for, one after another: it was erased, or somebody changed a row. */
export async function readBodies(db: Reading, asked: readonly { readonly body: string; readonly index: number }[]): Promise<readonly (Uint8Array | null)[]> {
  const brought = new Map<number, Uint8Array>();
  const places = [...new Set(asked.map((a) => a.index))];
  for (let at = 0; at < places.length; at += AT_ONCE) {
    const rows = await db
      .selectFrom('bodies')
      .select(['idx', 'bytes'])
      .where('idx', 'in', places.slice(at, at + AT_ONCE))
      .execute();
    for (const { idx, bytes } of rows) brought.set(idx, bytes);
  }
  const found: (Uint8Array | null)[] = [];
  for (const { body, index } of asked) {
    const bytes = brought.get(index);
    found.push(bytes !== undefined && isBody(bytes, body) ? bytes : await searched(db, body));
  }
  return found;
}

/** Values of one `in`. */
const AT_ONCE = 200;

async function searched(db: Reading, digest: string): Promise<Uint8Array | null> {
  const last = await lastPart(db);
  const recent = Math.max(0, last - RECENT);
  return (await keptAmong(db, digest, recent, last)) ?? (recent === 0 ? null : await keptAmong(db, digest, 0, recent - 1));
}

/** Parts that are asked first: what somebody asks for was mostly said not long ago. */
const RECENT = 8;

async function keptAmong(db: Reading, digest: string, from: number, to: number): Promise<Uint8Array | null> {
  for (const { idx } of (await among(db, digest, from, to)).toReversed()) {
    const row = await db.selectFrom('bodies').select('bytes').where('idx', '=', idx).executeTakeFirst();
    if (row !== undefined && isBody(row.bytes, digest)) return row.bytes;
  }
  return null;
}

async function lastPart(db: Reading): Promise<number> {
  const last = await db.selectFrom('entries').select('idx').orderBy('idx', 'desc').limit(1).executeTakeFirst();
  return Math.floor((last?.idx ?? 0) / BODY_PART);
}

async function among(db: Reading, digest: string, from: number, to: number): Promise<readonly Naming[]> {
  const query = sql<Naming>`select idx, type from entries where idx / ${sql.lit(BODY_PART)} ${parts(db, from, to)}
    and substr(body, 1, ${sql.lit(BODY_PREFIX)}) = ${digest.slice(0, BODY_PREFIX)} and body = ${digest}`;
  return (await query.execute(db)).rows.toSorted((a, b) => a.idx - b.idx);
}

/** Said so that the index is used. `+ 0` and no cast: with the affinity of a cast SQLite would not; PostgreSQL would not of a list it has to make first. */
const parts = (db: Reading, from: number, to: number): RawBuilder<unknown> =>
  db.getExecutor().adapter instanceof PostgresAdapter
    ? sql`= any(${Array.from({ length: to - from + 1 }, (_, i) => from + i)}::bigint[])`
    : sql`in (with recursive part (n) as (select ${from} + 0 union all select n + 1 from part where n < ${to} + 0) select n from part)`;
