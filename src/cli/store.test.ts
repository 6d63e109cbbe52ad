/** `countersign store` over data folders, as an operator runs it. */
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { ok } from '../core/base/result.ts';
import { decisionDraft, genesisDraft, ORIGIN, violationDraft } from '../store/sample-drafts.ts';
import { DATABASE_FILE, openStore, type Store } from '../store/store.ts';
import { gitRoom } from '../testing/git.ts';
import { audit } from './audit.ts';
import { storeExport } from './store-export.ts';
import { storeImport } from './store-import.ts';
import { storeMigrate } from './store-migrate.ts';
import { storeRebuild } from './store-rebuild.ts';

const room = gitRoom();
afterAll(() => room.remove());
const opened: Store[] = [];
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});

async function open(dir: string): Promise<Store> {
  const store = await openStore({ dir, clock: Date.now });
  if (!store.ok) throw new Error(store.error.message);
  opened.push(store.value);
  return store.value;
}
const shut = (): Promise<void> | undefined => opened.pop()?.close();

/** A folder with a log of some entries; the server still has it. */
async function served(entries = 3): Promise<{ readonly data: string; readonly at: (name: string) => string; readonly store: Store }> {
  const folder = room.folder();
  const at = (name: string): string => join(folder, name);
  const store = await open(at('data'));
  await store.ledger.append(() => ok([genesisDraft(), decisionDraft({ content: 'a' })]));
  await store.ledger.append(() => ok(Array.from({ length: entries - 2 }, (_, i) => violationDraft(`${i}`))));
  return { data: at('data'), at, store };
}

const full = (data: string) => audit({ full: true, ref: '', data, json: true });
const jsonOf = (answer: { readonly stdout: string }): { readonly [member: string]: unknown } => JSON.parse(answer.stdout);
const edited = (data: string, sql: string): void => {
  const db = new DatabaseSync(join(data, DATABASE_FILE), { enableForeignKeyConstraints: false });
  db.exec(sql);
  db.close();
};

describe('store export and import', () => {
  it('backs a folder up beside its server, and puts it back', async () => {
    const { data, at, store } = await served();
    expect(await storeExport({ data, out: at('a.store'), json: true })).toMatchObject({ code: 0, stdout: expect.stringContaining(`"origin":"${ORIGIN}","size":3`) });
    expect(statSync(at('a.store')).mode & 0o077).toBe(0);
    expect(await storeExport({ data, out: at('a.store') })).toMatchObject({ code: 2, stderr: expect.stringContaining('there already') });
    expect(await storeExport({ data, out: at('no/where/a.store') })).toMatchObject({ code: 2, stderr: expect.stringContaining('cannot be written') });
    const checkpoint = await store.ledger.checkpoint();
    await shut();
    for (const name of readdirSync(data).filter((n) => n.startsWith(DATABASE_FILE))) renameSync(join(data, name), at(name));
    expect(await storeImport({ in: at('none.store'), data })).toMatchObject({ code: 2, stderr: expect.stringContaining('--in') });
    expect(await storeImport({ in: at('a.store'), data })).toMatchObject({ code: 0, stdout: expect.stringContaining('3 entries, 3 bodies, 2 checkpoints') });
    expect(await storeImport({ in: at('a.store'), data })).toMatchObject({ code: 2, stderr: expect.stringContaining('already') });
    expect(await (await open(data)).ledger.checkpoint()).toBe(checkpoint);
    expect(await full(data)).toMatchObject({ code: 0 });
  });

  it('leaves nothing of a copy that does not hold', async () => {
    const { data, at } = await served();
    await shut();
    edited(data, `update bodies set bytes = 'x' where idx = 2`);
    expect(await storeExport({ data, out: at('a.store'), json: true })).toMatchObject({ code: 2, stdout: expect.stringContaining('another digest') });
    expect(readdirSync(join(data, '..')).filter((name) => name.includes('store'))).toEqual([]);
  });

  it('refuses an older copy by what the server saw last, and says what to do', async () => {
    const { data, at, store } = await served();
    await storeExport({ data, out: at('old.store') });
    await store.ledger.append(() => ok([violationDraft('later')]));
    await shut();
    for (const name of readdirSync(data).filter((n) => n.startsWith(DATABASE_FILE))) renameSync(join(data, name), at(name));
    expect(await storeImport({ in: at('old.store'), data })).toMatchObject({ code: 1, stderr: expect.stringMatching(/older copy \[LOG_FORK\].*backup\.md/s) });
    expect(existsSync(join(data, DATABASE_FILE))).toBe(false);
    renameSync(at(DATABASE_FILE), join(data, DATABASE_FILE));
    expect(await full(data)).toMatchObject({ code: 0 });
  });

  it('a folder copied while nobody has it open is a backup, and an older one is refused by log.seen', async () => {
    const { data, at, store } = await served();
    const checkpoint = await store.ledger.checkpoint();
    await shut();
    cpSync(data, at('copy'), { recursive: true });
    const restored = await open(at('copy'));
    expect([await restored.ledger.checkpoint(), await restored.audit()]).toEqual([checkpoint, []]);
    await shut();
    await (await open(data)).ledger.append(() => ok([violationDraft('later')]));
    await shut();
    rmSync(join(data, DATABASE_FILE));
    for (const rest of ['-wal', '-shm']) rmSync(join(data, `${DATABASE_FILE}${rest}`), { force: true });
    cpSync(join(at('copy'), DATABASE_FILE), join(data, DATABASE_FILE));
    expect(await openStore({ dir: data, clock: Date.now })).toMatchObject({ ok: false, error: { code: 'LOG_FORK', message: expect.stringContaining('older copy') } });
    expect(jsonOf(await full(data)).problems).toContainEqual(expect.objectContaining({ code: 'LOG_FORK', place: 'log.seen' }));
  });
});

describe('store migrate and rebuild', () => {
  it('say what is there, and do what is needed', async () => {
    const { data } = await served();
    expect(await storeMigrate({ data })).toMatchObject({ code: 2, stderr: expect.stringContaining('DATA_LOCKED') });
    expect(await storeMigrate({ data, check: true })).toMatchObject({ code: 0 });
    expect(await storeRebuild({ data })).toMatchObject({ code: 2, stderr: expect.stringContaining('stop the server') });
    await shut();
    edited(data, `update meta set value = '3' where name = 'projections'; delete from changes`);
    expect(jsonOf(await full(data)).problems).toContainEqual(expect.objectContaining({ place: 'projections', remedy: expect.stringContaining('store migrate') }));
    expect(await storeMigrate({ data, check: true })).toMatchObject({ code: 1, stdout: expect.stringContaining('projections  3 ->') });
    expect(jsonOf(await storeMigrate({ data, json: true }))).toMatchObject({ exit: 0, changed: true, needed: true });
    expect(await full(data)).toMatchObject({ code: 0 });
    edited(data, 'delete from changes; delete from violations');
    expect(await full(data)).toMatchObject({ code: 1 });
    expect(await storeRebuild({ data })).toMatchObject({ code: 0, stdout: expect.stringContaining('from 3 entries') });
    expect(await full(data)).toMatchObject({ code: 0 });
  });

  it('touch nothing where nothing is, or where a later program was', async () => {
    const nowhere = join(room.folder(), 'none');
    for (const answer of [await storeMigrate({ data: nowhere }), await storeRebuild({ data: nowhere }), await storeExport({ data: nowhere, out: `${nowhere}.store` })])
      expect(answer).toMatchObject({ code: 2, stderr: expect.stringContaining('NOT_FOUND') });
    expect(existsSync(nowhere)).toBe(false);
    const { data } = await served();
    await shut();
    edited(data, `update meta set value = '99' where name = 'schema'`);
    expect(await storeMigrate({ data })).toMatchObject({ code: 2, stderr: expect.stringContaining('newer') });
    expect(await full(data)).toMatchObject({ code: 2 });
  });
});

describe('audit --full', () => {
  it('lists all that is wrong with a folder that no server would open', async () => {
    const { data } = await served(600);
    await shut();
    edited(
      data,
      `update bodies set bytes = 'x' where idx = 8; delete from entries where idx = 300; update entries set type = 'request' where idx = 500; delete from changes;
       update tiles set hashes = zeroblob(8192) where pos = 0; create table more (n integer); drop table cosignatures`,
    );
    writeFileSync(join(data, 'log.seen'), readFileSync(join(data, 'log.seen')).fill(65, 0, 40));
    expect((await openStore({ dir: data, clock: Date.now })).ok).toBe(false);
    const { problems } = jsonOf(await full(data)) as { readonly problems: readonly { readonly place: string }[] };
    const places = problems.map((p) => p.place.replace(/ [0-9a-f]{64}$/, ''));
    for (const place of ['database table more', 'body', 'entry 300', 'entry 500', 'tile 0/0', 'log.seen']) expect(places).toContain(place);
  });
});
