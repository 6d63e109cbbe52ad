import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { base64, utf8 } from '../core/base/bytes.ts';
import { sha256Hex } from '../core/base/crypto.ts';
import { ok, problem } from '../core/base/result.ts';
import { SIZE_TYPE } from '../core/log/add-checkpoint.ts';
import { sizeIn } from '../core/log/checkpoint.ts';
import { formatVkey, type NoteKey, parseVkey } from '../core/log/note.ts';
import { verifyProof } from '../core/log/proof.ts';
import { proven } from '../core/log/proven.ts';
import { genesisDraft, violationDraft } from '../store/sample-drafts.ts';
import { openStore, type Store } from '../store/store.ts';
import { type OpenWitness, openWitness } from '../store/witness/witness.ts';
import { testLog, testWitness } from '../testing/witnesses.ts';
import type { WitnessAnswer, WitnessDoor } from './ports-witness.ts';
import { openWitnesses, policyToAsk, recordWitnessPolicy, type Witnesses, type WitnessPolicyFile, waking } from './witnesses.ts';

const NOW = Date.UTC(2026, 10, 20);
const NAMES = ['a', 'b', 'c'] as const;
type Name = (typeof NAMES)[number];

let dir: string;
let store: Store;
let clock: number;
let logged: string[];
/** What waits for the clock. */
let timers: { at: number; act: () => void }[];
/** How each witness is reached; replaced to make it lie. */
let doors: Record<Name, WitnessDoor>;
let real: Record<Name, OpenWitness>;
const closing: (() => Promise<void> | void)[] = [];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'witnesses-'));
  clock = NOW;
  logged = [];
  timers = [];
  store = await openedStore('data');
  await store.ledger.append(() => ok([genesisDraft()]));
  real = Object.fromEntries(NAMES.map((name) => [name, openedWitness(name)])) as Record<Name, OpenWitness>;
  doors = Object.fromEntries(NAMES.map((name) => [name, honest(name)])) as Record<Name, WitnessDoor>;
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  rmSync(dir, { recursive: true, force: true });
});

async function openedStore(folder: string): Promise<Store> {
  const opened = await openStore({ dir: join(dir, folder), clock: () => clock });
  if (!opened.ok) throw new Error(opened.error.message);
  closing.push(() => opened.value.close());
  return opened.value;
}

function openedWitness(name: Name): OpenWitness {
  const opened = openWitness({ dir: join(dir, name), name: `w.example/${name}`, logs: [logKey()], clock: () => clock, warn: () => undefined });
  if (!opened.ok) throw new Error(opened.error.message);
  closing.push(() => opened.value.close());
  return opened.value;
}

const logKey = (): NoteKey => {
  const key = parseVkey(store.logVerifierKey ?? '');
  if (!key.ok) throw new Error(key.error.message);
  return key.value;
};

const honest = (name: Name): WitnessDoor => ({ add: async (body) => ok(real[name].add(body)), checkpoint: async (origin) => ok(real[name].checkpoint(sha256Hex(origin))) });
const answering = (answer: Partial<WitnessAnswer>, shown: string | null = null): WitnessDoor => ({
  add: async () => ok({ status: 200, type: 'text/plain', body: '', ...answer }),
  checkpoint: async () => ok(shown),
});
const dead: WitnessDoor = {
  add: async () => ({ ok: false, error: problem('WITNESS_UNAVAILABLE', 'it cannot be reached') }),
  checkpoint: async () => ({ ok: false, error: problem('WITNESS_UNAVAILABLE', 'it cannot be reached') }),
};

const policyText = (quorum = 2): string => `${NAMES.map((n) => `witness ${n} ${real[n].vkey} https://${n}.example/\n`).join('')}group g ${quorum} a b c\nquorum g\n`;
const policyOf = (text: string): WitnessPolicyFile => {
  const read = policyToAsk(text, 'policy', false);
  if (!read.ok) throw new Error(read.error.message);
  return read.value;
};

async function opened(text = policyText(), of = store): Promise<Witnesses> {
  const witnesses = await openWitnesses(
    {
      ledger: of.ledger,
      past: of.past,
      cosignatures: of.cosignatures,
      now: () => clock,
      log: (line) => logged.push(line),
      door: (url) => {
        const name = new URL(url).host[0] as Name;
        return { add: (body) => doors[name].add(body), checkpoint: (origin) => doors[name].checkpoint(origin) };
      },
      after: (milliseconds, act) => {
        const timer = { at: clock + milliseconds, act };
        timers.push(timer);
        return () => void timers.splice(timers.indexOf(timer), timers.includes(timer) ? 1 : 0);
      },
    },
    policyOf(text),
  );
  if (!witnesses.ok) throw new Error(witnesses.error.message);
  closing.push(() => witnesses.value.stop());
  return witnesses.value;
}

/** Appends, and tells the witnesses. */
async function grow(witnesses: Witnesses, count = 1): Promise<number> {
  for (let i = 0; i < count; i++) await waking(store.ledger, witnesses).append(() => ok([violationDraft(`${Math.random()}`)]));
  return sizeNow();
}
const sizeNow = async (of = store): Promise<number> => sizeIn(await of.ledger.checkpoint());

/** Until this holds; the clock moves on whenever only time can help. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (i % 10 === 9) pass(40_000);
  }
  throw new Error(`it never came about; logged: ${logged.join(' | ')}`);
}
function pass(milliseconds: number): void {
  clock += milliseconds;
  for (const timer of timers.splice(0))
    if (timer.at <= clock) timer.act();
    else timers.push(timer);
}
/** Nothing more happens by itself. */
const quiet = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 150));

describe('the collector', () => {
  it('has the newest size proven by the quorum, and shows it under one note', async () => {
    const witnesses = await opened();
    const size = await grow(witnesses, 5);
    await until(() => witnesses.latest()?.checkpoint.size === size && witnesses.latest()?.by.length === 3);
    const note = await witnesses.checkpoint();
    expect(proven(note, policyOf(policyText()).policy, [logKey()])).toMatchObject({
      ok: true,
      value: { by: [{ witness: 'a' }, { witness: 'b' }, { witness: 'c' }], at: NOW + 999 },
    });
    expect(await witnesses.at(size)).toMatchObject({ ok: true, value: { size, note, proven: { at: NOW + 999 } } });
    expect(await witnesses.at(size + 1)).toEqual(ok(null));
    expect(await store.audit()).toEqual([]);
  });

  it('proves an entry under the proven checkpoint, to a verifier with the policy', async () => {
    const witnesses = await opened();
    const size = await grow(witnesses, 3);
    await until(() => witnesses.latest()?.checkpoint.size === size);
    const [entry] = await store.ledger.entries(1, 1);
    const file = await witnesses.proof(1);
    expect(verifyProof(file ?? '', entry?.bytes ?? new Uint8Array(0), [logKey()], policyOf(policyText()).policy)).toMatchObject({
      ok: true,
      value: { index: 1, witnessed: { at: NOW + 999 } },
    });
    expect(await witnesses.proof(size)).toBeNull();
  });

  it('is proven with one witness dead and not with two; who comes back catches up', async () => {
    const witnesses = await opened();
    doors.c = dead;
    const first = await grow(witnesses);
    await until(() => witnesses.latest()?.checkpoint.size === first);
    doors.b = dead;
    const second = await grow(witnesses, 3);
    await until(() => witnesses.standings().every((s) => (s.name === 'a' ? s.size === second : s.problem !== null)));
    expect(witnesses.latest()?.checkpoint.size).toBe(first);
    expect(await witnesses.at(second)).toMatchObject({ value: { proven: null } });
    doors.b = honest('b');
    await until(() => witnesses.latest()?.checkpoint.size === second);
    doors.c = honest('c');
    await until(() => witnesses.standings().every((s) => s.size === second && s.problem === null));
    expect(logged.filter((l) => l.startsWith('witness c: it cannot be reached'))).toHaveLength(1);
  });

  it('asks a witness for one thing at a time, and a hanging one holds nobody up', async () => {
    let flights = 0;
    let most = 0;
    const hung: (() => void)[] = [];
    doors.c = {
      ...dead,
      add: async (body) => {
        most = Math.max(most, ++flights);
        await new Promise<void>((resolve) => hung.push(resolve));
        flights--;
        return honest('c').add(body);
      },
    };
    const witnesses = await opened();
    for (let i = 0; i < 5; i++) {
      const size = await grow(witnesses);
      await until(() => witnesses.latest()?.checkpoint.size === size);
    }
    expect(hung).toHaveLength(1);
    hung[0]?.();
    await until(() => hung.length > 1);
    for (const go of hung.splice(0)) go();
    doors.c = honest('c');
    await until(() => witnesses.latest()?.by.length === 3);
    expect(most).toBe(1);
  });

  it('agrees on sizes while the log grows faster than anybody answers', async () => {
    for (const name of NAMES) {
      const door = honest(name);
      doors[name] = { ...door, add: async (body) => new Promise((resolve) => setTimeout(() => resolve(door.add(body)), 5 + 7 * NAMES.indexOf(name))) };
    }
    const witnesses = await opened();
    const seen = new Set<number>();
    for (let i = 0; i < 60; i++) {
      await grow(witnesses);
      await new Promise((resolve) => setTimeout(resolve, 3));
      seen.add(witnesses.latest()?.checkpoint.size ?? 0);
    }
    const size = await sizeNow();
    await until(() => witnesses.latest()?.checkpoint.size === size);
    expect(seen.size).toBeGreaterThan(2);
  });

  it('goes on from what is kept after a restart, and by the policy in force then', async () => {
    const witnesses = await opened();
    const size = await grow(witnesses, 2);
    await until(() => witnesses.latest()?.by.length === 3 && witnesses.latest()?.checkpoint.size === size);
    await witnesses.stop();
    for (const name of NAMES) doors[name] = dead;
    expect((await opened()).latest()).toMatchObject({ checkpoint: { size }, by: [{}, {}, {}] });
    const stranger = testWitness('w.example/x');
    const other = `witness a ${real.a.vkey} https://a.example/\nwitness x ${stranger.vkey} https://a.example/\ngroup g all a x\nquorum g\n`;
    expect((await opened(other)).latest()).toBeNull();
  });
});

it('stays proven through a change of the log key, by witnesses who know both', async () => {
  const witnesses = await opened();
  const before = await grow(witnesses, 2);
  await until(() => witnesses.latest()?.by.length === 3 && witnesses.latest()?.checkpoint.size === before);
  const old = logKey();
  expect(await store.rotateLogKey()).toMatchObject({ ok: true });
  expect(logKey()).not.toEqual(old);
  // Those who were not told refuse, and what was proven stays proven.
  witnesses.wake();
  await until(() => witnesses.standings().some((s) => s.problem !== null) || witnesses.latest()?.checkpoint.size === before + 1);
  expect((await opened()).latest()?.checkpoint.size).toBeGreaterThanOrEqual(before);
  for (const name of NAMES) {
    real[name].close();
    const again = openWitness({ dir: join(dir, name), logs: [old, logKey()], clock: () => clock, warn: () => undefined });
    if (!again.ok) throw new Error(again.error.message);
    closing.push(() => again.value.close());
    real[name] = again.value;
  }
  const after = await grow(witnesses);
  await until(() => witnesses.latest()?.checkpoint.size === after && witnesses.latest()?.by.length === 3);
  expect(await store.audit()).toEqual([]);
});

describe('a lying witness', () => {
  const lies: readonly (readonly [string, () => WitnessDoor])[] = [
    ['answers nothing', () => answering({})],
    ['answers junk', () => answering({ body: 'junk \n\n— w\n' })],
    ['signs with a key of its own making', () => signingWith(testWitness('w.example/c'))],
    ['signs in the name of another', () => signingWith(testWitness('w.example/a'))],
    ['signs another text', () => answering({ body: testWitness('w.example/c').line('x\n\n') })],
    ['hands on the line of an honest one', () => honest('a')],
    ['names a size we never had', () => answering({ status: 409, type: SIZE_TYPE, body: '999999\n' })],
    ['names a size past counting', () => answering({ status: 409, type: SIZE_TYPE, body: '99999999999999999999\n' })],
    ['names the size it was asked from', () => ({ ...dead, add: async (body) => ok({ status: 409, type: SIZE_TYPE, body: `${/^old (\d+)/.exec(body)?.[1]}\n` }) })],
    ['cries fork and shows nothing', () => answering({ status: 422, body: 'fork!' })],
    ['cries fork and shows a checkpoint of another key', () => answering({ status: 422 }, testWitness('x').line('x\n\n'))],
    ['sends elsewhere', () => answering({ status: 302 })],
    ['refuses', () => answering({ status: 403 })],
    ['breaks in the middle', () => ({ ...dead, add: () => Promise.reject(new Error('a bug of the door')) })],
  ];
  const signingWith = (witness: ReturnType<typeof testWitness>): WitnessDoor => ({
    ...dead,
    add: async (body) => ok({ status: 200, type: '', body: witness.line(body.slice(body.indexOf('\n\n') + 2)) }),
  });

  it.each(lies)('that %s changes nothing and is named once', async (_, lie) => {
    doors.c = lie();
    const witnesses = await opened();
    for (let i = 0; i < 3; i++) {
      const size = await grow(witnesses);
      await until(() => witnesses.latest()?.checkpoint.size === size);
      pass(40_000);
      await quiet();
    }
    expect(witnesses.latest()?.by.map((c) => c.witness)).toEqual(['a', 'b']);
    expect(witnesses.standings()[2]).toMatchObject({ name: 'c', size: 0, problem: { code: expect.not.stringMatching('LOG_FORK') } });
    expect(logged.filter((l) => l.startsWith('witness c')).length).toBe(1);
    expect(logged.filter((l) => !l.startsWith('witness c'))).toEqual([]);
    expect((await store.cosignatures.at(await sizeNow())).length).toBe(2);
  });

  /** One that holds the key its policy names, and says with it whatever it likes. */
  const bribed = testWitness('w.example/c');
  const textOf = (body: string): string => body.slice(body.indexOf('\n\n') + 2);
  const withBribed = (): string => policyText(3).replace(real.c.vkey, bribed.vkey);
  const says = (line: (note: string) => string): WitnessDoor => ({ ...dead, add: async (body) => ok({ status: 200, type: '', body: line(textOf(body)) }) });
  const otherRoot = (note: string): string => note.replace(/^(.*\n.*\n)[^\n]+/, `$1${base64(new Uint8Array(32))}`);
  const older = (note: string): string => note.replace(/^(.*\n)(\d+)/, (_, name, size) => `${name}${Number(size) - 1}`);
  const stranger = (note: string): string => testWitness('w.example/d').line(note);
  const lines: readonly (readonly [string, () => WitnessDoor, string | RegExp])[] = [
    ['another root at the same size', () => says((note) => bribed.line(otherRoot(note))), 'LOG_SIG'],
    ['an older size', () => says((note) => bribed.line(older(note))), 'LOG_SIG'],
    ['an older size each time it is asked', () => answering({ status: 409, type: SIZE_TYPE, body: '1\n' }), 'WITNESS_UNAVAILABLE'],
    ['the right text under another key', () => says(stranger), 'LOG_SIG'],
    ['the right text, beside a wrong line of its own', () => says((note) => bribed.line(note) + bribed.line(otherRoot(note))), 'LOG_SIG'],
    ['a conflict at the very size it is asked for', () => ({ ...dead, add: async (body) => ok({ status: 409, type: SIZE_TYPE, body: `${textOf(body).split('\n')[1]}\n` }) }), /./],
  ];

  it.each(lines)('with the key that the policy names signs %s: nothing is proven by it', async (_, door, code) => {
    doors.c = door();
    const witnesses = await opened(withBribed());
    const size = await grow(witnesses, 3);
    await until(() => witnesses.standings()[2]?.problem !== null && witnesses.standings()[0]?.size === size);
    await quiet();
    expect(witnesses.latest()).toBeNull();
    expect(witnesses.fork()).toBeNull();
    expect(await witnesses.at(size)).toMatchObject({ value: { proven: null } });
    expect(witnesses.standings()[2]?.problem?.code).toMatch(code);
    expect((await store.cosignatures.at(size)).map((l) => l.witness)).not.toContain(bribed.vkey);
    doors.c = says((note) => bribed.line(note));
    pass(40_000);
    await until(() => witnesses.latest()?.checkpoint.size === size);
  });

  it('and another one are no quorum with an honest third', async () => {
    doors.b = signingWith(testWitness('w.example/b'));
    doors.c = honest('a');
    const witnesses = await opened();
    const size = await grow(witnesses);
    await until(() => witnesses.standings()[0]?.size === size);
    await quiet();
    expect(witnesses.latest()).toBeNull();
    expect(await witnesses.at(size)).toMatchObject({ value: { proven: null } });
  });
});

it('believes no row of the database: a forged or copied line is not shown, and the audit names it', async () => {
  const witnesses = await opened();
  const size = await grow(witnesses);
  await until(() => witnesses.latest()?.by.length === 3 && witnesses.latest()?.checkpoint.size === size);
  await witnesses.stop();
  for (const name of NAMES) doors[name] = dead;
  const again = await grow(witnesses);
  const [a] = await store.cosignatures.at(size);
  for (const name of ['a', 'b'] as const) await store.cosignatures.keep({ size: again, witness: real[name].vkey, line: a?.line ?? '' });
  const reopened = await opened();
  expect(reopened.latest()?.checkpoint.size).toBe(size);
  expect(await reopened.at(again)).toEqual(ok({ size: again, note: await store.ledger.checkpoint(), proven: null }));
  expect((await store.audit()).map((p) => p.place)).toEqual([`cosignature of ${again} by w.example/a`, `cosignature of ${again} by w.example/b`].sort());
});

describe('a data folder that was swapped', () => {
  /** A copy of the data folder, taken now, open beside it under the same key. */
  async function copied(): Promise<Store> {
    await store.close();
    cpSync(join(dir, 'data'), join(dir, 'copy'), { recursive: true });
    store = await openedStore('data');
    return openedStore('copy');
  }

  it.each([
    ['for one that went another way', 4, /at size \d+ it signed another tree/],
    ['for an older one', 0, /it signed \d+ entries once and has \d+ now/],
  ])('%s is refused by the witnesses and reported as LOG_FORK, by a proof', async (_, more, words) => {
    const copy = await copied();
    const first = await opened();
    const size = await grow(first, 3);
    await until(() => first.latest()?.by.length === 3 && first.latest()?.checkpoint.size === size);
    await first.stop();
    for (let i = 0; i < more; i++) await copy.ledger.append(() => ok([violationDraft(`elsewhere ${i}`)]));
    const second = await opened(policyText(), copy);
    await until(() => second.standings().every((s) => s.problem?.code === 'LOG_FORK'));
    expect(second.latest()).toBeNull();
    expect(second.standings()[0]?.problem?.message).toMatch(words);
    expect(logged.filter((l) => l.includes('LOG_FORK'))).toHaveLength(3);
  });
});

describe('the policy in force', () => {
  it('is an entry of the log, written again only when it is another', async () => {
    const text = policyText();
    const size = await sizeNow();
    const record = async (file: WitnessPolicyFile | null): Promise<number> => {
      expect(await recordWitnessPolicy(store.ledger, store.past, file)).toEqual(ok(undefined));
      return (await sizeNow()) - size;
    };
    expect(await record(null)).toBe(0);
    expect(await record(policyOf(text))).toBe(1);
    expect(await record(policyOf(text))).toBe(1);
    expect(await record(policyOf(policyText(3)))).toBe(2);
    // Dropped: that too leaves a trace.
    expect(await record(null)).toBe(3);
    expect(await record(null)).toBe(3);
    const [entry] = await store.ledger.entries(size, 1);
    expect(entry?.body).toBe(sha256Hex(text));
    expect(await store.ledger.body(entry?.body ?? '')).toEqual(utf8(text));
    expect(JSON.parse(new TextDecoder().decode(entry?.bytes))).toMatchObject({ type: 'witness', policy: sha256Hex(text) });
    expect(await store.audit()).toEqual([]);
  });

  it.each([
    ['an address that is none', (text: string) => text.replace('https://a.example/', 'a.example'), 'the address of a'],
    ['an address of another kind', (text: string) => text.replace('https://a.example/', 'file:///etc/passwd'), 'the address of a'],
    ['too few addresses', (text: string) => text.replace(' https://a.example/', '').replace(' https://b.example/', ''), 'too few witnesses'],
    ['no quorum', (text: string) => `${text.slice(0, text.indexOf('quorum'))}quorum none\n`, 'development'],
  ])('is refused with %s', (_, spoil, words) => {
    expect(policyToAsk(spoil(policyText()), 'policy.txt', false)).toMatchObject({
      ok: false,
      error: { code: 'TRUST_FORMAT', place: expect.stringContaining('policy.txt'), message: expect.stringContaining(words) },
    });
  });

  it('that lists other logs than this one is refused, and one that lists it is taken', async () => {
    const listing = async (key: NoteKey): Promise<string> => {
      const answer = await openWitnesses(
        { ...store, now: () => clock, after: () => () => undefined, log: () => undefined, door: () => dead },
        policyOf(`log ${formatVkey(key)}\n${policyText()}`),
      );
      if (answer.ok) await answer.value.stop();
      return answer.ok ? 'OK' : answer.error.code;
    };
    expect(await listing(testLog(logKey().name).key)).toBe('LOG_ORIGIN');
    expect(await listing(logKey())).toBe('OK');
  });

  it('of quorum none asks nobody and calls nothing proven', async () => {
    const read = policyToAsk('quorum none\n', 'p', true);
    if (!read.ok) throw new Error(read.error.message);
    const witnesses = await openWitnesses({ ...store, now: () => clock, after: () => () => undefined, log: () => undefined, door: () => dead }, read.value);
    expect(witnesses.ok && [witnesses.value.quorum, witnesses.value.latest(), witnesses.value.standings()]).toEqual([null, null, []]);
    expect(witnesses.ok && (await witnesses.value.at(await sizeNow()))).toMatchObject({ value: { proven: null } });
    if (witnesses.ok) await witnesses.value.stop();
  });
});
