/**
 * Opening an envelope: DSSE, armor, SSHSIG, key, inner signature, and the signature itself. What comes out was signed by the
 * key that came with it; whose key that is, and whether a human used it, is for the later steps.
 */
import type { Bytes } from '../base/crypto.ts';
import { err, ok, problem, type Result } from '../base/result.ts';
import { type EnvelopeSignature, pae, parseEnvelope } from './dsse.ts';
import { keyIdOf, type PublicKey, parseKeyBlob } from './keys.ts';
import { type KeySignature, parseSignature, verifyKeySignature } from './signature.ts';
import { parseSshSig, toBeSigned, unarmor } from './sshsig.ts';
import { NAMES } from './statement.ts';
import { checkChallenge } from './webauthn.ts';

export interface OpenedSignature {
  /** The verified statement bytes: parse these and nothing else. */
  readonly payload: Bytes;
  readonly pae: Bytes;
  /** What the key signed, and the challenge a passkey must have answered. */
  readonly tbs: Bytes;
  readonly key: PublicKey;
  readonly keyid: string;
  readonly signature: KeySignature;
}

/** One envelope, one signature. Problems: SIG_*, KEY_PLAIN, WA_CLIENTDATA, WA_CHALLENGE. */
export function openEnvelope(bytes: Bytes, namespace: string): Result<OpenedSignature> {
  const envelope = parseEnvelope(bytes);
  if (!envelope.ok) return envelope;
  const [signature, ...more] = envelope.value.signatures;
  if (signature === undefined || more.length > 0) return err(problem('SIG_FORMAT', 'a sign-off envelope holds exactly one signature'));
  return openSignature(envelope.value, signature, namespace);
}

/** One signature of an envelope that may hold several. Problems: SIG_*, KEY_PLAIN, WA_CLIENTDATA, WA_CHALLENGE. */
export function openSignature(
  envelope: { payloadType: string; payload: Bytes },
  { sig }: EnvelopeSignature,
  namespace: string,
  payloadType: string = NAMES.payloadType,
): Result<OpenedSignature> {
  if (envelope.payloadType !== payloadType) return err(problem('SIG_FORMAT', `the payload is not of type ${payloadType}`));
  const encoded = pae(envelope.payloadType, envelope.payload);
  const opened = openSshSig(sig, encoded, namespace);
  return opened.ok ? ok({ payload: envelope.payload, pae: encoded, ...opened.value }) : opened;
}

/** One armored SSHSIG over these bytes, by the key that comes with it. Problems: SIG_*, KEY_PLAIN, WA_CLIENTDATA, WA_CHALLENGE. */
export function openSshSig(armored: Bytes, message: Bytes, namespace: string): Result<Omit<OpenedSignature, 'payload' | 'pae'>> {
  const blob = unarmor(armored);
  if (!blob.ok) return blob;
  const outer = parseSshSig(blob.value);
  if (!outer.ok) return outer;
  if (outer.value.namespace !== namespace) return err(problem('SIG_NAMESPACE', `the signature is for ${JSON.stringify(outer.value.namespace)}, not for ${namespace}`));
  const key = parseKeyBlob(outer.value.keyBlob);
  if (!key.ok) return key;
  const signature = parseSignature(key.value, outer.value.signature);
  if (!signature.ok) return signature;
  const tbs = toBeSigned(namespace, outer.value.hash, message);
  if (!verifyKeySignature(key.value, signature.value, tbs)) return err(problem('SIG_INVALID', 'the signature does not verify over these bytes'));
  const [unbound] = signature.value.client === undefined ? [] : checkChallenge(signature.value.client, tbs);
  return unbound === undefined ? ok({ tbs, key: key.value, keyid: keyIdOf(key.value.blob), signature: signature.value }) : err(unbound);
}

/**
 * Key and counter as a sign-off's own signature bytes say them, unverified: for who reads what was verified before. The
 * `keyid` member beside the signature is not read: it is outside what was signed.
 */
export function claimedKey(bytes: Bytes): { readonly keyid: string; readonly counter: number } | undefined {
  const envelope = parseEnvelope(bytes);
  const [only, ...more] = envelope.ok ? envelope.value.signatures : [];
  return only === undefined || more.length > 0 ? undefined : claimOf(only.sig);
}

/** The same of one armored SSHSIG. */
export function claimOf(armored: Bytes): { readonly keyid: string; readonly counter: number } | undefined {
  const blob = unarmor(armored);
  const outer = blob.ok ? parseSshSig(blob.value) : blob;
  const key = outer.ok ? parseKeyBlob(outer.value.keyBlob) : outer;
  const signature = outer.ok && key.ok ? parseSignature(key.value, outer.value.signature) : undefined;
  return key.ok && signature?.ok ? { keyid: keyIdOf(key.value.blob), counter: signature.value.counter } : undefined;
}
