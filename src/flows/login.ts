/**
 * Signing in with a passkey. The challenge is ours, random and used once; its prefix keeps a login from ever being the
 * bytes of a sign-off. A login opens pages: it fills no seat.
 */
import { fromBase64, text } from '../core/base/bytes.ts';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { parseKeyBlob } from '../core/signoff/keys.ts';
import { parseSignature, verifyKeySignature } from '../core/signoff/signature.ts';
import { parseSshSig, unarmor } from '../core/signoff/sshsig.ts';
import { parseStrictJson } from '../core/signoff/strict-json.ts';
import { checkClientData, checkPresence, type PasskeyAssertion, wrapAssertion } from '../core/signoff/webauthn.ts';
import { type EnrolledKey, enrolledKeys } from './authority.ts';
import type { GateWorld } from './site.ts';
import { SIGNING_NAMESPACE } from './site.ts';

const PREFIX = 'countersign login v1 ';

export const loginChallenge = (ticket: string): Uint8Array => new TextEncoder().encode(PREFIX + ticket);

/** The person the passkey is enrolled for, by the log and not by a row. `take` answers whether this sign-in was asked for, and takes it once. */
export async function verifyLogin(
  world: GateWorld,
  assertion: PasskeyAssertion & { credentialId: string },
  take: (ticket: string) => boolean,
): Promise<Result<Pick<EnrolledKey, 'person' | 'keyid'>, readonly Problem[]>> {
  const [key] = (await enrolledKeys(world.projections)).filter((k) => k.kind === 'webauthn' && k.credentialId === assertion.credentialId);
  const blob = key === undefined ? undefined : fromBase64(key.blob);
  if (key === undefined || blob === undefined) return err([problem('KEY_UNKNOWN', 'this passkey is not enrolled here', { remedy: 'ask a founder to enrol it' })]);
  const challenge = challengeIn(assertion.clientDataJSON);
  if (challenge === undefined || !take(challenge.slice(PREFIX.length)))
    return err([problem('WA_CHALLENGE', 'this sign-in was not asked for, or took too long', { remedy: 'press sign in again' })]);
  const wrong = checkAssertion(world, assertion, blob, loginChallenge(challenge.slice(PREFIX.length)));
  return wrong.length > 0 ? err(wrong) : ok({ person: key.person, keyid: key.keyid });
}

function checkAssertion(world: GateWorld, assertion: PasskeyAssertion, blob: Uint8Array, challenge: Uint8Array): readonly Problem[] {
  const armored = wrapAssertion(assertion, blob, SIGNING_NAMESPACE);
  const raw = armored.ok ? unarmor(armored.value) : armored;
  const sshsig = raw.ok ? parseSshSig(raw.value) : raw;
  const key = parseKeyBlob(blob);
  if (!sshsig.ok) return [sshsig.error];
  if (!key.ok) return [key.error];
  const signature = parseSignature(key.value, sshsig.value.signature);
  if (!signature.ok) return [signature.error];
  const client = signature.value.client;
  if (client === undefined) return [problem('SIG_ALG', 'a sign-in is a passkey assertion')];
  const signed = verifyKeySignature(key.value, signature.value, challenge);
  return [
    ...checkClientData(client, challenge, world.site),
    ...checkPresence(signature.value),
    ...(signed ? [] : [problem('SIG_INVALID', 'the passkey signature does not verify')]),
  ];
}

function challengeIn(clientDataJSON: Uint8Array): string | undefined {
  const json = parseStrictJson(clientDataJSON);
  const challenge = json.ok && typeof json.value === 'object' && json.value !== null && 'challenge' in json.value ? json.value.challenge : undefined;
  const bytes = typeof challenge === 'string' ? fromBase64(challenge) : undefined;
  const plain = bytes === undefined ? undefined : text(bytes);
  return plain?.startsWith(PREFIX) ? plain : undefined;
}
