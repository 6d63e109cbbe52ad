/** A log that contradicts what it signed: it is not opened where a witness can say so, nothing of it is called proven, and it does not grow. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256Hex } from '../core/base/crypto.ts';
import { err, ok, problem } from '../core/base/result.ts';
import { parseVkey } from '../core/log/note.ts';
import { genesisDraft, violationDraft } from '../store/sample-drafts.ts';
import { DATABASE_FILE, openStore, type Store } from '../store/store.ts';
import { type OpenWitness, openWitness } from '../store/witness/witness.ts';
import { testLog, testWitness } from '../testing/witnesses.ts';
import type { WitnessDoor } from './ports-witness.ts';
import { heldByWitnesses } from './witness-held.ts';
import { openWitnesses, policyToAsk, type Witnesses, waking } from './witnesses.ts';

let root: string;
let store: Store;
let witness: OpenWitness;
const closing: (() => Promise<void> | void)[] = [];
const at = (name: string): string => join(root, name);

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'fork-'));
  store = await opened('data');
  await store.ledger.append(() => ok([genesisDraft(), violationDraft('a')]));
  const key = parseVkey(store.logVerifierKey ?? '');
  const made = key.ok ? openWitness({ dir: at('w'), name: 'w.example/1', logs: [key.value], clock: Date.now, warn: () => undefined }) : key;
  if (!made.ok) throw new Error(made.error.message);
  witness = made.value;
  closing.push(witness.close);
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  rmSync(root, { recursive: true, force: true });
});

async function opened(folder: string): Promise<Store> {
  const answer = await openStore({ dir: at(folder), clock: Date.now });
  if (!answer.ok) throw new Error(answer.error.message);
  closing.push(() => answer.value.close());
  return answer.value;
}

async function grow(of: Store, ...names: readonly string[]): Promise<void> {
  for (const name of names) await of.ledger.append(() => ok([violationDraft(name)]));
}

const policyOf = (...vkeys: readonly string[]) => {
  const names = vkeys.map((_, i) => `w${i}`);
  const lines = vkeys.map((vkey, i) => `witness ${names[i]} ${vkey} http://${names[i]}.example/\n`).join('');
  const policy = policyToAsk(`${lines}group g all ${names.join(' ')}\nquorum g\n`, 'policy', false);
  if (!policy.ok) throw new Error(policy.error.message);
  return policy.value;
};
const honest: WitnessDoor = { add: async (body) => ok(witness.add(body)), checkpoint: async (origin) => ok(witness.checkpoint(sha256Hex(origin))) };

const witnessing = async (of: Store) => {
  const answer = await openWitnesses({ ...of, door: () => honest, now: Date.now, after: () => () => undefined, log: () => undefined }, policyOf(witness.vkey));
  if (answer.ok) closing.push(answer.value.stop);
  return answer;
};

async function witnessed(of: Store): Promise<Witnesses> {
  const answer = await witnessing(of);
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value;
}

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !holds(); i++) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(holds()).toBe(true);
}

/** The folder as it was at two entries; the true log has gone on to five, proven. Answers the rows that show it. */
async function putBack() {
  await store.close();
  cpSync(at('data'), at('old'), { recursive: true });
  store = await opened('data');
  await grow(store, 'b', 'c', 'd');
  const witnesses = await witnessed(store);
  await until(() => witnesses.latest()?.checkpoint.size === 5);
  await witnesses.stop();

  const [line] = await store.cosignatures.at(5);
  return { signed: await store.ledger.checkpoint(), line: line ?? raise() };
}

const raise = (): never => {
  throw new Error('the witness did not cosign');
};

it('calls no entry proven for a checkpoint of the lost history that somebody put into the folder', async () => {
  const { signed, line } = await putBack();
  const forged = await opened('old');
  await grow(forged, 'forged 1', 'forged 2', 'forged 3', 'forged 4');
  await forged.close();
  const db = new DatabaseSync(join(at('old'), DATABASE_FILE));
  db.prepare('insert or replace into checkpoints (size, note) values (5, ?)').run(signed);
  db.prepare('insert or replace into cosignatures (size, witness, line) values (5, ?, ?)').run(line.witness, line.line);
  db.close();
  const answer = await witnessing(await opened('old'));
  expect(answer).toMatchObject({ ok: false, error: { code: 'LOG_FORK', message: expect.stringContaining('at size 5 it signed another tree') } });
});

it('shows no such checkpoint as proven where it comes into the folder later', async () => {
  const { signed, line } = await putBack();
  const forged = await opened('old');
  await grow(forged, 'forged 1', 'forged 2', 'forged 3');
  const witnesses = await witnessed(forged);
  const db = new DatabaseSync(join(at('old'), DATABASE_FILE));
  db.prepare('insert or replace into checkpoints (size, note) values (5, ?)').run(signed);
  db.prepare('insert or replace into cosignatures (size, witness, line) values (5, ?, ?)').run(line.witness, line.line);
  db.close();
  expect(await witnesses.at(5)).toMatchObject({ ok: false, error: { code: 'LOG_FORK' } });
});

it('appends nothing more once a witness has proven a fork, and calls nothing proven that was', async () => {
  const witnesses = await witnessed(store);
  await until(() => witnesses.latest()?.checkpoint.size === 2);
  await witnesses.stop();
  const copied = at('old');
  await store.close();
  cpSync(at('data'), copied, { recursive: true });
  store = await opened('data');
  await grow(store, 'b', 'c');
  const ahead = await witnessed(store);
  await until(() => ahead.latest()?.checkpoint.size === 4);
  const back = await opened('old');
  const second = await witnessed(back);
  expect(second.latest()?.checkpoint.size).toBe(2);
  const guarded = waking(back.ledger, second);
  await guarded.append(() => ok([violationDraft('elsewhere')]));
  await until(() => second.fork() !== null);
  expect(second.latest()).toBeNull();
  expect(await second.proof(0)).toBeNull();
  expect(await second.at(2)).toMatchObject({ value: { proven: null } });
  const before = await back.ledger.checkpoint();
  expect(await guarded.append(() => ok([violationDraft('later')]))).toMatchObject({ ok: false, error: { code: 'LOG_FORK', remedy: expect.stringContaining('witness.md') } });
  expect(await back.ledger.checkpoint()).toBe(before);
});

/** Opens a folder as a server does: witnesses are asked first. */
async function served(folder: string, door: (url: string) => WitnessDoor = () => honest, vkeys = [witness.vkey]) {
  const said: string[] = [];
  const { policy } = policyOf(...vkeys);
  const answer = await openStore({ dir: at(folder), clock: Date.now, known: (keys) => heldByWitnesses({ keys, door, log: (line) => said.push(line) }, policy) });
  if (answer.ok) closing.push(() => answer.value.close());
  return { answer, said };
}

const shows = (note: string): WitnessDoor => ({ ...honest, checkpoint: async () => ok(note) });

describe('a folder that a server is to open', () => {
  it('is refused where it is an older copy than a witness saw, before anything is signed', async () => {
    await putBack();
    const file = join(at('old'), DATABASE_FILE);
    const signed = (): unknown => {
      const db = new DatabaseSync(file);
      const rows = db.prepare('select * from checkpoints order by size').all();
      db.close();
      return rows;
    };
    const spoilt = new DatabaseSync(file);
    // As after a kill: an entry is there that nothing signed for yet.
    spoilt.exec('delete from checkpoints where size = 2');
    spoilt.close();
    const before = signed();
    expect((await served('old')).answer).toMatchObject({ ok: false, error: { code: 'LOG_FORK', message: expect.stringContaining('holds 2 entries and was seen with 5') } });
    expect(signed()).toEqual(before);
    await store.close();
    expect((await served('data')).answer).toMatchObject({ ok: true });
  });

  it('is opened where a witness is away, and that is said; and where it lies', async () => {
    await store.close();
    const away: WitnessDoor = { ...honest, checkpoint: async () => err(problem('WITNESS_UNAVAILABLE', 'it cannot be reached')) };
    const dead = await served('data', () => away);
    expect(dead).toMatchObject({ answer: { ok: true }, said: [expect.stringContaining('w0: not asked what it holds, it cannot be reached [WITNESS_UNAVAILABLE]')] });
    const origin = dead.answer.ok ? (dead.answer.value.origin ?? '') : '';
    const stranger = testLog(origin);
    stranger.append('x');
    const liar = testWitness('w.example/liar');
    const note = stranger.checkpoint();
    for (const shown of ['', 'junk', note, note + liar.line(note)]) {
      for (const close of closing.splice(1).reverse()) await close();
      const doors = (url: string): WitnessDoor => (url.includes('w0') ? honest : shows(shown));
      expect((await served('data', doors, [witness.vkey, liar.vkey])).answer).toMatchObject({ ok: true });
    }
  });

  it('is refused where it was put back to before its key was changed, by a quorum that saw the new one', async () => {
    await store.close();
    cpSync(at('data'), at('old'), { recursive: true });
    store = await opened('data');
    await store.rotateLogKey();
    await grow(store, 'b');
    const note = await store.ledger.checkpoint();
    const saw = testWitness('w.example/saw');
    expect((await served('old', () => shows(note + saw.line(note)), [saw.vkey])).answer).toMatchObject({
      ok: false,
      error: { code: 'LOG_FORK', message: expect.stringContaining('w0 cosigned') },
    });
  });

  it('is opened where a witness that knows one of two keys kept the checkpoint of their change', async () => {
    await store.rotateLogKey();
    const witnesses = await witnessed(store);
    await until(() => witnesses.latest()?.checkpoint.size === 3);
    await witnesses.stop();
    await store.close();
    expect(witness.checkpoint(sha256Hex(store.origin ?? ''))?.match(/^— /gm)).toHaveLength(2);
    expect((await served('data')).answer).toMatchObject({ ok: true });
  });
});
