/** Acknowledged entries that a folder lost: a write-ahead log cut off, a database put back. What lies beside the database remembers. */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ok } from '../../core/base/result.ts';
import { genesisDraft, violationDraft } from '../sample-drafts.ts';
import { DATABASE_FILE, openStore, type Store } from '../store.ts';
import { seenFile } from './seen.ts';

let base: string;
let dir: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'seen-'));
  dir = join(base, 'data');
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const open = (at = dir) => openStore({ dir: at, clock: () => 0 });
async function opened(at = dir): Promise<Store> {
  const store = await open(at);
  if (!store.ok) throw new Error(store.error.message);
  return store.value;
}
const append = (store: Store, name: string) => store.ledger.append(() => ok(name === '' ? [genesisDraft()] : [violationDraft(name)]));

/** The folder of a process that was killed: what it wrote, the write-ahead log with it. */
async function killed(entries: number): Promise<string> {
  const store = await opened();
  for (let i = 0; i < entries; i++) await append(store, i === 0 ? '' : `${i}`);
  const left = join(base, 'left');
  cpSync(dir, left, { recursive: true, filter: (name) => !name.endsWith('-shm') });
  await store.close();
  return left;
}

const seen = (at: string): string => join(at, 'log.seen');
const LOST = { ok: false, error: { code: 'LOG_FORK', message: expect.stringContaining('older copy') } };

describe('a write-ahead log', () => {
  it('that is whole is taken up', async () => {
    const store = await opened(await killed(9));
    expect((await store.ledger.entries(0, 99)).length).toBe(9);
    await store.close();
  });

  it.each([0.9, 0.6, 0.3])('cut off at %d of its length is refused, and no number is given twice', async (part) => {
    const left = await killed(9);
    const wal = join(left, `${DATABASE_FILE}-wal`);
    truncateSync(wal, Math.floor(readFileSync(wal).length * part));
    const said = await open(left);
    expect(said).toMatchObject({ ok: false });
    // What is left is kept as it is: the second start finds no more than the first.
    expect(await open(left)).toEqual(said);
  });

  it('that is gone is refused', async () => {
    const left = await killed(9);
    rmSync(join(left, `${DATABASE_FILE}-wal`));
    expect(await open(left)).toMatchObject({ ok: false });
  });
});

describe('a database', () => {
  async function grown(): Promise<string> {
    const store = await opened();
    for (const name of ['', 'a']) await append(store, name);
    await store.close();
    const older = join(base, 'older');
    cpSync(dir, older, { recursive: true });
    const again = await opened();
    for (const name of ['b', 'c']) await append(again, name);
    await again.close();
    return older;
  }

  it('of yesterday is refused in the folder of today, and opens in its own', async () => {
    const older = await grown();
    cpSync(join(older, DATABASE_FILE), join(dir, DATABASE_FILE));
    expect(await open()).toMatchObject(LOST);
    await (await opened(older)).close();
  });

  it('of another log is refused', async () => {
    await grown();
    const other = join(base, 'other');
    const store = await opened(other);
    for (const name of ['', 'x', 'y', 'z', 'u']) await append(store, name);
    await store.close();
    cpSync(seen(other), seen(dir));
    expect(await open()).toMatchObject({ ok: false, error: { code: 'DATA_INVALID', message: expect.stringContaining('log.seen') } });
  });
});

describe('what was seen', () => {
  const places = async (at = dir) => {
    const store = await opened(at);
    const found = (await store.audit()).map((p) => p.place);
    await store.close();
    return found;
  };

  it.each([
    ['the first place', 0],
    ['the second place', 4_096],
  ])('is named by the audit where %s holds something else, for as long as it does', async (_, from) => {
    const store = await opened();
    for (const name of ['', 'a', 'b']) await append(store, name);
    await store.close();
    expect(await places()).toEqual([]);
    const bytes = readFileSync(seen(dir));
    bytes.fill('?', from + 20, from + 200);
    writeFileSync(seen(dir), bytes);
    expect(await places()).toEqual(['log.seen']);
    const again = await opened();
    for (const name of ['c', 'd']) await append(again, name);
    await again.close();
    expect(await places()).toEqual([]);
  });

  it('is the two last checkpoints, whatever the lengths', () => {
    const file = seenFile(join(base, 'x'));
    expect(file.read()).toEqual([]);
    for (const note of ['long '.repeat(9), 'a', 'bb']) file.write(note);
    expect(file.read()).toEqual(['bb', 'a']);
    file.close();
    const again = seenFile(join(base, 'x'));
    again.write('c');
    expect(again.read()).toEqual(['c', 'a']);
    again.close();
  });

  it('may be half torn by a power cut, and not wholly lost', async () => {
    await (async () => {
      const store = await opened();
      for (const name of ['', 'a', 'b']) await append(store, name);
      await store.close();
    })();
    const bytes = readFileSync(seen(dir));
    for (const [from, open] of [
      [0, true],
      [4096, false],
    ] as const) {
      bytes.fill('?', from + 20, from + 200);
      writeFileSync(seen(dir), bytes);
      const store = await openStore({ dir, clock: () => 0 });
      expect(store.ok).toBe(open);
      if (store.ok) await store.value.close();
      if (store.ok) bytes.set(readFileSync(seen(dir)).subarray(4096), 4096);
    }
  });

  it('is not asked for in a folder that never had it', async () => {
    await (await opened()).close();
    const store = await opened();
    await append(store, '');
    await store.close();
    rmSync(seen(dir));
    await (await opened()).close();
    expect(existsSync(seen(dir))).toBe(true);
  });
});
