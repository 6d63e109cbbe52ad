/**
 * The same appends on PostgreSQL, held against PostgreSQL doing nothing but taking as many rows in as many commits: one statement a
 * commit, prepared, into a table with no index but its key. Both over the same socket, to a server that this starts.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { EntryDraft } from '../src/flows/ports.ts';
import { startPostgres } from '../src/store/postgresql/test-server.ts';
import { genesisDraft } from '../src/store/sample-drafts.ts';
import { openStore, type Store } from '../src/store/store.ts';
import { append, appends, GROUP, GROUPS, KINDS, measured, ONES } from './appends.ts';
import type { Comparison, Side } from './measure.ts';

export async function postgresqlBench(folder: string): Promise<readonly Comparison[]> {
  const server = await startPostgres();
  try {
    return await onServer(folder, await server.database(), await server.database());
  } finally {
    await server.stop();
  }
}

async function onServer(folder: string, database: string, beside: string): Promise<readonly Comparison[]> {
  mkdirSync(folder, { recursive: true });
  const opened = await openStore({ dir: join(folder, 'store'), database, clock: Date.now });
  if (!opened.ok) throw new Error(opened.error.message);
  const store = opened.value;
  const bare = new pg.Client(beside);
  await bare.connect();
  try {
    await bare.query(
      'create table bare (idx bigint primary key, type text not null, at bigint not null, body text not null, leaf bytea not null, bytes bytea not null, kept bytea not null)',
    );
    await append(store, [genesisDraft()]);
    const compared: Comparison[] = [];
    for (const [kind, draft] of KINDS) compared.push(...(await ofKind(store, bare, kind, draft)));
    return compared;
  } finally {
    await bare.end();
    await store.close();
  }
}

async function ofKind(store: Store, bare: pg.Client, kind: string, draft: (name: string) => EntryDraft): Promise<readonly Comparison[]> {
  const { single, groups, together } = appends(store, kind, draft);
  const row = draft('row');
  const [batches, ones] = [commits(bare, row, GROUPS, GROUP), commits(bare, row, ONES, 1)];
  const size = `${GROUPS} groups of ${GROUP} ${kind}`;
  const baseline = `${GROUPS} bare commits of ${GROUP} rows`;
  return [
    await measured(`postgresql: ${size}, one append`, GROUPS * GROUP, baseline, groups, batches),
    await measured(`postgresql: ${size}, ${GROUP} appends`, GROUPS * GROUP, baseline, together, batches),
    await measured(`postgresql: ${ONES} ${kind}, one an append`, ONES, `${ONES} bare commits`, single, ones),
  ];
}

let next = 0;

/** Rows with the columns of an entry and its body. */
function commits(client: pg.Client, row: EntryDraft, times: number, rows: number): Side {
  const columns = 7;
  const places = Array.from({ length: rows }, (_, r) => `(${Array.from({ length: columns }, (_, c) => `$${r * columns + c + 1}`).join(', ')})`);
  const text = `insert into bare values ${places.join(', ')}`;
  const [leaf, digest, bytes, kept] = [Buffer.alloc(32), 'a'.repeat(64), Buffer.alloc(280), Buffer.from(row.body)];
  return async () => {
    for (let c = 0; c < times; c++) {
      await client.query('begin');
      await client.query({ name: `bare ${rows}`, text, values: Array.from({ length: rows }, () => [next++, row.type, 0, digest, leaf, bytes, kept]).flat() });
      await client.query('commit');
    }
  };
}
