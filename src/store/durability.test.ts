/**
 * What an acknowledged append waits for. A power cut cannot be played here, so the writing connection of a real store is asked
 * how it commits: whoever loosens it loses entries that somebody was told are kept.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ok } from '../core/base/result.ts';
import type { EntryDraft } from '../flows/ports.ts';
import { genesisDraft, violationDraft } from './sample-drafts.ts';
import { DATABASE_FILE, openStore, type Store } from './store.ts';

const NORMAL = 1;
const FULL = 2;

let dir: string;
let store: Store;
/** Connections to the database, in the order they were opened: the first is the one that writes. */
const connections: DatabaseSync[] = [];
/** How the writer would commit, after every statement that could have changed it. */
const levels: unknown[] = [];

const asked = (name: 'synchronous' | 'journal_mode', of = connections[0]): unknown => Object.values(of?.prepare(`pragma ${name}`).get() ?? {})[0];
const durable = (): unknown => ({ synchronous: asked('synchronous'), journal: asked('journal_mode') });
const append = (draft: EntryDraft) => store.ledger.append(() => ok([draft]));

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'durability-'));
  const exec = DatabaseSync.prototype.exec;
  vi.spyOn(DatabaseSync.prototype, 'exec').mockImplementation(function (this: DatabaseSync, sql) {
    exec.call(this, sql);
    if (this.location()?.endsWith(DATABASE_FILE) !== true) return;
    if (!connections.includes(this)) connections.push(this);
    if (this === connections[0]) levels.push(asked('synchronous'));
  });
  const opened = await openStore({ dir, clock: () => Date.UTC(2026, 10, 20) });
  if (!opened.ok) throw new Error(opened.error.message);
  store = opened.value;
});

afterEach(async () => {
  await store.close();
  vi.restoreAllMocks();
  connections.length = 0;
  levels.length = 0;
  rmSync(dir, { recursive: true, force: true });
});

it('waits for an fsync of the write-ahead log, from the first append on', async () => {
  expect(connections).toHaveLength(2);
  expect(durable()).toEqual({ synchronous: FULL, journal: 'wal' });
  expect(await append(genesisDraft())).toMatchObject({ ok: true });
  expect(durable()).toEqual({ synchronous: FULL, journal: 'wal' });
});

it('does so for every group: while a plan runs, in the transaction that will be committed', async () => {
  await append(genesisDraft());
  const during: unknown[] = [];
  for (const id of ['a', 'b'])
    await store.ledger.append(() => {
      expect(connections[0]?.isTransaction).toBe(true);
      during.push(asked('synchronous'));
      return ok([violationDraft(id)]);
    });
  expect(during).toEqual([FULL, FULL]);
});

it('waits for less only while the checkpoint is kept, and never for nothing', async () => {
  await append(genesisDraft());
  levels.length = 0;
  await append(violationDraft('a'));
  expect(levels).toEqual([NORMAL, FULL]);
});

it('waits again after a checkpoint that could not be kept', async () => {
  await append(genesisDraft());
  connections[0]?.exec("create trigger no_room before insert on checkpoints begin select raise(abort, 'no room'); end");
  await expect(append(violationDraft('a'))).rejects.toThrow('no room');
  expect(durable()).toEqual({ synchronous: FULL, journal: 'wal' });
  connections[0]?.exec('drop trigger no_room');
  expect(await append(violationDraft('b'))).toMatchObject({ ok: true });
  expect(await store.audit()).toEqual([]);
});

it('is opened so again', async () => {
  await append(genesisDraft());
  await store.close();
  connections.length = 0;
  const again = await openStore({ dir, clock: () => Date.UTC(2026, 10, 21) });
  if (!again.ok) throw new Error(again.error.message);
  store = again.value;
  expect(durable()).toEqual({ synchronous: FULL, journal: 'wal' });
});
