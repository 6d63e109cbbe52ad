/**
 * Durable appends to the ledger (entry, leaf hash, tiles, projection, signed checkpoint). Each is held against SQLite doing nothing
 * but inserting rows as long, with the same pragmas, and against a raw loop of write and fsync: what the disk itself allows. Groups
 * come first: a write-ahead log that still grows costs its file system twice, and it grows once in its life.
 */
import { fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { EntryDraft } from '../src/flows/ports.ts';
import { genesisDraft, violationDraft } from '../src/store/sample-drafts.ts';
import { openStore, type Store } from '../src/store/store.ts';
import { append, appends, GROUP, GROUPS, KINDS, measured, ONES, rate } from './appends.ts';
import { type Comparison, compare, type Side } from './measure.ts';

export async function ledgerBench(folder: string): Promise<readonly Comparison[]> {
  const store = await opened(folder);
  const bare = bareSqlite(join(folder, 'bare'));
  const fsyncs = rawFsyncs(join(folder, 'raw'));
  try {
    const compared: Comparison[] = [];
    for (const [kind, draft] of KINDS) {
      const { single, groups, together } = appends(store, kind, draft);
      const row = draft('row');
      const [ones, batches] = [bare(row, ONES, 1), bare(row, GROUPS, GROUP)];
      const size = `${GROUPS} groups of ${GROUP}`;
      compared.push(
        await measured(`ledger: ${size} ${kind}, one append`, GROUPS * GROUP, `${GROUPS} bare SQLite commits of ${GROUP} rows`, groups, batches),
        await measured(`ledger: ${size} ${kind}, ${GROUP} appends`, GROUPS * GROUP, `${GROUPS} bare SQLite commits of ${GROUP} rows`, together, batches),
        await measured(`ledger: ${size} ${kind}, one append`, GROUPS * GROUP, `${GROUPS} writes of as many bytes, each with fsync`, groups, fsyncs(row, GROUPS, GROUP)),
        await measured(`ledger: ${ONES} ${kind}, one an append`, ONES, `${ONES} bare SQLite commits`, single, ones),
      );
    }
    return compared;
  } finally {
    await store.close();
  }
}

/** A ledger of a million entries: how long it takes to fill, to open again, and to prove. Minutes, so only on demand. */
export async function ledgerMillionBench(folder: string, size = 1_000_000): Promise<readonly Comparison[]> {
  let store = await opened(folder);
  const started = performance.now();
  for (let from = 1; from < size; from += 5_000) {
    await append(
      store,
      Array.from({ length: Math.min(5_000, size - from) }, (_, i) => violationDraft(`${from + i}`)),
    );
    if (from % 100_000 === 1) console.error(`ledger: ${from - 1} of ${size} entries`);
  }
  console.log(`ledger: filled with ${size} entries in ${((performance.now() - started) / 1000).toFixed(0)} s, ${rate(size, performance.now() - started)}`);
  const open: Side = async () => {
    await store.close();
    store = await opened(folder);
  };
  const empty: Side = async (turn) => (await opened(join(folder, `empty ${turn}`))).close();
  const proofs: Side = async (turn) => {
    for (let i = 0; i < PROOFS; i++) await store.ledger.proof((turn * 7_919 + i * 104_729) % size);
  };
  const reads: Side = async (turn) => {
    for (let i = 0; i < PROOFS; i++) await store.ledger.entries((turn * 7_919 + i * 104_729) % size, 1);
  };
  try {
    return [
      timed(await compare({ name: `ledger: opening ${size} entries`, baseline: 'opening an empty folder', turns: 7, subject: open, against: empty }), 1),
      timed(await compare({ name: `ledger: ${PROOFS} proofs of ${size} entries`, baseline: `reading ${PROOFS} entries`, turns: 7, subject: proofs, against: reads }), PROOFS),
    ];
  } finally {
    await store.close();
  }
}

export const PROOFS = 20;

const timed = (c: Comparison, times: number): Comparison => ({ ...c, name: `${c.name} (${(c.took / times).toFixed(1)} ms)` });

async function opened(folder: string): Promise<Store> {
  const store = await openStore({ dir: folder, clock: Date.now });
  if (!store.ok) throw new Error(store.error.message);
  if (store.value.origin === null) await append(store.value, [genesisDraft()]);
  return store.value;
}

/** Rows with the columns of an entry and its body, and no index but the primary key. */
function bareSqlite(folder: string): (row: EntryDraft, commits: number, rows: number) => Side {
  mkdirSync(folder);
  const db = new DatabaseSync(join(folder, 'bare.db'));
  db.exec('pragma journal_mode = wal; pragma synchronous = full');
  db.exec('create table bare (idx integer primary key, type text not null, at integer not null, body text not null, leaf blob not null, bytes blob not null, kept blob not null)');
  const insert = db.prepare('insert into bare (type, at, body, leaf, bytes, kept) values (?, ?, ?, ?, ?, ?)');
  const [leaf, digest, bytes] = [new Uint8Array(32), 'a'.repeat(64), new Uint8Array(280)];
  return (row, commits, rows) => () => {
    for (let c = 0; c < commits; c++) {
      db.exec('begin');
      for (let r = 0; r < rows; r++) insert.run(row.type, 0, digest, leaf, bytes, row.body);
      db.exec('commit');
    }
  };
}

function rawFsyncs(file: string): (row: EntryDraft, commits: number, rows: number) => Side {
  const raw = openSync(file, 'a');
  return (row, commits, rows) => {
    const bytes = new Uint8Array((280 + row.body.length) * rows);
    return () => {
      for (let c = 0; c < commits; c++) {
        writeSync(raw, bytes);
        fsyncSync(raw);
      }
    };
  };
}
