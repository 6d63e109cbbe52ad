/** Beside a server that has the folder open, while its key changes and after a kill in the midst of it. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ok } from '../core/base/result.ts';
import { readOnlyLog } from './read-only.ts';
import { genesisDraft, violationDraft } from './sample-drafts.ts';
import { DATABASE_FILE, openStore, type Store } from './store.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'read-only-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function begun(): Promise<Store> {
  const store = await openStore({ dir, clock: () => 0 });
  if (!store.ok) throw new Error(store.error.message);
  await store.value.ledger.append(() => ok([genesisDraft(), violationDraft('a')]));
  return store.value;
}

async function turned(store: Store): Promise<string> {
  const key = await store.rotateLogKey();
  if (!key.ok) throw new Error(key.error.message);
  return key.value;
}

async function vkeys(): Promise<readonly string[]> {
  const log = await readOnlyLog({ dir });
  if (!log.ok) throw new Error(log.error.message);
  await log.value.close();
  return log.value.vkeys;
}

it('knows the key of a log that never changed it', async () => {
  const store = await begun();
  expect(await vkeys()).toEqual([store.logVerifierKey]);
  await store.close();
});

it('takes keys from the log, the newest first, whichever file lies there', async () => {
  const store = await begun();
  const first = store.logVerifierKey;
  const old = join(dir, 'first.pem');
  cpSync(join(dir, 'keys', 'log.pem'), old);
  const [second, third] = [await turned(store), await turned(store)];
  await store.close();
  expect(await vkeys()).toEqual([third, second, first]);
  cpSync(join(dir, 'keys', 'log.pem'), join(dir, 'keys', 'log.next.pem'));
  cpSync(old, join(dir, 'keys', 'log.pem'));
  expect(await vkeys()).toEqual([third, second, first]);
  const db = new DatabaseSync(join(dir, DATABASE_FILE));
  db.exec('delete from checkpoints where size = 4');
  db.close();
  expect(await vkeys()).toEqual([third, second, first]);
  rmSync(join(dir, 'keys'), { recursive: true });
  expect(await vkeys()).toEqual([third, second, first]);
});

it('believes no rotation that no key began', async () => {
  const store = await begun();
  await turned(store);
  await store.close();
  const db = new DatabaseSync(join(dir, DATABASE_FILE));
  db.exec("pragma foreign_keys = off; update bodies set bytes = x'7b7d' where idx = 2");
  db.close();
  expect(await readOnlyLog({ dir })).toMatchObject({ ok: false, error: { code: 'LOG_FORMAT' } });
});
