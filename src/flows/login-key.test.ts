/** Signing in with a security key: for one server, once asked, by a verified person, and never a sign-off. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bed, enrolmentBy, openBed, RP } from '../../test/bed/bed.ts';
import { base64 } from '../core/base/bytes.ts';
import type { Bytes } from '../core/base/crypto.ts';
import type { EnrolmentSubject } from '../core/signoff/enrolment.ts';
import { FLAGS } from '../core/signoff/signature.ts';
import { NAMES } from '../core/signoff/statement.ts';
import { type SoftSshKey, softSshKey } from '../testing/authenticator.ts';
import { recordEnrolment } from './enrol.ts';
import { LOGIN_NAMESPACE, loginMessage, verifyKeyLogin } from './login-key.ts';

let bed: Bed;
const keys = { ed25519: softSshKey('sk-ssh-ed25519'), ecdsa: softSshKey('sk-ecdsa') };
beforeAll(async () => {
  bed = await openBed();
  for (const key of Object.values(keys)) {
    const terms = { kind: 'sk-ssh' as const, credentialId: '', aaguid: '', backupEligible: false, counter: 0 };
    const subject: EnrolmentSubject = { person: 'noor', name: 'noor', level: 'L6', keyid: key.keyid, blob: base64(key.blob), ...terms, attestation: key.attestation() };
    expect(await recordEnrolment(bed.world, enrolmentBy(bed, subject, ['kim', 'lee']))).toMatchObject({ ok: true });
  }
});
afterAll(() => bed.close());

const signed = (key: SoftSshKey, message = loginMessage(RP.origin, 'ticket'), change: Parameters<SoftSshKey['signPae']>[1] = {}) =>
  key.signPae(message, { namespace: LOGIN_NAMESPACE, ...change });

it.each(['ed25519', 'ecdsa'] as const)('names the person an %s key is enrolled for', async (kind) => {
  expect(await verifyKeyLogin(bed.world, signed(keys[kind]), 'ticket')).toEqual({ ok: true, value: { person: 'noor', keyid: keys[kind].keyid } });
});

describe('refuses', () => {
  it.each<[string, () => Bytes, string]>([
    ['a key nobody enrolled', () => signed(softSshKey('sk-ssh-ed25519')), 'KEY_UNKNOWN'],
    ['a passkey of the page', () => bed.keys.mara.signPae(loginMessage(RP.origin, 'ticket'), {}, LOGIN_NAMESPACE), 'KEY_UNKNOWN'],
    ['a sign-in at another server', () => signed(keys.ed25519, loginMessage('https://evil.example', 'ticket')), 'SIG_INVALID'],
    ['another ticket', () => signed(keys.ed25519, loginMessage(RP.origin, 'other')), 'SIG_INVALID'],
    ['a sign-off', () => signed(keys.ed25519, undefined, { namespace: NAMES.namespace }), 'SIG_NAMESPACE'],
    ['a person who was not verified', () => signed(keys.ed25519, undefined, { flags: FLAGS.up }), 'WA_UV'],
    ['nobody there', () => signed(keys.ed25519, undefined, { flags: FLAGS.uv }), 'WA_UP'],
    ['no signature', () => new Uint8Array(8), 'SIG_FORMAT'],
  ])('%s', async (_, make, code) => {
    expect(await verifyKeyLogin(bed.world, make(), 'ticket')).toMatchObject({ ok: false, error: expect.arrayContaining([expect.objectContaining({ code })]) });
  });

  it('two messages that read the same: what a ticket holds ends no line of it', () => {
    expect(loginMessage('https://a.example', 'x')).not.toEqual(loginMessage('https://a.example\nx', ''));
  });
});
