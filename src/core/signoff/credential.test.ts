/** A word about the key is worth nothing without enrolment and the signed flags: one that differs is refused, whoever says it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { envelopeOf, softAuthenticator, softSshKey } from '../../testing/authenticator.ts';
import { expectationOf, RP, signedBy, signoffBytes, signoffInput, trustedKey, trustOf } from '../../testing/signoffs.ts';
import { utf8 } from '../base/bytes.ts';
import { attestationOf } from './attestation.ts';
import { signoffStatement } from './build.ts';
import { credentialFor } from './credential.ts';
import { pae } from './dsse.ts';
import { parseStatement } from './parse.ts';
import { type Credential, NAMES } from './statement.ts';
import type { SignoffTrust, TrustedKey } from './trust.ts';
import { verifySignoff } from './verify.ts';

const at = { rpId: RP.rpId, origin: RP.origins[0] };
const device = softAuthenticator(at);
const passkey = trustedKey(device, { aaguid: 'ee882879-721c-4913-9775-3dfcce97072a' });
const ssh = softSshKey('sk-ssh-ed25519');
const securityKey = trustedKey(ssh, { kind: 'sk-ssh' });
const plain = ({ attestation: _, ...key }: TrustedKey): TrustedKey => key;

function codes(said: Credential, key: TrustedKey, trust: Partial<SignoffTrust> = {}): readonly string[] {
  const payload = signoffBytes({ signer: { ...signoffInput().signer, credential: said }, policy: { ...signoffInput().policy, tier: 'high' } });
  const sig = key.kind === 'sk-ssh' ? ssh.signPae(pae(NAMES.payloadType, payload)) : device.signPae(pae(NAMES.payloadType, payload));
  const answer = verifySignoff(envelopeOf(payload, [{ keyid: key.keyid, sig }]), trustOf([key], trust), expectationOf({ tier: 'high', counters: 'logged' }));
  return answer.ok ? [] : answer.problems.map((p) => p.code);
}

describe('of a passkey', () => {
  const honest = credentialFor([passkey]);
  it('what enrolment says holds', () => {
    expect(honest).toEqual({ id: 'AQID', type: 'webauthn', rpId: RP.rpId, aaguid: passkey.aaguid, uv: true, backupEligible: false });
    expect(codes(honest, plain(passkey))).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['another key', { id: 'BBBB' }, 'KEY_MODEL'],
    ['another kind of key', { type: 'demo' }, 'KEY_MODEL'],
    ['another relying party', { rpId: 'evil.example' }, 'WA_RPID'],
    ['another model', { aaguid: '00000000-0000-0000-0000-000000000001' }, 'KEY_MODEL'],
    ['no model, of the one key it names', { aaguid: null }, 'KEY_MODEL'],
    ['a key that verifies nobody', { uv: false }, 'WA_UV'],
    ['a key that can be copied', { backupEligible: true }, 'WA_BACKUP'],
    ['nothing of copies, of the one key it names', { backupEligible: null }, 'WA_BACKUP'],
  ])('%s is refused', (_, lie, code) => expect(codes({ ...honest, ...lie } as Credential, plain(passkey))).toEqual([code]));

  it('where any of several may answer, what they differ in may be open, and nothing said of it may be wrong', () => {
    expect(codes({ ...honest, id: '', aaguid: null, backupEligible: null } as Credential, plain(passkey))).toEqual([]);
    expect(codes({ ...honest, id: '' }, plain(passkey))).toEqual([]);
    expect(codes({ ...honest, id: '', aaguid: 'other' } as Credential, plain(passkey))).toEqual(['KEY_MODEL']);
    expect(codes({ ...honest, id: '', backupEligible: true } as Credential, plain(passkey))).toEqual(['WA_BACKUP']);
  });

  it('no model is said of one that was enrolled without', () => {
    const none = plain({ ...passkey, aaguid: '' });
    expect(codes(credentialFor([none]), none)).toEqual([]);
    expect(codes(honest, none)).toEqual(['KEY_MODEL']);
  });

  it('the model is its maker’s word where there is one', () => {
    const attested = attestationOf(passkey, trustOf([passkey]));
    const model = attested.ok ? attested.value.aaguid : '';
    const right = { ...passkey, aaguid: model };
    expect(model).toMatch(/^[0-9a-f-]{36}$/);
    expect(codes(credentialFor([right]), right)).toEqual([]);
    expect(codes(honest, passkey)).toEqual(['KEY_MODEL']);
    expect(codes(honest, passkey, { authenticators: { roots: [] } })).toEqual([]);
  });
});

describe('of a security key of ssh', () => {
  const honest = credentialFor([securityKey]);
  it('what the key itself says holds', () => {
    expect(honest).toEqual({ id: ssh.keyid, type: 'sk-ssh', application: 'ssh:', uv: true });
    expect(codes(honest, securityKey)).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['another key', { id: device.keyid }, 'KEY_MODEL'],
    ['another application', { application: 'ssh:work' }, 'KEY_MODEL'],
    ['no application, of the one key it names', { application: null }, 'KEY_MODEL'],
    ['a key without PIN', { uv: false }, 'WA_UV'],
  ])('%s is refused', (_, lie, code) => expect(codes({ ...honest, ...lie } as Credential, securityKey)).toEqual([code]));

  it('a passkey’s words are refused', () => expect(codes(credentialFor([passkey]), securityKey)).toEqual(['KEY_MODEL']));
});

it('of several keys says only what they have in common, and not which', () => {
  expect(credentialFor([passkey, { ...passkey, credentialId: 'BBBB' }])).toEqual({ ...credentialFor([passkey]), id: '' });
  expect(credentialFor([passkey, { ...passkey, aaguid: 'x', backupEligible: true }])).toEqual({ ...credentialFor([passkey]), id: '', aaguid: null, backupEligible: null });
  const elsewhere = trustedKey(softSshKey('sk-ecdsa', 'ssh:work'), { kind: 'sk-ssh' });
  expect(credentialFor([securityKey, elsewhere])).toEqual({ id: '', type: 'sk-ssh', application: null, uv: true });
});

it('is read with the members of its kind and no others', () => {
  const honest = signoffStatement(signoffInput(signedBy(passkey)));
  const { signer } = honest.predicate;
  const member = fc.constantFrom('id', 'type', 'rpId', 'aaguid', 'uv', 'backupEligible', 'application', 'counter');
  const value = fc.constantFrom<unknown>('', 'ssh:', 'webauthn', 'sk-ssh', 'demo', true, false, null, 0);
  const ofPasskey = (c: Record<string, unknown>) =>
    Object.keys(c).sort().join() === 'aaguid,backupEligible,id,rpId,type,uv' &&
    (c.type === 'webauthn' || c.type === 'demo') &&
    filled(c.rpId) &&
    (c.aaguid === null || filled(c.aaguid));
  const ofSsh = (c: Record<string, unknown>) =>
    Object.keys(c).sort().join() === 'application,id,type,uv' && c.type === 'sk-ssh' && (c.application === null || filled(c.application));
  const filled = (v: unknown): boolean => typeof v === 'string' && v !== '';
  const typed = (c: Record<string, unknown>) =>
    typeof c.id === 'string' && typeof c.uv === 'boolean' && (c.backupEligible === undefined || c.backupEligible === null || typeof c.backupEligible === 'boolean');
  fc.assert(
    fc.property(fc.constantFrom(credentialFor([passkey]), credentialFor([securityKey])), fc.dictionary(member, value, { maxKeys: 2 }), fc.option(member), (base, more, gone) => {
      const credential: Record<string, unknown> = { ...base, ...more };
      if (gone !== null) delete credential[gone];
      const read = parseStatement(utf8(JSON.stringify({ ...honest, predicate: { ...honest.predicate, signer: { ...signer, credential } } })));
      expect(read.ok).toBe(typed(credential) && (ofPasskey(credential) || ofSsh(credential)));
    }),
    { numRuns: 500 },
  );
});
