/** Certificates as a browser reads them, against OpenSSL: issued or not, by every kind of key makers have. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { concat, fromHex, hex, utf8 } from '../../core/base/bytes.ts';
import * as node from '../../core/base/crypto.ts';
import { type Der, partsOf, readDer } from '../../core/signoff/der.ts';
import { leafCertificate, type MakerKey, rootCertificate, testMaker } from '../../testing/maker.ts';
import * as browser from './crypto.ts';

type Bytes = Uint8Array;

const both = (certificate: Bytes, issuer: Bytes): boolean | null => {
  const [ours, theirs] = [browser.certificateIssuedBy(certificate, issuer), node.certificateIssuedBy(certificate, issuer)];
  if (ours !== theirs) expect.fail(`issued: ${ours} here, ${theirs} by OpenSSL: ${hex(certificate)} by ${hex(issuer)}`);
  return ours;
};

const tlv = (tag: number, ...parts: readonly Bytes[]): Bytes => {
  const content = concat(...parts);
  const length = content.length < 128 ? [content.length] : content.length < 256 ? [0x81, content.length] : [0x82, content.length >> 8, content.length & 255];
  return concat(Uint8Array.of(tag, ...length), content);
};
const again = ({ tag, content }: Der): Bytes => tlv(tag, content);
const SIGNED: { readonly [hash: string]: { readonly ec: string; readonly rsa: string } } = {
  sha1: { ec: '06072a8648ce3d0401', rsa: '06092a864886f70d0101050500' },
  sha256: { ec: '06082a8648ce3d040302', rsa: '06092a864886f70d01010b0500' },
  sha384: { ec: '06082a8648ce3d040303', rsa: '06092a864886f70d01010c0500' },
  sha512: { ec: '06082a8648ce3d040304', rsa: '06092a864886f70d01010d0500' },
};

/** The certificate with another key in it, signed anew by this key with this hash. */
function resigned(certificate: Bytes, by: KeyObject, hash: string, spki?: Bytes): Bytes {
  const [tbs] = partsOf(readDer(certificate) ?? { tag: 0, content: certificate }) ?? [];
  const fields = partsOf(tbs ?? { tag: 0, content: certificate }) ?? [];
  const oid = SIGNED[hash]?.[by.asymmetricKeyType === 'rsa' ? 'rsa' : 'ec'] ?? '';
  const algorithm = tlv(0x30, fromHex(oid) ?? new Uint8Array(0));
  const body = tlv(0x30, ...fields.map((f, i) => (i === 2 ? algorithm : i === 6 && spki !== undefined ? spki : again(f))));
  return tlv(0x30, body, algorithm, tlv(0x03, Uint8Array.of(0), new Uint8Array(sign(hash, body, by))));
}

const KEYS: readonly (readonly [string, () => { readonly privateKey: KeyObject; readonly publicKey: KeyObject }])[] = [
  ['P-256', () => generateKeyPairSync('ec', { namedCurve: 'P-256' })],
  ['P-384', () => generateKeyPairSync('ec', { namedCurve: 'P-384' })],
  ['P-521', () => generateKeyPairSync('ec', { namedCurve: 'P-521' })],
  ['RSA 2048', () => generateKeyPairSync('rsa', { modulusLength: 2048 })],
];

describe.each(KEYS)('an issuer with a key of %s', (_, make) => {
  const { privateKey, publicKey } = make();
  const root: MakerKey = rootCertificate();
  const issuer = resigned(root.certificate, privateKey, 'sha256', new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })));
  const leaf = leafCertificate(root).certificate;

  it.each(['sha256', 'sha384', 'sha512'])('issued what it signed with %s, itself too', (hash) => {
    const signed = resigned(leaf, privateKey, hash);
    expect(both(signed, issuer)).toBe(true);
    expect(both(issuer, issuer)).toBe(true);
    expect(both(signed, root.certificate)).toBe(false);
    expect(both(issuer, signed)).toBe(false);
  });

  it('issued nothing with a byte changed', () => {
    const signed = resigned(leaf, privateKey, 'sha256');
    for (let at = 0; at < signed.length; at += 17) expect(both(signed.with(at, (signed[at] ?? 0) ^ 0x11), issuer)).toBe(false);
  });

  it('issued nothing by SHA-1, whatever OpenSSL thinks of it', () => {
    expect(browser.certificateIssuedBy(resigned(leaf, privateKey, 'sha1'), issuer)).toBe(false);
  });
});

describe('who may issue', () => {
  const usage = (bits: number): Bytes => tlv(0x30, fromHex('0603551d0f') ?? new Uint8Array(0), tlv(0x04, tlv(0x03, Uint8Array.of(0, bits))));
  const own = (id: number): Bytes => tlv(0x30, fromHex('0603551d0e') ?? new Uint8Array(0), tlv(0x04, tlv(0x04, Uint8Array.of(id, id, id))));
  const above = (...parts: readonly Bytes[]): Bytes => tlv(0x30, fromHex('0603551d23') ?? new Uint8Array(0), tlv(0x04, tlv(0x30, ...parts)));
  const id = (n: number): Bytes => tlv(0x80, Uint8Array.of(n, n, n));

  it.each<[string, readonly Bytes[], readonly Bytes[], boolean]>([
    ['a key for certificates', [usage(0x04)], [], true],
    ['a key for signatures alone', [usage(0x80)], [], false],
    ['the identifier that is named', [own(7)], [above(id(7))], true],
    ['another identifier', [own(7)], [above(id(8))], false],
    ['no identifier, and one is named', [], [above(id(8))], true],
  ])('%s', (_, ofRoot, ofLeaf, expected) => {
    const root = rootCertificate({ more: ofRoot });
    expect(both(leafCertificate(root, { more: ofLeaf }).certificate, root.certificate)).toBe(expected);
  });

  it('a name is compared', () => {
    const root = rootCertificate();
    const other = leafCertificate(root, { issuer: [['2.5.4.6', 'SE']] });
    expect(both(other.certificate, root.certificate)).toBe(false);
  });

  it('what is no certificate issued nothing', () => {
    for (const none of [new Uint8Array(0), utf8('certificate'), testMaker().leaf.certificate.slice(1)]) {
      expect([both(none, testMaker().root.certificate), both(testMaker().leaf.certificate, none)]).toEqual([false, false]);
    }
  });
});

describe('a signature by the key of a certificate', () => {
  const message = utf8('what was attested');
  const says = (certificate: Bytes, signature: Bytes, of = message): boolean | null => {
    const [ours, theirs] = [browser.verifyP256ByCertificate(certificate, of, signature), node.verifyP256ByCertificate(certificate, of, signature)];
    if (ours !== theirs) expect.fail(`signed: ${ours} here, ${theirs} by OpenSSL`);
    return ours;
  };

  it('holds for P-256 alone', () => {
    const { leaf, root } = testMaker();
    const signature = new Uint8Array(sign('sha256', message, leaf.privateKey));
    expect([says(leaf.certificate, signature), says(root.certificate, signature), says(leaf.certificate, signature, utf8('another'))]).toEqual([true, false, false]);
    for (let at = 0; at < signature.length; at += 5) expect(says(leaf.certificate, signature.with(at, (signature[at] ?? 0) ^ 1))).toBe(false);
    const larger = leafCertificate(root, { curve: 'P-384' });
    expect(says(larger.certificate, new Uint8Array(sign('sha256', message, larger.privateKey)))).toBe(false);
  });
});
