/**
 * Signing in with a security key of the terminal. What it signs names the server it is for, so that no other server can hand it on; the
 * namespace is not that of sign-offs, so that a login is never one. It opens pages and fills no seat.
 */
import { equal, fromBase64, utf8 } from '../core/base/bytes.ts';
import type { Bytes } from '../core/base/crypto.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { parseKeyBlob } from '../core/signoff/keys.ts';
import { parseSignature, verifyKeySignature } from '../core/signoff/signature.ts';
import { parseSshSig, toBeSigned, unarmor } from '../core/signoff/sshsig.ts';
import { checkPresence } from '../core/signoff/webauthn.ts';
import { type EnrolledKey, enrolledKeys } from './authority.ts';
import type { GateWorld } from './site.ts';

export const LOGIN_NAMESPACE = 'login@countersign.dev';

/** The bytes to sign. @param origin scheme, host and port of the server, as the person reached it. @param ticket as that server gave it. */
export const loginMessage = (origin: string, ticket: string): Bytes => utf8(`countersign login v1\n${origin}\n${ticket}\n`);

/** Whose key signed, by the log and not by a row. @param sshsig armored. Problems: SIG_*, WA_UP, WA_UV, KEY_UNKNOWN. */
export async function verifyKeyLogin(world: GateWorld, sshsig: Bytes, ticket: string): Promise<Result<Pick<EnrolledKey, 'person' | 'keyid'>, readonly Problem[]>> {
  const raw = unarmor(sshsig);
  const sig = raw.ok ? parseSshSig(raw.value) : raw;
  if (!sig.ok) return err([sig.error]);
  if (sig.value.namespace !== LOGIN_NAMESPACE) return err([problem('SIG_NAMESPACE', 'the signature is not a sign-in', { remedy: `sign with -n ${LOGIN_NAMESPACE}` })]);
  const enrolled = (await enrolledKeys(world.projections)).filter((k) => k.kind === 'sk-ssh');
  const key = enrolled.find((k) => equal(fromBase64(k.blob) ?? new Uint8Array(0), sig.value.keyBlob));
  if (key === undefined) return err([problem('KEY_UNKNOWN', 'this security key is not enrolled here', { remedy: 'ask trustees to enrol it' })]);
  const parsed = parseKeyBlob(sig.value.keyBlob);
  if (!parsed.ok) return err([parsed.error]);
  const signature = parseSignature(parsed.value, sig.value.signature);
  if (!signature.ok) return err([signature.error]);
  if (signature.value.client !== undefined) return err([problem('SIG_ALG', 'a passkey signs in on the page')]);
  const signed = toBeSigned(LOGIN_NAMESPACE, sig.value.hash, loginMessage(world.site.url, ticket));
  const wrong = [
    ...checkPresence(signature.value),
    ...(verifyKeySignature(parsed.value, signature.value, signed) ? [] : [problem('SIG_INVALID', 'the signature is not over this sign-in', { remedy: 'sign in again' })]),
  ];
  return wrong.length > 0 ? err(wrong) : ok({ person: key.person, keyid: key.keyid });
}
