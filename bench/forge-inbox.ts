/**
 * What it costs to keep what a forge says: a burst of events, 24 under way at once, each with the job that looks at it, durable when it is
 * answered. Held against a raw loop of write and fsync, one for each event, which is what the disk itself allows; on SQLite against the
 * bare rows too, each event and its job in a transaction of their own.
 */
import { fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ok } from '../src/core/base/result.ts';
import type { ForgeEvent } from '../src/flows/ports-forge.ts';
import { startPostgres } from '../src/store/postgresql/test-server.ts';
import { genesisDraft } from '../src/store/sample-drafts.ts';
import { openStore, type Store } from '../src/store/store.ts';
import { type Comparison, compare, type Side } from './measure.ts';

const EVENTS = 1_000;
const AT_ONCE = 24;
const TURNS = 5;

type Against = readonly [string, Side];

export async function forgeInboxBench(folder: string): Promise<readonly Comparison[]> {
  mkdirSync(folder, { recursive: true });
  const server = await startPostgres();
  const compared: Comparison[] = [];
  try {
    for (const [engine, database] of [
      ['SQLite', undefined],
      ['PostgreSQL', await server.database()],
    ] as const) {
      const store = await opened(join(folder, engine), database);
      const name = `forge-inbox: ${EVENTS} events, ${AT_ONCE} at once, on ${engine}`;
      const raw: Against = [`${EVENTS} writes of as many bytes, each with fsync`, fsyncs(join(folder, `${engine}.raw`))];
      const rows: Against = [`${EVENTS} bare transactions of two rows`, bareRows(join(folder, `${engine}.db`))];
      for (const [baseline, against] of database === undefined ? [raw, rows] : [raw]) {
        const comparison = await compare({ name, baseline, turns: TURNS, subject: (turn) => burst(store, `${baseline.length}-${turn}`), against });
        const lost = await lostOf(store, `${baseline.length}-0`);
        compared.push({ ...comparison, name: `${name} (${Math.round((EVENTS * 1_000) / comparison.took)}/s, ${lost} lost)` });
      }
      await store.close();
    }
    return compared;
  } finally {
    await server.stop();
  }
}

async function opened(dir: string, database: string | undefined): Promise<Store> {
  const store = await openStore({ dir, database, clock: Date.now });
  if (!store.ok) throw new Error(store.error.message);
  await store.value.ledger.append(() => ok([genesisDraft()]));
  return store.value;
}

const event = (i: number): ForgeEvent => ({
  ...{ delivery: `6f1c2a50-0000-11ef-8000-${String(i).padStart(12, '0')}`, name: 'pull_request.synchronize', at: 1_790_000_000_000 + i },
  ...{ forgeId: 7, place: 'acme/pay', account: 'github:ada', brings: true },
  subject: { kind: 'pull', number: i, targetRef: 'refs/heads/main', head: 'a'.repeat(40), before: 'b'.repeat(40), open: true, branch: 'fix', owner: 'github:ada', fork: false },
});

async function burst(store: Store, repo: string): Promise<void> {
  let next = 0;
  const sender = async (): Promise<void> => {
    for (let i = next++; i < EVENTS; i = next++) {
      const job = { org: 'o', id: `look-${repo}-${i}`, kind: 'look', body: { repo, subject: `pull-${i}` }, tries: 9 };
      if (!(await store.forges.inbox.put(repo, event(i), [job]))) throw new Error(`event ${i} was there before`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sender));
}

/** Of one burst: what nobody finds again who asks for its subject. */
async function lostOf(store: Store, repo: string): Promise<number> {
  const found = await Promise.all(Array.from({ length: EVENTS }, (_, i) => store.forges.inbox.waiting(repo, `pull-${i}`)));
  return found.filter((events) => events.length !== 1).length;
}

function fsyncs(file: string): Side {
  const raw = openSync(file, 'a');
  const bytes = Buffer.alloc(JSON.stringify(event(1)).length + 100, 120);
  return () => {
    for (let i = 0; i < EVENTS; i++) {
      writeSync(raw, bytes);
      fsyncSync(raw);
    }
  };
}

function bareRows(file: string): Side {
  const db = new DatabaseSync(file);
  db.exec(
    'pragma journal_mode = wal; pragma synchronous = full; create table event (id text primary key, body text not null); create table job (id text primary key, body text not null)',
  );
  const [one, two] = ['event', 'job'].map((table) => db.prepare(`insert into ${table} values (?, ?)`));
  return (turn) => {
    for (let i = 0; i < EVENTS; i++) {
      db.exec('begin');
      one?.run(`${turn}-${i}`, JSON.stringify(event(i)));
      two?.run(`${turn}-${i}`, '{"repo":"pay","subject":"pull-1"}');
      db.exec('commit');
    }
  };
}
