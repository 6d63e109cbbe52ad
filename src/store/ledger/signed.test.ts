/** Where people signed which change, and where violations are told: kept in memory and beside the database, so that nobody with the database takes a word away. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { utf8 } from '../../core/base/bytes.ts';
import { ok } from '../../core/base/result.ts';
import type { EntryDraft } from '../../flows/ports.ts';
import { changeOf, genesisDraft, signoffDraft, violationDraft } from '../sample-drafts.ts';
import { openStore, type Store } from '../store.ts';
import { at, copied, sql } from '../test-bed.ts';
import { signed, signedBefore } from './signed.ts';

describe('places of sign-offs', () => {
  const word = (change: string) => ({ type: 'signoff', fields: { change } });
  const id = fc.oneof(
    fc.constantFrom('0000000000000001', '0000000100000000', 'ffffffffffffffff', 'another'),
    fc.string(),
    fc.integer({ min: 0 }).map((n) => n.toString(16).padStart(16, '0')),
  );

  it('are found by their change, whatever it is called, joined and from a file too', () => {
    fc.assert(
      fc.property(fc.array(id, { maxLength: 60 }), fc.nat(60), fc.nat(70), (changes, cut, before) => {
        const [all, more] = [signed(), signed()];
        changes.forEach((change, index) => {
          (index < cut ? all : more).add(word(change), index);
        });
        all.join(more);
        const read = signed(all.records().slice());
        const early = signedBefore(all.records(), before);
        for (const change of [...changes, 'nobody signed this']) {
          const places = changes.flatMap((c, index) => (c === change ? [index] : []));
          expect(all.of(change)).toEqual(places);
          expect(read.of(change)).toEqual(places);
          expect(early.of(change)).toEqual(places.filter((p) => p < before));
        }
        expect(all.after(before)).toEqual(changes.flatMap((_, index) => (index > before ? [index] : [])));
        expect(early.count).toBe(Math.min(before, changes.length));
      }),
    );
  });

  it('are of sign-offs and violations alone, and as far behind as a log goes', () => {
    const all = signed();
    all.add({ type: 'carry', fields: { change: 'a', repo: 'a' } }, 3);
    all.add({ type: 'signoff', fields: {} }, 4);
    all.add(word('a'), 2 ** 40);
    all.add({ type: 'violation', fields: { repo: 'a', change: 'a' } }, 2 ** 41);
    expect([all.of('a'), all.after(0), all.violations('a')]).toEqual([[2 ** 40], [2 ** 40], [2 ** 41]]);
  });

  it('are told from those of violations of a repository, however it is called, joined and from a file too', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(id, fc.boolean()), { maxLength: 60 }), fc.nat(60), (named, cut) => {
        const [all, more] = [signed(), signed()];
        named.forEach(([name, violates], index) => {
          (index < cut ? all : more).add(violates ? { type: 'violation', fields: { repo: name } } : word(name), index);
        });
        expect(all.violations()).toEqual(named.slice(0, cut).flatMap(([, violates], index) => (violates ? [index] : [])));
        all.join(more);
        for (const kept of [all, signed(all.records().slice())]) {
          expect(kept.violations()).toEqual(named.flatMap(([, violates], index) => (violates ? [index] : [])));
          expect(kept.after(-1)).toEqual(named.flatMap(([, violates], index) => (violates ? [] : [index])));
          for (const [name] of named) expect(kept.violations(name)).toEqual(named.flatMap(([other, violates], index) => (violates && other === name ? [index] : [])));
        }
      }),
    );
  });
});

let base: string;
/** Signed at 1, at 302 and, in the long log, far from what a start reads again. */
const folder = (name: 'short' | 'long'): string => join(base, name);
const CHANGE = changeOf('table');

async function opened(dir: string): Promise<Store> {
  const store = await openStore({ ...(await at(dir)), clock: () => 0 });
  if (!store.ok) throw new Error(store.error.message);
  return store.value;
}
const filler = (i: number): EntryDraft => ({ type: 'incident', fields: { incident: `${i}`, state: 'open' }, body: utf8(`${i}`) });
const append = (store: Store, ...drafts: readonly EntryDraft[]) => store.ledger.append(() => ok(drafts));
const places = (store: Pick<Store, 'projections'>, change = CHANGE): Promise<readonly number[]> => store.projections.memory.signed({ change });

beforeAll(async () => {
  base = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'signed-'));
  for (const [name, more] of [
    ['short', 300],
    ['long', 24_000],
  ] as const) {
    const store = await opened(folder(name));
    await append(store, genesisDraft(), signoffDraft('table'));
    await append(store, ...Array.from({ length: 300 }, (_, i) => filler(i)));
    await append(store, signoffDraft('table', { decision: 'changes', nonce: 'bb' }), signoffDraft('other', { nonce: 'cc' }));
    for (let at = 300; at < more; at += 4_000) await append(store, ...Array.from({ length: Math.min(4_000, more - at) }, (_, i) => filler(at + i)));
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

describe.each(['short', 'long'] as const)('in a %s log', (which) => {
  it('no row that is deleted or rewritten takes a place away, while it is open and after a start', async () => {
    const dir = await copy(which);
    const store = await opened(dir);
    await sql(
      dir,
      `delete from signoffs where idx = 302; update signoffs set change = 'x', repo = 'elsewhere' where idx = 1; update entries set type = 'violation' where idx = 302`,
    );
    expect(await places(store)).toEqual([1, 302]);
    expect(await places(store, changeOf('other'))).toEqual([303]);
    expect(await places(store, changeOf('nothing'))).toEqual([]);
    await sql(dir, `update entries set type = 'signoff' where idx = 302`);
    await store.close();
    const again = await opened(dir);
    expect(await places(again)).toEqual([1, 302]);
    await again.close();
  });
});

it('no column that says otherwise hides a violation, while the log is open and after a start', async () => {
  const dir = await copy('short');
  const store = await opened(dir);
  await append(store, violationDraft('a'));
  const told = (of: Store, repo?: string) => of.projections.memory.violations(repo === undefined ? {} : { repo });
  const [at] = await told(store);
  await sql(dir, `delete from violations; update entries set type = 'incident' where idx = ${at}`);
  expect([await told(store), await told(store, 'elsewhere')]).toEqual([[304], []]);
  await sql(dir, `update entries set type = 'violation' where idx = ${at}`);
  await store.close();
  const again = await opened(dir);
  expect(await told(again)).toEqual([304]);
  await again.close();
});

it('a plan knows the places of its own group, and forgets what was refused', async () => {
  const store = await opened(await copy('short'));
  const seen: (readonly number[])[] = [];
  const look = () =>
    store.ledger.append(async (state) => {
      seen.push(await places({ projections: state }));
      return ok([]);
    });
  const word = signoffDraft('table', { nonce: 'dd' });
  await Promise.all([append(store, word), look(), append(store, word, { ...word, type: 'nonsense' as 'signoff' }), look()]);
  expect(seen).toEqual([
    [1, 302, 304],
    [1, 302, 304],
  ]);
  expect(await places(store)).toEqual([1, 302, 304]);
  await store.close();
});

describe('the file beside the database', () => {
  const file = (dir: string): string => join(dir, 'log.signed');

  it.each<[string, (dir: string) => void]>([
    ['is gone', (dir) => rmSync(file(dir))],
    ['is cut off', (dir) => writeFileSync(file(dir), readFileSync(file(dir)).subarray(0, 16))],
    ['leaves a place out', (dir) => writeFileSync(file(dir), readFileSync(file(dir)).fill(0, 16, 32))],
    ['is said to be empty by a note that nobody signed', (dir) => writeFileSync(join(dir, 'log.checked'), readFileSync(join(dir, 'log.checked'), 'utf8').replace(/^3 /m, '0 '))],
  ])('is not believed where it %s: all is read again', async (_, spoil) => {
    const dir = await copy('long');
    expect(readFileSync(file(dir))).toHaveLength(48);
    spoil(dir);
    const store = await opened(dir);
    expect(await places(store)).toEqual([1, 302]);
    await store.close();
    expect(readFileSync(file(dir))).toHaveLength(48);
  });

  it('may go further than what was checked: a server that fell between the two writes them again', async () => {
    const dir = await copy('long');
    writeFileSync(file(dir), Buffer.concat([readFileSync(file(dir)), Buffer.alloc(16, 7)]));
    const store = await opened(dir);
    expect(await places(store)).toEqual([1, 302]);
    await store.close();
  });
});
