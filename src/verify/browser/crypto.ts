/**
 * The crypto port for a browser: what core/base/crypto.ts exports, by @noble, for WebCrypto answers only later and everything here
 * answers at once. A build for browsers puts this file in that one's place; a test holds both to the same answers.
 */
import { ed25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import { sha256 as hash256, sha512 as hash512 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { issuedBy, signedByCertificate } from './certificate.ts';

export type Bytes = Uint8Array;

const bytesOf = (data: Bytes | string): Bytes => (typeof data === 'string' ? utf8ToBytes(data) : data);

export const sha256 = (data: Bytes | string): Bytes => hash256(bytesOf(data));
export const sha512 = (data: Bytes | string): Bytes => hash512(bytesOf(data));
export const sha256Hex = (data: Bytes | string): string => bytesToHex(sha256(data));

/**
 * RFC 8032 section 5.1.7 without the cofactor, R compared by its bytes, no key of small order: OpenSSL's rule, to the last odd key. The
 * rule of the library takes more (with the cofactor), and two verifiers would disagree on what the maker of an odd key can make.
 */
export function verifyEd25519(key: Bytes, message: Bytes, signature: Bytes): boolean {
  if (key.length !== 32 || signature.length !== 64) return false;
  return attempt(() => {
    const [r, s] = [signature.slice(0, 32), littleEndian(signature.slice(32))];
    const { Point } = ed25519;
    const order = Point.Fn.ORDER;
    if (s >= order) return false;
    const a = Point.fromBytes(key, true);
    if (a.isSmallOrder()) return false;
    const k = littleEndian(hash512.create().update(r).update(key).update(message).digest()) % order;
    const found = Point.BASE.multiplyUnsafe(s).subtract(a.multiplyUnsafe(k)).toBytes();
    return found.every((b, i) => b === r[i]);
  });
}

/** ES256. Either of the two `s` that make a signature is taken, as OpenSSL takes it. */
export function verifyP256(point: Bytes, message: Bytes, signature: Bytes): boolean {
  if (point.length !== 65 || point[0] !== 4 || signature.length !== 64) return false;
  return attempt(() => p256.verify(signature, message, point, { lowS: false, prehash: true, format: 'compact' }));
}

export const certificateIssuedBy = (certificate: Bytes, issuer: Bytes): boolean | null => attempt(() => issuedBy(certificate, issuer));
export const verifyP256ByCertificate = (certificate: Bytes, message: Bytes, signature: Bytes): boolean | null =>
  attempt(() => signedByCertificate(certificate, message, signature));

const littleEndian = (bytes: Bytes): bigint => BigInt(`0x${bytesToHex(bytes.slice().reverse())}`);

function attempt(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}
