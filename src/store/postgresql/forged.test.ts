/**
 * An administrator with the database, between two servers: what one of them appended and answered for is written anew, well made, before the
 * other has read it.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../core/base/crypto.ts';
import { ok, type Result } from '../../core/base/result.ts';
import { formatEntry } from '../../core/log/entry.ts';
import { leafHash } from '../../core/log/merkle.ts';
import type { EntryDraft } from '../../flows/ports.ts';
import { enrolmentDraft, genesisDraft, violationDraft } from '../sample-drafts.ts';
import { openStore, type Store } from '../store.ts';
import { databaseOf, sql } from '../test-bed.ts';

let dir: string;
const opened: Store[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'forged-'));
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  rmSync(dir, { recursive: true, force: true });
});

/** With the keys of the first server, as an operator would hand them out. */
async function tried(name: string): Promise<Result<Store>> {
  if (name !== 'first' && !existsSync(join(dir, name))) {
    mkdirSync(join(dir, name), { mode: 0o700 });
    cpSync(join(dir, 'first', 'keys'), join(dir, name, 'keys'), { recursive: true });
  }
  return openStore({ dir: join(dir, name), database: await databaseOf(dir), clock: () => 0 });
}

async function open(name: string): Promise<Store> {
  const store = await tried(name);
  if (!store.ok) throw new Error(store.error.message);
  opened.push(store.value);
  return store.value;
}

const append = (store: Store, ...drafts: readonly EntryDraft[]) => store.ledger.append(() => ok(drafts));
const done = (sizes: readonly number[]) => ({ ok: true, value: sizes.map((index) => expect.objectContaining({ index })) });
const REFUSED = { ok: false, error: { code: 'DATA_INVALID', message: expect.stringContaining('not those that the server before left') } };

/** The first has enrolled somebody, and answered; the second has seen nothing of it. */
async function answered(): Promise<readonly [Store, Store]> {
  const first = await open('first');
  await append(first, genesisDraft());
  const second = await open('second');
  expect(await append(first, enrolmentDraft('pia'))).toMatchObject(done([1]));
  return [first, second];
}

/** In the place of the enrolment an entry about nothing, and no checkpoint that says otherwise. */
async function rewritten(): Promise<void> {
  const { type, fields, body } = violationDraft('nothing');
  const bytes = formatEntry({ type, at: 0, envelope: sha256Hex(body), fields });
  if (!bytes.ok) throw new Error(bytes.error.message);
  await sql(dir, 'update entries set type = ?, body = ?, leaf = ?, bytes = ? where idx = 1', type, sha256Hex(body), leafHash(bytes.value), bytes.value);
  await sql(dir, 'update bodies set bytes = ? where idx = 1', body);
  await sql(dir, 'delete from keys where idx = 1; delete from checkpoints where size = 2');
}

const signed = async (): Promise<readonly unknown[]> => (await sql(dir, 'select size from checkpoints order by size')).map((row) => row.size);

describe('an entry that was answered, and written anew', () => {
  it('is not signed by a server that never read it', async () => {
    const [, second] = await answered();
    await rewritten();
    expect(await append(second, violationDraft('x'))).toMatchObject(REFUSED);
    await expect(second.projections.authority()).rejects.toThrow('the server before left');
    expect(await tried('third')).toMatchObject(REFUSED);
    expect(await signed()).toEqual([1]);
  });

  it.each([
    ['no note', `''`],
    ['the note of the genesis', `(select note from kept)`],
    ['a checkpoint', '(select note from checkpoints where size = 1)'],
  ])('nor with %s in the turn', async (_, note) => {
    const first = await open('first');
    await append(first, genesisDraft());
    await sql(dir, 'create table kept as select head as note from turn');
    const second = await open('second');
    await append(first, enrolmentDraft('pia'));
    await rewritten();
    await sql(dir, `update turn set head = ${note}`);
    expect(await append(second, violationDraft('x'))).toMatchObject(REFUSED);
    await sql(dir, 'drop table kept');
    expect(await tried('third')).toMatchObject(REFUSED);
    expect(await signed()).toEqual([1]);
  });

  it('is named where all of it is gone: a log that was written to is not begun again', async () => {
    const first = await open('first');
    await append(first, genesisDraft());
    await opened.pop()?.close();
    await sql(dir, 'delete from entries; delete from bodies; delete from keys; delete from checkpoints');
    rmSync(join(dir, 'first'), { recursive: true });
    mkdirSync(join(dir, 'first'), { mode: 0o700 });
    expect(await tried('first')).toMatchObject(REFUSED);
  });
});

describe('a database without a note in the turn', () => {
  const fromBefore = (): Promise<unknown> => sql(dir, `alter table turn drop column head; update turn set version = '2.10'`);

  it('made by an earlier version, is given the column, and its log goes on', async () => {
    await append(await open('first'), genesisDraft(), enrolmentDraft('pia'));
    await opened.pop()?.close();
    await fromBefore();
    const [first, second] = [await open('first'), await open('second')];
    expect(await append(first, violationDraft('a'))).toMatchObject(done([2]));
    expect(await append(second, violationDraft('b'))).toMatchObject(done([3]));
    expect(await second.audit()).toEqual([]);
  });

  it('is not believed as far as no checkpoint goes', async () => {
    await append(await open('first'), genesisDraft());
    await append(opened[0] as Store, enrolmentDraft('pia'));
    await opened.pop()?.close();
    await rewritten();
    await fromBefore();
    expect(await tried('second')).toMatchObject(REFUSED);
  });
});
