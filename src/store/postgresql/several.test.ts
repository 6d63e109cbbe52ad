/** Several servers on one database, and what becomes of them when one is killed, has another key, or the database is started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { err, ok, problem } from '../../core/base/result.ts';
import { openCheckpoint } from '../../core/log/checkpoint.ts';
import { parseVkey } from '../../core/log/note.ts';
import { verifyProof } from '../../core/log/proof.ts';
import type { EntryDraft } from '../../flows/ports.ts';
import type { LogSigner } from '../../flows/ports-log.ts';
import { decisionDraft, enrolmentDraft, genesisDraft, signoffDraft, violationDraft } from '../sample-drafts.ts';
import { openStore, type Store, type StoreOptions } from '../store.ts';
import { startPostgres, type TestServer } from './test-server.ts';

let server: TestServer;
let database: string;
let dir: string;
const opened: Store[] = [];

beforeAll(async () => {
  server = await startPostgres();
}, 60_000);
afterAll(() => server.stop());
beforeEach(async () => {
  database = await server.database();
  dir = mkdtempSync(join(tmpdir(), 'several-'));
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  rmSync(dir, { recursive: true, force: true });
});

const tried = (name: string, more: Partial<StoreOptions> = {}) => openStore({ dir: join(dir, name), database, clock: Date.now, ...more });

async function open(name: string, more: Partial<StoreOptions> = {}): Promise<Store> {
  const store = await tried(name, more);
  if (!store.ok) throw new Error(`${store.error.place}: ${store.error.message}`);
  opened.push(store.value);
  return store.value;
}

async function append(store: Store, ...drafts: readonly EntryDraft[]): Promise<readonly number[]> {
  const answer = await store.ledger.append(() => ok(drafts));
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value.map((entry) => entry.index);
}

/** The second server gets the keys of the first, as an operator would hand them out. */
async function two(): Promise<readonly [Store, Store]> {
  const first = await open('first');
  await append(first, genesisDraft());
  handOut('first', 'second');
  return [first, await open('second')];
}

function handOut(from: string, to: string): void {
  mkdirSync(join(dir, to), { mode: 0o700 });
  cpSync(join(dir, from, 'keys'), join(dir, to, 'keys'), { recursive: true });
}

async function sql(statement: string): Promise<void> {
  const client = new pg.Client(database);
  await client.connect();
  await client.query(statement);
  await client.end();
}

describe('two servers', () => {
  it('append to one log, and each sees at once what the other did', async () => {
    const [first, second] = await two();
    expect(await append(first, decisionDraft({ content: 'x' }), enrolmentDraft('pia'))).toEqual([1, 2]);
    expect((await second.projections.authority()).map((said) => said.index)).toEqual([0, 2]);
    expect(await second.ledger.checkpoint()).toBe(await first.ledger.checkpoint());
    expect((await second.ledger.entries(0, 9)).map((entry) => entry.index)).toEqual([0, 1, 2]);
    expect((await second.projections.changes({ limit: 9 })).length).toBe(1);
    expect(await append(second, violationDraft('a'))).toEqual([3]);
    expect(await append(first, violationDraft('b'))).toEqual([4]);
    expect(second.origin).toBe(first.origin);
    for (const store of [first, second]) expect(await store.audit()).toEqual([]);
  });

  it('a plan is a compare-and-swap over both', async () => {
    const [first, second] = await two();
    await append(first, decisionDraft({ content: 'x' }));
    const signed = (store: Store, i: number) =>
      store.ledger.append(async (state) => {
        const used = await state.signoffs({ nonce: 'same' });
        return used.length > 0 ? err(problem('ST_NONCE', 'used before')) : ok([signoffDraft('x', { nonce: 'same', counter: i })]);
      });
    const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => signed(i % 2 === 0 ? first : second, i)));
    expect(answers.filter((answer) => answer.ok).length).toBe(1);
    expect(await second.audit()).toEqual([]);
  });

  it('a statement made on one is heard by the plan of the other', async () => {
    const [first, second] = await two();
    await append(first, enrolmentDraft('pia'));
    let planned: readonly number[] = [];
    await second.ledger.append(async (state) => {
      planned = (await state.authority()).map((said) => said.index);
      return ok([]);
    });
    expect(planned).toEqual([0, 1]);
  });

  it('who signs in at one is signed in at the other, and who leaves one has left both', async () => {
    const [first, second] = await two();
    const [digest, now] = ['0'.repeat(64), Date.now()];
    const row = { person: 'pia', via: 'passkey', keyid: '', roles: null, began: now, proved: now, seen: now, until: now + 60_000 } as const;
    await first.logins.sessions.put(digest, row);
    expect(await second.logins.sessions.find(digest)).toEqual(row);
    await second.logins.sessions.seen(digest, now + 1);
    await second.logins.sessions.end(digest);
    expect(await first.logins.sessions.find(digest)).toBeNull();
  });

  it('say that they would append nothing, where the database takes no writes or is of another version', async () => {
    const [first] = await two();
    expect(await first.hindered()).toBeNull();
    for (const on of ['on', 'off']) {
      await sql(`alter system set default_transaction_read_only = ${on}`);
      await sql('select pg_reload_conf()');
      await expect.poll(() => first.hindered()).toBe(on === 'on' ? 'takes no writes' : null);
    }
    await sql(`update turn set version = '999.0'`);
    expect(await first.hindered()).toContain('another version');
  });

  it('a sign-in ends once, whichever server it is sent to', async () => {
    const [first, second] = await two();
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? first : second).logins.spent.spend('a', Date.now() + 60_000)));
    expect(answers.filter(Boolean).length).toBe(1);
  });

  it('a server that only signs people in still hears what the other appends', async () => {
    const [first, second] = await two();
    await append(first, enrolmentDraft('pia'));
    await append(second, violationDraft('a'));
    await first.logins.spent.spend('a', Date.now() + 60_000);
    expect(await append(first, violationDraft('b'))).toEqual([3]);
    for (const store of [first, second]) expect(await store.audit()).toEqual([]);
  });

  it('what one left unsigned is signed by the other, to the byte', async () => {
    const [first, second] = await two();
    await append(first, violationDraft('a'));
    const signed = await first.ledger.checkpoint();
    await sql('delete from checkpoints where size = 2');
    handOut('first', 'third');
    expect(await (await open('third')).ledger.checkpoint()).toBe(signed);
    await append(second, violationDraft('b'));
    expect(await second.audit()).toEqual([]);
  });

  it('one that rebuilt its tables still heeds what the other had logged before', async () => {
    const [first, second] = await two();
    await append(second, violationDraft('a'));
    await append(first, enrolmentDraft('pia'));
    expect((await second.rebuild()).ok).toBe(true);
    let heeded: readonly number[] = [];
    await second.ledger.append(async (state) => {
      heeded = (await state.authority()).map((said) => said.index);
      return err(problem('NOT_FOUND', 'nothing to append'));
    });
    expect(heeded).toEqual([0, 2]);
  });

  it('a plan reads every entry that it is asked to heed, signed for by the other or not yet', async () => {
    const [first, second] = await two();
    await append(first, violationDraft('a'));
    await sql('delete from checkpoints where size = 2');
    let read: readonly number[] = [];
    await second.ledger.append(async () => {
      read = (await second.ledger.entries(0, 9)).map((entry) => entry.index);
      return ok([]);
    });
    expect(read).toEqual([0, 1]);
  });

  it('one that hangs while it has the turn loses it, and whoever waits for one too long is told', async () => {
    const impatient = `${database}&lock_timeout=300&idle_in_transaction_session_timeout=1000`;
    const first = await open('first', { database: impatient });
    await append(first, genesisDraft());
    handOut('first', 'second');
    const second = await open('second', { database: impatient });
    const hanging = first.ledger.append(() => sleep(2_500).then(() => ok([violationDraft('never')])));
    await sleep(100);
    const waiting = await second.ledger.append(() => ok([violationDraft('early')]));
    expect([waiting, await hanging]).toMatchObject(Array(2).fill({ ok: false, error: { code: 'STORE_UNAVAILABLE', remedy: expect.stringContaining('ask again') } }));
    expect(await append(second, violationDraft('b'))).toEqual([1]);
    expect(await append(first, violationDraft('c'))).toEqual([2]);
    expect(await first.audit()).toEqual([]);
  });

  it('one that asks wrongly fails alone: the others of its group land', async () => {
    const [first] = await two();
    const answers = await Promise.allSettled([
      append(first, violationDraft('a')),
      first.ledger.append(async (state) => {
        await state.changes({ limit: Number.NaN });
        return ok([violationDraft('never')]);
      }),
      append(first, violationDraft('b')),
    ]);
    expect(answers.map((answer) => answer.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await append(first, violationDraft('c'))).toEqual([3]);
  });

  it('keeps a name that PostgreSQL could not spell', async () => {
    const [first] = await two();
    await append(first, decisionDraft({ content: 'nul\0' }));
    expect((await first.projections.changes({ limit: 1 }))[0]?.title).toBe('nul\ufffd');
    expect((await first.rebuild()).ok).toBe(true);
    expect(await first.audit()).toEqual([]);
  });
});

describe('a transaction that the database gave up', () => {
  /** The first two that write an entry are given up so; a sequence goes on counting whatever is rolled back. */
  const givingUp = async (code: string): Promise<void> => {
    await sql('create sequence tried');
    await sql(`create function gave_up() returns trigger language plpgsql as $$ begin
      if nextval('tried') <= 2 then raise exception 'try again' using errcode = '${code}'; end if; return new; end $$`);
    await sql('create trigger gave_up before insert on entries for each row execute function gave_up()');
  };
  const tries = async (): Promise<number> => {
    const client = new pg.Client(database);
    await client.connect();
    const { rows } = await client.query('select last_value from tried');
    await client.end();
    return Number(rows[0]?.last_value);
  };

  it.each(['40001', '40P01'])('with %s is tried again, and what it wrote stands once', async (code) => {
    const [first, second] = await two();
    await givingUp(code);
    expect(await append(first, violationDraft('a'))).toEqual([1]);
    expect(await tries()).toBe(3);
    await sql('drop function gave_up cascade; drop sequence tried');
    expect(await append(second, violationDraft('b'))).toEqual([2]);
    expect(await second.audit()).toEqual([]);
  });

  it('with anything else is not', async () => {
    const [first] = await two();
    await givingUp('P0001');
    await expect(first.ledger.append(() => ok([violationDraft('a')]))).rejects.toThrow('try again');
    expect(await tries()).toBe(1);
  });
});

describe('four first starts at once', () => {
  it.each([1, 2, 3])('on an empty database all come up, and append to one log (%i)', async () => {
    const signer = service();
    const stores = await Promise.all(['a', 'b', 'c', 'd'].map((name) => open(name, { signers: [signer] })));
    await append(stores[0] as Store, genesisDraft());
    const places = await Promise.all(stores.map((store, i) => append(store, violationDraft(`v${i}`))));
    expect(places.flat().sort()).toEqual([1, 2, 3, 4]);
    for (const store of stores) expect(await store.audit()).toEqual([]);
  });
});

describe('a new key for the log', () => {
  it('signs for every server that has it, and stops the one that has not', async () => {
    const [old, next] = [service(), service()];
    const [first, second, third] = [await open('first', { signers: [old] }), await open('second', { signers: [old, next] }), await open('third', { signers: [old] })];
    await append(first, genesisDraft());
    await append(second, violationDraft('a'));
    expect(await first.rotateLogKey(next)).toMatchObject({ ok: true, value: first.logVerifierKey });
    expect(await append(second, violationDraft('b'))).toEqual([3]);
    expect(second.logVerifierKey).toBe(first.logVerifierKey);
    expect(await third.ledger.append(() => ok([violationDraft('c')]))).toMatchObject({ ok: false, error: { message: expect.stringContaining('not here') } });
    await expect(third.ledger.checkpoint()).rejects.toThrow('not here');
    expect(await append(first, violationDraft('d'))).toEqual([4]);
    expect(await second.audit()).toEqual([]);
  });

  it('is made over what another server left unsigned', async () => {
    const [old, next] = [service(), service()];
    const first = await open('first', { signers: [old] });
    await append(first, genesisDraft());
    // It signs what it leaves in the turn, and dies before it signs the checkpoint.
    let signed = 0;
    const dying = await open('second', { signers: [{ ...old, sign: (text) => (signed++ === 0 ? old.sign(text) : Promise.reject(new Error('dead'))) }, next] });
    await expect(dying.ledger.append(() => ok([violationDraft('a')]))).rejects.toThrow('dead');
    expect(await first.rotateLogKey(next)).toMatchObject({ ok: true });
    expect(await first.audit()).toEqual([]);
  });
});

function service(): LogSigner {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }).subarray(-32));
  return { publicKey: raw, sign: async (message) => new Uint8Array(sign(null, message, privateKey)) };
}

describe('a server is refused', () => {
  it('without the key of the log', async () => {
    await two();
    expect(await tried('stranger')).toMatchObject({ ok: false, error: { code: 'DATA_INVALID', message: expect.stringContaining('log.pem is missing') } });
  });

  it('with another key, and cannot append where it was there before the log', async () => {
    const early = await open('early');
    const [first] = await two();
    const refused = { ok: false, error: { code: 'DATA_INVALID', message: expect.stringContaining('not this log') } };
    expect(await early.ledger.append(() => ok([violationDraft('x')]))).toMatchObject(refused);
    expect(await tried('early')).toMatchObject({ ok: false, error: { code: 'DATA_LOCKED' } });
    await opened.shift()?.close();
    expect(await tried('early')).toMatchObject(refused);
    expect(await append(first, violationDraft('a'))).toEqual([1]);
    expect(await first.audit()).toEqual([]);
  });

  it('on a folder another one has', async () => {
    await two();
    expect(await tried('second')).toMatchObject({ ok: false, error: { code: 'DATA_LOCKED' } });
  });

  it('where other things are in the database', async () => {
    await sql('create table theirs (a text)');
    expect(await tried('first')).toMatchObject({ ok: false, error: { code: 'DATA_INVALID', message: expect.stringContaining('other things') } });
  });

  it('on a folder that holds a log of its own', async () => {
    const alone = await openStore({ dir: join(dir, 'alone'), clock: Date.now });
    if (alone.ok) await alone.value.close();
    expect(await tried('alone')).toMatchObject({ ok: false, error: { code: 'DATA_INVALID', remedy: expect.stringContaining('DATABASE_URL') } });
  });

  it('when a newer version has changed the tables while it ran, or before', async () => {
    const [first] = await two();
    await sql(`update turn set version = '999.0'`);
    expect(await first.ledger.append(() => ok([violationDraft('a')]))).toMatchObject({ ok: false, error: { message: expect.stringContaining('another version') } });
    handOut('first', 'third');
    expect(await tried('third')).toMatchObject({ ok: false, error: { message: expect.stringContaining('999.0') } });
  });

  it('when an entry appears that is none: nothing is signed behind it', async () => {
    const [first, second] = await two();
    const before = await first.ledger.checkpoint();
    await sql(`insert into entries select idx + 1, type, at, body, decode(repeat('00', 32), 'hex'), bytes from entries where idx = 0`);
    for (const store of [first, second]) expect(await store.ledger.append(() => ok([violationDraft('a')]))).toMatchObject({ ok: false, error: { code: 'DATA_INVALID' } });
    await expect(second.projections.authority()).rejects.toThrow('leaf hash');
    await sql('delete from entries where idx = 1');
    expect(await first.ledger.checkpoint()).toBe(before);
  });

  it('that cannot reach the database, without a word of the password', async () => {
    const answer = await tried('first', { database: 'postgres://eve:s3cret@127.0.0.1:1/x' });
    expect(answer).toMatchObject({ ok: false, error: { code: 'DATA_INVALID', message: expect.stringContaining('ECONNREFUSED') } });
    expect(JSON.stringify(answer)).not.toContain('s3cret');
  });
});

/** Says what it was told is there; whether what failed is, nobody knows. */
interface Running {
  readonly child: ChildProcess;
  readonly acknowledged: Map<number, string>;
  readonly failed: string[];
  readonly ended: Promise<unknown>;
}

async function running(name: string): Promise<Running> {
  const child = spawn(process.execPath, [new URL('./several-child.ts', import.meta.url).pathname, join(dir, name), database, `${name} ${Math.random()}`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [acknowledged, failed] = [new Map<number, string>(), [] as string[]];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    const [index = '', body = ''] = line.split(' ');
    if (line.startsWith('failed')) failed.push(line);
    else if (body.length === 64) acknowledged.set(Number(index), body);
  });
  const ended = Promise.all([once(child, 'exit'), once(lines, 'close')]);
  await Promise.race([once(lines, 'line'), ended]);
  expect(child.exitCode).toBeNull();
  return { child, acknowledged, failed, ended };
}

async function stopped(run: Running): Promise<void> {
  run.child.stdin?.end();
  await run.ended;
  expect(run.child.exitCode).toBe(0);
}

/** Every entry once and in its place, whatever was acknowledged among them, and all of it proven. */
async function intact(store: Store, runs: readonly Running[]): Promise<number> {
  const entries = await store.ledger.entries(0, 1_000_000);
  expect(entries.map((entry) => entry.index)).toEqual(entries.map((_, i) => i));
  const all = runs.flatMap(({ acknowledged }) => [...acknowledged]);
  expect(new Set(all.map(([index]) => index)).size).toBe(all.length);
  expect(all.filter(([index, body]) => entries[index]?.body !== body)).toEqual([]);
  // A plan of these children never says the same twice: what stands there twice was appended twice.
  expect(new Set(entries.map((entry) => entry.body)).size).toBe(entries.length);
  const key = parseVkey(store.logVerifierKey ?? '');
  const keys = key.ok ? [key.value] : [];
  expect(openCheckpoint(await store.ledger.checkpoint(), keys)).toMatchObject({ ok: true, value: { size: entries.length } });
  expect(verifyProof((await store.ledger.proof(entries.length - 1)) ?? '', entries.at(-1)?.bytes ?? new Uint8Array(0), keys).ok).toBe(true);
  expect(await store.audit()).toEqual([]);
  return all.length;
}

describe('two processes that append at once', () => {
  it('lose and double nothing, one of them killed again and again', async () => {
    const [first] = await two();
    for (const store of opened.splice(0)) await store.close();
    const runs = [await running('first')];
    for (let kill = 0; kill < 4; kill++) {
      const victim = await running('second');
      await sleep(400 + Math.random() * 400);
      victim.child.kill('SIGKILL');
      await victim.ended;
      runs.push(victim);
    }
    for (const run of runs.filter(({ child }) => child.signalCode === null)) await stopped(run);
    expect(runs.flatMap(({ failed }) => failed)).toEqual([]);
    expect(runs.every(({ acknowledged }) => acknowledged.size > 0)).toBe(true);
    console.log(`2 servers, 4 kills: ${await intact(await open('second'), runs)} entries acknowledged, 0 lost, 0 doubled`);
    expect(first.origin).not.toBeNull();
  });

  it('lose and double nothing when the database is started again under them', async () => {
    await two();
    for (const store of opened.splice(0)) await store.close();
    const runs = [await running('first'), await running('second')];
    for (let restart = 0; restart < 2; restart++) {
      await sleep(500);
      await server.restart();
    }
    const before = runs.map(({ acknowledged }) => acknowledged.size);
    await sleep(1_500);
    for (const run of runs) await stopped(run);
    expect(runs.map(({ acknowledged }, i) => acknowledged.size > (before[i] ?? 0))).toEqual([true, true]);
    const [acknowledged, failed] = [await intact(await open('second'), runs), runs.flatMap((run) => run.failed)];
    console.log(
      `2 servers, 2 restarts of the database: ${acknowledged} entries acknowledged, 0 lost, 0 doubled; ${failed.length} appends failed: ${[...new Set(failed)].join('; ')}`,
    );
  });
});
