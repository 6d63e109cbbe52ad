import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { base64, utf8 } from '../core/base/bytes.ts';
import { sha256Hex } from '../core/base/crypto.ts';
import { err, ok, problem } from '../core/base/result.ts';
import { openCheckpoint } from '../core/log/checkpoint.ts';
import { formatEntry, parseEntry } from '../core/log/entry.ts';
import { leafHash } from '../core/log/merkle.ts';
import { parseVkey } from '../core/log/note.ts';
import { verifyProof } from '../core/log/proof.ts';
import { verifyAsGate } from '../core/signoff/gate-key.ts';
import type { EntryDraft } from '../flows/ports.ts';
import {
  carryDraft,
  decisionDraft,
  enrolmentDraft,
  genesisDraft,
  glassDraft,
  landedDraft,
  MAIN,
  ORIGIN,
  ownershipDraft,
  REPO,
  signoffDraft,
  verdictDraft,
  violationDraft,
} from './sample-drafts.ts';
import { PROJECTIONS } from './schema.ts';
import { DATABASE_FILE, openStore, type Store } from './store.ts';
import { at, ON_POSTGRESQL, sql as said } from './test-bed.ts';

let dir: string;
let now: number;
const opened: Store[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'store-'));
  now = Date.UTC(2026, 10, 20, 10, 21, 4);
});

afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  rmSync(dir, { recursive: true, force: true });
});

const tried = async (where = dir) => openStore({ ...(await at(where)), clock: () => now });

async function open(where = dir): Promise<Store> {
  const store = await tried(where);
  if (!store.ok) throw new Error(store.error.message);
  opened.push(store.value);
  return store.value;
}

async function append(store: Store, ...drafts: readonly EntryDraft[]): Promise<void> {
  const answer = await store.ledger.append(() => ok(drafts));
  if (!answer.ok) throw new Error(answer.error.message);
}

const logKeys = (store: Store) => {
  const key = parseVkey(store.logVerifierKey ?? '');
  return key.ok ? [key.value] : [];
};

/** Closes the store, lets an intruder at its database, and tries to open it again. */
async function tampered(store: Store, sql: string) {
  await close(store);
  await said(dir, sql);
  const again = await tried();
  if (again.ok) opened.push(again.value);
  return again;
}

async function close(store: Store): Promise<void> {
  opened.splice(opened.indexOf(store), 1);
  await store.close();
}

describe('a new folder', () => {
  it('opens without genesis, and says so', async () => {
    const store = await open();
    expect([store.origin, store.logVerifierKey]).toEqual([null, null]);
    await expect(store.ledger.checkpoint()).rejects.toThrow('genesis');
    expect(await store.ledger.proof(0)).toBeNull();
    expect(await store.audit()).toEqual([]);
  });

  it('takes its name from genesis, which comes first and once', async () => {
    const store = await open();
    expect(await store.ledger.append(() => ok([violationDraft('x')]))).toMatchObject({ ok: false, error: { code: 'DATA_INVALID' } });
    await append(store, genesisDraft());
    expect(store.origin).toBe(ORIGIN);
    expect(await store.ledger.append(() => ok([genesisDraft()]))).toMatchObject({ ok: false });
    expect((await store.ledger.entries(0, 10)).length).toBe(1);
  });

  it('refuses an origin that cannot be the name of a key', async () => {
    const store = await open();
    for (const origin of ['', 'two words', 'a+b', 'line\n']) expect(await store.ledger.append(() => ok([genesisDraft(origin)]))).toMatchObject({ ok: false });
    expect(store.origin).toBeNull();
  });
});

describe('appending', () => {
  it('keeps exact bytes, bodies, and a proof of every entry under a signed checkpoint', async () => {
    const store = await open();
    await append(store, genesisDraft());
    for (let i = 1; i < 20; i++) await append(store, violationDraft(`v${i}`));
    const keys = logKeys(store);
    expect(openCheckpoint(await store.ledger.checkpoint(), keys)).toMatchObject({ ok: true, value: { size: 20, origin: ORIGIN } });
    for (const entry of await store.ledger.entries(0, 100)) {
      const proof = (await store.ledger.proof(entry.index)) ?? '';
      expect(verifyProof(proof, entry.bytes, keys)).toMatchObject({ ok: true, value: { index: entry.index } });
      expect(sha256Hex((await store.ledger.body(entry.body)) ?? '')).toBe(entry.body);
      expect(parseEntry(entry.bytes)).toMatchObject({ ok: true, value: { envelope: entry.body, at: entry.at } });
    }
    expect(await store.ledger.proof(20)).toBeNull();
    expect((await store.ledger.entries(18, 5)).map((e) => e.index)).toEqual([18, 19]);
  });

  it('a refused plan, a throwing plan and a bad draft leave nothing, and the others of the group land', async () => {
    const store = await open();
    await append(store, genesisDraft());
    const refusal = err(problem('ST_NONCE', 'used before'));
    const answers = await Promise.allSettled([
      store.ledger.append(() => ok([violationDraft('a')])),
      store.ledger.append(() => refusal),
      store.ledger.append(() => {
        throw new Error('a bug in a flow');
      }),
      store.ledger.append(() => ok([violationDraft('b'), { ...violationDraft('c'), fields: { repo: REPO } }])),
      store.ledger.append(() => ok([violationDraft('d')])),
    ]);
    expect(answers.map((a) => (a.status === 'fulfilled' ? a.value.ok : 'threw'))).toEqual([true, false, 'threw', false, true]);
    const entries = await store.ledger.entries(0, 10);
    expect(entries.map((e) => JSON.parse(new TextDecoder().decode(e.bytes)).type)).toEqual(['genesis', 'violation', 'violation']);
    expect(await store.audit()).toEqual([]);
  });

  it('runs plans one after another: each sees what the one before wrote, so one of many wins', async () => {
    const store = await open();
    await append(store, genesisDraft(), decisionDraft({ content: 'x' }));
    const sign = (i: number) =>
      store.ledger.append(async (state) => {
        const used = await state.signoffs({ nonce: 'same' });
        return used.length > 0 ? err(problem('ST_NONCE', 'used before')) : ok([signoffDraft('x', { nonce: 'same', counter: i })]);
      });
    const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => sign(i)));
    expect(answers.filter((a) => a.ok).length).toBe(1);
  });

  it('never steps back in time', async () => {
    const store = await open();
    await append(store, genesisDraft());
    now -= 60_000;
    await append(store, violationDraft('earlier'));
    const [first, second] = await store.ledger.entries(0, 2);
    expect(second?.at).toBe(first?.at);
  });

  it('shows nobody outside a plan what is not committed', async () => {
    const store = await open();
    await append(store, genesisDraft());
    let seen = -1;
    await Promise.all([
      store.ledger.append(() => ok([decisionDraft({ content: 'x' })])),
      store.ledger.append(async (state) => {
        seen = (await state.changes({ limit: 9 })).length * 10 + (await store.projections.changes({ limit: 9 })).length;
        return ok([]);
      }),
    ]);
    expect(seen).toBe(10);
  });

  it('finds bodies where an entry brought them, and wherever else they are, in the order of the ask', async () => {
    const store = await open();
    await append(store, genesisDraft(), violationDraft('a'), violationDraft('b'), violationDraft('a'));
    const [, a, b] = await store.ledger.entries(0, 4);
    const [first, second] = [a?.body ?? '', b?.body ?? ''];
    const never = 'f'.repeat(64);
    const asked = [
      { body: second, index: 2 },
      { body: first, index: 1 },
      { body: first, index: 2 },
      { body: second, index: 99 },
      { body: never, index: 1 },
    ];
    const found = await store.ledger.bodies(asked);
    expect(found.map((bytes) => bytes && sha256Hex(bytes))).toEqual([second, first, first, second, null]);
    for (const { body, index } of asked) expect(await store.ledger.body(body, index)).toEqual(await store.ledger.body(body));
    expect(await store.ledger.bodies([])).toEqual([]);
  });

  it('keeps a body of no bytes', async () => {
    const store = await open();
    await append(store, genesisDraft(), { ...violationDraft('x'), body: new Uint8Array(0) });
    expect(await store.ledger.body(sha256Hex(''))).toEqual(new Uint8Array(0));
    expect(await store.audit()).toEqual([]);
  });

  it('is refused after close', async () => {
    const store = await open();
    await close(store);
    await expect(store.ledger.append(() => ok([]))).rejects.toThrow('closed');
  });
});

describe('opening again', () => {
  it('goes on with the same log, key, secret and checkpoint', async () => {
    const first = await open();
    await append(first, genesisDraft(), violationDraft('a'));
    const before = [first.logVerifierKey, await first.ledger.checkpoint(), first.keys.cookieSecret];
    await close(first);
    const second = await open();
    expect([second.logVerifierKey, await second.ledger.checkpoint(), second.keys.cookieSecret]).toEqual(before);
    await append(second, violationDraft('b'));
    expect(await second.audit()).toEqual([]);
  });

  it('makes again, to the byte, a checkpoint that was lost', async () => {
    const first = await open();
    await append(first, genesisDraft(), violationDraft('a'));
    const before = await first.ledger.checkpoint();
    const again = await tampered(first, 'delete from checkpoints');
    expect(again.ok && (await again.value.ledger.checkpoint())).toBe(before);
  });

  it.each([
    ['a changed entry', `update entries set bytes = cast(replace(cast(bytes as text), 'violation', 'Violation') as blob) where idx = 1`, 'entry 1'],
    ['a truncated log', 'delete from entries where idx = 2', 'entry 2'],
    ['an emptied log', 'delete from entries', ''],
    ['a hole', 'delete from entries where idx = 1', 'entry 1'],
    ['a changed leaf hash', 'update entries set leaf = zeroblob(32) where idx = 2', 'entry 2'],
    ['an entry column', 'update entries set at = at + 1 where idx = 1', 'entry 1'],
    [
      'a trigger',
      ON_POSTGRESQL
        ? 'create function f() returns trigger language plpgsql as $$ begin delete from keys; return null; end $$; create trigger t after insert on keys execute function f()'
        : 'create trigger t after insert on keys begin delete from keys; end',
      'database trigger t',
    ],
    ['another checkpoint', `update checkpoints set note = replace(note, 'audit', 'other')`, 'checkpoint 3'],
    ['a checkpoint under another size', 'update checkpoints set size = 9 where size = 3', 'checkpoint 9'],
    ['a later version', `update meta set value = '99' where name = 'schema'`, 'meta schema'],
  ])('refuses %s, and names it and the folder', async (_, sql, place) => {
    const store = await open();
    await append(store, genesisDraft());
    await append(store, violationDraft('a'), violationDraft('b'));
    const again = await tampered(store, sql);
    const { code, place: named = '', message } = again.ok ? problem('OK', '') : again.error;
    expect([code, named, `${named} ${message}`.includes(dir)]).toEqual(['DATA_INVALID', place || dir, true]);
  });

  it('refuses a history rewritten with all its hashes: another one was signed', async () => {
    const store = await open();
    await append(store, genesisDraft());
    await append(store, violationDraft('a'), violationDraft('b'));
    await close(store);
    const rows = (await said(dir, 'select idx, bytes from entries order by idx')) as readonly { idx: number; bytes: Uint8Array }[];
    for (const { idx, bytes } of rows) {
      const entry = parseEntry(bytes);
      if (!entry.ok) throw new Error(entry.error.message);
      const rewritten = formatEntry({ ...entry.value, fields: { ...entry.value.fields, ...(idx === 1 ? { ref: 'refs/heads/other' } : {}) } });
      if (!rewritten.ok) throw new Error(rewritten.error.message);
      await said(dir, 'update entries set bytes = ?, leaf = ? where idx = ?', rewritten.value, leafHash(rewritten.value), idx);
    }
    expect(await tried()).toMatchObject({ ok: false, error: { code: 'DATA_INVALID', message: expect.stringContaining('was signed over') } });
  });

  it('refuses another key, a missing key and one that others can read', async () => {
    const store = await open();
    await append(store, genesisDraft());
    await close(store);
    const pem = join(dir, 'keys', 'log.pem');
    const mine = readFileSync(pem, 'utf8');
    expect(statSync(pem).mode & 0o777).toBe(0o600);
    const other = mkdtempSync(join(tmpdir(), 'store-'));
    await close(await open(other));
    const attempts = [() => cpSync(join(other, 'keys', 'log.pem'), pem), () => writeFileSync(pem, 'garbage'), () => chmodSync(pem, 0o644), () => rmSync(pem)];
    for (const spoil of attempts) {
      spoil();
      expect(await tried()).toMatchObject({ ok: false, error: { code: 'DATA_INVALID' } });
    }
    writeFileSync(pem, mine, { mode: 0o600 });
    await open();
    rmSync(other, { recursive: true });
  });

  if (!ON_POSTGRESQL)
    it('refuses a file that is no database', async () => {
      writeFileSync(join(dir, DATABASE_FILE), 'x'.repeat(5000));
      expect(await tried()).toMatchObject({ ok: false, error: { code: 'DATA_INVALID' } });
    });

  it('refuses a folder that is open, and names who has it', async () => {
    const store = await open();
    const second = await tried();
    expect(second).toMatchObject({ ok: false, error: { code: 'DATA_LOCKED', place: dir } });
    expect(second.ok ? '' : second.error.message).toContain(`pid ${process.pid}`);
    await close(store);
    await open();
  });
});

describe('the audit', () => {
  it.each([
    ['a tile too many', 'insert into tiles values (0, 9, zeroblob(32), zeroblob(8192))', 'tile 0/9'],
    ['a missing body', 'delete from bodies where idx = 3', `body ${sha256Hex(violationDraft('b').body)}`],
    ['a changed body', 'update bodies set bytes = zeroblob(3) where idx = 3', `body ${sha256Hex(violationDraft('b').body)}`],
    ['a body nobody brought', 'insert into bodies values (77, zeroblob(1))', 'body of entry 77'],
    ['a table of somebody else', 'create table theirs (a text)', 'database table theirs'],
    ['a view', 'create view t as select * from keys', 'database view t'],
    ['a note beside the versions', `insert into meta values ('x', 'y')`, 'meta x'],
    ['an old checkpoint', `update checkpoints set note = replace(note, 'A', 'B') where size = 1`, 'checkpoint 1'],
    ['a key nobody enrolled', `insert into keys select 'SHA256:eve', 0, 'eve', 'Eve', level, blob, kind, 'c', 0, 0, 0 from keys limit 1`, 'projection keys'],
    ['a change signed by hand', `update changes set state = 'signed'`, 'projection changes'],
  ])('finds %s', async (_, sql, place) => {
    const store = await open();
    await append(store, genesisDraft());
    await append(store, decisionDraft({ content: 'x' }), violationDraft('a'), violationDraft('b'));
    const again = await tampered(store, sql);
    const found = again.ok ? await again.value.audit() : [];
    expect(found.map((p) => p.place)).toContain(place);
  });

  it.each(PROJECTIONS)('misses one row of %s, and nothing else; a rebuild brings it back', async (table) => {
    const store = await open();
    await append(store, genesisDraft(), enrolmentDraft('pia'), decisionDraft({ content: 'x', level: 'agent' }), decisionDraft({ content: 'y', behind: ['ines'] }));
    await append(store, signoffDraft('x', { nonce: 'n' }), ownershipDraft('x', 'o'), carryDraft('x', 'a'.repeat(64)), glassDraft('x', 'g'));
    await append(store, verdictDraft('x', 'allow', ['n']), landedDraft('x', ['n']), landedDraft('y'), violationDraft('z'));
    expect(await store.audit()).toEqual([]);
    const key = { pushers: 'content', nonces: 'nonce' }[table as string] ?? 'idx';
    const again = await tampered(store, `delete from ${table} where ${key} = (select max(${key}) from ${table})`);
    if (!again.ok) throw new Error(again.error.message);
    const missing = 'holds other rows than a replay of the log gives: 0 that it does not give, 1 that it does';
    expect(await again.value.audit()).toMatchObject([{ place: `projection ${table}`, message: missing }]);
    expect(await again.value.rebuild()).toMatchObject({ ok: true });
    expect(await again.value.audit()).toEqual([]);
  });

  if (!ON_POSTGRESQL)
    it('finds a body that one bit made into text of the same bytes, and nobody is handed it', async () => {
      const store = await open();
      const draft = violationDraft('x');
      await append(store, genesisDraft(), draft);
      await said(dir, 'update bodies set bytes = cast(bytes as text) where idx = 1');
      const digest = sha256Hex(draft.body);
      expect((await store.audit())[0]).toMatchObject({ place: `body ${digest}`, message: 'of entry 1 has another digest' });
      expect(await store.ledger.body(digest)).toBeNull();
      expect(await store.ledger.bodies([{ body: digest, index: 1 }])).toEqual([null]);
    });

  it('says how far it is, and leaves out what is appended meanwhile', async () => {
    const store = await open();
    await append(store, genesisDraft(), ...Array.from({ length: 1_200 }, (_, i) => violationDraft(`${i}`)));
    const steps: string[] = [];
    let appended: Promise<void> | undefined;
    const found = await store.audit(({ part, done, size }) => {
      steps.push(`${part} ${done} ${size}`);
      appended ??= append(store, violationDraft('meanwhile'));
    });
    await appended;
    expect(found).toEqual([]);
    expect(steps).toEqual(expect.arrayContaining(['file 0 1201', 'log 500 1201', 'log 1201 1201', 'projections 1000 1201']));
    expect(await store.audit()).toEqual([]);
  });

  it('of a folder that is broken through and through names the first thousand places', async () => {
    const store = await open();
    await append(store, genesisDraft(), ...Array.from({ length: 1_100 }, (_, i) => violationDraft(`${i}`)));
    const again = await tampered(store, `update bodies set bytes = zeroblob(1)`);
    const found = again.ok ? await again.value.audit() : [];
    expect(found.length).toBe(1_001);
    expect(found.at(-1)?.message).toMatch(/^and 1\d\d more$/);
  });

  it('leaves everything as it was', async () => {
    const store = await open();
    await append(store, genesisDraft(), decisionDraft({ content: 'x' }));
    const before = await store.projections.changes({ limit: 5 });
    expect(await store.audit()).toEqual([]);
    expect(await store.projections.changes({ limit: 5 })).toEqual(before);
  });
});

describe('rebuilding', () => {
  it('gives the same rows, and mends a projection that was tampered with', async () => {
    const store = await open();
    await append(store, genesisDraft(), decisionDraft({ content: 'x', level: 'agent' }), signoffDraft('x', { nonce: 'n1', counter: 7 }));
    await append(store, verdictDraft('x', 'allow', ['n1']), landedDraft('x', ['n1']), decisionDraft({ content: 'y' }), violationDraft('z'));
    const ask = async (s: Store) => [
      await s.projections.changes({ limit: 9 }),
      await s.projections.signoffs({}),
      await s.projections.keys({}),
      await s.projections.landings({}),
      await s.projections.memory.marks({ repo: REPO, targetRef: MAIN, since: 0 }),
    ];
    const before = await ask(store);
    expect((await store.rebuild()).ok).toBe(true);
    expect(await ask(store)).toEqual(before);
    const again = await tampered(store, `update changes set state = 'signed'; delete from nonces; update meta set value = '0' where name = 'projections'`);
    expect(again.ok && (await ask(again.value))).toEqual(before);
  });

  it('refuses an entry whose body is gone, and keeps the rows it has', async () => {
    const store = await open();
    await append(store, genesisDraft(), decisionDraft({ content: 'x' }));
    const again = await tampered(store, 'delete from bodies where idx = 1');
    if (!again.ok) throw new Error(again.error.message);
    expect(await again.value.rebuild()).toMatchObject({ ok: false, error: { code: 'DATA_INVALID' } });
    expect((await again.value.projections.changes({ limit: 9 })).length).toBe(1);
  });
});

describe('the key of the gate', () => {
  const file = (): string => join(dir, 'keys', 'gate.pem');

  it('is its own, P-256, private, and the same after a restart', async () => {
    const store = await open();
    const gate = store.keys.gate('https://countersign.example/gate', '1.0.0');
    const sig = await gate.sign(utf8('x'));
    expect(verifyAsGate(base64(gate.publicKey), utf8('x'), sig)).toBe(true);
    expect(verifyAsGate(base64(gate.publicKey), utf8('y'), sig)).toBe(false);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    await store.close();
    expect((await open()).keys.gate('x', '1').publicKey).toEqual(gate.publicKey);
  });

  it('is refused where others can read it, or it is another kind of key', async () => {
    await (await open()).close();
    chmodSync(file(), 0o640);
    expect(await tried()).toMatchObject({ ok: false, error: { code: 'DATA_INVALID', place: file(), remedy: expect.stringContaining('chmod 600') } });
    chmodSync(file(), 0o600);
    writeFileSync(file(), readFileSync(join(dir, 'keys', 'log.pem')));
    expect(await tried()).toMatchObject({ ok: false, error: { code: 'DATA_INVALID', place: file() } });
  });
});

describe('the folder', () => {
  const mode = (at: string): number => statSync(at).mode & 0o777;

  it('is its owner’s alone, made so where it was empty or ours: who can read it can lock everybody out', async () => {
    chmodSync(dir, 0o755);
    await (await open()).close();
    expect(mode(dir)).toBe(0o700);
    chmodSync(dir, 0o750);
    await (await open()).close();
    expect(mode(dir)).toBe(0o700);
  });

  it('is not made private where somebody else keeps things in it', async () => {
    writeFileSync(join(dir, 'theirs'), 'x');
    chmodSync(dir, 0o755);
    expect(await tried()).toMatchObject({ ok: false, error: { code: 'DATA_INVALID', place: dir, remedy: expect.stringContaining('chmod 700') } });
    expect(mode(dir)).toBe(0o755);
    chmodSync(dir, 0o700);
    await open();
  });
});
