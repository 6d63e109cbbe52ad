/** A folder as the first version of the schema wrote it: a row for every node, bodies by digest, no leaf hashes, no tiles. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ok } from '../core/base/result.ts';
import { EMPTY_TREE, grow, leafHash } from '../core/log/merkle.ts';
import { decisionDraft, genesisDraft, landedDraft, signoffDraft, verdictDraft, violationDraft } from './sample-drafts.ts';
import { DATABASE_FILE, openStore, type Store } from './store.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'migrate-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function open(): Promise<Store> {
  const store = await openStore({ dir, clock: () => Date.UTC(2026, 10, 20) });
  if (!store.ok) throw new Error(store.error.message);
  return store.value;
}

const OLD = [
  'create table e (idx integer primary key, type text not null, at integer not null, body text not null, bytes blob not null)',
  'create table b (sha256 text primary key, bytes blob not null)',
  'create table nodes (level integer not null, pos integer not null, hash blob not null, primary key (level, pos))',
  'insert into e select idx, type, at, body, bytes from entries',
  'insert or ignore into b select e.body, bodies.bytes from bodies join e on e.idx = bodies.idx',
];
const TABLES = ['keys', 'signoffs', 'sticky', 'pushers', 'verdicts', 'nonces', 'landings', 'break_glass', 'carries', 'violations', 'changes', 'bodies', 'tiles', 'entries'];

/** Turns the folder back into what the first version would have written, projections of its own included. */
function asFirst(spoil = ''): void {
  const db = new DatabaseSync(join(dir, DATABASE_FILE), { enableForeignKeyConstraints: false });
  for (const sql of OLD) db.exec(sql);
  let tree = EMPTY_TREE;
  for (const row of db.prepare('select bytes from e order by idx').all()) {
    const grown = grow(tree, leafHash(row.bytes as Uint8Array));
    for (const { level, index, hash } of grown.completed) db.prepare('insert into nodes values (?, ?, ?)').run(level, index, hash);
    tree = grown.tree;
  }
  for (const table of TABLES) db.exec(`drop table ${table}`);
  db.exec('alter table e rename to entries; alter table b rename to bodies; create index entries_by_type on entries (type, idx)');
  db.exec('create table violations (idx integer primary key references entries (idx), repo text not null)');
  db.exec(`insert into violations select idx, 'r' from entries where type = 'violation'`);
  db.exec(`update meta set value = '1' where name = 'schema'; update meta set value = '7' where name = 'projections'`);
  db.exec(spoil);
  db.close();
}

async function filled(): Promise<readonly unknown[]> {
  const store = await open();
  await store.ledger.append(() => ok([genesisDraft(), decisionDraft({ content: 'x' }), signoffDraft('x'), verdictDraft('x', 'allow', ['aa']), landedDraft('x', ['aa'])]));
  await store.ledger.append(() => ok(Array.from({ length: 600 }, (_, i) => violationDraft(`v${i % 7}`))));
  const said = await asked(store);
  await store.close();
  return said;
}

const asked = async ({ ledger, projections, files }: Store): Promise<readonly unknown[]> => [
  await ledger.checkpoint(),
  await ledger.entries(0, 1_000),
  await ledger.proof(300),
  await ledger.body((await ledger.entries(604, 1))[0]?.body ?? ''),
  await projections.changes({ limit: 9 }),
  await projections.landings({}),
  await files.tile(0, 1, 256),
  await files.tile(0, 2, 93),
];

it('is opened with the same log, the same answers, and tiles made from its entries', async () => {
  const before = await filled();
  asFirst();
  const store = await open();
  expect(await asked(store)).toEqual(before);
  expect(await store.audit()).toEqual([]);
  expect(await store.ledger.append(() => ok([violationDraft('after')]))).toMatchObject({ ok: true, value: [{ index: 605 }] });
  await store.close();
});

it.each([
  ['a changed entry', `update entries set bytes = cast(replace(cast(bytes as text), 'infra', 'other') as blob) where idx = 3`, 'checkpoint 605'],
  ['a lost one', 'delete from entries where idx = 604', 'entry 604'],
])('is refused with %s, as ever', async (_, sql, place) => {
  await filled();
  asFirst(sql);
  expect(await openStore({ dir, clock: Date.now })).toMatchObject({ ok: false, error: { code: 'DATA_INVALID', place, message: expect.stringContaining(dir) } });
});
