/** What is erased is gone from the file, the log still proves everything, and a replay knows no more and no less than the live rows. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { text, utf8 } from '../../core/base/bytes.ts';
import { sha256Hex } from '../../core/base/crypto.ts';
import { ok } from '../../core/base/result.ts';
import { formatEntry } from '../../core/log/entry.ts';
import { leafHash } from '../../core/log/merkle.ts';
import { parseVkey } from '../../core/log/note.ts';
import { verifyProof } from '../../core/log/proof.ts';
import { STICKY_MS } from '../../core/provenance/provenance.ts';
import type { EntryDraft } from '../../flows/ports.ts';
import {
  changeOf,
  decisionDraft,
  enrolmentDraft,
  erasureDraft,
  genesisDraft,
  glassDraft,
  landedDraft,
  MAIN,
  REPO,
  type Sample,
  signoffDraft,
  verdictDraft,
  violationDraft,
} from '../sample-drafts.ts';
import { DATABASE_FILE, openStore, type Store } from '../store.ts';
import { at, inspection, leftAsItStands, ON_POSTGRESQL, sql } from '../test-bed.ts';
import { QUIET_MS } from './erased.ts';

let dir: string;
let store: Store;
let now: number;

async function open(): Promise<Store> {
  const opened = await openStore({ ...(await at(dir)), clock: () => now });
  if (!opened.ok) throw new Error(opened.error.message);
  return opened.value;
}

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'erased-'));
  now = Date.UTC(2026, 10, 20);
  store = await open();
  await append(genesisDraft());
});
afterEach(async () => {
  await store.close();
  rmSync(dir, { recursive: true, force: true });
});

const answer = (...drafts: readonly EntryDraft[]) => store.ledger.append(() => ok(drafts));
async function append(...drafts: readonly EntryDraft[]): Promise<void> {
  const said = await answer(...drafts);
  if (!said.ok) throw new Error(said.error.message);
}

/** A decision that remembers who stood behind it, and says a word nobody else says. */
function decide(content: string, word: string, more: Partial<Sample> = {}): EntryDraft {
  const draft = decisionDraft({ content, ...more });
  const said = { ...JSON.parse(text(draft.body) ?? ''), title: word, behind: ['ines', 'kim'], contents: [content, `${content} head`] };
  return { ...draft, body: utf8(JSON.stringify(said)) };
}
const digest = (draft: EntryDraft): string => sha256Hex(draft.body);
const erase = (...drafts: readonly EntryDraft[]): EntryDraft => erasureDraft(drafts.map(digest));
const files = (): Buffer =>
  Buffer.concat(
    readdirSync(dir)
      .filter((f) => f.startsWith(DATABASE_FILE) && !f.endsWith('-shm'))
      .map((f) => readFileSync(join(dir, f))),
  );

const TABLES = ['changes', 'sticky', 'pushers', 'signoffs', 'landings', 'nonces', 'verdicts', 'violations'];

/** Every row of every table that any of these entries writes to. */
async function rows(): Promise<readonly string[]> {
  const all: string[] = [];
  for (const t of TABLES) all.push(...(await sql(dir, `select * from ${t}`)).map((row) => `${t} ${JSON.stringify(row)}`).sort());
  return all;
}

it('takes a decision out of the file, its row and its memory, and leaves the log as it was', async () => {
  const draft = decide('x', 'Karin Privatperson', { level: 'agent' });
  await append(draft, decide('y', 'another'), signoffDraft('x', { nonce: 'n1' }));
  const before = await store.ledger.entries(0, 4);
  now += QUIET_MS;
  expect(ON_POSTGRESQL || files().includes('Karin Privatperson')).toBe(true);
  await append(erase(draft));
  expect(files().includes('Karin Privatperson')).toBe(false);
  expect(await store.ledger.body(digest(draft))).toBeNull();
  expect((await store.projections.changes({ limit: 9 })).map((c) => c.title)).toEqual(['another']);
  expect(await store.projections.memory.pushers({ repo: REPO, contents: ['x', 'y'] })).toEqual(['ines', 'kim']);
  expect(await store.projections.memory.pushers({ repo: REPO, contents: ['x'] })).toEqual([]);
  expect(await store.projections.memory.marks({ repo: REPO, targetRef: MAIN, since: 0 })).toEqual([]);
  expect(await store.ledger.entries(0, 4)).toEqual(before);
  const key = parseVkey(store.logVerifierKey ?? '');
  expect(verifyProof((await store.ledger.proof(1)) ?? '', before[1]?.bytes ?? utf8(''), key.ok ? [key.value] : []).ok).toBe(true);
  expect(await store.audit()).toEqual([]);
});

if (!ON_POSTGRESQL)
  it('goes out of the write-ahead log as soon as nobody reads an older state', async () => {
    const draft = decide('x', 'Karin Privatperson');
    await append(draft);
    now += QUIET_MS;
    const reader = await inspection(dir);
    await append(erase(draft));
    expect(files().includes('Karin Privatperson')).toBe(true);
    await reader.close();
    await append(violationDraft('next'));
    expect(files().includes('Karin Privatperson')).toBe(false);
  });

it('survives a rebuild and another start, and a change erased lives on when it is decided again', async () => {
  const draft = decide('x', 'first');
  const began = now;
  await append(draft);
  now += QUIET_MS;
  await append(erase(draft));
  const before = await rows();
  expect(await store.rebuild()).toMatchObject({ ok: true });
  expect(await rows()).toEqual(before);
  await store.close();
  store = await open();
  expect(await store.audit()).toEqual([]);
  now += 1;
  await append(decide('x', 'second'));
  expect(await store.projections.changes({ id: changeOf('x'), limit: 1 })).toMatchObject([{ title: 'second', createdAt: began }]);
  expect(await store.audit()).toEqual([]);
});

it('keeps the same bytes when they are brought again, and only what came before it is erased', async () => {
  const draft = decide('x', 'the same');
  await append(draft);
  now += QUIET_MS;
  await append(erase(draft));
  await append(draft);
  expect(await store.ledger.body(digest(draft))).toEqual(draft.body);
  expect(await store.audit()).toEqual([]);
  now += QUIET_MS;
  await append(erase(draft));
  expect(await store.ledger.body(digest(draft))).toBeNull();
  expect(await store.audit()).toEqual([]);
});

it('erases what was found and not decided, and its row says what the entry says', async () => {
  await append(violationDraft('v'), decide('x', 'word'));
  now += QUIET_MS;
  await append(erase(violationDraft('v'), decide('x', 'word')));
  expect((await rows()).filter((row) => row.startsWith('violations'))).toHaveLength(1);
  expect(await store.audit()).toEqual([]);
});

describe('refuses', () => {
  it.each<[string, EntryDraft]>([
    ['the genesis', genesisDraft()],
    ['an enrolment', enrolmentDraft('pia')],
    ['a sign-off', signoffDraft('x')],
    ['a break-glass', glassDraft('x', 'g')],
    ['the review after one', glassDraft('x', 'r', { of: 'review' })],
    ['a verdict', verdictDraft('x', 'deny')],
    ['a landing', landedDraft('x')],
  ])('to erase %s', async (_, draft) => {
    if (draft.type !== 'genesis') await append(draft);
    expect(await answer(erase(draft))).toMatchObject({
      ok: false,
      error: { code: 'DATA_INVALID', place: `body ${digest(draft)}`, message: expect.stringContaining('never erased') },
    });
    expect(await store.ledger.body(digest(draft))).toEqual(draft.body);
  });

  it('an erasure, and a body that one kept for ever shares', async () => {
    const draft = decide('x', 'word');
    const erasure = erase(draft);
    await append(draft);
    now += QUIET_MS;
    await append(erasure);
    expect(await answer(erase(erasure))).toMatchObject({ ok: false });
    await append({ ...violationDraft('v'), body: verdictDraft('y', 'deny').body }, verdictDraft('y', 'deny'));
    expect(await answer(erase(verdictDraft('y', 'deny')))).toMatchObject({ ok: false });
  });

  it('what nobody brought, what is gone, and what comes in the same append', async () => {
    const draft = decide('x', 'word');
    expect(await answer(erase(draft))).toMatchObject({ ok: false, error: { message: expect.stringContaining('no entry') } });
    expect(await answer(draft, erase(draft))).toMatchObject({ ok: false });
    await append(draft);
    now += QUIET_MS;
    await append(erase(draft));
    expect(await answer(erase(draft))).toMatchObject({ ok: false, error: { message: expect.stringContaining('before') } });
  });

  it('a decision whose mark of AI still counts', async () => {
    const draft = decide('x', 'word', { level: 'agent' });
    await append(draft, verdictDraft('x', 'allow', []), landedDraft('x', []));
    now += STICKY_MS;
    expect(await answer(erase(draft))).toMatchObject({ ok: false, error: { message: expect.stringContaining('counts until 2026-11-27') } });
    now += 1;
    await append(erase(draft));
  });

  it('what an open change is decided by, until it landed or nobody spoke of it for long', async () => {
    const [first, second] = [decide('x', 'first'), decide('x', 'second')];
    await append(first);
    now += QUIET_MS - 1;
    await append(second, signoffDraft('x', { nonce: 'n' }), decide('z', 'other'));
    now += 1;
    for (const draft of [first, second]) {
      const error = { code: 'DATA_INVALID', message: expect.stringContaining('has not landed'), remedy: expect.stringContaining('2027-01-18') };
      expect(await answer(erase(draft))).toMatchObject({ ok: false, error });
    }
    await append(verdictDraft('x', 'allow', ['n']));
    expect(await answer(erase(first))).toMatchObject({ ok: false });
    await append(landedDraft('x', ['n']));
    await append(erase(first, second));
    now += QUIET_MS - 1;
    await append(erase(decide('z', 'other')));
    expect(await store.audit()).toEqual([]);
  });

  it('a request of an open change as well', async () => {
    const request: EntryDraft = { type: 'request', fields: { change: changeOf('x'), stage: 'implementation', state: 'open' }, body: utf8('a name') };
    await append(decide('x', 'word'), request);
    expect(await answer(erase(request))).toMatchObject({ ok: false, error: { message: expect.stringContaining('has not landed') } });
    now += QUIET_MS;
    await append(erase(request));
  });

  it('what a break-glass is reviewed by, however long ago it landed', async () => {
    const draft = decide('x', 'word');
    await append(draft, glassDraft('x', 'g'), verdictDraft('x', 'allow', ['g']), landedDraft('x', ['g']));
    now += 2 * QUIET_MS;
    expect(await answer(erase(draft))).toMatchObject({ ok: false, error: { message: expect.stringContaining('break-glass'), remedy: expect.stringContaining('review') } });
    await append(glassDraft('x', 'r', { of: 'review', signer: 'odin' }));
    await append(erase(draft));
  });

  it('an entry that names other bodies than were signed, and one that is no erasure', async () => {
    const draft = decide('x', 'word');
    await append(draft, decide('y', 'other'));
    expect(await answer(erasureDraft([digest(draft)], { signed: [digest(decide('y', 'other'))] }))).toMatchObject({ ok: false });
    expect(await answer({ ...erase(draft), body: signoffDraft('x').body })).toMatchObject({ ok: false });
    expect(await store.ledger.body(digest(draft))).toEqual(draft.body);
  });
});

it('says of a body that is gone without it, and of one that is not though it should be, that this is a fault', async () => {
  const [x, y] = [decide('x', 'x'), decide('y', 'y')];
  await append(x, y);
  now += QUIET_MS;
  await append(erase(x));
  await store.close();
  await sql(dir, 'delete from bodies where idx = 2');
  await sql(dir, 'insert into bodies values (1, ?)', x.body);
  store = await open();
  expect((await store.audit()).map((p) => p.place)).toEqual(expect.arrayContaining([`body ${digest(x)}`, `body ${digest(y)}`]));
});

/** What an administrator can do who has the database and, where servers share it, the log's key: the entry stands in the log, and is signed with the next start. */
async function smuggled(draft: EntryDraft, gone: number): Promise<void> {
  await store.close();
  const bytes = formatEntry({ type: draft.type, at: now, envelope: digest(draft), fields: draft.fields });
  if (!bytes.ok) throw new Error(bytes.error.message);
  const idx = Number((await sql(dir, 'select max(idx) + 1 as idx from entries'))[0]?.idx);
  await sql(dir, 'insert into entries values (?, ?, ?, ?, ?, ?)', idx, draft.type, now, digest(draft), leafHash(bytes.value), bytes.value);
  await sql(dir, 'insert into bodies values (?, ?)', idx, draft.body);
  await sql(dir, 'delete from bodies where idx = ?', gone);
  await leftAsItStands(dir);
  store = await open();
}

describe('an erasure that does not hold', () => {
  it('is refused: of one trustee, of nobody, of somebody else, and said again', async () => {
    const draft = decide('x', 'word');
    await append(draft, enrolmentDraft('pia'));
    for (const by of [['mara'], ['mara', 'mara'], ['mara', 'pia'], []]) expect(await answer(erasureDraft([digest(draft)], { by }))).toMatchObject({ ok: false });
    expect(await store.ledger.body(digest(draft))).toEqual(draft.body);
    const once = erase(draft);
    now += QUIET_MS;
    await append(once);
    await append(draft);
    expect(await answer(once)).toMatchObject({ ok: false, error: { code: 'ST_NONCE' } });
    expect(await store.ledger.body(digest(draft))).toEqual(draft.body);
  });

  it('and stands in the log all the same excuses no missing body', async () => {
    const draft = decide('x', 'word');
    await append(draft);
    await smuggled(erasureDraft([digest(draft)], { by: ['mara'] }), 1);
    expect((await store.audit()).map((p) => p.place)).toEqual(expect.arrayContaining([`body ${digest(draft)}`, 'entry 2']));
  });

  it('nor does one that was said before, of the same bytes brought again', async () => {
    const draft = decide('x', 'word');
    await append(draft);
    const once = erase(draft);
    now += QUIET_MS;
    await append(once);
    await append(draft);
    expect(await store.audit()).toEqual([]);
    await smuggled(once, 3);
    expect((await store.audit()).map((p) => p.place)).toEqual(expect.arrayContaining([`body ${digest(draft)}`, 'entry 4']));
  });

  it('takes nothing out of the projections, where they are made anew', async () => {
    const draft = decide('x', 'word', { level: 'agent' });
    await append(draft);
    const before = await rows();
    await smuggled(erasureDraft([digest(draft)], { by: ['odin'] }), 99);
    expect(await store.rebuild()).toMatchObject({ ok: true });
    expect(await rows()).toEqual(before);
  });
});

describe('where a statement has lost its bytes', () => {
  it('nobody erases: it may be the one that took the key back', async () => {
    const draft = decide('x', 'word');
    await append(enrolmentDraft('pia'), draft);
    now += QUIET_MS;
    await store.close();
    await sql(dir, 'delete from bodies where idx = 1');
    store = await open();
    expect(await answer(erase(draft))).toMatchObject({ ok: false, error: { code: 'DATA_INVALID', place: 'entry 1', message: expect.stringContaining('lost its bytes') } });
    expect(await store.ledger.body(digest(draft))).toEqual(draft.body);
  });

  it('what was erased before it stays erased, and what came after it excuses nothing', async () => {
    const [x, y] = [decide('x', 'x'), decide('y', 'y')];
    await append(x, y);
    now += QUIET_MS;
    await append(erase(x));
    await append(enrolmentDraft('pia'));
    await append(erase(y));
    expect(await store.audit()).toEqual([]);
    await store.close();
    await sql(dir, 'delete from bodies where idx = 4');
    store = await open();
    const found = await store.audit();
    const places = found.map((p) => p.place);
    expect(found.find((p) => p.place === 'entry 4')?.message).toContain('a statement about who may sign has lost its bytes');
    expect(found.find((p) => p.place === 'entry 5')?.message).toContain('behind a statement whose bytes are lost');
    expect(places).toContain(`body ${digest(y)}`);
    expect(places).not.toContain('entry 3');
    expect(places).not.toContain(`body ${digest(x)}`);
  });

  it("nor does trustees' own word take one out of the log that says who they are", async () => {
    await append(enrolmentDraft('pia'));
    await smuggled(erase(enrolmentDraft('pia')), 1);
    expect((await store.audit()).map((p) => p.place)).toEqual(expect.arrayContaining(['entry 1', 'entry 2']));
  });
});

it('after any history, the rows are those of a replay', { timeout: 60_000 }, async () => {
  const content = fc.constantFrom('p', 'q');
  const step = fc.oneof(
    fc.record({ do: fc.constant('decide' as const), content, outcome: fc.constantFrom('signoff' as const, 'pass' as const, 'refused' as const) }),
    fc.record({ do: fc.constantFrom('sign' as const, 'allow' as const, 'deny' as const, 'land' as const), content }),
    fc.record({ do: fc.constant('erase' as const), which: fc.nat(5) }),
  );
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 24 }), async (steps) => {
      const [mine, decided] = [`run ${run++}`, [] as EntryDraft[]];
      for (const [i, s] of steps.entries()) {
        now += 1;
        if (s.do === 'erase') {
          const [gone] = decided.splice(s.which % Math.max(decided.length, 1), 1);
          now += QUIET_MS;
          if (gone !== undefined) await append(erase(gone));
          continue;
        }
        const c = `${mine} ${s.content}`;
        if (s.do === 'decide') decided.push(decide(c, `${mine} ${i}`, { outcome: s.outcome }));
        const last = decided.at(-1);
        if (s.do === 'decide' && last !== undefined) await append(last);
        if (s.do === 'sign') await append(signoffDraft(c, { nonce: `${c} ${i}` }));
        if (s.do === 'allow') await append(verdictDraft(c, 'allow', [`${c} ${i - 1}`], `${mine} base`));
        if (s.do === 'deny') await append(verdictDraft(c, 'deny'));
        if (s.do === 'land') await append(landedDraft(c, [`${c} ${i - 1}`], `${mine} base`));
      }
      const before = await rows();
      expect(await store.rebuild()).toMatchObject({ ok: true });
      expect(await rows()).toEqual(before);
    }),
    { numRuns: 25 },
  );
  expect(await store.audit()).toEqual([]);
});
