/**
 * What jobs cost: put down, taken by several at once and ended, held against the same database doing bare inserts, updates and deletes of
 * as many rows, one statement each, in transactions that wait for the disk as little as those of jobs do.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { ok } from '../src/core/base/result.ts';
import { startPostgres } from '../src/store/postgresql/test-server.ts';
import { genesisDraft } from '../src/store/sample-drafts.ts';
import { openStore, type Store } from '../src/store/store.ts';
import { type Comparison, compare } from './measure.ts';

const JOBS = 1_000;
const WORKERS = 16;
const TURNS = 5;

export async function jobsBench(folder: string): Promise<readonly Comparison[]> {
  mkdirSync(folder, { recursive: true });
  const server = await startPostgres();
  try {
    return [...(await onSqlite(folder)), ...(await onPostgresql(folder, await server.database(), await server.database()))];
  } finally {
    await server.stop();
  }
}

async function opened(dir: string, database?: string): Promise<Store> {
  const store = await openStore({ dir, database, clock: Date.now });
  if (!store.ok) throw new Error(store.error.message);
  await store.value.ledger.append(() => ok([genesisDraft()]));
  return store.value;
}

/** Every job is taken once and ended, by workers that each ask for so many at once. */
async function worked({ jobs }: Store, org: string, most: number): Promise<void> {
  const seen = new Set<string>();
  const worker = async (holder: string): Promise<void> => {
    for (;;) {
      const taken = await jobs.leases.take({ org, kinds: ['k'], holder, most, until: Date.now() + 60_000 });
      if (taken.length === 0 && seen.size === JOBS) return;
      for (const job of taken) {
        if (seen.has(job.id)) throw new Error(`${job.id} was taken twice`);
        seen.add(job.id);
        if (!(await jobs.leases.end(job, { do: 'done' }))) throw new Error(`${job.id} was lost`);
      }
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, (_, i) => worker(`w${i}`)));
}

const put = (store: Store, org: string): Promise<void> => store.jobs.add(Array.from({ length: JOBS }, (_, i) => ({ org, id: `j${i}`, kind: 'k', body: { i }, tries: 3 })));

async function measured(engine: string, store: Store, bare: (turn: number) => void | Promise<void>): Promise<readonly Comparison[]> {
  const compared: Comparison[] = [];
  for (const most of [1, 8]) {
    const name = `jobs: ${JOBS} put down, taken ${most === 1 ? 'one' : most} at a time by ${WORKERS}, ended, on ${engine}`;
    const subject = async (turn: number): Promise<void> => {
      await put(store, `o${most}-${turn}`);
      await worked(store, `o${most}-${turn}`, most);
    };
    const comparison = await compare({ name, baseline: `${JOBS} bare inserts, updates, deletes`, turns: TURNS, subject, against: bare });
    compared.push({ ...comparison, name: `${name} (${Math.round((JOBS * 1_000) / comparison.took)}/s)` });
  }
  return compared;
}

async function onSqlite(folder: string): Promise<readonly Comparison[]> {
  const store = await opened(join(folder, 'sqlite'));
  const db = new DatabaseSync(join(folder, 'bare.db'));
  db.exec('pragma journal_mode = wal; pragma synchronous = normal; create table bare (id text primary key, body text not null, due integer, holder text)');
  const [insert, update, remove] = [
    'insert into bare values (?, ?, 1, null)',
    `update bare set due = 2, holder = 'w' where id = ? and due <= 1`,
    'delete from bare where id = ?',
  ].map((sql) => db.prepare(sql));
  try {
    return await measured('SQLite', store, () => {
      for (let i = 0; i < JOBS; i++) insert?.run(`j${i}`, '{"i":1}');
      for (let i = 0; i < JOBS; i++) update?.run(`j${i}`);
      for (let i = 0; i < JOBS; i++) remove?.run(`j${i}`);
    });
  } finally {
    db.close();
    await store.close();
  }
}

async function onPostgresql(folder: string, database: string, beside: string): Promise<readonly Comparison[]> {
  const store = await opened(join(folder, 'postgresql'), database);
  const pool = new pg.Pool({ connectionString: beside, max: 2, options: '-c synchronous_commit=off' });
  await pool.query('create table bare (id text primary key, body text not null, due bigint, holder text)');
  const all = (name: string, text: string, more: readonly string[] = []): Promise<unknown> =>
    Promise.all(Array.from({ length: JOBS }, (_, i) => pool.query({ name, text, values: [`j${i}`, ...more] })));
  try {
    return await measured('PostgreSQL', store, async () => {
      await all('insert', 'insert into bare values ($1, $2, 1, null)', ['{"i":1}']);
      await all('update', `update bare set due = 2, holder = 'w' where id = $1 and due <= 1`);
      await all('delete', 'delete from bare where id = $1');
    });
  } finally {
    await pool.end();
    await store.close();
  }
}
