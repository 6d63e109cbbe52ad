/** Who may add a key: founders, two of them, each once, and nobody else; the server least of all. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bed, enrolmentBy, openBed, type PersonName, RP, subjectFor } from '../../test/bed/bed.ts';
import { base64, concat, hex } from '../core/base/bytes.ts';
import { VIRTUAL_AAGUID } from '../core/signoff/attestation.ts';
import { COOL_DOWN } from '../core/signoff/authenticator.ts';
import type { EnrolmentSubject } from '../core/signoff/enrolment.ts';
import { termFrom } from '../core/signoff/enrolment.ts';
import { publicKeyLine, skEd25519Blob } from '../core/signoff/keys.ts';
import { type RevocationWord, revocationStatement, rosterStatement } from '../core/signoff/roster-word.ts';
import { wireString } from '../core/signoff/wire.ts';
import { envelopeOf, type SoftAuthenticator, softAuthenticator, softSshKey } from '../testing/authenticator.ts';
import { evidence, MODEL, type PackedOptions, packedAttestation, testMaker } from '../testing/maker.ts';
import { cosigned } from '../testing/trust-files.ts';
import { recordEnrolment, recordWord } from './enrol.ts';
import { proposePasskey, proposeSshKey } from './propose.ts';
import { completeSignoff } from './signoff.ts';

let bed: Bed;
beforeAll(async () => {
  bed = await openBed();
});
afterAll(() => bed.close());

const fresh = () => softAuthenticator(RP);
const enrol = (signers: readonly PersonName[], person = 'ada', level = 'L4') => recordEnrolment(bed.world, enrolmentBy(bed, subjectFor(person, level, fresh()), signers));

describe('an enrolment', () => {
  it('takes effect when two founders signed it', async () => {
    const key = fresh();
    expect(await recordEnrolment(bed.world, enrolmentBy(bed, subjectFor('ada', 'L4', key), ['kim', 'pat']))).toMatchObject({
      ok: true,
      value: { person: 'ada', keyid: key.keyid },
    });
    expect(await bed.store.projections.keys({ keyid: key.keyid })).toMatchObject([{ person: 'ada', level: 'L4', kind: 'webauthn' }]);
  });

  it.each<[string, readonly PersonName[], string]>([
    ['by one founder', ['kim'], 'QUORUM'],
    ['by one founder twice', ['kim', 'kim'], 'QUORUM'],
    ['by a founder and somebody who is none', ['kim', 'mara'], 'KEY_UNKNOWN'],
    ['by people who are no founders', ['mara', 'noor'], 'KEY_UNKNOWN'],
  ])('%s does not', async (_, signers, code) => {
    const size = (await bed.world.ledger.entries(0, 1_000)).length;
    expect(await enrol(signers)).toMatchObject({ ok: false, error: expect.arrayContaining([expect.objectContaining({ code })]) });
    expect(await bed.world.ledger.entries(0, 1_000)).toHaveLength(size);
  });

  it('of a founder does not count that founder', async () => {
    expect(await enrol(['kim', 'lee'], 'kim', 'L7')).toMatchObject({ ok: false, error: [{ code: 'QUORUM' }] });
    expect(await enrol(['kim', 'lee', 'pat'], 'kim', 'L7')).toMatchObject({ ok: true });
  });

  it('of a key that somebody has already is refused', async () => {
    expect(await recordEnrolment(bed.world, enrolmentBy(bed, subjectFor('ada', 'L4', bed.keys.ben), ['kim', 'lee']))).toMatchObject({ ok: false, error: [{ code: 'KEY_MODEL' }] });
  });

  it('of a software authenticator is refused outside demo data', async () => {
    const key = softAuthenticator({ ...RP, demo: true });
    expect(await recordEnrolment(bed.world, enrolmentBy(bed, subjectFor('ada', 'L4', key, 'demo'), ['kim', 'lee']))).toMatchObject({ ok: false, error: [{ code: 'KEY_MODEL' }] });
  });

  it('that the server made alone does nothing: unsigned, or signed by a key of its own', async () => {
    const key = fresh();
    const proposal = await proposeSshKey(bed.world, { person: 'ada', publicKey: publicKeyLine(softSshKey('sk-ecdsa').blob) });
    if (!proposal.ok) throw new Error(JSON.stringify(proposal.error));
    expect(await recordEnrolment(bed.world, envelopeOf(proposal.value.statement, []))).toMatchObject({ ok: false });
    expect(await recordEnrolment(bed.world, key.signEnvelope(proposal.value.statement))).toMatchObject({ ok: false, error: [{ code: 'KEY_UNKNOWN' }] });
  });
});

describe('a key enrolled today', () => {
  const dropped = async () => {
    const head = bed.commit({ [`db/${bed.clock.now}.sql`]: 'drop table orders;\n' });
    const judged = await bed.judged(head);
    return { id: judged.id ?? '', head };
  };
  const wanting = (of: Partial<EnrolmentSubject>) => {
    const key = fresh();
    return { key, subject: { ...subjectFor('mara', 'L6', key), ...of } };
  };
  const signWith = async (key: SoftAuthenticator, id: string) => completeSignoff(bed.world, id, key.signEnvelope(await bed.statement('mara', id)));

  it('signs what is critical tomorrow', async () => {
    const { key, subject } = wanting({});
    expect(await recordEnrolment(bed.world, enrolmentBy(bed, subject, ['kim', 'lee']))).toMatchObject({ ok: true });
    const { id } = await dropped();
    const until = new Date(bed.clock.now + COOL_DOWN).toISOString();
    expect(await signWith(key, id)).toMatchObject({ ok: false, error: [{ code: 'KEY_NOT_YET_VALID', remedy: `sign again from ${until} on` }] });
    bed.clock.now += COOL_DOWN;
    expect(await signWith(key, id)).toMatchObject({ ok: true });
  });

  it('never does where its maker does not vouch for it', async () => {
    const { key, subject } = wanting({ attestation: undefined });
    expect(await recordEnrolment(bed.world, enrolmentBy(bed, subject, ['kim', 'lee']))).toMatchObject({ ok: true });
    bed.clock.now += COOL_DOWN;
    const { id } = await dropped();
    expect(await signWith(key, id)).toMatchObject({ ok: false, error: [{ code: 'KEY_MODEL', message: expect.stringContaining('its maker does not vouch for it') }] });
  });

  it('nor with the attestation of another key', async () => {
    const { key, subject } = wanting({ attestation: fresh().attestation() });
    expect(await recordEnrolment(bed.world, enrolmentBy(bed, subject, ['kim', 'lee']))).toMatchObject({ ok: true });
    bed.clock.now += COOL_DOWN;
    const { id } = await dropped();
    expect(await signWith(key, id)).toMatchObject({ ok: false, error: [{ code: 'KEY_MODEL', message: expect.stringContaining('of another key') }] });
  });

  it('signs until it expires, and its sign-off passes no gate from then on', async () => {
    const { key, subject } = wanting({ expires: new Date(bed.clock.now + 3 * COOL_DOWN).toISOString() });
    expect(await recordEnrolment(bed.world, enrolmentBy(bed, subject, ['kim', 'lee']))).toMatchObject({ ok: true });
    bed.clock.now += 2 * COOL_DOWN;
    const { id, head } = await dropped();
    expect(await signWith(key, id)).toMatchObject({ ok: true });
    expect((await bed.judged(head)).verdict.codes).toEqual(['OK']);
    bed.clock.now += COOL_DOWN;
    expect((await bed.judged(head)).verdict.codes).toContain('KEY_EXPIRED');
    expect(await signWith(key, id)).toMatchObject({ ok: false });
  });
});

describe('what is taken back', () => {
  const origin = 'countersign.example/log';
  const revoke = (of: RevocationWord['of'], by: readonly PersonName[], from = bed.clock.now) =>
    recordWord(
      bed.world,
      'revocation',
      cosigned(
        revocationStatement({ of, from, reason: 'signed in error' }, origin, hex(bed.world.random())),
        by.map((p) => bed.keys[p]),
      ),
    );
  const signed = async (person: PersonName, file: string) => {
    const head = bed.commit({ [file]: 'drop table orders;\n' });
    const { id } = await bed.judged(head);
    const receipt = await bed.sign(person, id ?? '');
    if (!receipt.ok) throw new Error(JSON.stringify(receipt.error));
    return { head, id: id ?? '', digest: receipt.value.digest };
  };

  it('a sign-off, by its signer alone: the gate counts it no more', async () => {
    const { head, digest } = await signed('noor', 'db/back.sql');
    expect((await bed.judged(head)).verdict.codes).toEqual(['OK']);
    expect(await revoke({ signoff: digest }, ['mara'])).toMatchObject({ ok: false, error: [{ code: 'NOT_FOUND' }] });
    expect(await revoke({ signoff: '0'.repeat(64) }, ['noor'])).toMatchObject({ ok: false, error: [{ code: 'NOT_FOUND' }] });
    expect((await bed.judged(head)).verdict.codes).toEqual(['OK']);
    expect(await revoke({ signoff: digest }, ['noor'])).toMatchObject({ ok: true, value: { fields: { of: 'signoff' } } });
    expect(await revoke({ signoff: digest }, ['noor'])).toMatchObject({ ok: false, error: [{ code: 'ST_NONCE' }] });
    expect((await bed.judged(head)).verdict.codes).toEqual(['REV_REVOKED', 'SIGNOFF_MISSING']);
  });

  it('a key, by two founders: nothing it signed passes from then on, and its holder signs no more', async () => {
    const { head } = await signed('noor', 'db/key.sql');
    expect(await revoke({ key: bed.keys.noor.keyid }, ['mara'])).toMatchObject({ ok: false, error: [{ code: 'QUORUM' }] });
    expect(await revoke({ key: bed.keys.noor.keyid }, ['kim', 'lee'])).toMatchObject({ ok: true });
    expect((await bed.judged(head)).verdict.codes).toEqual(['KEY_REVOKED', 'SIGNOFF_MISSING']);
    const other = await bed.judged(bed.commit({ 'db/other.sql': 'drop table orders;\n' }));
    expect(await bed.sign('noor', other.id ?? '')).toMatchObject({ ok: false });
    expect(await bed.store.audit()).toEqual([]);
  });

  it('a key from a day to come: what it signed counts until then, and nothing new is taken from it', async () => {
    const { head, id } = await signed('mara', 'db/until.sql');
    const statement = await bed.statement('mara', id);
    expect(await revoke({ key: bed.keys.mara.keyid }, ['kim', 'lee'], bed.clock.now + 60_000)).toMatchObject({ ok: true });
    expect((await bed.judged(head)).verdict.codes).toEqual(['OK']);
    expect(await completeSignoff(bed.world, id, bed.keys.mara.signEnvelope(statement))).toMatchObject({ ok: false, error: [{ code: 'KEY_REVOKED' }] });
    bed.clock.now += 60_000;
    expect((await bed.judged(head)).verdict.codes).toEqual(['KEY_REVOKED', 'SIGNOFF_MISSING']);
  });

  it('nothing by a word that does not hold: it is not even written down', async () => {
    const size = (await bed.world.ledger.entries(0, 1_000)).length;
    expect(
      await recordWord(
        bed.world,
        'roster',
        cosigned(rosterStatement({ person: 'ada', action: 'trustee', reason: 'x' }, origin, hex(bed.world.random()), termFrom(bed.clock.now)), [bed.keys.kim]),
      ),
    ).toMatchObject({
      ok: false,
      error: [{ code: 'QUORUM' }],
    });
    expect(await bed.world.ledger.entries(0, 1_000)).toHaveLength(size);
  });
});

describe('a proposal', () => {
  it('of a passkey takes name and level from the roster, and the key from its registration', async () => {
    const key = fresh();
    const challenge = new Uint8Array(32).fill(7);
    const made = { person: 'ben', credentialId: 'claimed', ...key.create(challenge) };
    expect(await proposePasskey(bed.world, made, challenge)).toMatchObject({ ok: true, value: { subject: { person: 'ben', level: 'L5', keyid: key.keyid, kind: 'webauthn' } } });
    expect(await proposePasskey(bed.world, made, new Uint8Array(32))).toMatchObject({ ok: false, error: [{ code: 'WA_CHALLENGE' }] });
    expect(await proposePasskey(bed.world, { ...made, person: 'zoe' }, challenge)).toMatchObject({ ok: false, error: [{ code: 'PERSON_UNKNOWN' }] });
  });

  it('keeps what the maker said where somebody could check it, and nothing where only the client’s word is in it', async () => {
    const key = fresh();
    const challenge = new Uint8Array(32).fill(7);
    const { authenticatorData, clientDataJSON } = key.create(challenge, { aaguid: MODEL });
    const made = { person: 'ben', credentialId: 'claimed', authenticatorData, clientDataJSON };
    const of = async (attestationObject: Uint8Array) => {
      const proposal = await proposePasskey(bed.world, { ...made, attestationObject }, challenge);
      if (!proposal.ok) throw new Error(JSON.stringify(proposal.error));
      return proposal.value.subject.attestation;
    };
    const packed = (options: PackedOptions = {}) => packedAttestation(testMaker(), authenticatorData, clientDataJSON, options);
    const kept = packed();
    expect(await of(kept)).toEqual(evidence(kept, clientDataJSON));
    expect(await of(packed({ chain: null }))).toBeUndefined();
    expect(await of(packed({ fmt: 'none' }))).toBeUndefined();
    expect(await of(new Uint8Array(0))).toBeUndefined();
    const other = key.create(challenge);
    expect(await of(packedAttestation(testMaker(), other.authenticatorData, clientDataJSON))).toBeUndefined();
  });

  it('of the virtual authenticator of a browser is refused', async () => {
    const challenge = new Uint8Array(32).fill(7);
    const made = { person: 'ben', credentialId: 'claimed', ...fresh().create(challenge, { aaguid: VIRTUAL_AAGUID }) };
    expect(await proposePasskey(bed.world, made, challenge)).toMatchObject({ ok: false, error: [{ code: 'KEY_MODEL' }] });
    expect(await recordEnrolment(bed.world, enrolmentBy(bed, { ...subjectFor('ada', 'L4', fresh()), aaguid: VIRTUAL_AAGUID }, ['kim', 'lee']))).toMatchObject({
      ok: false,
      error: [{ code: 'KEY_MODEL' }],
    });
  });

  it.each(['sk-ssh-ed25519', 'sk-ecdsa'] as const)('of an %s key reads its line', async (type) => {
    const key = softSshKey(type);
    const proposal = await proposeSshKey(bed.world, { person: 'mara', publicKey: `${publicKeyLine(key.blob)} mara@laptop\n` });
    expect(proposal).toMatchObject({ ok: true, value: { subject: { person: 'mara', level: 'L6', keyid: key.keyid, kind: 'sk-ssh', credentialId: '' } } });
  });

  const plain = base64(concat(wireString('ssh-ed25519'), wireString(new Uint8Array(32))));
  const good = publicKeyLine(softSshKey('sk-ssh-ed25519').blob);
  it.each<[string, string, string]>([
    ['a plain key file', `ssh-ed25519 ${plain}`, 'KEY_PLAIN'],
    ['a key for another application', publicKeyLine(skEd25519Blob(new Uint8Array(32), 'https://x')), 'KEY_MODEL'],
    ['options in front', `no-pty ${good}`, 'SIG_FORMAT'],
    ['two lines', `${good}\n${good}`, 'SIG_FORMAT'],
    ['a type that is not the blob’s', good.replace('sk-ssh-ed25519', 'sk-ecdsa-sha2-nistp256'), 'SIG_FORMAT'],
    ['a line cut short', good.slice(0, -8), 'SIG_FORMAT'],
    ['nothing', '', 'SIG_FORMAT'],
  ])('of %s is refused', async (_, publicKey, code) => {
    expect(await proposeSshKey(bed.world, { person: 'mara', publicKey })).toMatchObject({ ok: false, error: [{ code, place: 'publicKey' }] });
  });
});
