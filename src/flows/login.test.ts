/** Signing in opens pages and nothing else: no other signature is a login, and no login is a sign-off. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bed, openBed, RP } from '../../test/bed/bed.ts';
import { base64url, utf8 } from '../core/base/bytes.ts';
import { pae } from '../core/signoff/dsse.ts';
import { challengeOf } from '../core/signoff/sshsig.ts';
import { NAMES } from '../core/signoff/statement.ts';
import { type Misbehaviour, type SoftAuthenticator, softAuthenticator } from '../testing/authenticator.ts';
import { loginChallenge, verifyLogin } from './login.ts';
import { sealAssertion } from './seal.ts';
import { completeSignoff } from './signoff.ts';

let bed: Bed;
let issued: Set<string>;
beforeAll(async () => {
  bed = await openBed();
});
afterAll(() => bed.close());

const take = (ticket: string): boolean => issued.delete(ticket);
const answered = (key: SoftAuthenticator, challenge: Uint8Array, change?: Misbehaviour) => ({ credentialId: base64url(key.credentialId), ...key.get(challenge, change) });
const login = (key: SoftAuthenticator, ticket = 'ticket', change?: Misbehaviour) => {
  issued = new Set(['ticket']);
  return verifyLogin(bed.world, answered(key, loginChallenge(ticket), change), take);
};

it('names the person the passkey is enrolled for, once a ticket', async () => {
  expect(await login(bed.keys.mara)).toEqual({ ok: true, value: { person: 'mara', keyid: bed.keys.mara.keyid } });
  expect(issued.size).toBe(0);
  const assertion = answered(bed.keys.mara, loginChallenge('ticket'));
  issued = new Set(['ticket']);
  expect(await verifyLogin(bed.world, assertion, take)).toEqual({ ok: true, value: { person: 'mara', keyid: bed.keys.mara.keyid } });
  expect(await verifyLogin(bed.world, assertion, take)).toMatchObject({ ok: false, error: [{ code: 'WA_CHALLENGE' }] });
});

describe('refuses', () => {
  it.each<[string, () => ReturnType<typeof login>, string]>([
    ['a passkey nobody enrolled', () => login(softAuthenticator(RP)), 'KEY_UNKNOWN'],
    ['a ticket nobody issued', () => login(bed.keys.mara, 'other'), 'WA_CHALLENGE'],
    ['a challenge that is not ours', () => verifyLogin(bed.world, answered(bed.keys.mara, utf8('ticket')), take), 'WA_CHALLENGE'],
    ['client data that is no JSON', () => login(bed.keys.mara, 'ticket', { clientData: () => '{' }), 'WA_CHALLENGE'],
    ['another origin', () => login(bed.keys.mara, 'ticket', { origin: 'https://evil.example' }), 'WA_ORIGIN'],
    ['a foreign frame', () => login(bed.keys.mara, 'ticket', { crossOrigin: true }), 'WA_CROSS_ORIGIN'],
    ['a person who was not verified', () => login(bed.keys.mara, 'ticket', { flags: 1 }), 'WA_UV'],
    ['a signature of somebody else under her passkey’s name', () => verifyAs(bed.keys.mara, bed.keys.noor), 'SIG_INVALID'],
  ])('%s', async (_, ask, code) => {
    expect(await ask()).toMatchObject({ ok: false, error: expect.arrayContaining([expect.objectContaining({ code })]) });
  });

  function verifyAs(claimed: SoftAuthenticator, signer: SoftAuthenticator): ReturnType<typeof login> {
    issued = new Set(['ticket']);
    return verifyLogin(bed.world, { ...signer.get(loginChallenge('ticket')), credentialId: base64url(claimed.credentialId) }, take);
  }
});

describe('a sign-off and a login', () => {
  it('are never one another', async () => {
    const { id } = await bed.judged(bed.commit({ 'db/a.sql': 'drop table orders;\n' }));
    const statement = await bed.statement('mara', id ?? '');
    const signoff = answered(bed.keys.mara, challengeOf(NAMES.namespace, pae(NAMES.payloadType, statement)));
    issued = new Set(['ticket']);
    expect(await verifyLogin(bed.world, signoff, () => true)).toMatchObject({ ok: false, error: [{ code: 'WA_CHALLENGE' }] });
    const [key] = await bed.store.projections.keys({ person: 'mara' });
    const sealed = sealAssertion(statement, answered(bed.keys.mara, loginChallenge('ticket')), key);
    if (!sealed.ok) throw new Error(JSON.stringify(sealed.error));
    expect(await completeSignoff(bed.world, id ?? '', sealed.value)).toMatchObject({ ok: false, error: [{ code: 'WA_CHALLENGE' }] });
    const right = sealAssertion(statement, signoff, key);
    expect(right.ok && (await completeSignoff(bed.world, id ?? '', right.value))).toMatchObject({ ok: true });
  });

  it('need a passkey: no other key is sealed from an assertion', () => {
    expect(sealAssertion(utf8('{}'), bed.keys.mara.get(utf8('x')), undefined)).toMatchObject({ ok: false, error: [{ code: 'KEY_UNKNOWN' }] });
  });
});
