/** The published test vectors of W3C Web Authentication Level 3, sections 16.2 and 16.3: signatures nobody here made. */
import { describe, expect, it } from 'vitest';
import { fromHex, utf8 } from '../base/bytes.ts';
import { type Bytes, sha256 } from '../base/crypto.ts';
import { parseKeyBlob, skEcdsaBlob } from './keys.ts';
import { parseRegistration, verifyRegistration } from './registration.ts';
import { parseSignature, verifyKeySignature } from './signature.ts';
import { parseSshSig, unarmor } from './sshsig.ts';
import { checkBackup, checkChallenge, checkClientData, checkCounter, checkPresence, encodeAssertion, type PasskeyAssertion, wrapAssertion } from './webauthn.ts';

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

  /** Every rule of a signature, on the published bytes with one thing changed: all codes, and SIG_INVALID where the key did not sign that. */
  const judged = (change: (client: string) => string, data: (bytes: Bytes) => Bytes = (b) => b, { origin = '', counted = 0 } = {}): readonly string[] => {
    const client = utf8(change(new TextDecoder().decode(answered.clientDataJSON)));
    const authenticatorData = data(answered.authenticatorData);
    const [flags = 0] = authenticatorData.slice(32);
    const encoded = encodeAssertion({ ...answered, clientDataJSON: client, authenticatorData }, blob, 'vectors', origin === '' ? 'https://example.org' : origin);
    const inner = encoded === undefined ? undefined : unarmor(encoded);
    const outer = inner?.ok ? parseSshSig(inner.value) : undefined;
    const signature = outer?.ok ? parseSignature(key.value, outer.value.signature) : undefined;
    if (signature?.ok !== true || signature.value.client === undefined) throw new Error('it cannot even be written down');
    const backupEligible = ((answered.authenticatorData[32] ?? 0) & 8) !== 0;
    const problems = [
      ...checkClientData(signature.value.client, bytes(authentication.challenge), RP),
      ...checkPresence(signature.value),
      ...checkBackup(flags, { backupEligible }, false),
      ...checkCounter(counted, signature.value.counter),
    ];
    return [...problems.map((p) => p.code), ...(verifyKeySignature(key.value, signature.value, new Uint8Array()) ? [] : ['SIG_INVALID'])];
  };
  const same = (client: string): string => client;
  const flags = (change: (flags: number) => number) => (data: Bytes) => data.map((b, i) => (i === 32 ? change(b) : b));

  it('passes every rule but that its person was not verified', () => expect(judged(same)).toEqual(['WA_UV']));

  it.each<[string, Parameters<typeof judged>, string]>([
    ['2: white space in the prescribed part', [(c) => c.replace('","origin', '", "origin')], 'WA_CLIENTDATA'],
    ['2: another order', [(c) => c.replace(/^{("type":[^,]*),("challenge":[^,]*)/, '{$2,$1')], 'WA_CLIENTDATA'],
    ['2: neither } nor , after crossOrigin', [(c) => c.replace('"crossOrigin":false', '"crossOrigin":false ')], 'WA_CLIENTDATA'],
    ['2: crossOrigin not where it belongs', [(c) => c.replace(',"crossOrigin":false', '').replace(/}$/, ',"x":1,"crossOrigin":false}')], 'WA_CLIENTDATA'],
    ['3: a byte order mark', [(c) => `\ufeff\ufeff${c}`], 'WA_CLIENTDATA'],
    ['3: a key twice', [(c) => c.replace(/}$/, ',"origin":"https://example.org"}')], 'WA_CLIENTDATA'],
    ['3: bytes after the object', [(c) => `${c} {}`], 'WA_CLIENTDATA'],
    ['3: no JSON after the prefix', [(c) => c.replace(/}$/, ',garbage')], 'WA_CLIENTDATA'],
    ['3: another type', [(c) => c.replace('webauthn.get', 'webauthn.create')], 'WA_CLIENTDATA'],
    ['3: another challenge', [(c) => c.replace(/"challenge":"./, '"challenge":"_')], 'WA_CHALLENGE'],
    ['3: the challenge with padding', [(c) => c.replace(/("challenge":"[^"]*)"/, '$1="')], 'WA_CHALLENGE'],
    ['3: another origin', [(c) => c.replace('https://example.org', 'https://example.org.evil.example')], 'WA_ORIGIN'],
    ['3: another port', [(c) => c.replace('https://example.org', 'https://example.org:8443')], 'WA_ORIGIN'],
    ['3: another scheme', [(c) => c.replace('https://', 'http://')], 'WA_ORIGIN'],
    ['3: a wire origin that is not the one inside', [same, undefined, { origin: 'https://evil.example' }], 'WA_ORIGIN'],
    ['3: crossOrigin', [(c) => c.replace('"crossOrigin":false', '"crossOrigin":true')], 'WA_CROSS_ORIGIN'],
    ['3: crossOrigin in words', [(c) => c.replace('"crossOrigin":false', '"crossOrigin":"false"')], 'WA_CROSS_ORIGIN'],
    ['3: topOrigin', [(c) => c.replace(/}$/, ',"topOrigin":"https://example.org"}')], 'WA_CROSS_ORIGIN'],
    ['5: nobody present', [same, flags((f) => f & ~1)], 'WA_UP'],
    ['5: a reserved bit', [same, flags((f) => f | 0x02)], 'SIG_FORMAT'],
    ['5: the other reserved bit', [same, flags((f) => f | 0x20)], 'SIG_FORMAT'],
    ['5: a credential nobody asked for', [same, flags((f) => f | 0x40)], 'SIG_FORMAT'],
    ['5: extensions nobody asked for', [same, (d) => Uint8Array.of(...flags((f) => f | 0x80)(d), 0xa0)], 'SIG_FORMAT'],
    ['6: another word on whether it can be copied', [same, flags((f) => f ^ 0x08)], 'WA_BACKUP'],
    ['6: copied and cannot be', [same, flags((f) => (f & ~0x08) | 0x10)], 'WA_BACKUP'],
    ['8: the counter went back', [same, undefined, { counted: 1 }], 'WA_COUNTER'],
  ])('rule %s is refused', (_, of, code) => expect(judged(...of)).toContain(code));

  it('rule 4 and 7: another relying party, another key, a point off the curve, r or s out of range are refused', () => {
    expect(wrapAssertion({ ...answered, authenticatorData: answered.authenticatorData.map((b, i) => (i === 0 ? b ^ 1 : b)) }, blob, 'vectors')).toMatchObject({
      error: { code: 'WA_RPID' },
    });
    const signature = opened(answered);
    const by = (point: Bytes, rpId = RP.rpId) => {
      const other = parseKeyBlob(skEcdsaBlob(point, rpId));
      return other.ok && verifyKeySignature(other.value, signature, new Uint8Array());
    };
    expect([by(point), by(point, 'evil.example'), by(point.map((b, i) => (i === 64 ? b ^ 1 : b)))]).toEqual([true, false, false]);
    const [zero, order] = ['00'.repeat(32), 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'];
    const raw = Buffer.from(signature.raw).toString('hex');
    const [r, s] = [raw.slice(0, 64), raw.slice(64)];
    for (const wrong of [zero + s, r + zero, order + s, r + order, s + r]) expect(verifyKeySignature(key.value, { ...signature, raw: bytes(wrong) }, new Uint8Array())).toBe(false);
  });

  it('any byte of what was signed, changed, is refused', () => {
    const [data, client] = [answered.authenticatorData.length, answered.clientDataJSON.length];
    const signature = opened(answered);
    const said = signature.client;
    if (said === undefined) throw new Error('no client data');
    for (let i = 32; i < data; i++) {
      const counter = i === 32 ? signature.counter : signature.counter + 2 ** (8 * (36 - i));
      expect(verifyKeySignature(key.value, { ...signature, counter, flags: i === 32 ? signature.flags ^ 0x20 : signature.flags }, new Uint8Array())).toBe(false);
    }
    for (let i = 0; i < client; i++) {
      const clientDataJSON = said.clientDataJSON.map((b, j) => (i === j ? b ^ 1 : b));
      expect(verifyKeySignature(key.value, { ...signature, client: { ...said, clientDataJSON } }, new Uint8Array())).toBe(false);
    }
  });

  it('is no sign-off: these authenticators verified nobody', () => {
    expect(checkPresence(opened(answered)).map((p) => p.code)).toEqual(['WA_UV']);
  });
});
