/**
 * SSHSIG: the signature file of `ssh-keygen -Y`. Armor, blob, and the bytes that are signed. Reading is stricter than
 * OpenSSH (docs/spec/signoff.md): header first, footer last, nothing around them, no trailing bytes at any level.
 * Source: OpenSSH PROTOCOL.sshsig.
 */
import { base64, concat, equal, fromBase64, text, utf8 } from '../base/bytes.ts';
import { type Bytes, sha256, sha512 } from '../base/crypto.ts';
import { err, ok, problem, type Result } from '../base/result.ts';
import { wireReader, wireString, wireUint32 } from './wire.ts';

export type SshSigHash = 'sha256' | 'sha512';

export interface SshSig {
  /** The public key that signed, as the signature claims: look it up, never trust it for being here. */
  readonly keyBlob: Bytes;
  readonly namespace: string;
  readonly hash: SshSigHash;
  /** The inner signature, read by signature.ts. */
  readonly signature: Bytes;
}

const MAGIC = utf8('SSHSIG');
const HEADER = '-----BEGIN SSH SIGNATURE-----';
const FOOTER = '-----END SSH SIGNATURE-----';
const COLUMNS = 70;

/** The bytes a key signs: also, whole, the WebAuthn challenge. `message` is the PAE. */
export function toBeSigned(namespace: string, hash: SshSigHash, message: Bytes): Bytes {
  const digest = hash === 'sha512' ? sha512(message) : sha256(message);
  return concat(MAGIC, wireString(namespace), wireString(''), wireString(hash), wireString(digest));
}

/** What a passkey is asked to sign: our own signatures always hash with SHA-512. */
export const challengeOf = (namespace: string, message: Bytes): Bytes => toBeSigned(namespace, 'sha512', message);

export function formatSshSig(sig: SshSig): Bytes {
  return concat(MAGIC, wireUint32(1), wireString(sig.keyBlob), wireString(sig.namespace), wireString(''), wireString(sig.hash), wireString(sig.signature));
}

/** The inverse of `formatSshSig`. Problems: SIG_FORMAT, SIG_ALG. */
export function parseSshSig(blob: Bytes): Result<SshSig> {
  const read = wireReader(blob);
  const magic = read.raw(MAGIC.length);
  const version = read.uint32();
  const keyBlob = read.string();
  const namespace = read.text();
  const reserved = read.string();
  const hash = read.text();
  const signature = read.string();
  if (!read.complete()) return bad('cut short, too long or not UTF-8 inside');
  if (!equal(magic, MAGIC) || version !== 1) return bad('not SSHSIG version 1');
  if (reserved.length !== 0) return bad('the reserved field is not empty');
  if (namespace === '') return bad('the namespace is empty');
  if (hash !== 'sha256' && hash !== 'sha512') return err(problem('SIG_ALG', 'the signature uses a hash other than sha256 and sha512'));
  return ok({ keyBlob, namespace, hash, signature });
}

/** 70 columns, LF, no empty line even where the base64 is a multiple of 70. */
export function armor(blob: Bytes): Bytes {
  const lines = base64(blob).match(new RegExp(`.{1,${COLUMNS}}`, 'g')) ?? [];
  return utf8([HEADER, ...lines, FOOTER, ''].join('\n'));
}

/** The inverse of `armor`. Problems: SIG_FORMAT. */
export function unarmor(armored: Bytes): Result<Bytes> {
  const lines = text(armored)?.split('\n');
  if (lines === undefined) return bad('the armor is not text');
  if (lines.at(-1) === '') lines.pop();
  if (lines.shift() !== HEADER || lines.pop() !== FOOTER) return bad('the armor does not begin and end as it must');
  const encoded = lines.join('');
  if (lines.some((line) => line === '') || encoded.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return bad('the armor does not hold base64');
  const blob = fromBase64(encoded);
  return blob === undefined ? bad('the armor does not hold canonical base64') : ok(blob);
}

const bad = (why: string): Result<never> => err(problem('SIG_FORMAT', `the signature cannot be read: ${why}`));
