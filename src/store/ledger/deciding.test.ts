/**
 * An administrator with the database, who wants a key back that was taken from them. Nothing beside an entry's bytes decides who may sign,
 * and no byte of an entry can change without the tree.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { utf8 } from '../../core/base/bytes.ts';
import { ok } from '../../core/base/result.ts';
import { formatEntry } from '../../core/log/entry.ts';
import { leafHash } from '../../core/log/merkle.ts';
import type { EntryDraft } from '../../flows/ports.ts';
import { enrolmentDraft, genesisDraft, violationDraft } from '../sample-drafts.ts';
import { openStore, type Store } from '../store.ts';
import { at, copied, ON_POSTGRESQL, sql } from '../test-bed.ts';

let base: string;
/** The revocation is the third entry; of these folders the first is read again whole, the second has it far behind what was checked. */
const folder = (name: 'short' | 'long'): string => join(base, name);
const LONG = 24_000;
const TAKEN_BACK: EntryDraft = { type: 'revocation', fields: { of: 'key' }, body: utf8('what trustees signed') };

async function opened(dir: string): Promise<Store> {
  const store = await openStore({ ...(await at(dir)), clock: () => 0 });
  if (!store.ok) throw new Error(store.error.message);
  return store.value;
}
const append = (store: Store, ...drafts: readonly EntryDraft[]) => store.ledger.append(() => ok(drafts));

beforeAll(async () => {
  base = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'deciding-'));
  for (const [name, more] of [
    ['short', 300],
    ['long', LONG],
  ] as const) {
    const store = await opened(folder(name));
    await append(store, genesisDraft(), enrolmentDraft('pia'), TAKEN_BACK);
    for (let at = 0; at < more; at += 4_000) await append(store, ...Array.from({ length: Math.min(4_000, more - at) }, (_, i) => violationDraft(`${at + i}`)));
    await store.close();
  }
}, 60_000);
afterAll(() => rmSync(base, { recursive: true, force: true }));

let copies = 0;
async function copy(of: 'short' | 'long'): Promise<string> {
  const dir = join(base, `copy ${copies++}`);
  await copied(folder(of), dir);
  return dir;
}

/** An entry about nothing, of the time and the body of the revocation. */
async function other(dir: string): Promise<Uint8Array> {
  const [row] = await sql(dir, 'select at, body from entries where idx = 2');
  const bytes = formatEntry({ type: 'incident', at: Number(row?.at), envelope: String(row?.body), fields: { incident: 'x', state: 'open' } });
  if (!bytes.ok) throw new Error(bytes.error.message);
  return bytes.value;
}

const said = async (store: Store): Promise<readonly number[]> => (await store.projections.authority()).map((s) => s.index);

describe.each(['short', 'long'] as const)('a %s log is not opened', (which) => {
  it.each<[string, (dir: string) => Promise<unknown>]>([
    ['of another type by its column', (dir) => sql(dir, `update entries set type = 'violation' where idx = 2`)],
    ['that was deleted', (dir) => sql(dir, 'delete from entries where idx = 2; delete from bodies where idx = 2')],
    ['rewritten, the old hash beside it', async (dir) => sql(dir, `update entries set type = 'incident', bytes = ? where idx = 2`, await other(dir))],
    ['rewritten with its hash', async (dir) => sql(dir, `update entries set type = 'incident', bytes = ?, leaf = ? where idx = 2`, await other(dir), leafHash(await other(dir)))],
    ['moved to the end', (dir) => sql(dir, 'update entries set idx = (select max(idx) + 1 from entries) where idx = 2')],
    ['beside another, that says it is one', (dir) => sql(dir, `update entries set type = 'revocation' where idx = 9`)],
  ])('with the statement %s', async (_, spoil) => {
    const dir = await copy(which);
    await spoil(dir);
    expect(await openStore({ ...(await at(dir)), clock: () => 0 })).toMatchObject({ ok: false, error: { code: expect.stringMatching(/^(DATA_INVALID|LOG_FORK)$/) } });
  });

  it('but as it is, with all that was said', async () => {
    const store = await opened(await copy(which));
    expect(await said(store)).toEqual([0, 1, 2]);
    await store.close();
  });
});

describe('what was checked before', () => {
  const checked = (dir: string): string => join(dir, 'log.checked');

  it('is written down after some thousand entries, and spares a start the reading', async () => {
    const dir = await copy('long');
    expect(readFileSync(checked(dir), 'utf8').split('\n').slice(0, 2)).toEqual(['countersign.dev/checked/v3', 'countersign.example/audit']);
    // Far from what is read again, only what decides is looked at: the audit sees the rest.
    await sql(dir, 'update entries set at = at + 1 where idx = 1000');
    const store = await opened(dir);
    expect((await store.audit()).map((p) => p.place)).toContain('entry 1000');
    await store.close();
  });

  it.each<[string, (text: string) => string | null]>([
    ['nobody kept', () => null],
    ['leaves out the statement', (text) => text.replace('\n0,1,2\n', '\n0,1\n')],
    ['is of another root', (text) => text.replace(/^[\w+/]{43}=$/m, `${'A'.repeat(43)}=`)],
    ['is no note', () => 'nonsense'],
  ])('is not believed where it %s', async (_, forge) => {
    const dir = await copy('long');
    const text = forge(readFileSync(checked(dir), 'utf8'));
    if (text === null) rmSync(checked(dir));
    else writeFileSync(checked(dir), text);
    const store = await opened(dir);
    expect(await said(store)).toEqual([0, 1, 2]);
    await store.close();
    await sql(dir, `update entries set type = 'violation' where idx = 2`);
    rmSync(checked(dir));
    expect(await openStore({ ...(await at(dir)), clock: () => 0 })).toMatchObject({ ok: false, error: { message: expect.stringContaining('entry 2 ') } });
  });
});

describe('while the log is open', () => {
  it('nothing done to the database takes a statement away, in a plan neither', async () => {
    const dir = await copy('short');
    const store = await opened(dir);
    await sql(dir, `update entries set type = 'violation' where idx = 2; delete from entries where idx = 1`);
    expect(await said(store)).toEqual([0, 1, 2]);
    let planned: readonly number[] = [];
    await append(store, TAKEN_BACK);
    await store.ledger.append(async (state) => {
      planned = (await state.authority()).map((s) => s.index);
      return ok([]);
    });
    expect(planned).toEqual([0, 1, 2, 303]);
    expect((await store.audit()).map((p) => p.place)).toContain('entry 1');
    await store.close();
  });

  it('sees within its group what was said before, and forgets what was rolled back', async () => {
    const store = await opened(await copy('short'));
    const seen: (readonly number[])[] = [];
    const look = () =>
      store.ledger.append(async (state) => {
        seen.push((await state.authority()).map((s) => s.index));
        return ok([]);
      });
    await Promise.all([append(store, TAKEN_BACK), look(), append(store, { ...TAKEN_BACK, type: 'nonsense' as 'revocation' }), look()]);
    expect(seen).toEqual([
      [0, 1, 2, 303],
      [0, 1, 2, 303],
    ]);
    expect(await said(store)).toEqual([0, 1, 2, 303]);
    await store.close();
  });

  if (!ON_POSTGRESQL)
    it('an entry somebody else wrote stops everything: nothing is signed behind it', async () => {
      const dir = await copy('short');
      const store = await opened(dir);
      const before = await store.ledger.checkpoint();
      await sql(dir, 'insert into entries select max(idx) + 1, type, at, body, leaf, bytes from entries where idx > 300');
      expect(await append(store, violationDraft('next'))).toMatchObject({ ok: false, error: { code: 'DATA_INVALID', message: expect.stringContaining('somebody else writes') } });
      expect(await store.ledger.checkpoint()).toBe(before);
      await store.close();
    });
});
