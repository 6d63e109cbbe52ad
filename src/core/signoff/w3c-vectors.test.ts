/** The published test vectors of W3C Web Authentication Level 3, sections 16.2 and 16.3: signatures nobody here made. */
import { describe, expect, it } from 'vitest';
import { fromHex, utf8 } from '../base/bytes.ts';
import { type Bytes, sha256 } from '../base/crypto.ts';
import { parseKeyBlob, skEcdsaBlob } from './keys.ts';
import { parseRegistration, verifyRegistration } from './registration.ts';
import { parseSignature, verifyKeySignature } from './signature.ts';
import { parseSshSig, unarmor } from './sshsig.ts';
import { checkChallenge, checkPresence, type PasskeyAssertion, wrapAssertion } from './webauthn.ts';

const bytes = (hex: string): Bytes => fromHex(hex) ?? new Uint8Array();
const RP = { rpId: 'example.org', origins: ['https://example.org'] };
const RP_HASH = 'bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b5';
const clientData = (type: string, challenge: string, extra = ''): Bytes =>
  utf8(`{"type":"webauthn.${type}","challenge":"${Buffer.from(challenge, 'hex').toString('base64url')}","origin":"https://example.org","crossOrigin":false${extra}}`);
const future = (random: string): string =>
  `,"extraData":"clientDataJSON may be extended with additional fields in the future, such as this: ${Buffer.from(random, 'hex').toString('base64url')}"`;

interface Vector {
  readonly aaguid: string;
  readonly credentialId: string;
  readonly x: string;
  readonly y: string;
  readonly registration: { readonly challenge: string; readonly flags: string; readonly extra: string };
  readonly authentication: { readonly challenge: string; readonly flags: string; readonly extra: string; readonly signature: string };
  /** SHA-256 of the client data as printed in the specification. */
  readonly printed: readonly [string, string];
}

const VECTORS: readonly (readonly [string, Vector])[] = [
  [
    'none.ES256',
    {
      aaguid: '8446ccb9ab1db374750b2367ff6f3a1f',
      credentialId: 'f91f391db4c9b2fde0ea70189cba3fb63f579ba6122b33ad94ff3ec330084be4',
      x: 'afefa16f97ca9b2d23eb86ccb64098d20db90856062eb249c33a9b672f26df61',
      y: '930a56b87a2fca66334b03458abf879717c12cc68ed73290af2e2664796b9220',
      registration: { challenge: '00c30fb78531c464d2b6771dab8d7b603c01162f2fa486bea70f283ae556e130', flags: '59', extra: future('06441e0e375c4c1ad70620302532c4e5') },
      authentication: {
        challenge: '39c0e7521417ba54d43e8dc95174f423dee9bf3cd804ff6d65c857c9abf4d408',
        flags: '19',
        extra: '',
        signature: '3046022100f50a4e2e4409249c4a853ba361282f09841df4dd4547a13a87780218deffcd380221008480ac0f0b93538174f575bf11a1dd5d78c6e486013f937295ea13653e331e87',
      },
      printed: ['090d1e7dfd42dcc631e7a4f02070fe3be8a0019a480153e0603d0b7cebc17d98', '676a6e380fd31ea5710705c7be1ac4889b037895d0a25291f51251b7d7b1df02'],
    },
  ],
  [
    'packed-self.ES256',
    {
      aaguid: 'df850e09db6afbdfab51697791506cfc',
      credentialId: '455ef34e2043a87db3d4afeb39bbcb6cc32df9347c789a865ecdca129cbef58c',
      x: 'eb151c8176b225cc651559fecf07af450fd85802046656b34c18f6cf193843c5',
      y: '927b8aa427a2be1b8834d233a2d34f61f13bfd44119c325d5896e183fee484f2',
      registration: { challenge: '7869c2b772d4b58eba9378cf8f29e26cf935aa77df0da89fa99c0bdc0a76f7e5', flags: '5d', extra: future('53d8535ef284d944643276ffd3160756') },
      authentication: {
        challenge: '4478a10b1352348dd160c1353b0d469b5db19eb91c27f7dfa6fed39fe26af20b',
        flags: '09',
        extra: future('8136f9debcfa121496a265c6ce2982d5'),
        signature: '304402203310b9431903c401f1be2bdc8d23a4007682dbbddcf846994947b7f465daf84002204e94dd00047b316061b3b99772b7efd95994a83ef584b3b6b825ea3550251b66',
      },
      printed: ['dba5494aa6958e286220403054776b48578239a1fd3bb5233a0e170bec926dce', '3ca7729f6c9e573e94fea8348130befacd587e99f363944aa3a59c90410f84bf'],
    },
  ],
];

describe.each(VECTORS)('%s', (_, { aaguid, credentialId, x, y, registration, authentication, printed }) => {
  const point = bytes(`04${x}${y}`);
  const made = {
    authenticatorData: bytes(`${RP_HASH}${registration.flags}00000000${aaguid}0020${credentialId}a5010203262001215820${x}225820${y}`),
    clientDataJSON: clientData('create', registration.challenge, registration.extra),
  };
  const answered: PasskeyAssertion = {
    authenticatorData: bytes(`${RP_HASH}${authentication.flags}00000000`),
    clientDataJSON: clientData('get', authentication.challenge, authentication.extra),
    signature: bytes(authentication.signature),
  };
  const blob = skEcdsaBlob(point, RP.rpId);
  const key = parseKeyBlob(blob);
  if (!key.ok) throw new Error(key.error.message);

  const opened = (assertion: PasskeyAssertion) => {
    const wrapped = wrapAssertion(assertion, blob, 'vectors');
    const outer = wrapped.ok ? unarmor(wrapped.value) : wrapped;
    const inner = outer.ok ? parseSshSig(outer.value) : outer;
    const signature = inner.ok ? parseSignature(key.value, inner.value.signature) : inner;
    if (!signature.ok) throw new Error(signature.error.message);
    return signature.value;
  };

  it('is the specification, byte for byte', () => {
    expect([made.clientDataJSON, answered.clientDataJSON].map((b) => Buffer.from(sha256(b)).toString('hex'))).toEqual(printed);
  });

  it('registers the key it names, where the person was verified', () => {
    const parsed = parseRegistration(made.authenticatorData);
    expect(parsed.ok && { ...parsed.value, aaguid: parsed.value.aaguid.replaceAll('-', '') }).toMatchObject({ aaguid, credentialId: bytes(credentialId), point, counter: 0 });
    const verified = verifyRegistration(made, bytes(registration.challenge), RP);
    const wasVerified = (Number.parseInt(registration.flags, 16) & 4) !== 0;
    expect(verified.ok ? [] : verified.error.map((p) => p.code)).toEqual(wasVerified ? [] : ['WA_UV']);
  });

  it('signs, inside the form ssh-keygen reads, what it was asked and nothing else', () => {
    const signature = opened(answered);
    expect(verifyKeySignature(key.value, signature, new Uint8Array())).toBe(true);
    expect(signature.client && checkChallenge(signature.client, bytes(authentication.challenge))).toEqual([]);
    expect(signature.client && checkChallenge(signature.client, bytes(registration.challenge))).toMatchObject([{ code: 'WA_CHALLENGE' }]);
    const later = { ...answered, authenticatorData: answered.authenticatorData.map((b, i) => (i === 36 ? 1 : b)) };
    expect(verifyKeySignature(key.value, opened(later), new Uint8Array())).toBe(false);
    expect(verifyKeySignature(key.value, opened({ ...answered, clientDataJSON: clientData('get', registration.challenge) }), new Uint8Array())).toBe(false);
  });

  it('is no sign-off: these authenticators verified nobody', () => {
    expect(checkPresence(opened(answered)).map((p) => p.code)).toEqual(['WA_UV']);
  });
});
