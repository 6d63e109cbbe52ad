/**
 * Certificates for the crypto port of a browser: who issued one, by which key. What OpenSSL's `X509_check_issued` and `X509_verify` ask, for
 * the keys that makers of authenticators have (P-256, P-384, P-521, RSA), and stricter where it is kind: names are equal byte for byte, no
 * SHA-1, no compressed points. The attacker wrote the certificates; a pinned one only stands above them. Source: RFC 5280.
 */
import { p256, p384, p521 } from '@noble/curves/nist.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { concat, equal, fromHex, hex } from '../../core/base/bytes.ts';
import { parseCertificate } from '../../core/signoff/certificate.ts';
import { type Der, oidOf, partsOf, readDer } from '../../core/signoff/der.ts';

type Bytes = Uint8Array;
type Hash = (data: Bytes) => Bytes;

interface Parts {
  /** What is signed, with its header. */
  readonly tbs: Bytes;
  readonly serial: Bytes;
  /** Names, with what is inside them. */
  readonly issuer: Bytes;
  readonly subject: Bytes;
  readonly algorithm: string;
  readonly signature: Bytes;
  readonly key: PublicKey;
  readonly extensions: ReadonlyMap<string, { readonly value: Bytes }>;
}

type PublicKey = { readonly curve: typeof p256; readonly oid: string; readonly point: Bytes } | { readonly modulus: bigint; readonly exponent: bigint; readonly size: number };

const P256 = '1.2.840.10045.3.1.7';
const CURVES: ReadonlyMap<string, { readonly curve: typeof p256; readonly length: number }> = new Map([
  [P256, { curve: p256, length: 65 }],
  ['1.3.132.0.34', { curve: p384, length: 97 }],
  ['1.3.132.0.35', { curve: p521, length: 133 }],
]);
const EC_KEY = '1.2.840.10045.2.1';
const RSA_KEY = '1.2.840.113549.1.1.1';
/** Each with what PKCS #1 v1.5 writes before the digest (RFC 8017 section 9.2). */
const HASHES: ReadonlyMap<string, { readonly hash: Hash; readonly rsa: string | null }> = new Map([
  ['1.2.840.10045.4.3.2', { hash: sha256, rsa: null }],
  ['1.2.840.10045.4.3.3', { hash: sha384, rsa: null }],
  ['1.2.840.10045.4.3.4', { hash: sha512, rsa: null }],
  ['1.2.840.113549.1.1.11', { hash: sha256, rsa: '3031300d060960864801650304020105000420' }],
  ['1.2.840.113549.1.1.12', { hash: sha384, rsa: '3041300d060960864801650304020205000430' }],
  ['1.2.840.113549.1.1.13', { hash: sha512, rsa: '3051300d060960864801650304020305000440' }],
]);
const [KEY_USAGE, SUBJECT_KEY, AUTHORITY_KEY] = ['2.5.29.15', '2.5.29.14', '2.5.29.35'];
const CERT_SIGN = 0x04;

/** True where the issuer's name, identifiers, right to sign certificates and signature all say so. */
export function issuedBy(certificate: Bytes, issuer: Bytes): boolean {
  const [below, above] = [read(certificate), read(issuer)];
  if (below === undefined || above === undefined) return false;
  return equal(below.issuer, above.subject) && identifiesIssuer(below, above) && maySign(above) && isSigned(below, above.key);
}

/** ES256 by the key of a certificate. @param signature DER. */
export function signedByCertificate(certificate: Bytes, message: Bytes, signature: Bytes): boolean {
  const key = read(certificate)?.key;
  return key !== undefined && 'curve' in key && key.oid === P256 && verifyEcdsa(key, sha256(message), signature);
}

/** The inverse of `readDer`: DER has one spelling, so what was read is written again. */
function raw({ tag, content }: Der): Bytes {
  const digits = content.length < 128 ? [] : (fromHex(content.length.toString(16).padStart(content.length < 256 ? 2 : content.length < 65_536 ? 4 : 6, '0')) ?? []);
  return concat(Uint8Array.of(tag, content.length < 128 ? content.length : 128 + digits.length, ...digits), content);
}

function read(der: Bytes): Parts | undefined {
  const parsed = parseCertificate(der);
  const outer = readDer(der);
  const [tbs, algorithm, bits] = outer === undefined ? [] : (partsOf(outer) ?? []);
  const fields = tbs === undefined ? [] : (partsOf(tbs) ?? []);
  const [serial, inner, issuer, , subject, spki] = fields[0]?.tag === 0xa0 ? fields.slice(1) : fields;
  if (parsed === undefined || tbs === undefined || algorithm === undefined || bits === undefined || serial === undefined || inner === undefined) return undefined;
  if (issuer === undefined || subject === undefined || spki === undefined || !equal(raw(inner), raw(algorithm))) return undefined;
  const [oid, signature, key] = [nameOf(algorithm), bitsOf(bits), keyOf(spki)];
  if (oid === undefined || signature === undefined || key === undefined) return undefined;
  return { tbs: raw(tbs), serial: serial.content, issuer: issuer.content, subject: subject.content, algorithm: oid, signature, key, extensions: parsed.extensions };
}

/** The object identifier an AlgorithmIdentifier begins with. */
const nameOf = (algorithm: Der): string | undefined => {
  const [oid] = partsOf(algorithm) ?? [];
  return oid === undefined ? undefined : oidOf(oid);
};

/** A BIT STRING of whole bytes. */
const bitsOf = ({ tag, content }: Der): Bytes | undefined => (tag === 0x03 && content[0] === 0 ? content.slice(1) : undefined);

function keyOf(spki: Der): PublicKey | undefined {
  const [algorithm, bits, ...more] = partsOf(spki) ?? [];
  const [oid, parameters] = algorithm === undefined ? [] : (partsOf(algorithm) ?? []);
  const key = bits === undefined || more.length > 0 ? undefined : bitsOf(bits);
  const kind = oid === undefined ? undefined : oidOf(oid);
  if (key === undefined || parameters === undefined) return undefined;
  if (kind === RSA_KEY) return rsaKey(key);
  const name = kind === EC_KEY ? (oidOf(parameters) ?? '') : '';
  const known = CURVES.get(name);
  return known !== undefined && key.length === known.length && key[0] === 4 ? { curve: known.curve, oid: name, point: key } : undefined;
}

/** 2048 to 8192 bits, and an odd exponent that is no larger than anybody's. */
function rsaKey(bytes: Bytes): PublicKey | undefined {
  const sequence = readDer(bytes);
  const [n, e] = sequence === undefined ? [] : (partsOf(sequence) ?? []);
  if (n?.tag !== 0x02 || e?.tag !== 0x02) return undefined;
  const [modulus, exponent] = [numberOf(n.content), numberOf(e.content)];
  const size = Math.ceil(modulus.toString(2).length / 8);
  return size >= 256 && size <= 1024 && exponent >= 3n && exponent < 2n ** 32n && exponent % 2n === 1n ? { modulus, exponent, size } : undefined;
}

/** RFC 5280 section 4.2.1.1: where identifiers are on both sides they have to agree. */
function identifiesIssuer(below: Parts, above: Parts): boolean {
  const said = below.extensions.get(AUTHORITY_KEY)?.value;
  if (said === undefined) return true;
  const sequence = readDer(said);
  const parts = sequence?.tag === 0x30 ? partsOf(sequence) : undefined;
  if (parts === undefined) return false;
  const own = above.extensions.get(SUBJECT_KEY)?.value;
  const [id, serial] = [parts.find((p) => p.tag === 0x80), parts.find((p) => p.tag === 0x82)];
  const agrees = id === undefined || own === undefined || equal(id.content, readDer(own)?.content ?? new Uint8Array(0));
  return agrees && (serial === undefined || equal(serial.content, above.serial));
}

function maySign({ extensions }: Parts): boolean {
  const said = extensions.get(KEY_USAGE)?.value;
  if (said === undefined) return true;
  const bits = readDer(said);
  return bits?.tag === 0x03 && ((bits.content[1] ?? 0) & CERT_SIGN) !== 0;
}

function isSigned({ tbs, algorithm, signature }: Parts, key: PublicKey): boolean {
  const by = HASHES.get(algorithm);
  if (by === undefined) return false;
  if ('curve' in key) return by.rsa === null && verifyEcdsa(key, by.hash(tbs), signature);
  return by.rsa !== null && verifyRsa(key, concat(fromHex(by.rsa) ?? new Uint8Array(0), by.hash(tbs)), signature);
}

function verifyEcdsa({ curve, point }: Extract<PublicKey, { curve: unknown }>, digest: Bytes, signature: Bytes): boolean {
  try {
    return curve.verify(signature, digest, point, { prehash: false, lowS: false, format: 'der' });
  } catch {
    return false;
  }
}

/** RFC 8017 section 8.2.2: what the signature stands for is made anew and compared whole. */
function verifyRsa({ modulus, exponent, size }: Extract<PublicKey, { modulus: unknown }>, info: Bytes, signature: Bytes): boolean {
  const s = numberOf(signature);
  if (signature.length !== size || s >= modulus) return false;
  const expected = concat(Uint8Array.of(0, 1), new Uint8Array(size - info.length - 3).fill(0xff), Uint8Array.of(0), info);
  return power(s, exponent, modulus) === numberOf(expected);
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (let [b, e] = [base, exponent]; e > 0n; e >>= 1n) {
    if (e % 2n === 1n) result = (result * b) % modulus;
    b = (b * b) % modulus;
  }
  return result;
}

const numberOf = (bytes: Bytes): bigint => BigInt(`0x${hex(bytes) || '0'}`);
