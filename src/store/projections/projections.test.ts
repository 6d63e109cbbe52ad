import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../core/base/crypto.ts';
import { ok } from '../../core/base/result.ts';
import type { EntryDraft } from '../../flows/ports.ts';
import {
  carryDraft,
  changeOf,
  decisionDraft,
  enrolled,
  enrolmentDraft,
  genesisDraft,
  glassDraft,
  keyidOf,
  landedDraft,
  MAIN,
  ORIGIN,
  ownershipDraft,
  REPO,
  type Sample,
  type SampleSignoff,
  sampleDecision,
  signoffDraft,
  verdictDraft,
  violationDraft,
} from '../sample-drafts.ts';
import { openStore, type Store } from '../store.ts';
import { at } from '../test-bed.ts';

const dir = mkdtempSync(join(tmpdir(), 'projections-'));
let store: Store;
let now = Date.UTC(2026, 10, 20);
let count = 0;
/** A content nobody used yet: the tests share one log. */
let x: string;

beforeAll(async () => {
  const opened = await openStore({ ...(await at(dir)), clock: () => now });
  if (!opened.ok) throw new Error(opened.error.message);
  store = opened.value;
  await append(genesisDraft());
});
beforeEach(() => {
  x = `content ${count++}`;
  now += 1000;
});
afterAll(async () => {
  expect(await store.audit()).toEqual([]);
  await store.close();
  rmSync(dir, { recursive: true });
});

async function append(...drafts: readonly EntryDraft[]): Promise<void> {
  const answer = await store.ledger.append(() => ok(drafts));
  if (!answer.ok) throw new Error(`${answer.error.place}: ${answer.error.message}`);
}

const row = async (content = x) => (await store.projections.changes({ id: changeOf(content), limit: 1 }))[0];
const state = async (content = x) => (await row(content))?.state;
const decide = (more: Partial<Sample> = {}) => decisionDraft({ content: x, ...more });
const sign = (more: SampleSignoff = {}) => signoffDraft(x, { nonce: x, ...more });

describe('changes', () => {
  it.each([
    ['pass', 'passed'],
    ['signoff', 'open'],
    ['refused', 'refused'],
  ] as const)('a decision that says %s makes a change %s', async (outcome, expected) => {
    await append(decide({ outcome }));
    expect(await row()).toEqual({
      id: changeOf(x),
      index: (await store.ledger.entries(0, 10_000)).length - 1,
      state: expected,
      decision: sampleDecision({ content: x, outcome }),
      title: x,
      pusher: 'ines',
      createdAt: now,
      updatedAt: now,
    });
  });

  it('are listed newest decision first, by state and repository, as many as asked', async () => {
    await append(decisionDraft({ content: `${x} a` }), decisionDraft({ content: `${x} b` }));
    await append(decisionDraft({ content: `${x} a` }));
    const newest = await store.projections.changes({ limit: 2, repo: REPO, state: 'open' });
    expect(newest.map((c) => c.title)).toEqual([`${x} a`, `${x} b`]);
    expect(await store.projections.changes({ limit: 2, repo: 'other' })).toEqual([]);
    expect(await store.projections.changes({ limit: 0 })).toEqual([]);
  });

  it('are signed when the last seat is filled, and not before', async () => {
    await append(decide(), sign({ complete: false, nonce: `${x} 1` }));
    expect(await state()).toBe('open');
    await append(sign());
    expect(await state()).toBe('signed');
    await append(decide());
    expect(await state()).toBe('signed');
  });

  it('are not signed by a sign-off that does not approve', async () => {
    await append(decide(), sign({ decision: 'changes' }), sign({ decision: 'cannot_judge' }));
    expect(await state()).toBe('open');
  });

  it('take a sign-off given before the push', async () => {
    await append(sign({ decision: 'approve_with_conditions' }), decide());
    expect(await state()).toBe('signed');
  });

  it.each<[string, Partial<Sample>, SampleSignoff]>([
    ['for a lower tier', { tier: 'critical' }, { tier: 'high' }],
    ['that has expired', {}, { expires: '2026-11-19T00:00:00Z' }],
    ['that is incomplete', {}, { complete: false }],
    ['of a tier nobody knows', {}, JSON.parse('{"tier":"trivial"}')],
  ])('stay open after a sign-off %s', async (_, decision, given) => {
    await append(sign(given), decide(decision));
    expect(await state()).toBe('open');
  });

  it('keep a refusal whoever signs', async () => {
    await append(decide({ outcome: 'refused' }), sign());
    expect(await state()).toBe('refused');
  });

  it('land, and seen again are open again with their first date: a nonce is spent once', async () => {
    const createdAt = now;
    await append(decide(), sign(), verdictDraft(x, 'allow', [x]));
    expect(await state()).toBe('signed');
    await append(landedDraft(x, [x]));
    expect(await state()).toBe('landed');
    now += 5000;
    await append(decide());
    expect(await row()).toMatchObject({ state: 'open', createdAt, updatedAt: now });
  });
});

describe('landings', () => {
  it('are pending once allowed, and spend their nonces by landing', async () => {
    await append(verdictDraft(x, 'allow', [`${x} n2`, `${x} n1`]));
    const [pending] = await store.projections.landings({ nonce: `${x} n1` });
    expect(pending).toMatchObject({ change: changeOf(x), repo: REPO, targetRef: MAIN, nonces: [`${x} n1`, `${x} n2`], index: null });
    expect(await store.projections.landings({ nonce: `${x} n1`, pending: false })).toEqual([]);
    await append(landedDraft(x, [`${x} n1`, `${x} n2`]));
    const [landed] = await store.projections.landings({ nonce: `${x} n2`, pending: false });
    expect(landed).toEqual({ ...pending, index: expect.any(Number) });
    expect(await store.projections.landings({ nonce: `${x} n2`, pending: true })).toEqual([]);
  });

  it('say where a ref stands, and where it was found since; what a review says of it found it nowhere', async () => {
    await append(landedDraft(x, [x]));
    const standing = async () => (await store.projections.memory.standing({ repo: REPO, targetRef: MAIN }))[0];
    const landed = await standing();
    expect(landed).toMatchObject({ targetRef: MAIN, violated: null });
    const found = violationDraft(`${x} found`);
    await append(found);
    await append({ ...violationDraft(`${x} reviewed`), fields: { ...violationDraft(`${x} reviewed`).fields, change: changeOf(x) } });
    expect(await standing()).toEqual({ ...landed, violated: found.fields.new });
  });

  it('say whether a violation of this very body was told, and nothing of any other', async () => {
    const told = violationDraft(`${x} told`);
    const ask = (body: Uint8Array) => store.projections.memory.violation({ body: sha256Hex(body) });
    expect(await ask(told.body)).toBe(false);
    await append(told);
    expect(await ask(told.body)).toBe(true);
    expect(await ask(violationDraft(`${x} other`).body)).toBe(false);
    // Inside an append too, where what it is asked for matters.
    await store.ledger.append(async (state) => {
      expect(await state.memory.violation({ body: sha256Hex(told.body) })).toBe(true);
      return ok([violationDraft(`${x} after`)]);
    });
  });

  it('stay landed when the same push is allowed or recorded again', async () => {
    await append(verdictDraft(x, 'allow', [x]), landedDraft(x, [x]));
    const before = await store.projections.landings({ nonce: x });
    await append(verdictDraft(x, 'allow', [x]), landedDraft(x, [x]));
    expect(await store.projections.landings({ nonce: x })).toEqual(before);
  });

  it('of one nonce on two moves are two', async () => {
    await append(verdictDraft(x, 'allow', [x]), verdictDraft(x, 'allow', [x], 'another base'));
    expect((await store.projections.landings({ nonce: x, pending: true })).length).toBe(2);
  });

  it('are not made by a denial', async () => {
    await append(verdictDraft(x, 'deny', [x]));
    expect(await store.projections.landings({ nonce: x })).toEqual([]);
    expect(await store.projections.landings({ repo: 'other' })).toEqual([]);
  });
});

describe('sticky marks', () => {
  const marks = () => store.projections.memory.marks({ repo: REPO, targetRef: MAIN, since: now });
  const evidence = (slot: 'sticky' | 'trailer', level: 'agent' | 'assisted') => ({ rule: 'r', slot, tool: `tool of ${slot}`, level, trust: 2 as const, matched: '' });

  it('are left by AI levels and by no other', async () => {
    await append(decide({ level: 'unattributed' }), decide({ level: 'human' }));
    expect(await marks()).toEqual([]);
    await append(decide({ level: 'agent', evidence: [evidence('trailer', 'agent')] }));
    const { change } = sampleDecision({ content: x });
    expect(await marks()).toEqual([{ level: 'agent', paths: change.paths, seenOn: change.head, seenAt: now, tool: 'tool of trailer' }]);
  });

  it('are counted from the moment asked', async () => {
    await append(decide({ level: 'suggestion' }));
    expect((await marks()).length).toBe(1);
    now += 1;
    expect(await marks()).toEqual([]);
    expect(await store.projections.memory.marks({ repo: REPO, targetRef: 'refs/heads/other', since: 0 })).toEqual([]);
  });

  it('do not renew themselves', async () => {
    await append(decide({ level: 'agent', evidence: [evidence('sticky', 'agent')] }));
    expect(await marks()).toEqual([]);
    await append(decide({ level: 'agent', evidence: [evidence('sticky', 'agent'), evidence('trailer', 'assisted')] }));
    expect(await marks()).toMatchObject([{ level: 'assisted', tool: 'tool of trailer' }]);
  });
});

it('a change that landed stays landed when the same move is judged again', async () => {
  await append(decide(), verdictDraft(x, 'allow'), landedDraft(x));
  await append(decide(), verdictDraft(x, 'allow'));
  expect(await state()).toBe('landed');
});

describe('keys', () => {
  it('are the founders and whoever was enrolled since', async () => {
    await append(enrolmentDraft('pia', 'L5'));
    expect((await store.projections.keys({})).map((k) => k.person)).toEqual(expect.arrayContaining(['mara', 'odin', 'pia']));
    expect(await store.projections.keys({ person: 'pia' })).toMatchObject([
      {
        index: expect.any(Number),
        person: 'pia',
        name: 'PIA',
        level: 'L5',
        keyid: keyidOf('pia'),
        blob: enrolled('pia').blob,
        kind: 'sk-ssh',
        credentialId: 'cred-pia',
        backupEligible: false,
        counter: 0,
        since: now,
      },
    ]);
    expect(await store.projections.keys({ keyid: 'SHA256:nobody' })).toEqual([]);
  });

  it('keep their counter through a second enrolment', async () => {
    await append(decide(), sign({ counter: 41 }), enrolmentDraft('mara', 'L7'));
    expect(await store.projections.keys({ keyid: keyidOf('mara') })).toMatchObject([{ counter: 41, since: now }]);
  });

  it('count by the key that signed, whatever the hint beside the signature says', async () => {
    await append(decide(), sign({ counter: 43 }));
    expect(await store.projections.keys({ person: 'odin' })).toMatchObject([{ counter: 0 }]);
    expect(await store.projections.keys({ person: 'mara' })).toMatchObject([{ counter: 43 }]);
  });

  it('never move to another person', async () => {
    const draft = enrolmentDraft('pia');
    const stolen = new TextDecoder().decode(draft.body);
    const { payload } = JSON.parse(stolen);
    const other = btoa(atob(payload).replace('urn:person:pia', 'urn:person:eve'));
    await append({ ...draft, body: new TextEncoder().encode(stolen.replace(payload, other)) });
    expect((await store.projections.keys({ keyid: keyidOf('pia') })).map((k) => k.person)).toEqual(['pia']);
    expect(await store.projections.keys({ person: 'eve' })).toEqual([]);
  });
});

describe('break-glass', () => {
  const glass = (where: { change?: string; nonce?: string; landed?: boolean } = {}) => store.projections.breakGlass({ change: changeOf(x), ...where });
  const landings = async () => (await glass()).map((r) => [r.type, r.signer, r.landed]);

  it('is spent by the landing it let through, which starts the clock of its review', async () => {
    await append(decide(), glassDraft(x, `${x} a`), glassDraft(x, `${x} b`, { signer: 'odin' }), glassDraft(x, `${x} c`));
    await append(verdictDraft(x, 'allow', [`${x} a`, `${x} b`], `old ${x}`));
    expect((await glass({ landed: true })).length).toBe(0);
    now += 5_000;
    await append(landedDraft(x, [], `old ${x}`));
    const index = (await glass({ nonce: `${x} a` }))[0]?.landed?.index;
    const landed = { index, at: now };
    expect(await landings()).toEqual([
      ['break-glass', 'mara', landed],
      ['break-glass', 'odin', landed],
      ['break-glass', 'mara', null],
    ]);
    now += 5_000;
    await append(landedDraft(x, [`${x} a`], `old ${x}`), glassDraft(x, `${x} d`, { of: 'review', signer: 'ines' }));
    expect((await landings())[0]).toEqual(['break-glass', 'mara', landed]);
    expect((await landings())[3]).toEqual(['break-glass-review', 'ines', null]);
    expect(await store.audit()).toEqual([]);
  });

  it('moves the counter of the key that signed it', async () => {
    const counter = async () => (await store.projections.keys({ keyid: keyidOf('mara') }))[0]?.counter;
    const next = ((await counter()) ?? 0) + 10;
    await append(glassDraft(x, `${x} a`, { counter: next }));
    expect(await counter()).toBe(next);
  });
});

describe("the author's word", () => {
  it('is found by what it is about and by its nonce, and survives a rebuild', async () => {
    await append(decide(), ownershipDraft(x, `${x} a`), ownershipDraft(x, `${x} b`, { author: 'ben' }), ownershipDraft(`other ${x}`, `${x} c`));
    const { manifest } = sampleDecision({ content: x }).change;
    const found = await store.projections.ownerships({ repo: REPO, manifest });
    expect(found.map((o) => [o.author, o.nonce, o.change, o.targetRef, o.manifest, o.at])).toEqual(
      ['ada', 'ben'].map((author, i) => [author, `${x} ${'ab'[i]}`, changeOf(x), MAIN, manifest, now]),
    );
    expect((await store.projections.ownerships({ nonce: `${x} c` })).map((o) => o.change)).toEqual([changeOf(`other ${x}`)]);
    expect(await store.projections.ownerships({ repo: 'elsewhere', manifest })).toEqual([]);
    expect(await store.audit()).toEqual([]);
  });

  it('moves the counter of the key that signed it, and signs nothing', async () => {
    const next = ((await store.projections.keys({ keyid: keyidOf('mara') }))[0]?.counter ?? 0) + 10;
    await append(decide(), ownershipDraft(x, x, { counter: next }));
    expect((await store.projections.keys({ keyid: keyidOf('mara') }))[0]?.counter).toBe(next);
    expect(await state()).toBe('open');
  });

  it('missing, opens a change again that was signed', async () => {
    const lacking = verdictDraft(x, 'deny');
    await append(decide(), sign());
    expect(await state()).toBe('signed');
    await append({ ...lacking, fields: { ...lacking.fields, codes: ['OWNERSHIP_MISSING'] } });
    expect(await state()).toBe('open');
  });
});

it('carried sign-offs are found by the change they were counted for, and survive a rebuild', async () => {
  await append(decide(), carryDraft(x, sha256Hex(`first ${x}`)), carryDraft(x, sha256Hex(`second ${x}`)), carryDraft(`other ${x}`, sha256Hex(`first ${x}`)));
  const found = await store.projections.memory.carries({ change: changeOf(x) });
  expect(found.map((c) => c.signoff)).toEqual([sha256Hex(`first ${x}`), sha256Hex(`second ${x}`)]);
  expect(found[0]?.index).toBeLessThan(found[1]?.index ?? 0);
  expect(await store.audit()).toEqual([]);
});

it('sign-offs are found by repository, manifest, nonce and body', async () => {
  await append(sign());
  const { change } = sampleDecision({ content: x });
  const [found] = await store.projections.signoffs({ nonce: x });
  expect(found).toMatchObject({
    repo: REPO,
    targetRef: MAIN,
    manifest: change.manifest,
    manifest256: change.manifest256,
    signer: 'mara',
    decision: 'approve',
    tier: 'high',
    at: now,
  });
  expect(found?.expires).toBe(Date.UTC(2100, 0));
  for (const where of [{ manifest: change.manifest }, { body: found?.body ?? '' }, { repo: REPO, nonce: x }]) expect(await store.projections.signoffs(where)).toEqual([found]);
  expect(await store.projections.signoffs({ repo: 'other', nonce: x })).toEqual([]);
});

describe('an entry that does not say what its type must say is never appended', () => {
  const spoiled = (draft: EntryDraft, fields: object): EntryDraft => ({ ...draft, fields: { ...draft.fields, ...fields } });
  const garbled = (draft: EntryDraft, body = 'garbage'): EntryDraft => ({ ...draft, body: new TextEncoder().encode(body) });

  it.each<[string, EntryDraft]>([
    ['a second genesis', genesisDraft(ORIGIN)],
    ['a type nobody knows', JSON.parse('{"type":"wish","fields":{}}')],
    ['an enrolment without envelope', garbled(enrolmentDraft('eve'))],
    ['an enrolment that is a sign-off', { ...enrolmentDraft('eve'), body: signoffDraft('y').body }],
    ['a sign-off that is an enrolment', { ...signoffDraft('y'), body: enrolmentDraft('eve').body }],
    ['a sign-off whose field says another decision', spoiled(signoffDraft('y'), { decision: 'changes' })],
    ['a sign-off that never expires', signoffDraft('y', { expires: 'never' })],
    ['a decision of garbage', garbled(decisionDraft({ content: 'y' }))],
    ['a decision of half a body', garbled(decisionDraft({ content: 'y' }), '{"v":1,"title":"y"}')],
    ['a decision whose field says pass', spoiled(decisionDraft({ content: 'y' }), { outcome: 'pass' })],
    ['a decision without a change', spoiled(decisionDraft({ content: 'y' }), { change: null })],
    ['an allowing verdict without nonces', garbled(verdictDraft('y', 'allow'), '{"v":1}')],
    ['a landing without nonces', garbled(landedDraft('y'), '{"v":1}')],
    ['a verdict without a ref', spoiled(verdictDraft('y', 'deny'), { ref: 1 })],
  ])('%s', async (_, draft) => {
    const size = (await store.ledger.entries(0, 10_000)).length;
    const body = draft.body ?? new Uint8Array(0);
    expect(await store.ledger.append(() => ok([{ ...draft, body }]))).toMatchObject({ ok: false, error: { code: 'DATA_INVALID', place: expect.stringContaining('entry') } });
    expect((await store.ledger.entries(0, 10_000)).length).toBe(size);
  });
});
