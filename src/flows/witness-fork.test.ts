/** A log that contradicts what it signed: nothing of it is called proven, and it does not grow. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sha256Hex } from '../core/base/crypto.ts';
import { ok } from '../core/base/result.ts';
import { parseVkey } from '../core/log/note.ts';
import { genesisDraft, violationDraft } from '../store/sample-drafts.ts';
import { DATABASE_FILE, openStore, type Store } from '../store/store.ts';
import { type OpenWitness, openWitness } from '../store/witness/witness.ts';
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

const witnessing = async (of: Store) => {
  const policy = policyToAsk(`witness w ${witness.vkey} http://w.example/\nquorum w\n`, 'policy', false);
  if (!policy.ok) throw new Error(policy.error.message);
  const door = () => ({ add: async (body: string) => ok(witness.add(body)), checkpoint: async (origin: string) => ok(witness.checkpoint(sha256Hex(origin))) });
  const answer = await openWitnesses({ ...of, door, now: Date.now, after: () => () => undefined, log: () => undefined }, policy.value);
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
