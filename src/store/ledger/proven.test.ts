/** Entries proven against the root in memory, while somebody else writes in the database. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SQLInputValue } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ok } from '../../core/base/result.ts';
import { leafHash } from '../../core/log/merkle.ts';
import type { Ledger } from '../../flows/ports.ts';
import { genesisDraft, violationDraft } from '../sample-drafts.ts';
import { openStore, type Store } from '../store.ts';
import { at, copied, sql } from '../test-bed.ts';

/** Two full tiles, and one that is not. */
const SIZE = 600;
let base: string;
let count = 0;
beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'proven-'));
  const store = await opened(join(base, 'log'));
  const drafts = Array.from({ length: SIZE - 1 }, (_, i) => violationDraft(`v${i}`));
  expect(await store.ledger.append(() => ok([genesisDraft(), ...drafts]))).toMatchObject({ ok: true });
  await store.close();
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

async function opened(dir: string): Promise<Store> {
  const store = await openStore({ ...(await at(dir)), clock: () => 1_000 });
  if (!store.ok) throw new Error(store.error.message);
  return store.value;
}

type Write = (statement: string, ...values: readonly SQLInputValue[]) => ReturnType<typeof sql>;

/** Of a copy that is open while `write` happens. */
async function withLog(test: (ledger: Ledger, write: Write) => Promise<void>): Promise<void> {
  const dir = join(base, `copy${++count}`);
  await copied(join(base, 'log'), dir);
  const store = await opened(dir);
  try {
    await test(store.ledger, (statement, ...values) => sql(dir, statement, ...values));
  } finally {
    await store.close();
  }
}
const said = async (ledger: Ledger, ...places: readonly number[]) => (await ledger.proven(places)).map((p) => (p === null ? null : p.ok ? p.value.index : p.error.code));

describe('an entry', () => {
  it('is proven wherever it stands, with what its own bytes say, in the order of the ask', () =>
    withLog(async (ledger) => {
      const all = Array.from({ length: SIZE }, (_, i) => i);
      expect(await said(ledger, ...all)).toEqual(all);
      expect(await said(ledger, 599, 0, 256, 0, 511, 255)).toEqual([599, 0, 256, 0, 511, 255]);
      expect(await ledger.proven([300])).toEqual([{ ok: true, value: (await ledger.entries(300, 1))[0] }]);
      expect(await ledger.proven([])).toEqual([]);
    }));

  it('that is not there yet is none, and one that was appended meanwhile is', () =>
    withLog(async (ledger) => {
      expect(await said(ledger, SIZE, -1, 1_000_000, SIZE - 1)).toEqual([null, null, null, SIZE - 1]);
      for (let i = SIZE; i < SIZE + 3; i++) {
        await ledger.append(() => ok([violationDraft(`w${i}`)]));
        expect(await said(ledger, i, i + 1)).toEqual([i, null]);
      }
    }));

  it.each([7, 300, 598])('%i that is gone, or says something else, is damage, and nothing beside it is', (place) =>
    withLog(async (ledger, write) => {
      await write(`update entries set at = 5, body = 'x', type = 'signoff' where idx = ${place}`);
      expect(await ledger.proven([place])).toMatchObject([{ ok: true, value: { index: place, at: 1_000, body: expect.stringMatching(/^[0-9a-f]{64}$/) } }]);
      await write(`update entries set bytes = (select bytes from entries where idx = ${place - 1}) where idx = ${place}`);
      expect(await said(ledger, place - 1, place)).toEqual([place - 1, 'LOG_DAMAGED']);
      const [row] = await write('select bytes from entries where idx = ?', place);
      await write('update entries set leaf = ? where idx = ?', leafHash(row?.bytes as Uint8Array), place);
      expect(await said(ledger, place - 1, place)).toEqual([place - 1, 'LOG_DAMAGED']);
      await write(`delete from entries where idx = ${place}`);
      expect(await said(ledger, place - 1, place)).toEqual([place - 1, 'LOG_DAMAGED']);
      const [damaged] = await ledger.proven([place]);
      expect(damaged).toMatchObject({ error: { place: `entry ${place}`, remedy: expect.stringContaining('countersign audit') } });
    }),
  );

  it('whose tile was made to fit what somebody wrote is damage', () =>
    withLog(async (ledger, write) => {
      await write('update entries set bytes = (select bytes from entries where idx = 6) where idx = 7');
      const [row] = await write('select bytes from entries where idx = ?', 7);
      const leaf = leafHash(row?.bytes as Uint8Array);
      await write('update entries set leaf = ? where idx = ?', leaf, 7);
      const [tile] = await write('select hashes from tiles where level = 0 and pos = 0');
      const hashes = Uint8Array.from(tile?.hashes as Uint8Array);
      hashes.set(leaf, 7 * 32);
      await write('update tiles set hashes = ? where level = 0 and pos = 0', hashes);
      expect(await said(ledger, 7)).toEqual(['LOG_DAMAGED']);
    }));

  it('under tiles that are gone is damage, unless it was proven before', () =>
    withLog(async (ledger, write) => {
      expect(await said(ledger, 300)).toEqual([300]);
      await write('delete from tiles');
      expect(await said(ledger, 300, 7)).toEqual([300, 'LOG_DAMAGED']);
    }));
});
