import { generateKeyPairSync, sign } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fromBase64, utf8 } from '../../core/base/bytes.ts';
import { ok } from '../../core/base/result.ts';
import { openCheckpoint } from '../../core/log/checkpoint.ts';
import { formatVkey, type NoteKey, parseVkey } from '../../core/log/note.ts';
import { verifyProof } from '../../core/log/proof.ts';
import { followRotations } from '../../core/log/rotation.ts';
import type { LogSigner } from '../../flows/ports-log.ts';
import { genesisDraft, violationDraft } from '../sample-drafts.ts';
import { openStore, type Store } from '../store.ts';
import { at, leftAsItStands, ON_POSTGRESQL, sql } from '../test-bed.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'rotate-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function open(signers: readonly LogSigner[] = [], where = dir): Promise<Store> {
  const store = await openStore({ ...(await at(where)), clock: () => 0, signers });
  if (!store.ok) throw new Error(store.error.message);
  return store.value;
}

const append = (store: Store, name: string) => store.ledger.append(() => ok([violationDraft(name)]));
const keyOf = (store: Store): NoteKey => {
  const key = parseVkey(store.logVerifierKey ?? '');
  if (!key.ok) throw new Error(key.error.message);
  return key.value;
};
const noteAt = async (size: number): Promise<string> => String((await sql(dir, 'select note from checkpoints where size = ?', size))[0]?.note);
const signs = (note: string, key: NoteKey): boolean => openCheckpoint(note, [key]).ok;

async function begun(signers: readonly LogSigner[] = []): Promise<Store> {
  const store = await open(signers);
  await store.ledger.append(() => ok([genesisDraft(), violationDraft('a')]));
  return store;
}

/** Turns the key once and says everything a test may want to know. */
async function rotated(store: Store, next?: LogSigner) {
  const old = keyOf(store);
  const answer = await store.rotateLogKey(next);
  if (!answer.ok) throw new Error(answer.error.message);
  return { old, now: keyOf(store), vkey: answer.value };
}

function service() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const state = { asked: 0, reachable: true };
  const signer: LogSigner = {
    publicKey: fromBase64(publicKey.export({ format: 'jwk' }).x ?? '') ?? new Uint8Array(0),
    sign: async (message) => {
      state.asked++;
      if (!state.reachable) throw new Error('the key service does not answer');
      return new Uint8Array(sign(null, message, privateKey));
    },
  };
  return { signer, state };
}

describe('a new key', () => {
  it('signs from then on, and both sign the checkpoint of the change', async () => {
    const store = await begun();
    const { old, now, vkey } = await rotated(store);
    expect(vkey).toBe(formatVkey(now));
    expect(now.name).toBe(old.name);
    expect(await store.ledger.checkpoint()).toBe(await noteAt(3));
    await append(store, 'b');
    const notes = [await noteAt(2), await noteAt(3), await noteAt(4)];
    expect(notes.map((note) => [signs(note, old), signs(note, now)])).toEqual([
      [true, false],
      [true, true],
      [false, true],
    ]);
    expect(await store.audit()).toEqual([]);
    await store.close();
  });

  it('is learnt by whoever trusts the old one, and proves its own entry', async () => {
    const store = await begun();
    const first = await rotated(store);
    const second = await rotated(store);
    const entries = await store.ledger.entries(2, 2);
    const said = await Promise.all(entries.map(async (e) => ({ index: e.index, entry: e.bytes, body: (await store.ledger.body(e.body)) ?? utf8('') })));
    expect(followRotations(first.old, said)).toEqual({ ok: true, value: [first.old, first.now, second.now] });
    expect(verifyProof((await store.ledger.proof(2)) ?? '', entries[0]?.bytes ?? utf8(''), [second.now])).toMatchObject({ ok: true, value: { index: 2 } });
    await store.close();
  });

  it('is the only one left on disk, and nobody else can read it', async () => {
    const store = await begun();
    const before = readFileSync(join(dir, 'keys', 'log.pem'), 'utf8');
    await rotated(store);
    expect(readFileSync(join(dir, 'keys', 'log.pem'), 'utf8')).not.toBe(before);
    expect(existsSync(join(dir, 'keys', 'log.next.pem'))).toBe(false);
    expect(statSync(join(dir, 'keys', 'log.pem')).mode & 0o777).toBe(0o600);
    await store.close();
    const again = await open();
    expect(await again.audit()).toEqual([]);
    await again.close();
  });

  it('is not for a log without genesis, and no flow can name one', async () => {
    const store = await open();
    expect(await store.rotateLogKey()).toMatchObject({ ok: false, error: { code: 'DATA_INVALID' } });
    await store.ledger.append(() => ok([genesisDraft()]));
    const { vkey } = await rotated(store);
    const [entry] = await store.ledger.entries(1, 1);
    const body = (await store.ledger.body(entry?.body ?? '')) ?? utf8('');
    expect(await store.ledger.append(() => ok([{ type: 'log-key', fields: { vkey }, body }]))).toMatchObject({ ok: false, error: { code: 'DATA_INVALID' } });
    await store.close();
  });
});

describe('a kill between two steps', () => {
  /** The keys as they lay there before the old one went. */
  async function keptKeys(): Promise<{ readonly before: string; readonly done: Store; readonly old: NoteKey; readonly now: NoteKey; readonly note: string }> {
    const store = await begun();
    const before = join(dir, 'before');
    cpSync(join(dir, 'keys'), before, { recursive: true });
    const { old, now } = await rotated(store);
    return { before, done: store, old, now, note: await noteAt(3) };
  }
  const asBefore = (before: string): void => {
    cpSync(join(dir, 'keys', 'log.pem'), join(dir, 'keys', 'log.next.pem'));
    cpSync(join(before, 'log.pem'), join(dir, 'keys', 'log.pem'));
    rmSync(before, { recursive: true });
  };

  it('after the key was made: the old one signs, and another one can follow', async () => {
    const { before, done, old, now } = await keptKeys();
    await done.close();
    asBefore(before);
    await sql(dir, 'delete from checkpoints where size = 3; delete from bodies where idx = 2; delete from entries where idx = 2');
    rmSync(join(dir, 'log.seen'));
    await leftAsItStands(dir);
    const store = await open();
    expect(keyOf(store)).toEqual(old);
    expect((await rotated(store)).now).not.toEqual(now);
    expect(await store.audit()).toEqual([]);
    await store.close();
  });

  it('after the entry: the checkpoint is signed by both, to the byte', async () => {
    const { before, done, now, note } = await keptKeys();
    await done.close();
    asBefore(before);
    await sql(dir, 'delete from checkpoints where size = 3');
    const store = await open();
    expect(keyOf(store)).toEqual(now);
    expect(await noteAt(3)).toBe(note);
    expect(existsSync(join(dir, 'keys', 'log.next.pem'))).toBe(false);
    expect(await store.audit()).toEqual([]);
    await store.close();
  });

  it('after the checkpoint: the old key goes', async () => {
    const { before, done, now } = await keptKeys();
    await done.close();
    asBefore(before);
    const store = await open();
    expect(keyOf(store)).toEqual(now);
    expect(existsSync(join(dir, 'keys', 'log.next.pem'))).toBe(false);
    expect(await append(store, 'b')).toMatchObject({ ok: true });
    await store.close();
    await (await open()).close();
  });

  it('and a folder with the old key alone is refused: somebody else holds the new one', async () => {
    const { before, done } = await keptKeys();
    await done.close();
    cpSync(join(before, 'log.pem'), join(dir, 'keys', 'log.pem'));
    rmSync(before, { recursive: true });
    expect(await openStore({ ...(await at(dir)), clock: () => 0 })).toMatchObject({ ok: false, error: { code: 'DATA_INVALID', message: expect.stringContaining('not here') } });
  });
});

describe('a disk that does not put the new key in its place', () => {
  const keys = (name: string): string => join(dir, 'keys', name);
  /** Nothing can be renamed to where a folder is. */
  const blocked = (): void => {
    renameSync(keys('log.pem'), keys('aside'));
    mkdirSync(keys('log.pem'));
  };
  const freed = (): void => {
    rmSync(keys('log.pem'), { recursive: true });
    renameSync(keys('aside'), keys('log.pem'));
  };

  it('stops nobody, is tried again, and meanwhile no other key takes the place of the only copy', async () => {
    const store = await begun();
    blocked();
    const { now } = await rotated(store);
    const copy = readFileSync(keys('log.next.pem'), 'utf8');
    expect(await append(store, 'b')).toMatchObject({ ok: true });
    await expect(store.rotateLogKey()).rejects.toThrow();
    expect(readFileSync(keys('log.next.pem'), 'utf8')).toBe(copy);
    expect(keyOf(store)).toEqual(now);
    freed();
    expect(await append(store, 'c')).toMatchObject({ ok: true });
    expect([existsSync(keys('log.next.pem')), readFileSync(keys('log.pem'), 'utf8')]).toEqual([false, copy]);
    expect((await rotated(store)).now).not.toEqual(now);
    expect(await store.audit()).toEqual([]);
    await store.close();
  });

  if (!ON_POSTGRESQL)
    it('is tried again by the next turn of the key, and by the next start', async () => {
      const store = await begun();
      blocked();
      const { now } = await rotated(store);
      const copy = readFileSync(keys('log.next.pem'), 'utf8');
      freed();
      cpSync(dir, `${dir} killed`, { recursive: true });
      await rotated(store);
      await store.close();
      expect(existsSync(keys('log.next.pem'))).toBe(false);
      const again = await open([], `${dir} killed`);
      expect(keyOf(again)).toEqual(now);
      expect(readFileSync(join(`${dir} killed`, 'keys', 'log.pem'), 'utf8')).toBe(copy);
      await again.close();
      rmSync(`${dir} killed`, { recursive: true });
    });
});

describe('a key service', () => {
  it('signs a log that has no key file', async () => {
    const { signer, state } = service();
    const store = await begun([signer]);
    expect(keyOf(store).key).toEqual(signer.publicKey);
    // Where servers take turns, for what the turn leaves too.
    expect(state.asked).toBe(ON_POSTGRESQL ? 2 : 1);
    expect(existsSync(join(dir, 'keys', 'log.pem'))).toBe(false);
    await store.close();
    const again = await open([signer]);
    expect(await again.audit()).toEqual([]);
    await again.close();
    expect(await openStore({ ...(await at(dir)), clock: () => 0, signers: [service().signer] })).toMatchObject({ ok: false, error: { code: 'DATA_INVALID' } });
    expect(await openStore({ ...(await at(dir)), clock: () => 0 })).toMatchObject({ ok: false, error: { code: 'DATA_INVALID' } });
  });

  it('takes over from a file, and from another service', async () => {
    const [first, second] = [service(), service()];
    const store = await begun();
    expect((await rotated(store, first.signer)).now.key).toEqual(first.signer.publicKey);
    expect((await rotated(store, second.signer)).now.key).toEqual(second.signer.publicKey);
    await store.close();
    const again = await open([second.signer]);
    await append(again, 'b');
    expect(await again.audit()).toEqual([]);
    await again.close();
  });

  it('that does not answer lets nobody be answered, and signs later for all that was committed', async () => {
    const { signer, state } = service();
    const store = await begun([signer]);
    const before = await store.ledger.checkpoint();
    state.reachable = false;
    await expect(append(store, 'b')).rejects.toThrow('does not answer');
    expect(await store.ledger.checkpoint()).toBe(before);
    expect(await store.ledger.proof(2)).toBeNull();
    state.reachable = true;
    // Where servers take turns nothing is committed that cannot be left signed.
    expect(await append(store, 'c')).toMatchObject({ ok: true, value: [{ index: ON_POSTGRESQL ? 2 : 3 }] });
    expect(await store.audit()).toEqual([]);
    await store.close();
  });

  it('that fails at the new checkpoint is asked for it again before anything else is published', async () => {
    const next = service();
    const store = await begun();
    const old = keyOf(store);
    next.state.reachable = false;
    await expect(store.rotateLogKey(next.signer)).rejects.toThrow('does not answer');
    await expect(store.rotateLogKey()).rejects.toThrow(ON_POSTGRESQL ? 'does not answer' : 'not signed yet');
    next.state.reachable = true;
    await append(store, 'b');
    expect([signs(await noteAt(3), old), signs(await noteAt(3), keyOf(store)), signs(await noteAt(4), old)]).toEqual([true, true, false]);
    expect(await store.audit()).toEqual([]);
    await store.close();
  });

  it('that answers with another key’s signature is not believed', async () => {
    const [one, other] = [service(), service()];
    const store = await begun([{ publicKey: one.signer.publicKey, sign: one.signer.sign }]);
    await store.close();
    const swapped = await open([{ publicKey: one.signer.publicKey, sign: other.signer.sign }]);
    await expect(append(swapped, 'b')).rejects.toThrow('does not verify');
    await swapped.close();
  });
});
