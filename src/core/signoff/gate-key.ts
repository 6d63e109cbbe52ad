/**
 * The gate's key: ECDSA P-256, as a DER SubjectPublicKeyInfo. It signs the PAE itself, as every DSSE verifier expects, and never an SSHSIG:
 * nothing it signs can be taken for a person's word.
 */
import { concat, fromBase64, fromHex } from '../base/bytes.ts';
import { type Bytes, sha256Hex, verifyP256 } from '../base/crypto.ts';
import { derToMpints, mpintsToRaw } from './ecdsa.ts';

/** What stands before the point: SEQUENCE, id-ecPublicKey, prime256v1, BIT STRING (RFC 5480). It has this one spelling in DER. */
const PREFIX = fromHex('3059301306072a8648ce3d020106082a8648ce3d030107034200') ?? new Uint8Array(0);
const POINT = 65;

/** The uncompressed point, 65 bytes; undefined for any other kind of key. */
export function pointOf(spki: Bytes): Bytes | undefined {
  const isP256 = spki.length === PREFIX.length + POINT && PREFIX.every((byte, i) => spki[i] === byte) && spki[PREFIX.length] === 4;
  return isP256 ? spki.slice(PREFIX.length) : undefined;
}

/** The inverse. @param point 65 bytes, 0x04 || X || Y. */
export const spkiOf = (point: Bytes): Bytes => concat(PREFIX, point);

/** Lowercase hex SHA-256 of the DER: a hint to find the key by. */
export const gateKeyId = (spki: Bytes): string => sha256Hex(spki);

/** @param key base64 of the DER. @param signature DER `SEQUENCE { r, s }`. Anything malformed is false. */
export function verifyAsGate(key: string, message: Bytes, signature: Bytes): boolean {
  const point = pointOf(fromBase64(key) ?? new Uint8Array(0));
  const mpints = derToMpints(signature);
  const raw = mpints === undefined ? undefined : mpintsToRaw(mpints);
  return point !== undefined && raw !== undefined && verifyP256(point, message, raw);
}
