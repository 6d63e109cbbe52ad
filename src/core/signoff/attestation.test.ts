import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Misbehaviour, softAuthenticator, softSshKey, sshAuthenticatorData } from '../../testing/authenticator.ts';
import {
  bytesOf,
  type CertificateOptions,
  certificate,
  evidence,
  extension,
  LEAF_NAME,
  leafCertificate,
  type Maker,
  MODEL,
  maker,
  type PackedOptions,
  packedAttestation,
  rootCertificate,
  sshAttestation,
  testMaker,
  tlv,
} from '../../testing/maker.ts';
import { NOW, RP, trustedKey, trustOf } from '../../testing/signoffs.ts';
import { base64, concat, fromBase64, hex, utf8 } from '../base/bytes.ts';
import { type Bytes, sha256 } from '../base/crypto.ts';
import { attestationOf, evidenceOf, sshEvidenceOf, VIRTUAL_AAGUID } from './attestation.ts';
import { AAGUID_EXTENSION, COMMON_NAME, COUNTRY, ORGANISATION, OU, parseCertificate } from './certificate.ts';
import type { AttestationEvidence, AuthenticatorTrust, SignoffTrust, TrustedKey } from './trust.ts';

const key = softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] });
const challenge = utf8('a challenge of ours');
const honest = testMaker();

interface Case {
  readonly from?: Maker;
  readonly packed?: PackedOptions;
  readonly made?: Misbehaviour;
  readonly key?: Partial<TrustedKey>;
  readonly authenticators?: AuthenticatorTrust;
  readonly trust?: Partial<SignoffTrust>;
  readonly change?: (of: AttestationEvidence) => AttestationEvidence;
}

function judged({ from = honest, packed, made = {}, key: of = {}, authenticators = { roots: [from.pin] }, trust = {}, change = (e) => e }: Case = {}) {
  const created = key.create(challenge, { aaguid: MODEL, ...made });
  const attestation = change(evidence(packedAttestation(from, created.authenticatorData, created.clientDataJSON, packed), created.clientDataJSON));
  return attestationOf({ ...trustedKey(key, { since: NOW }), attestation, ...of }, trustOf([], { authenticators, ...trust }));
}
const why = (of: Case): string => {
  const answer = judged(of);
  return answer.ok ? '' : `${answer.error.code}: ${answer.error.message}`;
};
const leaf = (options: CertificateOptions): Case => ({ from: maker(options) });
const without = (name: string) => leaf({ subject: LEAF_NAME.filter(([n]) => n !== name) });
const named = (name: string, value: string) => leaf({ subject: LEAF_NAME.map(([n, v]) => [n, n === name ? value : v] as const) });

describe('a packed attestation', () => {
  it('says which root it leads to and which model it is', () => {
    expect(judged()).toEqual({ ok: true, value: { root: hex(sha256(honest.root.certificate)), aaguid: MODEL } });
  });

  it('counts through intermediates, under a pinned intermediate, and where the attestation certificate itself is pinned', () => {
    const middle = certificate({ subject: [[COMMON_NAME, 'middle']], ca: true, pathLength: 0 }, honest.root);
    const below = leafCertificate(middle);
    const chain = { leaf: below, root: honest.root, pin: honest.pin };
    expect(why({ from: chain, packed: { chain: [below.certificate, middle.certificate] } })).toBe('');
    expect(why({ from: chain, packed: { chain: [below.certificate] } })).toContain('no pinned root');
    expect(why({ from: chain, authenticators: { roots: [base64(middle.certificate)] } })).toBe('');
    expect(why({ authenticators: { roots: [base64(honest.leaf.certificate)] } })).toBe('');
    const alone = certificate({ ca: false });
    expect(why({ from: { leaf: alone, root: alone, pin: base64(alone.certificate) } })).toBe('');
  });

  it('needs no model in the certificate unless models are chosen: then the model is not its own word', () => {
    const quiet = maker({ aaguid: undefined });
    expect(why({ from: quiet })).toBe('');
    expect(why({ from: quiet, authenticators: { roots: [quiet.pin], models: [MODEL] } })).toContain('names no model');
    expect(why({ authenticators: { roots: [honest.pin], models: [MODEL] } })).toBe('');
    expect(why({ authenticators: { roots: [honest.pin], models: ['00000000-0000-0000-0000-000000000001'] } })).toContain('not among those allowed');
  });
});

describe('what is not attested', () => {
  const middle = (options: CertificateOptions) => certificate({ subject: [[COMMON_NAME, 'middle']], ca: true, ...options }, honest.root);
  const through = (issuer: ReturnType<typeof middle>, more: readonly Bytes[] = []): Case => {
    const below = leafCertificate(issuer);
    return { from: { leaf: below, root: honest.root, pin: honest.pin }, packed: { chain: [below.certificate, issuer.certificate, ...more] } };
  };
  const stranger = { ...maker(), pin: honest.pin };
  const twin = { ...honest, leaf: leafCertificate(middle({})) };
  const expired: CertificateOptions = { to: NOW - 1_000 };
  const table: readonly (readonly [string, Case, string])[] = [
    ['no root pinned', { trust: { authenticators: undefined } as never }, 'no pinned root'],
    ['another root', { authenticators: { roots: [maker().pin] } }, 'no pinned root'],
    ['a root of the same name', { authenticators: { roots: [base64(rootCertificate().certificate)] } }, 'no pinned root'],
    ['a pin that is no certificate', { authenticators: { roots: ['!', 'AAAA'] } }, 'no pinned root'],
    ['nothing in the enrolment', { key: { attestation: undefined } as never }, 'does not vouch'],
    ['format none', { packed: { fmt: 'none' } }, 'does not vouch'],
    ['another format', { packed: { fmt: 'tpm' } }, 'does not vouch'],
    ['self-attestation', { packed: { chain: null } }, 'does not vouch'],
    ['an empty chain', { packed: { chain: [] } }, 'does not vouch'],
    ['another algorithm', { packed: { alg: -257 } }, 'does not vouch'],
    ['a signature by another key', { packed: { signature: key.get(challenge).signature } }, 'not signed by its certificate'],
    ['a signature that is none', { packed: { signature: new Uint8Array(70) } }, 'not signed by its certificate'],
    ['version 1', leaf({ version: 1 }), 'version 3'],
    ['version 2', leaf({ version: 2 }), 'version 3'],
    ['no OU', without(OU), 'authenticator attestation'],
    ['another OU', named(OU, 'Authenticator attestation'), 'authenticator attestation'],
    ['two OUs', leaf({ subject: [...LEAF_NAME, [OU, 'Sales']] }), 'authenticator attestation'],
    ['no country', without(COUNTRY), 'name its maker'],
    ['a country in words', named(COUNTRY, 'Sweden'), 'name its maker'],
    ['no organisation', without(ORGANISATION), 'name its maker'],
    ['no name', without(COMMON_NAME), 'name its maker'],
    ['a certificate that is a CA', leaf({ ca: true }), 'could issue others'],
    ['no basic constraints', leaf({ ca: undefined }), 'could issue others'],
    ['the model of another', leaf({ aaguid: '00000000-0000-0000-0000-000000000001' }), 'of another model'],
    ['a model that is critical', leaf({ aaguidCritical: true }), 'of another model'],
    ['a model that is no octet string', leaf({ aaguid: undefined, more: [extension(AAGUID_EXTENSION, bytesOf(MODEL), false)] }), 'of another model'],
    ['a critical extension nobody reads', leaf({ more: [extension('1.2.3.4', tlv(0x05), true)] }), 'critical extension'],
    ['an extension twice', leaf({ more: [extension(AAGUID_EXTENSION, tlv(0x04, bytesOf(MODEL)), false)] }), 'cannot be read'],
    ['a key on another curve', leaf({ curve: 'P-384' }), 'not signed by its certificate'],
    ['a certificate that had expired', leaf(expired), 'not valid when the key was enrolled'],
    ['a certificate of later', leaf({ from: NOW + 1_000 }), 'not valid when the key was enrolled'],
    ['a root that had expired', { from: maker({}, expired) }, 'no pinned root'],
    ['a root that may not issue', { from: maker({}, { ca: false }) }, 'no pinned root'],
    ['an intermediate that had expired', through(middle(expired)), 'not valid when the key was enrolled'],
    ['an intermediate that is no CA', through(middle({ ca: false })), 'may not issue others'],
    ['an intermediate of version 1', through(middle({ version: 1 })), 'may not issue others'],
    ['an intermediate that issued nothing here', { from: stranger, packed: { chain: [stranger.leaf.certificate, middle({}).certificate] } }, 'do not issue one another'],
    ['an intermediate whose name alone fits', { from: twin, packed: { chain: [twin.leaf.certificate, middle({}).certificate] } }, 'do not issue one another'],
    ['of another key', { key: { blob: base64(softAuthenticator({ rpId: RP.rpId, origin: RP.origins[0] }).blob) } }, 'another key'],
    ['made for another relying party', { made: { rpId: 'evil.example' } }, 'another key'],
    ['made with nobody there', { made: { flags: 0x04 } }, 'nobody was present'],
    ['a key that can be copied, enrolled as one that cannot', { made: { flags: 0x0d } }, 'can be copied'],
    ['answered to something else', { made: { clientData: (c) => c.replace('webauthn.create', 'webauthn.get') } }, 'does not vouch'],
    ['the virtual authenticator of a browser', { ...leaf({ aaguid: VIRTUAL_AAGUID }), made: { aaguid: VIRTUAL_AAGUID } }, 'virtual authenticator'],
    ['a passkey offered as a key of ssh', { key: { kind: 'sk-ssh' } }, 'does not vouch'],
    ['a demo key', { key: { kind: 'demo' } }, 'does not vouch'],
    ['other client data', { change: (e) => ({ ...e, clientData: base64(utf8('{"type":"webauthn.create"}')) }) }, 'not signed by its certificate'],
    ['base64 that could be written otherwise', { change: (e) => ({ ...e, clientData: `${e.clientData}=` }) }, 'does not vouch'],
    ['bytes after the object', { change: (e) => ({ ...e, object: base64(concat(fromBase64(e.object) ?? new Uint8Array(0), Uint8Array.of(0))) }) }, 'does not vouch'],
  ];
  it.each(table)('%s', (_, of, said) => expect(why(of)).toMatch(new RegExp(`^KEY_MODEL: .*${said}`)));

  it('a chain one certificate too long for a limit, or for us', () => {
    const first = certificate({ subject: [[COMMON_NAME, 'a']], ca: true, pathLength: 0 }, honest.root);
    const second = certificate({ subject: [[COMMON_NAME, 'b']], ca: true }, first);
    expect(why(through(second, [first.certificate]))).toContain('may not issue others, or not so many');
    const links = [honest.root];
    for (const name of ['a', 'b', 'c', 'd', 'e']) links.unshift(certificate({ subject: [[COMMON_NAME, name]], ca: true }, links[0]));
    const below = leafCertificate(links[0] ?? honest.root);
    const from = { leaf: below, root: honest.root, pin: honest.pin };
    expect(why({ from, packed: { chain: [below, ...links].map((l) => l.certificate) } })).toContain('no pinned root');
  });

  it('the virtual authenticator counts in demo data, like everything there', () => {
    expect(why({ ...leaf({ aaguid: VIRTUAL_AAGUID }), made: { aaguid: VIRTUAL_AAGUID }, trust: { mode: 'demo' } })).toBe('');
  });

  it('anything with one bit flipped', () => {
    const created = key.create(challenge, { aaguid: MODEL });
    const object = packedAttestation(honest, created.authenticatorData, created.clientDataJSON);
    const attested = (o: Bytes, c: Bytes): boolean =>
      attestationOf({ ...trustedKey(key, { since: NOW }), attestation: evidence(o, c) }, trustOf([], { authenticators: { roots: [honest.pin] } })).ok;
    const flipped = (bytes: Bytes, bit: number): Bytes => bytes.map((b, i) => (i === bit >> 3 ? b ^ (1 << (bit & 7)) : b));
    expect(attested(object, created.clientDataJSON)).toBe(true);
    for (let bit = 0; bit < object.length * 8; bit += 3) expect(attested(flipped(object, bit), created.clientDataJSON), `bit ${bit} of the object`).toBe(false);
    for (let bit = 0; bit < created.clientDataJSON.length * 8; bit += 5) expect(attested(object, flipped(created.clientDataJSON, bit))).toBe(false);
  });

  it('never throws, whatever bytes arrive', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.uint8Array({ maxLength: 100 }), fc.constantFrom<TrustedKey['kind']>('webauthn', 'sk-ssh', 'demo'), (o, c, kind) => {
        expect(attestationOf({ ...trustedKey(key), kind, attestation: evidence(o, c) }, trustOf([])).ok).toBe(false);
      }),
    );
  });
});

describe('what an enrolment keeps', () => {
  const created = key.create(challenge, { aaguid: MODEL });
  const object = packedAttestation(honest, created.authenticatorData, created.clientDataJSON);

  it('is what somebody could check one day, of this very registration', () => {
    expect(evidenceOf(object, created.clientDataJSON, created.authenticatorData)).toEqual(evidence(object, created.clientDataJSON));
    expect(evidenceOf(object, created.clientDataJSON, key.create(challenge).authenticatorData)).toBeUndefined();
  });

  it.each([
    ['no attestation', packedAttestation(honest, created.authenticatorData, created.clientDataJSON, { fmt: 'none' })],
    ['self-attestation', packedAttestation(honest, created.authenticatorData, created.clientDataJSON, { chain: null })],
    ['nothing', new Uint8Array(0)],
  ])('is nothing of %s', (_, none) => expect(evidenceOf(none, created.clientDataJSON, created.authenticatorData)).toBeUndefined());
});

describe.each(['sk-ssh-ed25519', 'sk-ecdsa'] as const)('the enrolment record of an %s key', (type) => {
  const ssh = softSshKey(type);
  const data = (application = 'ssh:', change: { flags?: number; blob?: Bytes } = {}) => sshAuthenticatorData(change.blob ?? ssh.blob, application, change.flags);
  const of = (record: Bytes, asked: Bytes = challenge, trust: Partial<SignoffTrust> = {}) =>
    attestationOf({ ...trustedKey(ssh, { kind: 'sk-ssh', since: NOW }), attestation: evidence(record, asked) }, trustOf([], { authenticators: { roots: [honest.pin] }, ...trust }));

  it('is verified like a passkey’s', () => {
    const record = sshAttestation(honest, data(), challenge);
    expect(of(record)).toEqual({ ok: true, value: { root: hex(sha256(honest.root.certificate)), aaguid: MODEL } });
    expect(sshEvidenceOf(record, challenge)).toEqual(evidence(record, challenge));
  });

  it.each<[string, () => ReturnType<typeof of>, string]>([
    ['another challenge', () => of(sshAttestation(honest, data(), challenge), utf8('other')), 'not signed'],
    ['another maker', () => of(sshAttestation(maker(), data(), challenge)), 'no pinned root'],
    ['another application', () => of(sshAttestation(honest, data('ssh:other'), challenge)), 'another key'],
    ['another key', () => of(sshAttestation(honest, data('ssh:', { blob: softSshKey(type).blob }), challenge)), 'another key'],
    ['nobody there', () => of(sshAttestation(honest, data('ssh:', { flags: 0x44 }), challenge)), 'nobody was present'],
    ['an older record', () => of(sshAttestation(honest, data(), challenge, 'ssh-sk-attest-v00')), 'does not vouch'],
    ['a byte more', () => of(concat(sshAttestation(honest, data(), challenge), Uint8Array.of(0))), 'does not vouch'],
    ['flags nobody knows', () => of(sshAttestation(honest, data(), challenge).map((b, i, all) => (i === all.length - 5 ? 1 : b))), 'does not vouch'],
    ['a certificate of no model', () => of(sshAttestation(maker({ version: 1 }), data(), challenge)), 'version 3'],
  ])('of %s counts as none', (_, answer, said) => {
    const got = answer();
    expect(got.ok ? '' : got.error.message).toContain(said);
  });

  it('cut at any byte counts as none, and is not kept', () => {
    const record = sshAttestation(honest, data(), challenge);
    for (let n = 0; n < record.length; n++) expect([of(record.slice(0, n)).ok, sshEvidenceOf(record.slice(0, n), challenge)]).toEqual([false, undefined]);
  });
});

describe('a certificate', () => {
  const der = honest.leaf.certificate;

  it('cut at any byte, or longer by one, is none', () => {
    expect(parseCertificate(der)).toMatchObject({ version: 3, constraints: { ca: false, pathLength: null } });
    for (let n = 0; n < der.length; n++) expect(parseCertificate(der.slice(0, n))).toBeUndefined();
    expect(parseCertificate(concat(der, Uint8Array.of(0)))).toBeUndefined();
  });

  it('says its times to the second, past 2049 too', () => {
    const [from, to] = [Date.UTC(2026, 1, 3, 4, 5, 6), Date.UTC(2055, 0, 1)];
    expect(parseCertificate(rootCertificate({ from, to }).certificate)).toMatchObject({ from, to, constraints: { ca: true } });
  });

  it('never throws', () => fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => parseCertificate(bytes) === undefined)));
});
