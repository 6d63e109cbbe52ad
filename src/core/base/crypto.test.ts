import { sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { certificate, rootCertificate, testMaker } from '../../testing/maker.ts';
import { fromHex, utf8 } from './bytes.ts';
import { type Bytes, certificateIssuedBy, sha256Hex, verifyEd25519, verifyP256, verifyP256ByCertificate } from './crypto.ts';

const bytes = (hex: string): Bytes => fromHex(hex) ?? new Uint8Array();
const flipped = (b: Bytes, at: number): Bytes => b.map((byte, i) => (i === at ? byte ^ 1 : byte));

/** RFC 8032 section 7.1, TEST 2. */
const ED = {
  key: bytes('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c'),
  message: bytes('72'),
  signature: bytes('92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00'),
};
/** RFC 6979 appendix A.2.5, SHA-256, "sample". */
const P256 = {
  point: bytes('0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299'),
  message: utf8('sample'),
  signature: bytes('efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8'),
};

test('SHA-256 of "abc", FIPS 180-4', () => expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'));

describe('Ed25519', () => {
  test('the published signature and nothing near it', () => {
    expect(verifyEd25519(ED.key, ED.message, ED.signature)).toBe(true);
    expect(verifyEd25519(ED.key, bytes('73'), ED.signature)).toBe(false);
    expect(verifyEd25519(flipped(ED.key, 0), ED.message, ED.signature)).toBe(false);
    for (const at of [0, 31, 32, 63]) expect(verifyEd25519(ED.key, ED.message, flipped(ED.signature, at))).toBe(false);
  });
  test('an s beyond the order of the group is the same signature twice, so it is none (RFC 8032 section 5.1.7)', () => {
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const s =
      BigInt(
        `0x${[...ED.signature.subarray(32)]
          .reverse()
          .map((b) => b.toString(16).padStart(2, '0'))
          .join('')}`,
      ) + order;
    const beyond = Uint8Array.from([...ED.signature.subarray(0, 32), ...Array.from({ length: 32 }, (_, i) => Number((s >> BigInt(8 * i)) & 255n))]);
    expect(verifyEd25519(ED.key, ED.message, beyond)).toBe(false);
  });
  test.each([0, 31, 33, 64])('a key of %d bytes is none', (n) => expect(verifyEd25519(new Uint8Array(n), ED.message, ED.signature)).toBe(false));
});

describe('P-256', () => {
  test('the published signature and nothing near it', () => {
    expect(verifyP256(P256.point, P256.message, P256.signature)).toBe(true);
    expect(verifyP256(P256.point, utf8('Sample'), P256.signature)).toBe(false);
    for (const at of [0, 31, 32, 63]) expect(verifyP256(P256.point, P256.message, flipped(P256.signature, at))).toBe(false);
  });
  test.each<[string, Bytes]>([
    ['off the curve', flipped(P256.point, 64)],
    ['at infinity', Uint8Array.from({ length: 65 }, (_, i) => (i === 0 ? 4 : 0))],
    ['compressed', P256.point.subarray(0, 33)],
    ['with another prefix', flipped(P256.point, 0)],
    ['of no bytes', new Uint8Array()],
  ])('a point %s verifies nothing, and throws nothing', (_, point) => expect(verifyP256(point, P256.message, P256.signature)).toBe(false));
  test('r or s of zero, and DER, are no signatures', () => {
    expect(verifyP256(P256.point, P256.message, new Uint8Array(64))).toBe(false);
    expect(verifyP256(P256.point, P256.message, P256.signature.subarray(0, 63))).toBe(false);
    expect(verifyP256(P256.point, P256.message, Uint8Array.from([0x30, ...P256.signature]))).toBe(false);
  });
});

describe('certificates', () => {
  const { root, leaf } = testMaker();
  const message = utf8('a message');
  const signature = new Uint8Array(sign('sha256', message, leaf.privateKey));

  it('say who issued them', () => {
    expect(certificateIssuedBy(leaf.certificate, root.certificate)).toBe(true);
    expect(certificateIssuedBy(root.certificate, leaf.certificate)).toBe(false);
    expect(certificateIssuedBy(leaf.certificate, rootCertificate().certificate)).toBe(false);
  });

  it('verify what their key signed', () => {
    expect(verifyP256ByCertificate(leaf.certificate, message, signature)).toBe(true);
    expect(verifyP256ByCertificate(root.certificate, message, signature)).toBe(false);
    expect(verifyP256ByCertificate(leaf.certificate, utf8('another'), signature)).toBe(false);
    const other = certificate({ curve: 'P-384' });
    expect(verifyP256ByCertificate(other.certificate, message, new Uint8Array(sign('sha256', message, other.privateKey)))).toBe(false);
  });

  it('never throw, whatever bytes arrive', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
        expect([certificateIssuedBy(a, root.certificate), certificateIssuedBy(leaf.certificate, b)]).toEqual([false, false]);
        expect([verifyP256ByCertificate(a, message, signature), verifyP256ByCertificate(leaf.certificate, message, b)]).toEqual([false, false]);
      }),
    );
  });
});
