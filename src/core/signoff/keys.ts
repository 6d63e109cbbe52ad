/**
 * OpenSSH public key blobs. Two kinds can prove a human: `sk-ecdsa` (also every passkey we enrol) and `sk-ed25519`.
 * Plain kinds are recognised so that the refusal can say why. Source: OpenSSH PROTOCOL.u2f, RFC 8709, RFC 5656.
 */
import { base64, concat, equal, fromBase64 } from '../base/bytes.ts';
import { type Bytes, sha256 } from '../base/crypto.ts';
import { err, ok, problem, type Result } from '../base/result.ts';
import { wireReader, wireString } from './wire.ts';

export const SK_ECDSA = 'sk-ecdsa-sha2-nistp256@openssh.com';
export const SK_ED25519 = 'sk-ssh-ed25519@openssh.com';
const PLAIN = new Set(['ssh-ed25519', 'ssh-rsa', 'ssh-dss', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521']);

export interface PublicKey {
  readonly type: typeof SK_ECDSA | typeof SK_ED25519;
  /** 65 bytes 0x04 || X || Y for ECDSA, 32 bytes for Ed25519. */
  readonly key: Bytes;
  /** `ssh:` or like it for SSH keys, the rpId for passkeys. */
  readonly application: string;
  readonly blob: Bytes;
}

export const skEcdsaBlob = (point: Bytes, application: string): Bytes => concat(wireString(SK_ECDSA), wireString('nistp256'), wireString(point), wireString(application));
export const skEd25519Blob = (key: Bytes, application: string): Bytes => concat(wireString(SK_ED25519), wireString(key), wireString(application));

/** Problems: KEY_PLAIN (a file key: no human is behind it), SIG_ALG (a type we do not take), SIG_FORMAT. */
export function parseKeyBlob(blob: Bytes): Result<PublicKey> {
  const read = wireReader(blob);
  const type = read.text();
  if (PLAIN.has(type)) return err(problem('KEY_PLAIN', `a ${type} key file proves no human`, { remedy: 'use a passkey, or an sk- key made with ssh-keygen -O verify-required' }));
  if (type !== SK_ECDSA && type !== SK_ED25519) return err(problem('SIG_ALG', 'the key is of a type that is not accepted'));
  const curve = type === SK_ECDSA ? read.text() : 'nistp256';
  const key = read.string();
  const application = read.text();
  const shaped = type === SK_ECDSA ? key.length === 65 && key[0] === 4 : key.length === 32;
  if (!read.complete() || curve !== 'nistp256' || !shaped || application === '') return err(problem('SIG_FORMAT', 'the public key is malformed'));
  return ok({ type, key, application, blob });
}

/** The fingerprint `ssh-keygen -l` prints: `SHA256:` and unpadded base64. */
export const keyIdOf = (blob: Bytes): string => `SHA256:${base64(sha256(blob)).replace(/=+$/, '')}`;

/**
 * The key of an authorized_keys or .pub line, `<type> <base64> [comment]`. Options in front are not taken: they would be
 * ignored. Problems: SIG_FORMAT, KEY_PLAIN, SIG_ALG.
 */
export function parseKeyLine(line: string): Result<PublicKey> {
  const [type = '', encoded = ''] = line.trim().split(/[ \t]+/);
  const blob = line.trim().includes('\n') ? undefined : fromBase64(encoded);
  const isCanonical = blob !== undefined && base64(blob) === encoded;
  if (!isCanonical || !equal(blob.subarray(0, type.length + 4), wireString(type)))
    return err(problem('SIG_FORMAT', 'this is not the line of a public key', { remedy: 'give the whole line of the .pub file: type, base64, comment' }));
  return parseKeyBlob(blob);
}

/** `<type> <base64>`, the line of a .pub file or of allowed_signers after the principal. Empty for an unreadable blob. */
export function publicKeyLine(blob: Bytes): string {
  const key = parseKeyBlob(blob);
  return key.ok ? `${key.value.type} ${base64(blob)}` : '';
}
