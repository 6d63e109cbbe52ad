/** A store goes out as one file and comes back the same to the byte, or not at all. */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { text } from '../../core/base/bytes.ts';
import { sha256Hex } from '../../core/base/crypto.ts';
import { ok } from '../../core/base/result.ts';
import type { EntryDraft } from '../../flows/ports.ts';
import { testWitness } from '../../testing/witnesses.ts';
import { QUIET_MS } from '../ledger/erased.ts';
import { decisionDraft, enrolmentDraft, erasureDraft, genesisDraft, landedDraft, ORIGIN, signoffDraft, verdictDraft, violationDraft } from '../sample-drafts.ts';
import { PROJECTIONS } from '../schema.ts';
import { DATABASE_FILE, openStore, type Store } from '../store.ts';
import { at, ON_POSTGRESQL, sql } from '../test-bed.ts';
import { exportStore, type ImportOptions, importStore } from './move.ts';

const root = mkdtempSync(join(tmpdir(), 'move-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const opened: Store[] = [];
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});

let folders = 0;
const folder = (): string => join(root, String(folders++));
let now = Date.UTC(2026, 10, 20);

async function open(dir: string): Promise<Store> {
  const store = await openStore({ ...(await at(dir)), clock: () => now });
  if (!store.ok) throw new Error(`${store.error.place}: ${store.error.message}`);
  opened.push(store.value);
  return store.value;
}

async function append(store: Store, ...drafts: readonly EntryDraft[]): Promise<void> {
  const answer = await store.ledger.append(() => ok(drafts));
  if (!answer.ok) throw new Error(answer.error.message);
}

const [ERASED, WITNESSES] = [decisionDraft({ content: 'erased' }), [testWitness('a.example'), testWitness('b.example')]] as const;

/** Some of everything: more than a tile, a new key, an erased body, cosignatures. */
async function filled(dir: string, many = 300): Promise<Store> {
  const store = await open(dir);
  await append(store, genesisDraft());
  await append(store, enrolmentDraft('pia'), ERASED);
  await append(store, decisionDraft({ content: 'a' }), signoffDraft('a'), verdictDraft('a', 'allow', ['n1']), landedDraft('a', ['n1']));
  for (const key of WITNESSES) await store.cosignatures.keep({ size: 7, witness: key.vkey, line: key.line(await store.ledger.checkpoint()) });
  for (let i = 0; i < many; i += 30) await append(store, ...Array.from({ length: 30 }, (_, n) => violationDraft(`${i + n}`)));
  const turned = await store.rotateLogKey();
  if (!turned.ok) throw new Error(turned.error.message);
  now += QUIET_MS;
  await append(store, erasureDraft([sha256Hex(ERASED.body)]));
  await append(store, violationDraft('last'));
  return store;
}

async function exported(dir: string, keys = true): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  const place = await at(dir);
  const done = await exportStore(
    keys ? place : { ...place, dir: ON_POSTGRESQL ? undefined : place.dir },
    async (bytes) => void chunks.push(bytes),
    () => undefined,
  );
  if (!done.ok) throw new Error(`${done.error.place}: ${done.error.message}`);
  return Buffer.concat(chunks);
}

async function* pieces(bytes: Uint8Array, size = 1_000): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

/** Into this folder, which has the keys of the other. */
async function taken(bytes: Uint8Array, from: string, dir = folder(), more: Partial<ImportOptions> = {}) {
  if (!existsSync(dir)) {
    mkdirSync(dir, { mode: 0o700 });
    cpSync(join(from, 'keys'), join(dir, 'keys'), { recursive: true });
  }
  const answer = await importStore({ place: await at(dir), source: pieces(bytes), vkeys: [], known: [], progress: () => undefined, ...more });
  return { dir, answer };
}

/** With the digest that belongs to it: only what is said can be wrong with it. */
function forged(bytes: Buffer, change: (body: string) => string): Buffer {
  const body = Buffer.from(change(bytes.toString('latin1').replace(/sha256 [0-9a-f]{64}\n$/, '')), 'latin1');
  return Buffer.concat([body, Buffer.from(`sha256 ${createHash('sha256').update(body).digest('hex')}\n`)]);
}

describe('a store that is moved', () => {
  let dir: string;
  let whole: Buffer;
  beforeAll(async () => {
    dir = folder();
    await (await filled(dir)).close();
    opened.splice(0);
    whole = await exported(dir);
  });

  it('is the same store: proofs, checkpoints, cosignatures, keys and bodies, and it goes on', async () => {
    const { dir: to, answer } = await taken(whole, dir);
    expect(answer).toMatchObject({ ok: true, value: { origin: ORIGIN, size: 310, bodies: 309, cosignatures: 2 } });
    expect(await exported(to)).toEqual(whole);
    const [before, after] = [await open(dir), await open(to)];
    expect(after.logVerifierKey).toBe(before.logVerifierKey);
    expect(await after.past.keys()).toEqual(await before.past.keys());
    expect(await after.ledger.checkpoint()).toBe(await before.ledger.checkpoint());
    for (const index of [0, 5, 255, 256, 307, 309]) expect(await after.ledger.proof(index)).toBe(await before.ledger.proof(index));
    expect(await after.cosignatures.at(7)).toEqual(await before.cosignatures.at(7));
    expect(await after.past.checkpoint(7)).toBe(await before.past.checkpoint(7));
    expect(await after.files.tile(0, 0, 256)).toEqual(await before.files.tile(0, 0, 256));
    expect(await after.files.rotation?.(0)).toEqual(await before.files.rotation?.(0));
    expect(await after.ledger.body(sha256Hex(ERASED.body))).toBeNull();
    expect(await after.projections.changes({ limit: 9 })).toEqual(await before.projections.changes({ limit: 9 }));
    expect(await after.audit()).toEqual([]);
    await append(after, violationDraft('behind it'));
    expect(await after.audit()).toEqual([]);
    expect(existsSync(join(to, 'log.seen'))).toBe(true);
  });

  it('keeps what is erased out of the file, and everything else of the ledger in it', async () => {
    expect(whole.includes(String(text(ERASED.body)).slice(0, 60))).toBe(false);
    const tables = (
      await sql(dir, ON_POSTGRESQL ? `select tablename as name from pg_tables where schemaname = 'public'` : `select name from sqlite_schema where type = 'table'`)
    ).map((row) => String(row.name));
    // Whoever adds a table says here whether an export has it, whether it is made of what an export has, or why it may be lost.
    const [kept, made, lost] = [
      ['entries', 'bodies', 'checkpoints', 'cosignatures'],
      ['tiles', 'meta', 'turn', ...PROJECTIONS],
      // Nothing of these is signed, so an import could not check it. And what was ended meanwhile must not come back with an older copy.
      ['sessions', 'spent', 'tokens', 'ceilings', 'roles_left', 'jobs', 'webhooks', 'announced', 'forge_events', 'forge_counts', 'forge_moves', 'forge_shelf'],
    ];
    expect(tables.filter((table) => ![...kept, ...made, ...lost].includes(table))).toEqual([]);
  });

  it('is nobody else’s: without the key of the log, and with another, it is refused', async () => {
    const bare = folder();
    mkdirSync(bare, { mode: 0o700 });
    expect((await taken(whole, dir, bare)).answer).toMatchObject({ ok: false, error: { message: expect.stringContaining('key of this log is not here') } });
    const [vkey = ''] = await vkeysOf(dir);
    const other = folder();
    await (await filled(other, 0)).close();
    opened.splice(0);
    const foreign = (await vkeysOf(other)).slice(0, 1);
    expect((await taken(whole, dir, bare, { vkeys: foreign })).answer).toMatchObject({ ok: false, error: { code: 'LOG_SIG' } });
    expect((await taken(whole, other)).answer).toMatchObject({ ok: false, error: { message: expect.stringContaining('not those that sign') } });
    expect(readdirSync(bare).filter((name) => name.startsWith(DATABASE_FILE))).toEqual([]);
    expect((await taken(whole, dir, bare, { vkeys: [vkey] })).answer).toMatchObject({ ok: true });
  });

  it('is not put where a log is', async () => {
    expect((await taken(whole, dir, dir)).answer).toMatchObject({ ok: false, error: { message: expect.stringContaining('a log already') } });
    const running = await open(dir);
    expect((await taken(whole, dir, dir)).answer).toMatchObject({ ok: false, error: { code: 'DATA_LOCKED' } });
    await running.close();
  });

  it.each([
    ['another word in an entry', (said: string) => said.replace('"type":"violation"', '"type":"violatiom"'), 'checkpoint'],
    ['an entry taken out', (said: string) => said.replace(/entry \d+\n\{[^\n]*"type":"enrolment"[^\n]*\n/, ''), 'body'],
    ['a body that is another', (said: string) => said.replace(/(body \d+\n\{[^\n]*)"why":"17"/, '$1"why":"18"'), 'body'],
    ['a body that is missing', (said: string) => said.replace(/body \d+\n\{[^\n]*"why":"17"[^\n]*\n/, ''), 'body'],
    ['the last checkpoint taken out', (said: string) => said.replace(/checkpoint \d+\n(?:(?!\nentry|\ncheckpoint)[\s\S])*$/, ''), undefined],
    [
      'a checkpoint signed by nobody',
      (said: string) => said.replace(/(\n\xe2\x80\x94 \S+ \S{30})./, (all, start: string) => `${start}${all.endsWith('A') ? 'B' : 'A'}`),
      'checkpoint',
    ],
    ['another witness', (said: string) => said.replace('a.example+', 'c.example+'), 'cosignature'],
    ['a smaller size in its head', (said: string) => said.replace(/\n310\n/, '\n309\n'), undefined],
    ['the name of another log', (said: string) => said.replace(`\n${ORIGIN}\n`, '\nother.example/log\n'), 'keys'],
  ])('is refused with %s, and nothing of it is kept', async (_, change, place) => {
    const changed = forged(whole, change);
    expect(changed.equals(whole)).toBe(false);
    const { dir: to, answer } = await taken(changed, dir);
    expect(answer).toMatchObject({ ok: false, error: place === undefined ? {} : { place: expect.stringContaining(place) } });
    expect(readdirSync(to).filter((name) => name.startsWith(DATABASE_FILE))).toEqual([]);
    expect((await taken(whole, dir, to)).answer).toMatchObject({ ok: true });
  });

  it('is refused with a body that was erased, brought back', async () => {
    const [line] = /entry \d+\n\{[^\n]*\n(?=checkpoint|entry)/.exec(whole.toString('latin1')) ?? [''];
    const back = forged(whole, (said) => said.replace(line, `${line}body ${ERASED.body.length}\n${Buffer.from(ERASED.body).toString('latin1')}\n`));
    expect((await taken(back, dir)).answer).toMatchObject({ ok: false, error: { message: expect.stringContaining('still here') } });
  });
});

const vkeysOf = async (dir: string): Promise<readonly string[]> => {
  const { readOnlyLog } = await import('../read-only.ts');
  const log = await readOnlyLog(await at(dir));
  if (!log.ok) throw new Error(log.error.message);
  await log.value.close();
  return log.value.vkeys;
};

describe('an export that is not whole', () => {
  it('torn or changed at any byte, is refused, and nothing is kept', { timeout: 120_000 }, async () => {
    const dir = folder();
    const store = await open(dir);
    await append(store, genesisDraft(), violationDraft('a'));
    await store.close();
    opened.splice(0);
    const whole = await exported(dir);
    const to = (await taken(new Uint8Array(0), dir)).dir;
    const refused = async (bytes: Uint8Array): Promise<void> => {
      const { answer } = await taken(bytes, dir, to);
      expect(answer.ok).toBe(false);
      if (!answer.ok) expect(answer.error.place).toBeDefined();
    };
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (byte, flip) => {
        await refused(whole.subarray(0, byte));
        const changed = Buffer.from(whole);
        changed[byte] = (changed[byte] ?? 0) ^ flip;
        await refused(changed);
      }),
      { numRuns: ON_POSTGRESQL ? 15 : 60 },
    );
    await refused(Buffer.concat([whole, Buffer.from('\n')]));
    expect((await taken(whole, dir, to)).answer).toMatchObject({ ok: true });
  });

  it('is never made of a store that is broken', async () => {
    const dir = folder();
    await (await filled(dir, 30)).close();
    opened.splice(0);
    await sql(dir, `update bodies set bytes = zeroblob(3) where idx = 9`);
    await expect(exported(dir)).rejects.toThrow('another digest');
  });
});

describe('a backup', () => {
  it('made while a server appends, is a store of its own', async () => {
    const dir = folder();
    const store = await open(dir);
    await append(store, genesisDraft());
    let going = true;
    const appending = (async () => {
      for (let i = 0; going; i++) await append(store, violationDraft(`a ${i}`), violationDraft(`b ${i}`));
      return store.ledger.checkpoint();
    })();
    const copies: Buffer[] = [];
    for (let i = 0; i < 3; i++) copies.push(await exported(dir));
    going = false;
    const last = await appending;
    for (const copy of copies) {
      const { dir: to, answer } = await taken(copy, dir);
      expect(answer).toMatchObject({ ok: true });
      const restored = await open(to);
      expect(await restored.audit()).toEqual([]);
      expect(await restored.past.checkpoint(1)).toBe(await store.past.checkpoint(1));
      await restored.close();
      opened.splice(opened.indexOf(restored), 1);
      // What the server went on to answer under is known: from what it saw last this is an older copy, and no server starts with it.
      rmSync(join(to, DATABASE_FILE), { force: true });
      const again = folder();
      mkdirSync(again, { mode: 0o700 });
      cpSync(join(dir, 'keys'), join(again, 'keys'), { recursive: true });
      cpSync(join(dir, 'log.seen'), join(again, 'log.seen'));
      const older = answer.ok && answer.value.size < Number(last.split('\n')[1]);
      expect((await taken(copy, dir, again)).answer).toMatchObject(older ? { ok: false, error: { code: 'LOG_FORK', place: 'log.seen' } } : { ok: true });
    }
  });

  it('that is older than what somebody kept is refused by that', async () => {
    const dir = folder();
    const store = await open(dir);
    await append(store, genesisDraft());
    const old = await exported(dir);
    await append(store, violationDraft('a'));
    const known = [await store.ledger.checkpoint()];
    expect((await taken(old, dir, undefined, { known })).answer).toMatchObject({ ok: false, error: { code: 'LOG_FORK' } });
    expect((await taken(await exported(dir), dir, undefined, { known })).answer).toMatchObject({ ok: true });
  });
});
