/**
 * The crypto port: the only file of core that may import `node:crypto`. A browser build replaces this file by one
 * with the same exports; everything here is synchronous and total (a malformed key or signature is `false`).
 */
import { createPublicKey, hash, verify, X509Certificate } from 'node:crypto';

export type Bytes = Uint8Array;

export const sha256 = (data: Bytes | string): Bytes => digestBytes(hash('sha256', data, 'binary'));
export const sha512 = (data: Bytes | string): Bytes => digestBytes(hash('sha512', data, 'binary'));
export const sha256Hex = (data: Bytes | string): string => hash('sha256', data, 'hex');

/** @param key raw 32-byte Ed25519 public key (RFC 8032). @param signature 64 bytes. */
export function verifyEd25519(key: Bytes, message: Bytes, signature: Bytes): boolean {
  if (key.length !== 32 || signature.length !== 64) return false;
  return attempt(() => {
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: b64url(key) };
    return verify(null, message, createPublicKey({ key: jwk, format: 'jwk' }), signature);
  });
}

/**
 * ECDSA P-256 over SHA-256 (ES256).
 * @param point 65 bytes, 0x04 || X || Y; a point off the curve is refused. @param signature 64 bytes, r || s.
 */
export function verifyP256(point: Bytes, message: Bytes, signature: Bytes): boolean {
  if (point.length !== 65 || point[0] !== 4 || signature.length !== 64) return false;
  return attempt(() => {
    const jwk = { kty: 'EC', crv: 'P-256', x: b64url(point.subarray(1, 33)), y: b64url(point.subarray(33)) };
    return verify('sha256', message, { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' }, signature);
  });
}

/** A character is a byte. Asked for a Buffer, Node takes three times as long over a short message, and half the log is such hashes. */
function digestBytes(binary: string): Bytes {
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/**
 * Whether `issuer` issued the certificate, both DER: names and key identifiers agree, the issuer's key may sign certificates, and it did.
 * Times and the right to be a CA are the caller's to judge. null: this port cannot look into certificates, so nothing is known.
 */
export function certificateIssuedBy(certificate: Bytes, issuer: Bytes): boolean | null {
  return attempt(() => {
    const [below, above] = [new X509Certificate(certificate), new X509Certificate(issuer)];
    return below.checkIssued(above) && below.verify(above.publicKey);
  });
}

/**
 * ES256 by the key of a certificate (DER); a key on another curve or of another kind is refused.
 * @param signature DER. null: this port cannot look into certificates.
 */
export function verifyP256ByCertificate(certificate: Bytes, message: Bytes, signature: Bytes): boolean | null {
  return attempt(() => {
    const { publicKey } = new X509Certificate(certificate);
    return publicKey.asymmetricKeyDetails?.namedCurve === 'prime256v1' && verify('sha256', message, publicKey, signature);
  });
}

const b64url = (b: Bytes): string => Buffer.from(b.buffer, b.byteOffset, b.length).toString('base64url');

function attempt(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}
