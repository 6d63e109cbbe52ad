/** Taking a signature: what prepare refuses to make, what complete refuses to keep, and which key may answer. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bed, enrolmentBy, openBed, subjectFor } from '../../test/bed/bed.ts';
import { fromBase64, text, utf8 } from '../core/base/bytes.ts';
import { COOL_DOWN } from '../core/signoff/authenticator.ts';
import { statementBytes } from '../core/signoff/build.ts';
import { pae } from '../core/signoff/dsse.ts';
import { fingerprintOf } from '../core/signoff/fingerprint.ts';
import { publicKeyLine } from '../core/signoff/keys.ts';
import { NAMES, type Statement } from '../core/signoff/statement.ts';
import { envelopeOf, softAuthenticator, softSshKey } from '../testing/authenticator.ts';
import { recordEnrolment } from './enrol.ts';
import { type Answers, mayNotSign, prepareSignoff, whetherMaySign } from './prepare.ts';
import { proposeSshKey } from './propose.ts';
import { sealSshsig } from './seal.ts';
import { completeSignoff } from './signoff.ts';

let bed: Bed;
/** A change that drops a table, by ada; pushed and refused. */
let id: string;
let head: string;
const securityKey = softSshKey('sk-ssh-ed25519');

beforeAll(async () => {
  bed = await openBed();
  head = bed.commit({ 'db/a.sql': 'drop table orders;\n' });
  id = (await bed.judged(head)).id ?? '';
});
afterAll(() => bed.close());

const prepare = async (person: string, change: Partial<Answers> = {}) => prepareSignoff(bed.world, id, person, await bed.answers(id, change));
const complete = (envelope: Uint8Array, of = id) => completeSignoff(bed.world, of, envelope);
/** The statement with some words of its predicate exchanged. */
const rewritten = (statement: Uint8Array, change: (said: Statement['predicate']) => Partial<Statement['predicate']>, subject?: Statement['subject']): Uint8Array => {
  const said = JSON.parse(text(statement) ?? '') as Statement;
  return statementBytes({ ...said, subject: subject ?? said.subject, predicate: { ...said.predicate, ...change(said.predicate) } });
};
const aboutKey = (statement: Uint8Array, lie: object): Uint8Array =>
  rewritten(statement, ({ signer }) => ({ signer: { ...signer, credential: { ...signer.credential, ...lie } } }));

it('makes no statement that would fill the memory it waits in', async () => {
  const [head] = [bed.commit({ 'db/long.sql': 'drop table orders;\n' })];
  const id = (await bed.judged(head)).id ?? '';
  const long = { conditions: Array.from({ length: 50 }, () => 'x'.repeat(9_000)) };
  expect(await prepareSignoff(bed.world, id, 'mara', await bed.answers(id, long))).toMatchObject({ ok: false, error: [{ code: 'USAGE', remedy: 'say it shorter' }] });
});

describe('prepare refuses', () => {
  it.each<[string, string, Partial<Answers>, string]>([
    ['a person nobody knows', 'zoe', {}, 'PERSON_UNKNOWN'],
    ['the author', 'ada', {}, 'SOD_AUTHOR'],
    ['somebody too junior', 'ben', {}, 'QUAL_LEVEL'],
    ['a finding without a disposition', 'mara', { dispositions: [] }, 'ST_DISPOSITION'],
    ['a question without an answer', 'mara', { answers: [] }, 'ST_DISPOSITION'],
    ['a question answered with nothing', 'mara', { answers: [{ question: 'reversal', answer: ' ' }] }, 'ST_DISPOSITION'],
    ['an answer to another question', 'mara', { answers: [{ question: 'other', answer: 'restore the snapshot' }] }, 'ST_DISPOSITION'],
    ['conditions in place of a disposition', 'mara', { decision: 'approve_with_conditions', dispositions: [] }, 'ST_DISPOSITION'],
    ['nothing said of what was not checked', 'mara', { notChecked: ' \n' }, 'ST_UNCHECKED'],
    ['a page that is no longer what we would show', 'mara', { presented: '0'.repeat(64) }, 'CONTENT_MISMATCH'],
    ['a key of another kind than any of theirs', 'mara', { credential: { kind: 'demo' } }, 'KEY_UNKNOWN'],
    ['a key that is not theirs', 'mara', { credential: { kind: 'webauthn', keyid: 'SHA256:other' } }, 'KEY_UNKNOWN'],
  ])('%s', async (_, person, change, code) => {
    expect(await prepare(person, change)).toMatchObject({ ok: false, error: expect.arrayContaining([expect.objectContaining({ code })]) });
  });

  it('a change that is not there', async () => {
    expect(await prepareSignoff(bed.world, '0'.repeat(16), 'mara', await bed.answers(id))).toMatchObject({ ok: false, error: [{ code: 'NOT_FOUND' }] });
  });

  it('a disposition without a note, whatever is decided', async () => {
    const { dispositions } = await bed.answers(id);
    const bare = dispositions.map((d) => ({ ...d, note: '  ' }));
    for (const decision of ['approve', 'changes'] as const)
      expect(await prepare('mara', { decision, dispositions: bare })).toMatchObject({
        ok: false,
        error: bare.map(() => ({ code: 'ST_DISPOSITION', message: expect.stringContaining('no note') })),
      });
  });

  it.each(['approve_with_conditions', 'changes'] as const)('%s without a word of what', async (decision) => {
    expect(await prepare('mara', { decision, conditions: [' '] })).toMatchObject({ ok: false, error: [{ code: 'ST_CONDITIONS', place: 'conditions' }] });
  });

  it('says all that is wrong at once', async () => {
    const refused = await prepare('ada', { notChecked: '', dispositions: [] });
    expect(refused.ok ? [] : refused.error.map((p) => p.code)).toEqual(expect.arrayContaining(['SOD_AUTHOR', 'ST_DISPOSITION', 'ST_UNCHECKED']));
  });
});

it('asks less of whoever does not approve', async () => {
  for (const decision of ['changes', 'cannot_judge'] as const) expect(await prepare('mara', { decision, dispositions: [], answers: [] })).toMatchObject({ ok: true });
});

it('says on the page who may sign, and why not', async () => {
  const row = await bed.row(id);
  expect(await whetherMaySign(bed.world, row, null)).toEqual({ canSign: false, why: 'sign in first' });
  expect(await whetherMaySign(bed.world, row, 'mara')).toEqual({ canSign: true, why: '' });
  expect(await whetherMaySign(bed.world, row, 'ben')).toMatchObject({ canSign: false, why: expect.stringContaining('L6') });
  expect(await whetherMaySign(bed.world, { ...row, state: 'landed' }, 'mara')).toMatchObject({ canSign: false });
  const people = [{ id: 'mara', name: 'mara', level: 'L6', teams: [], domains: [], emails: [], accounts: [] }];
  const governance = { roster: { people, agents: [], digest: '' } } as unknown as Parameters<typeof mayNotSign>[2];
  expect(mayNotSign(row, 'mara', governance, [])).toMatchObject([{ code: 'KEY_UNKNOWN' }]);
});

describe('complete refuses', () => {
  it('a signature that was used before, the same statement signed again, and a counter that went back', async () => {
    const statement = await bed.statement('kim', id, { decision: 'changes' });
    const envelope = bed.keys.kim.signEnvelope(statement);
    expect(await complete(envelope)).toMatchObject({ ok: true, value: { complete: false } });
    expect(await complete(envelope)).toMatchObject({ ok: false, error: [{ code: 'ST_NONCE' }] });
    expect(await complete(bed.keys.kim.signEnvelope(statement))).toMatchObject({ ok: false, error: [{ code: 'ST_NONCE' }] });
    await bed.sign('kim', id);
    const back = bed.keys.kim.signEnvelope(await bed.statement('kim', id), { counter: 1 });
    expect(await complete(back)).toMatchObject({ ok: false, error: [{ code: 'WA_COUNTER' }] });
  });

  it.each<[string, (statement: Uint8Array) => Uint8Array, string]>([
    ['an envelope of garbage', () => utf8('{'), 'SIG_FORMAT'],
    ['the key of another person', (s) => bed.keys.noor.signEnvelope(s), 'KEY_UNKNOWN'],
    ['a key nobody enrolled', (s) => softAuthenticator({ rpId: 'countersign.example', origin: 'https://countersign.example' }).signEnvelope(s), 'KEY_UNKNOWN'],
    ['a person who was not verified', (s) => bed.keys.mara.signEnvelope(s, { flags: 1 }), 'WA_UV'],
    ['another page', (s) => bed.keys.mara.signEnvelope(s, { origin: 'https://evil.example' }), 'WA_ORIGIN'],
    [
      'a higher level than enrolled',
      (s) => bed.keys.mara.signEnvelope(rewritten(s, (p) => ({ signer: { ...p.signer, qualification: { ...p.signer.qualification, level: 'L7' } } }))),
      'QUAL_LEVEL',
    ],
    ['the subject of another stage', (s) => bed.keys.mara.signEnvelope(rewritten(s, () => ({ stage: 'deploy' }))), 'ST_TYPE'],
    ['another stage', (s) => bed.keys.mara.signEnvelope(rewritten(s, () => ({ stage: 'deploy' }), [{ name: 'plan', digest: { sha256: '1'.repeat(64) } }])), 'ST_STAGE'],
    ['an intent nobody knows', (s) => bed.keys.mara.signEnvelope(rewritten(s, () => ({ intent: { sha256: '1'.repeat(64) } }))), 'CONTENT_MISMATCH'],
    ['an author left out', (s) => bed.keys.mara.signEnvelope(rewritten(s, (p) => ({ provenance: { ...p.provenance, authors: [] } }))), 'ST_TYPE'],
    ['another tool', (s) => bed.keys.mara.signEnvelope(rewritten(s, (p) => ({ provenance: { ...p.provenance, tools: ['none'] } }))), 'ST_TYPE'],
    ['a session nobody recorded', (s) => bed.keys.mara.signEnvelope(rewritten(s, (p) => ({ provenance: { ...p.provenance, sessions: [{ sha256: '1'.repeat(64) }] } }))), 'ST_TYPE'],
    ['context nobody saw', (s) => bed.keys.mara.signEnvelope(rewritten(s, (p) => ({ presented: { ...p.presented, context: [{ type: 'postmortem', id: 'INC-42' }] } }))), 'ST_TYPE'],
    [
      'a qualification they do not hold',
      (s) => bed.keys.mara.signEnvelope(rewritten(s, (p) => ({ signer: { ...p.signer, qualification: { ...p.signer.qualification, domains: ['everything'] } } }))),
      'ST_TYPE',
    ],
    ['another model of key', (s) => bed.keys.mara.signEnvelope(aboutKey(s, { aaguid: 'ee882879-721c-4913-9775-3dfcce97072a' })), 'KEY_MODEL'],
    ['a key that can be copied', (s) => bed.keys.mara.signEnvelope(aboutKey(s, { backupEligible: true })), 'WA_BACKUP'],
    ['a key that verifies nobody', (s) => bed.keys.mara.signEnvelope(aboutKey(s, { uv: false })), 'WA_UV'],
    ['a passkey of elsewhere', (s) => bed.keys.mara.signEnvelope(aboutKey(s, { rpId: 'evil.example' })), 'WA_RPID'],
    ['a lower tier', (s) => bed.keys.mara.signEnvelope(rewritten(s, (p) => ({ policy: { ...p.policy, tier: 'routine' } }))), 'ST_TIER'],
    ['a statement that has expired', (s) => bed.keys.mara.signEnvelope(rewritten(s, () => ({ expires: '2020-01-01T00:00:00Z' }))), 'ST_EXPIRED'],
    [
      'another roster than the one in force',
      (s) => bed.keys.mara.signEnvelope(rewritten(s, (p) => ({ signer: { ...p.signer, qualification: { ...p.signer.qualification, roster: { sha256: '0'.repeat(64) } } } }))),
      'ST_TYPE',
    ],
    [
      'a statement that names another kind of key',
      (s) => bed.keys.mara.signEnvelope(rewritten(s, (p) => ({ signer: { ...p.signer, credential: { id: '', type: 'sk-ssh', application: null, uv: true } } }))),
      'KEY_MODEL',
    ],
    ['another head', (s) => bed.keys.mara.signEnvelope(rewritten(s, (p) => ({ change: { ...p.change, head: { ...p.change.head, gitCommit: '1'.repeat(40) } } }))), 'ST_TYPE'],
    ['another tree', (s) => bed.keys.mara.signEnvelope(rewritten(s, (p) => ({ change: { ...p.change, head: { ...p.change.head, gitTree: '1'.repeat(40) } } }))), 'ST_TYPE'],
    ['another base', (s) => bed.keys.mara.signEnvelope(rewritten(s, (p) => ({ change: { ...p.change, base: { gitCommit: '1'.repeat(40) } } }))), 'ST_TYPE'],
    ['another merge base', (s) => bed.keys.mara.signEnvelope(rewritten(s, (p) => ({ change: { ...p.change, mergeBase: { gitCommit: '1'.repeat(40) } } }))), 'ST_TYPE'],
    ['no answers, sent past the page', (s) => bed.keys.mara.signEnvelope(rewritten(s, () => ({ answers: [] }))), 'ST_DISPOSITION'],
    [
      'notes left out, sent past the page',
      (s) => bed.keys.mara.signEnvelope(rewritten(s, (p) => ({ dispositions: p.dispositions.map((d) => ({ ...d, note: '' })) }))),
      'ST_DISPOSITION',
    ],
    ['a statement that names another key', (s) => bed.keys.mara.signEnvelope(aboutKey(s, { id: 'other' })), 'KEY_MODEL'],
  ])('%s', async (_, seal, code) => {
    const size = (await bed.world.ledger.entries(0, 1_000)).length;
    expect(await complete(seal(await bed.statement('mara', id)))).toMatchObject({ ok: false, error: expect.arrayContaining([expect.objectContaining({ code })]) });
    expect(await bed.world.ledger.entries(0, 1_000)).toHaveLength(size);
  });

  it('a sign-off of another change', async () => {
    const other = (await bed.judged(bed.commit({ 'db/other.sql': 'drop table orders;\n' }))).id ?? '';
    expect(await complete(bed.keys.mara.signEnvelope(await bed.statement('mara', id)), other)).toMatchObject({
      ok: false,
      error: expect.arrayContaining([expect.objectContaining({ code: 'CONTENT_MISMATCH' })]),
    });
  });
});

describe('a person with several keys', () => {
  beforeAll(async () => {
    const { object, clientData } = securityKey.attestation();
    const attestation = { record: fromBase64(object) ?? new Uint8Array(0), challenge: fromBase64(clientData) ?? new Uint8Array(0) };
    const proposal = await proposeSshKey(bed.world, { person: 'mara', publicKey: `${publicKeyLine(securityKey.blob)} mara@laptop\n`, attestation });
    if (!proposal.ok) throw new Error(JSON.stringify(proposal.error));
    const signed = pae(NAMES.payloadType, proposal.value.statement);
    const by = (['kim', 'pat'] as const).map((f) => ({ keyid: bed.keys[f].keyid, sig: bed.keys[f].signPae(signed) }));
    expect(await recordEnrolment(bed.world, envelopeOf(proposal.value.statement, by))).toMatchObject({ ok: true, value: { person: 'mara', keyid: securityKey.keyid } });
    bed.clock.now += COOL_DOWN;
  });

  const PASSKEY = { type: 'webauthn', rpId: 'countersign.example', aaguid: null, uv: true, backupEligible: false };
  const credentialOf = (statement: Uint8Array) => (JSON.parse(text(statement) ?? '') as Statement).predicate.signer.credential;

  it('is prepared a passkey unless they choose, and may choose the security key', async () => {
    expect(credentialOf(await bed.statement('mara', id))).toEqual({ id: expect.stringMatching(/^[\w-]{43}$/), ...PASSKEY });
    const chosen = await bed.statement('mara', id, { credential: { kind: 'sk-ssh', keyid: securityKey.keyid } });
    expect(credentialOf(chosen)).toEqual({ id: securityKey.keyid, type: 'sk-ssh', application: 'ssh:', uv: true });
  });

  it('signs with the one they chose and no other', async () => {
    const statement = await bed.statement('mara', id, { credential: { kind: 'sk-ssh' } });
    expect(await complete(bed.keys.mara.signEnvelope(statement))).toMatchObject({ ok: false, error: [{ code: 'KEY_MODEL' }] });
    expect(await complete(sealSshsig(statement, securityKey.signPae(pae(NAMES.payloadType, statement), { flags: 1 })))).toMatchObject({ ok: false, error: [{ code: 'WA_UV' }] });
    expect(await complete(sealSshsig(statement, securityKey.signPae(pae(NAMES.payloadType, statement))))).toMatchObject({ ok: true, value: { complete: true } });
    expect((await bed.judged(head)).verdict.codes).toEqual(['OK']);
  });

  it('of one kind: the statement names none, and either may answer', async () => {
    const second = softAuthenticator({ rpId: 'countersign.example', origin: 'https://countersign.example' });
    await recordEnrolment(bed.world, enrolmentBy(bed, subjectFor('noor', 'L6', second), ['kim', 'lee']));
    bed.clock.now += COOL_DOWN;
    const prepared = await prepare('noor');
    expect(prepared).toMatchObject({ ok: true, value: { keys: [{ person: 'noor' }, { person: 'noor' }] } });
    const statement = prepared.ok ? prepared.value.statement : new Uint8Array(0);
    expect(credentialOf(statement)).toEqual({ id: '', ...PASSKEY });
    expect(await complete(second.signEnvelope(statement))).toMatchObject({ ok: true });
  });
});

it('shows the fingerprint of exactly what is signed, and logs nothing that names the signer or ties entries together', async () => {
  const prepared = await prepare('lee');
  if (!prepared.ok) throw new Error(JSON.stringify(prepared.error));
  expect(prepared.value.words).toEqual(fingerprintOf(pae(NAMES.payloadType, prepared.value.statement)));
  const receipt = await complete(bed.keys.lee.signEnvelope(prepared.value.statement));
  if (!receipt.ok) throw new Error(JSON.stringify(receipt.error));
  const [entry] = await bed.world.ledger.entries(receipt.value.index, 1);
  const logged = text(entry?.bytes ?? new Uint8Array(0)) ?? '';
  const nonce = (JSON.parse(text(prepared.value.statement) ?? '') as Statement).predicate.nonce;
  expect(Object.keys(JSON.parse(logged))).toEqual(['v', 'type', 'time', 'envelope', 'change', 'stage', 'decision', 'tier', 'signer', 'complete']);
  for (const secret of ['lee', bed.keys.lee.keyid, nonce]) expect(logged).not.toContain(secret);
  expect(await bed.store.projections.keys({ person: 'lee' })).toMatchObject([{ counter: expect.any(Number) }]);
});
