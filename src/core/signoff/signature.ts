/**
 * The signature inside an SSHSIG: which of three algorithms, what the authenticator said (flags, counter, client data),
 * and whether the key really signed. It says nothing yet about presence or origin: webauthn.ts judges those.
 * Source: OpenSSH PROTOCOL.u2f; W3C Web Authentication Level 3, section 6.1 (authenticator data).
 */
import { concat, utf8 } from '../base/bytes.ts';
import { type Bytes, sha256, verifyEd25519, verifyP256 } from '../base/crypto.ts';
import { err, ok, problem, type Result } from '../base/result.ts';
import { mpintsToRaw } from './ecdsa.ts';
import { type PublicKey, SK_ECDSA, SK_ED25519 } from './keys.ts';
import { wireReader, wireString, wireUint32 } from './wire.ts';

export const WEBAUTHN_SK_ECDSA = 'webauthn-sk-ecdsa-sha2-nistp256@openssh.com';

/** Authenticator data flags. */
export const FLAGS = { up: 0x01, uv: 0x04, be: 0x08, bs: 0x10, at: 0x40, ed: 0x80, reserved: 0x22 } as const;

/** What a passkey adds. Every field is the client's word until the signature verifies. */
export interface ClientWord {
  readonly origin: string;
  readonly clientDataJSON: Bytes;
  readonly extensions: Bytes;
}

export interface KeySignature {
  readonly type: typeof WEBAUTHN_SK_ECDSA | typeof SK_ECDSA | typeof SK_ED25519;
  /** 64 bytes. */
  readonly raw: Bytes;
  readonly flags: number;
  readonly counter: number;
  /** Present exactly for the webauthn type. */
  readonly client?: ClientWord;
}

/** Key type and signature type must be a pair. Problems: SIG_ALG, SIG_FORMAT. */
export function parseSignature(key: PublicKey, bytes: Bytes): Result<KeySignature> {
  const read = wireReader(bytes);
  const type = read.text();
  const paired = key.type === SK_ED25519 ? type === SK_ED25519 : type === SK_ECDSA || type === WEBAUTHN_SK_ECDSA;
  if (!paired || (type !== SK_ED25519 && type !== SK_ECDSA && type !== WEBAUTHN_SK_ECDSA)) return err(problem('SIG_ALG', 'the signature type does not belong to the key type'));
  const body = read.string();
  const flags = read.byte();
  const counter = read.uint32();
  const client = type === WEBAUTHN_SK_ECDSA ? { origin: read.text(), clientDataJSON: read.string(), extensions: read.string() } : undefined;
  const raw = type === SK_ED25519 ? ed25519Raw(body) : mpintsToRaw(body);
  if (!read.complete() || raw === undefined) return err(problem('SIG_FORMAT', 'the inner signature is malformed'));
  return ok({ type, raw, flags, counter, ...(client === undefined ? {} : { client }) });
}

/** `mpints` as `derToMpints` or `rawToMpints` give them, or 64 raw bytes for Ed25519. */
export function formatSignature(of: { type: KeySignature['type']; body: Bytes; flags: number; counter: number; client?: ClientWord }): Bytes {
  const head = concat(wireString(of.type), wireString(of.body), Uint8Array.of(of.flags), wireUint32(of.counter));
  if (of.client === undefined) return head;
  return concat(head, wireString(of.client.origin), wireString(of.client.clientDataJSON), wireString(of.client.extensions));
}

/** True when the key signed these bytes as the authenticator protocol does: rpIdHash, flags, counter, extensions, hash. */
export function verifyKeySignature(key: PublicKey, signature: KeySignature, tbs: Bytes): boolean {
  const signed = signature.client === undefined ? tbs : signature.client.clientDataJSON;
  const data = concat(
    sha256(utf8(key.application)),
    Uint8Array.of(signature.flags),
    wireUint32(signature.counter),
    signature.client?.extensions ?? new Uint8Array(0),
    sha256(signed),
  );
  return key.type === SK_ED25519 ? verifyEd25519(key.key, data, signature.raw) : verifyP256(key.key, data, signature.raw);
}

const ed25519Raw = (body: Bytes): Bytes | undefined => (body.length === 64 ? body : undefined);
