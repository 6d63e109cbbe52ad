/** The author's word end to end without doors: real pushes, real signatures, the ledger as it stands. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bed, openBed, type PersonName, POLICY } from '../../test/bed/bed.ts';
import { text, utf8 } from '../core/base/bytes.ts';
import { sha256Hex } from '../core/base/crypto.ts';
import { parseEntry } from '../core/log/entry.ts';
import type { OwnershipWords } from '../core/signoff/ownership.ts';
import { answerText } from '../server/push-text.ts';
import { dossierOf } from './dossier.ts';
import { ownershipView, prepareOwnership, recordOwnership } from './ownership.ts';
import type { ChangeRow } from './ports.ts';
import { type Answers, prepareSignoff, whetherMaySign } from './prepare.ts';
import { completeSignoff } from './signoff.ts';

const OWNED = POLICY.replaceAll('level: L6 }', 'level: L6, ownership: true }');
const WORDS: OwnershipWords = { filesRead: 1, ran: ['npm test: passed'], notUnderstood: ['nothing'], assumptions: [{ text: 'the backup is fresh', holds: 'unknown' }] };

let bed: Bed;
let count = 0;
beforeAll(async () => {
  bed = await openBed('production', OWNED);
});
afterAll(async () => {
  expect(await bed.store.audit()).toEqual([]);
  await bed.close();
});

const files = (): { readonly [path: string]: string } => ({ [`db/own${++count}.sql`]: 'drop table orders;\n' });
async function refusedPush(what = files(), by = 'ada', pusher = by): Promise<{ head: string; id: string }> {
  const head = bed.commit(what, { by });
  const { id, verdict } = await bed.judged(head, { pusher });
  expect(verdict.codes.slice(0, 2)).toEqual(['OWNERSHIP_MISSING', 'SIGNOFF_MISSING']);
  return { head, id: id ?? '' };
}
async function envelopeOf(person: PersonName, id: string, words = WORDS, change: (statement: string) => string = (s) => s) {
  const prepared = await prepareOwnership(bed.world, id, person, words);
  return prepared.ok ? bed.keys[person].signEnvelope(utf8(change(text(prepared.value.statement) ?? ''))) : prepared;
}
async function own(person: PersonName, id: string, words = WORDS, change?: (statement: string) => string) {
  const envelope = await envelopeOf(person, id, words, change);
  return envelope instanceof Uint8Array ? recordOwnership(bed.world, id, envelope) : envelope;
}
/** A sign-off as a server would prepare it that forgot to ask: all of it is true of the change as it stands. */
async function signedAnyway(person: PersonName, id: string, decision: Answers['decision']): Promise<Uint8Array> {
  const { projections } = bed.world;
  const forgetting = { ...projections, changes: async (where: Parameters<typeof projections.changes>[0]) => (await projections.changes(where)).map(unasked) };
  const world = { ...bed.world, projections: forgetting };
  const row = await bed.row(id);
  const [shown, real] = [(await dossierOf(world.objects, unasked(row)))?.presented ?? '', (await dossierOf(world.objects, row))?.presented ?? ''];
  const prepared = await prepareSignoff(world, id, person, await bed.answers(id, { decision, presented: shown }));
  if (!prepared.ok) throw new Error(JSON.stringify(prepared.error));
  return bed.keys[person].signEnvelope(utf8((text(prepared.value.statement) ?? '').replace(shown, real)));
}
const unasked = (row: ChangeRow): ChangeRow => ({ ...row, decision: { ...row.decision, ownership: null } });
const codesOf = (answer: Awaited<ReturnType<typeof own>>): readonly string[] => (answer.ok ? [] : answer.error.map((p) => p.code));
const verdictOf = async (head: string, pusher = 'ada') => (await bed.judged(head, { pusher })).verdict;

describe('where policy asks the author first', () => {
  it('a push is refused until they have spoken, then until somebody has signed, and lands then', async () => {
    const { head, id } = await refusedPush();
    expect(await own('ada', id)).toMatchObject({ ok: true });
    expect((await verdictOf(head)).codes).toEqual(['SIGNOFF_MISSING']);
    expect(await bed.sign('mara', id)).toMatchObject({ ok: true, value: { complete: true } });
    const verdict = await verdictOf(head);
    expect(verdict).toMatchObject({ verdict: 'allow', codes: ['OK'] });
    expect(verdict.signoffs).toHaveLength(1);
    expect(JSON.stringify(verdict.reasons)).toContain('ada said what they read, ran and do not understand');
    expect(await bed.land(head)).toBe(1);
  });

  it('nobody signs before, whatever they say and whoever prepared it', async () => {
    const { id } = await refusedPush();
    expect(await bed.sign('mara', id)).toMatchObject({ ok: false, error: [{ code: 'OWNERSHIP_MISSING' }] });
    expect(await whetherMaySign(bed.world, await bed.row(id), 'mara')).toMatchObject({
      canSign: false,
      why: expect.stringContaining('before its author has spoken: ada says first'),
    });
    for (const decision of ['approve', 'changes', 'cannot_judge'] as const)
      expect(await completeSignoff(bed.world, id, await signedAnyway('mara', id, decision))).toMatchObject({ ok: false, error: [{ code: 'OWNERSHIP_MISSING' }] });
    await own('ada', id);
    expect(await completeSignoff(bed.world, id, await signedAnyway('mara', id, 'approve'))).toMatchObject({ ok: true, value: { complete: true } });
  });

  it('only whoever is behind the change can own it', async () => {
    const { id } = await refusedPush();
    for (const person of ['mara', 'ben'] as const) expect(codesOf(await own(person, id))).toEqual(['OWNERSHIP_INVALID']);
    const pushed = await refusedPush(files(), 'ada', 'ben');
    expect(codesOf(await own('ben', pushed.id))).toEqual([]);
    expect((await verdictOf(pushed.head, 'ben')).codes).toEqual(['SIGNOFF_MISSING']);
    // Signed by somebody else with a statement of their own making, it is not even kept.
    const prepared = await prepareOwnership(bed.world, id, 'ada', WORDS);
    const said = prepared.ok ? (text(prepared.value.statement) ?? '') : '';
    const inMarasName = bed.keys.mara.signEnvelope(utf8(said.replace('urn:person:ada', 'urn:person:mara')));
    expect(codesOf(await recordOwnership(bed.world, id, inMarasName))).toContain('OWNERSHIP_INVALID');
    expect(codesOf(await recordOwnership(bed.world, id, bed.keys.mara.signEnvelope(utf8(said))))).toContain('KEY_UNKNOWN');
  });

  it('it fills no seat, and a sign-off is none', async () => {
    const { head, id } = await refusedPush();
    const owned = await envelopeOf('ada', id);
    if (!(owned instanceof Uint8Array)) throw new Error('nothing was prepared');
    expect(await completeSignoff(bed.world, id, owned)).toMatchObject({ ok: false, error: [{ code: 'ST_TYPE' }] });
    await recordOwnership(bed.world, id, owned);
    expect((await verdictOf(head)).codes).toEqual(['SIGNOFF_MISSING']);
    const signed = bed.keys.mara.signEnvelope(await bed.statement('mara', id));
    expect(codesOf(await recordOwnership(bed.world, id, signed))).toContain('ST_TYPE');
  });

  it('it is for one content: another needs it again, the same on a moved base does not', async () => {
    const what = files();
    const { id } = await refusedPush(what);
    await own('ada', id);
    const [path = ''] = Object.keys(what);
    await refusedPush({ [path]: 'drop table orders;\ndrop table users;\n' });
    const docs = bed.commit({ [`docs/${count}.md`]: 'x\n' });
    await bed.push(docs);
    await bed.land(docs);
    expect((await verdictOf(bed.commit(what, { by: 'ada' }))).codes).toEqual(['SIGNOFF_MISSING']);
  });

  it('it is spent by landing: the same content again needs the word again', async () => {
    const what = files();
    const { head, id } = await refusedPush(what);
    await own('ada', id);
    await bed.sign('mara', id);
    expect((await verdictOf(head)).codes).toEqual(['OK']);
    await bed.land(head);
    const [path = ''] = Object.keys(what);
    const back = bed.commit({ [path]: null });
    await bed.land(back);
    const again = bed.commit(what);
    const { verdict, id: same } = await bed.judged(again);
    expect(same).toBe(id);
    expect(verdict.codes.slice(0, 2)).toEqual(['OWNERSHIP_MISSING', 'ST_NONCE']);
    expect(JSON.stringify(verdict.reasons)).toContain('the ownership statement by ada does not count');
  });

  it('it ends when a sign-off would', async () => {
    const { head, id } = await refusedPush();
    await own('ada', id);
    bed.clock.now += 14 * 24 * 3_600_000 + 1;
    expect((await verdictOf(head)).codes).toEqual(['OWNERSHIP_MISSING', 'ST_EXPIRED', 'SIGNOFF_MISSING']);
  });
});

describe('prepare refuses', () => {
  it.each<[string, Partial<OwnershipWords>]>([
    ['nothing run', { ran: [] }],
    ['a blank run', { ran: ['npm test', ' '] }],
    ['nothing said of what is not understood', { notUnderstood: [] }],
    ['more files than there are', { filesRead: 2 }],
    ['half a file', { filesRead: 0.5 }],
    ['an empty assumption', { assumptions: [{ text: ' ', holds: 'true' }] }],
  ])('%s', async (_, change) => {
    const { id } = await refusedPush();
    expect(codesOf(await own('ada', id, { ...WORDS, ...change }))).toEqual(['OWNERSHIP_INVALID']);
  });

  it('a change that is not there, one that landed, and what is too long to keep', async () => {
    expect(codesOf(await own('ada', '0'.repeat(16)))).toEqual(['NOT_FOUND']);
    const { id } = await refusedPush();
    const long = Array.from({ length: 50 }, () => 'x'.repeat(9_000));
    expect(codesOf(await own('ada', id, { ...WORDS, ran: long }))).toEqual(['USAGE']);
    await own('ada', id);
    await bed.sign('mara', id);
    const { change } = (await bed.row(id)).decision;
    await bed.judged(change.head);
    await bed.land(change.head);
    expect(codesOf(await own('ada', id))).toEqual(['USAGE']);
  });
});

describe('what is handed in', () => {
  it.each<[string, (statement: string) => string, string]>([
    ['stretched', (s) => s.replace(/"expires":"\d{4}/, '"expires":"2099'), 'ST_TYPE'],
    ['of another head', (s) => s.replace(/("head":\{"gitCommit":")[0-9a-f]{40}/, `$1${'0'.repeat(40)}`), 'ST_TYPE'],
    ['of another content', (s) => s.replace(/[0-9a-f]{64}/g, '0'.repeat(64)), 'CONTENT_MISMATCH'],
    ['in other words than the kind has', (s) => s.replace('I stand behind', 'I wrote'), 'ST_TYPE'],
    ['by another kind of key than it names', (s) => s.replace(/"credential":\{[^}]*\}/, '"credential":{"id":"","type":"sk-ssh","application":null,"uv":true}'), 'KEY_MODEL'],
    ['of another model of key', (s) => s.replace('"aaguid":null', '"aaguid":"ee882879-721c-4913-9775-3dfcce97072a"'), 'KEY_MODEL'],
    ['of a key that can be copied', (s) => s.replace('"backupEligible":false', '"backupEligible":true'), 'WA_BACKUP'],
    ['of a key that verifies nobody', (s) => s.replace('"uv":true', '"uv":false'), 'WA_UV'],
    ['with a third subject', (s) => s.replace('"subject":[', `"subject":[{"name":"plan","digest":{"sha256":"${'0'.repeat(64)}"}},`), 'ST_TYPE'],
    ['of more files', (s) => s.replace('"filesTotal":1', '"filesTotal":9'), 'OWNERSHIP_INVALID'],
  ])('%s is not kept', async (_, change, code) => {
    const { id } = await refusedPush();
    const answer = await own('ada', id, WORDS, change);
    expect(codesOf(answer)).toContain(code);
    expect((await ownershipView(bed.world, await bed.row(id), null)).given).toEqual([]);
  });

  it('counts once', async () => {
    const { id } = await refusedPush();
    const envelope = await envelopeOf('ada', id);
    if (!(envelope instanceof Uint8Array)) throw new Error('nothing was prepared');
    expect(codesOf(await recordOwnership(bed.world, id, envelope))).toEqual([]);
    expect(codesOf(await recordOwnership(bed.world, id, envelope))).toEqual(['ST_NONCE']);
  });
});

it('names nobody in the log, and hands out a receipt of it', async () => {
  const { id } = await refusedPush();
  const receipt = await own('ada', id);
  if (!receipt.ok) throw new Error(JSON.stringify(receipt.error));
  const [entry] = await bed.world.ledger.entries(receipt.value.index, 1);
  const said = entry === undefined ? null : parseEntry(entry.bytes);
  expect(said).toMatchObject({ ok: true, value: { type: 'ownership', fields: { change: id } } });
  expect(text(entry?.bytes ?? new Uint8Array())).not.toContain('"ada"');
  const [row] = await bed.world.projections.ownerships({ repo: 'infra', manifest: (await bed.row(id)).decision.change.manifest });
  expect(said?.ok && said.value.fields.author).toBe(sha256Hex(`${row?.nonce}\0ada`));
  expect(receipt.value.receipt).toMatchObject({ index: receipt.value.index, digest: receipt.value.digest, words: expect.any(Array) });
});

it('shows the reviewer what the author said, and the author what is asked', async () => {
  const { id } = await refusedPush();
  const before = await ownershipView(bed.world, await bed.row(id), 'ada');
  expect(before).toMatchObject({ asked: { by: ['destructive'], owners: ['ada'] }, settled: false, given: [], mine: { canOwn: true, why: '' } });
  await own('ada', id);
  const after = await ownershipView(bed.world, await bed.row(id), 'mara');
  expect(after).toMatchObject({
    settled: true,
    given: [{ author: 'ada', problems: [], said: { ran: ['npm test: passed'], read: { files: 1, filesTotal: 1 } } }],
    mine: { canOwn: false },
  });
  expect(await ownershipView(bed.world, await bed.row(id), null)).toMatchObject({ mine: { canOwn: false, why: 'sign in first' } });
});

it('says in the terminal what the author has to do, once', async () => {
  const head = bed.commit(files());
  const answer = await bed.push(head);
  const said = answerText(bed.world.site, 'infra', answer);
  const id = answer.judged[0]?.id;
  expect(said).toContain(
    `\n  first    ada (L4) says first what they read, ran and do not understand (destructive): open the page below, or run countersign own https://countersign.example/changes/${id}\n`,
  );
  expect(said.match(/says first/g)).toHaveLength(1);
});
