/**
 * An installation that really signed, moved from its folder to a PostgreSQL and back, by the commands an operator types. What was proven before
 * is proven after, and every command that reads a folder reads the database.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Bed, openBed, POLICY, RP } from '../../../test/bed/bed.ts';
import { accountability } from '../../cli/accountability.ts';
import { audit } from '../../cli/audit.ts';
import { found } from '../../cli/authority-found.ts';
import { logAnchor } from '../../cli/log-anchor.ts';
import { logExport } from '../../cli/log-export.ts';
import { logRotate } from '../../cli/log-rotate.ts';
import { logVerify } from '../../cli/log-verify.ts';
import { storeExport } from '../../cli/store-export.ts';
import { storeImport } from '../../cli/store-import.ts';
import { storeMigrate } from '../../cli/store-migrate.ts';
import { storeRebuild } from '../../cli/store-rebuild.ts';
import { verify } from '../../cli/verify.ts';
import { ok } from '../../core/base/result.ts';
import { exportBundle, exportTrust } from '../../flows/evidence.ts';
import { softSshKey } from '../../testing/authenticator.ts';
import { writeKey } from '../../testing/ssh-keygen.ts';
import { testWitness } from '../../testing/witnesses.ts';
import { violationDraft } from '../sample-drafts.ts';
import { openStore } from '../store.ts';
import { copied, databaseOf, sql } from '../test-bed.ts';

const REF = 'refs/heads/log';
/** pg_dump of a version that reads the server of the tests. */
const major = (said: string): number => Number(/ (\d+)\./.exec(said)?.[1] ?? 0);
const SERVER = process.env.COUNTERSIGN_TEST_POSTGRESQL;
const saidBy = (command: string): string => spawnSync(command, ['--version'], { encoding: 'utf8' }).stdout ?? '';
const DUMPS = SERVER !== undefined && major(saidBy('pg_dump')) >= major(saidBy(join(SERVER, 'postgres')));
const program = async (command: string, args: readonly string[]): Promise<number> => {
  const child = spawn(command, args, { stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  return Number(code);
};
let bed: Bed;
let change: string;
let head: string;
const at = (name: string): string => join(bed.room.root, name);
const jsonOf = (answer: { readonly stdout: string }): { readonly [member: string]: unknown } => JSON.parse(answer.stdout);

/** As with DATABASE_URL in the environment. */
const on = async (name: string): Promise<void> => {
  process.env.DATABASE_URL = await databaseOf(at(name));
};
const nowhere = (): void => {
  delete process.env.DATABASE_URL;
};
afterEach(nowhere);

const proven = () => verify({ bundle: at('bundle.json'), trust: at('trust.json'), repo: bed.work.dir, commit: head, name: 'infra', json: true });
const full = (data: string | undefined = undefined) => audit({ full: true, ref: REF, json: true, ...(data === undefined ? {} : { data }) });

/** A folder with the keys of another, as an operator hands them on. */
function withKeys(name: string, of: string): string {
  mkdirSync(at(name), { mode: 0o700 });
  cpSync(join(of, 'keys'), join(at(name), 'keys'), { recursive: true });
  return at(name);
}

beforeAll(async () => {
  // In a folder: that is where it comes from.
  bed = await openBed('production', POLICY, { where: async (dir) => ({ dir }) });
  head = bed.commit({ 'db/drop.sql': 'drop table orders;\n' });
  const judged = await bed.judged(head);
  change = judged.id ?? '';
  const signed = await bed.sign('mara', change);
  if (!signed.ok) throw new Error(JSON.stringify(signed.error));
  await bed.judged(head);
  await bed.land(head);
  const witness = testWitness('w.example');
  const note = await bed.store.ledger.checkpoint();
  await bed.store.cosignatures.keep({ size: Number(note.split('\n')[1]), witness: witness.vkey, line: witness.line(note) });
  const bundle = await exportBundle(bed.store.ledger, bed.store.projections, change, Date.now());
  const trust = await exportTrust(bed.world, { vkeys: [bed.store.logVerifierKey ?? ''], ladder: ['L4', 'L5', 'L6', 'L7'] });
  if (!bundle.ok || !trust.ok) throw new Error('nothing to verify');
  writeFileSync(at('bundle.json'), bundle.value);
  writeFileSync(at('trust.json'), trust.value);
});
afterAll(() => bed.close());

describe('an installation', () => {
  it('goes to a PostgreSQL and back, and loses no proof', async () => {
    expect(await proven()).toMatchObject({ code: 0 });
    const proof = await bed.store.ledger.proof(9);
    const there = withKeys('there', bed.data);
    expect(await storeExport({ data: bed.data, out: at('one.store') })).toMatchObject({ code: 0, stdout: expect.stringContaining('countersign.example/log') });
    await on('there');
    expect(await storeImport({ in: at('one.store'), data: there })).toMatchObject({ code: 0, stdout: expect.stringContaining('1 cosignatures') });
    expect(await full(there)).toMatchObject({ code: 0 });
    const moved = await openStore({ dir: there, database: await databaseOf(there), clock: Date.now });
    if (!moved.ok) throw new Error(moved.error.message);
    expect(await moved.value.ledger.proof(9)).toBe(proof);
    expect(await moved.value.audit()).toEqual([]);
    const again = await exportBundle(moved.value.ledger, moved.value.projections, change, Date.parse('2026-11-20T00:00:00Z'));
    const before = await exportBundle(bed.store.ledger, bed.store.projections, change, Date.parse('2026-11-20T00:00:00Z'));
    expect(again).toEqual(before);
    await moved.value.close();
    expect(await storeExport({ data: there, out: at('two.store') })).toMatchObject({ code: 0 });
    nowhere();
    const back = withKeys('back', there);
    expect(await storeImport({ in: at('two.store'), data: back, json: true })).toMatchObject({ code: 0 });
    expect(await storeExport({ data: back, out: at('three.store') })).toMatchObject({ code: 0 });
    for (const name of ['two.store', 'three.store']) expect(readFileSync(at(name)).equals(readFileSync(at('one.store')))).toBe(true);
    expect(await full(back)).toMatchObject({ code: 0 });
    expect(await proven()).toMatchObject({ code: 0 });
  });

  it('is read where it is by every command that reads a folder, while a server has it', async () => {
    const data = withKeys('served', bed.data);
    await on('served');
    await storeImport({ in: at('one.store'), data });
    const server = await openStore({ dir: data, database: await databaseOf(data), clock: Date.now });
    if (!server.ok) throw new Error(server.error.message);
    const vkey = [server.value.logVerifierKey ?? ''];
    expect(await full(data)).toMatchObject({ code: 0 });
    expect(await audit({ full: true, ref: REF, vkey })).toMatchObject({ code: 0, stdout: expect.stringContaining('DATABASE_URL') });
    expect(await logExport({ data, out: at('files'), envelopes: true })).toMatchObject({ code: 0 });
    expect(await logExport({ out: at('files-too'), vkey })).toMatchObject({ code: 0 });
    expect(await logVerify(at('files'), { vkey, entries: true, keep: at('kept') })).toMatchObject({ code: 0 });
    expect(await logAnchor({ data, repo: bed.room.init('--bare').dir, ref: REF })).toMatchObject({ code: 0 });
    expect(await audit({ since: at('kept'), data, ref: REF })).toMatchObject({ code: 0, stdout: expect.stringContaining('0 new') });
    expect(await accountability(change, { data })).toMatchObject({ code: 0, stdout: expect.stringContaining('mara') });
    expect(jsonOf(await storeMigrate({ check: true, json: true }))).toMatchObject({ exit: 0, needed: false });
    for (const refused of [await logRotate({ data }), await storeRebuild({ data })]) expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('DATA_LOCKED') });
    await server.value.close();
    expect(await storeRebuild({ data, json: true })).toMatchObject({ code: 0 });
    expect(await logRotate({ data })).toMatchObject({ code: 0 });
    expect(await full(data)).toMatchObject({ code: 0 });
  });

  it('is not looked for in two places at once', async () => {
    await on('served');
    const stderr = expect.stringContaining('a log of its own');
    const data = bed.data;
    for (const answer of [
      await audit({ full: true, ref: REF, data }),
      await logExport({ data, out: at('x') }),
      await logAnchor({ data, repo: at('x'), ref: REF }),
      await logRotate({ data }),
      await accountability(change, { data }),
      await storeMigrate({ data }),
      await storeRebuild({ data }),
      await storeExport({ data, out: at('x.store') }),
      await storeImport({ data, in: at('one.store') }),
    ])
      expect(answer).toMatchObject({ code: 2, stderr });
    expect(existsSync(at('x.store'))).toBe(false);
  });

  it('is founded in a database, once', async () => {
    const keys = ['kim', 'lee'].map((person) => {
      writeKey(at(person), softSshKey('sk-ssh-ed25519'), person);
      return `${person}:L7:${at(`${person}.pub`)}`;
    });
    const begin = (data: string) => found({ organisation: 'Example', url: RP.origin, founder: keys, data: at(data) });
    await on('founded');
    expect(await audit({ full: true, ref: REF })).toMatchObject({ code: 2, stderr: expect.stringContaining('NOT_FOUND') });
    expect(await storeMigrate({ check: true })).toMatchObject({ code: 1, stdout: expect.stringContaining('none ->') });
    expect(await begin('founded')).toMatchObject({ code: 0 });
    expect(await begin('founded')).toMatchObject({ code: 2, stderr: expect.stringContaining('already') });
    expect(await full(at('founded'))).toMatchObject({ code: 0 });
    expect(await logRotate({ data: at('nowhere') })).toMatchObject({ code: 2, stderr: expect.stringContaining('NOT_FOUND') });
    expect(existsSync(at('nowhere'))).toBe(false);
    process.env.DATABASE_URL = 'postgres://somebody:secret@127.0.0.1:1/x';
    for (const answer of [await audit({ full: true, ref: REF }), await storeMigrate({}), await storeExport({ out: at('y.store') })]) {
      expect(answer).toMatchObject({ code: 2, stderr: expect.stringContaining('cannot be reached') });
      expect(answer.stderr).not.toContain('secret');
    }
  });

  it('is audited whole where no server would start', async () => {
    const data = withKeys('broken', bed.data);
    await on('broken');
    await storeImport({ in: at('one.store'), data });
    await sql(
      at('broken'),
      `update bodies set bytes = 'x' where idx = 8; update entries set at = 1 where idx = 3; delete from checkpoints where size = (select max(size) from checkpoints);
      update checkpoints set note = replace(note, 'countersign.example', 'other.example') where size = 2; delete from signoffs; create table more (n integer); drop table cosignatures`,
    );
    const places = (jsonOf(await full(data)).problems as readonly { readonly place: string }[]).map((p) => p.place.replace(/ [0-9a-f]{64}$/, ''));
    for (const place of ['body', 'entry 3', 'checkpoint 2', 'database table more', 'database table cosignatures']) expect(places).toContain(place);
    expect((await openStore({ dir: data, database: await databaseOf(at('broken')), clock: Date.now })).ok).toBe(false);
    rmSync(join(data, 'keys'), { recursive: true });
    expect(jsonOf(await full(data)).problems).toContainEqual(expect.objectContaining({ place: 'keys' }));
  });

  it('has its tables brought to this version by a command, or by none', async () => {
    const data = withKeys('older', bed.data);
    await on('older');
    await storeImport({ in: at('one.store'), data });
    await sql(at('older'), `update meta set value = '1' where name = 'projections'; update turn set version = '2.1'`);
    expect(await full(data)).toMatchObject({ code: 1, stdout: expect.stringContaining('store migrate') });
    expect(await storeMigrate({ check: true })).toMatchObject({ code: 1, stdout: expect.stringContaining('projections  1 ->') });
    expect(jsonOf(await storeMigrate({ json: true }))).toMatchObject({ exit: 0, changed: true });
    expect(await storeMigrate({})).toMatchObject({ code: 0, stdout: expect.stringContaining('is of this version') });
    expect(await full(data)).toMatchObject({ code: 0 });
    await sql(at('older'), `update turn set version = '99.1'; update meta set value = '99' where name = 'schema'`);
    expect(await storeMigrate({})).toMatchObject({ code: 2, stderr: expect.stringContaining('newer') });
  });

  it('is put back from a copy of its database, and from no older one than a server saw', async () => {
    const data = withKeys('copied', bed.data);
    await on('copied');
    await storeImport({ in: at('one.store'), data });
    const url = await databaseOf(data);
    const grown = async (): Promise<void> => {
      const server = await openStore({ dir: data, database: url, clock: Date.now });
      if (!server.ok) throw new Error(server.error.message);
      await server.value.ledger.append(() => ok([violationDraft('x')]));
      await server.value.close();
    };
    await grown();
    await copied(data, `${data}-now`);
    await on('copied-now');
    expect(await full(`${data}-now`)).toMatchObject({ code: 0 });
    await grown();
    // What the server of the other copy saw lies in its folder.
    const older = await openStore({ dir: data, database: await databaseOf(`${data}-now`), clock: Date.now });
    expect(older).toMatchObject({ ok: false, error: { code: 'LOG_FORK', message: expect.stringContaining('older copy') } });
    const own = await openStore({ dir: `${data}-now`, database: await databaseOf(`${data}-now`), clock: Date.now });
    if (!own.ok) throw new Error(own.error.message);
    await own.value.close();
  });

  it.skipIf(!DUMPS)('is put back from what pg_dump wrote while a server appended', async () => {
    const data = withKeys('dumped', bed.data);
    await on('dumped');
    await storeImport({ in: at('one.store'), data });
    const url = await databaseOf(data);
    const server = await openStore({ dir: data, database: url, clock: Date.now });
    if (!server.ok) throw new Error(server.error.message);
    let going = true;
    const appending = (async () => {
      for (let i = 0; going; i++) await server.value.ledger.append(() => ok([violationDraft(`${i}`)]));
    })();
    const dumped = await program('pg_dump', ['--format=custom', `--file=${at('all.dump')}`, url]);
    going = false;
    await appending;
    await server.value.close();
    expect(dumped).toBe(0);
    const back = withKeys('restored', data);
    const restored = await databaseOf(back);
    expect(await program('pg_restore', ['--no-owner', `--dbname=${restored}`, at('all.dump')])).toBe(0);
    await on('restored');
    expect(await full(back)).toMatchObject({ code: 0 });
    const again = await openStore({ dir: back, database: restored, clock: Date.now });
    if (!again.ok) throw new Error(again.error.message);
    expect((await again.value.ledger.append(() => ok([violationDraft('on')]))).ok).toBe(true);
    expect(await again.value.audit()).toEqual([]);
    await again.value.close();
    expect(await openStore({ dir: data, database: restored, clock: Date.now })).toMatchObject({ ok: false, error: { code: 'LOG_FORK' } });
  });
});
