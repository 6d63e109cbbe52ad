/**
 * What makes a signature a present, verified human on our own page: WebAuthn's rules, which stock `ssh-keygen` does not
 * check. Rules and order: docs/spec/signoff.md; source: W3C Web Authentication Level 3, sections 5.8.1 and 7.2.
 */
import { base64url, concat, equal, text, utf8 } from '../base/bytes.ts';
import { type Bytes, sha256 } from '../base/crypto.ts';
import type { Json } from '../base/json.ts';
import { err, ok, type Problem, problem, type Result } from '../base/result.ts';
import { derToMpints } from './ecdsa.ts';
import { parseKeyBlob, SK_ECDSA } from './keys.ts';
import { type ClientWord, FLAGS, formatSignature, type KeySignature, WEBAUTHN_SK_ECDSA } from './signature.ts';
import { armor, formatSshSig } from './sshsig.ts';
import { parseStrictJson } from './strict-json.ts';

export interface RelyingParty {
  readonly rpId: string;
  /** Exact origins: scheme, host, port. */
  readonly origins: readonly string[];
}

/** What navigator.credentials.get() answered. */
export interface PasskeyAssertion {
  readonly authenticatorData: Bytes;
  readonly clientDataJSON: Bytes;
  /** DER. */
  readonly signature: Bytes;
}

/** The labelled software authenticator says so inside the signed bytes, so that its signatures can never pass for a person's. */
export const DEMO_MARKER = '"countersign.demo":"software authenticator"';
const ORIGIN = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/**
 * A passkey assertion as an armored SSHSIG that `ssh-keygen -Y verify` accepts. Nothing is judged but structure and the
 * rpIdHash, which the format does not carry. Problems: SIG_FORMAT, SIG_ALG, WA_RPID, WA_CLIENTDATA.
 */
export function wrapAssertion(assertion: PasskeyAssertion, keyBlob: Bytes, namespace: string): Result<Bytes> {
  const key = parseKeyBlob(keyBlob);
  if (!key.ok) return key;
  const client = parseStrictJson(assertion.clientDataJSON);
  const origin = client.ok ? member(client.value, 'origin') : undefined;
  if (key.value.type !== SK_ECDSA) return err(problem('SIG_ALG', 'a passkey is an ES256 key'));
  if (typeof origin !== 'string') return err(problem('WA_CLIENTDATA', 'clientDataJSON names no origin'));
  if (!equal(assertion.authenticatorData.slice(0, 32), sha256(utf8(key.value.application)))) return err(problem('WA_RPID', 'the passkey answered for another relying party'));
  const wrapped = encodeAssertion(assertion, keyBlob, namespace, origin);
  return wrapped === undefined ? err(problem('SIG_FORMAT', 'the assertion is malformed')) : ok(wrapped);
}

/** The encoding alone, whatever the parts say; undefined where the DER or the authenticator data cannot be split. */
export function encodeAssertion(assertion: PasskeyAssertion, keyBlob: Bytes, namespace: string, origin: string): Bytes | undefined {
  const body = derToMpints(assertion.signature);
  const data = assertion.authenticatorData;
  if (body === undefined || data.length < 37) return undefined;
  const signature = formatSignature({
    type: WEBAUTHN_SK_ECDSA,
    body,
    flags: data[32] ?? 0,
    counter: data.slice(33, 37).reduce((n, b) => n * 256 + b, 0),
    client: { origin, clientDataJSON: assertion.clientDataJSON, extensions: data.slice(37) },
  });
  return armor(formatSshSig({ keyBlob, namespace, hash: 'sha512', signature }));
}

/** A passkey signs client data, and only the challenge in it ties that to our bytes. Problems: WA_CLIENTDATA, WA_CHALLENGE. */
export function checkChallenge(client: ClientWord, tbs: Bytes): readonly Problem[] {
  const json = parseStrictJson(client.clientDataJSON);
  if (!json.ok) return [problem('WA_CLIENTDATA', `clientDataJSON cannot be read: ${json.error}`)];
  return member(json.value, 'challenge') === base64url(tbs) ? [] : [problem('WA_CHALLENGE', 'the passkey answered another challenge than this statement')];
}

/** Rules 2 and 3: the client data, whose every byte the client chose. All that is wrong, in the order of the rules. */
export function checkClientData(client: ClientWord, tbs: Bytes, rp: RelyingParty): readonly Problem[] {
  const json = parseStrictJson(client.clientDataJSON);
  if (!json.ok) return [problem('WA_CLIENTDATA', `clientDataJSON cannot be read: ${json.error}`)];
  const challenge = base64url(tbs);
  const origin = member(json.value, 'origin');
  const cross = member(json.value, 'crossOrigin');
  const problems: Problem[] = [...checkChallenge(client, tbs)];
  if (member(json.value, 'type') !== 'webauthn.get') problems.push(problem('WA_CLIENTDATA', 'clientDataJSON is not of type webauthn.get'));
  if (origin !== client.origin || typeof origin !== 'string' || !ORIGIN.test(origin) || !rp.origins.includes(origin)) {
    problems.push(problem('WA_ORIGIN', `the passkey was used on ${JSON.stringify(origin ?? null)}, not on ${rp.origins.join(' or ')}`));
  }
  if ((cross !== undefined && cross !== false) || member(json.value, 'topOrigin') !== undefined)
    problems.push(problem('WA_CROSS_ORIGIN', 'the passkey was used inside a foreign frame'));
  if (problems.length === 0 && !hasPrefix(client, challenge, cross !== undefined))
    problems.push(problem('WA_CLIENTDATA', 'clientDataJSON is not serialised as WebAuthn prescribes'));
  return problems;
}

/** Rules 4 and 5 for passkeys and `sk-` keys alike: presence and verification, and no bit or byte nobody expects. */
export function checkPresence(signature: KeySignature): readonly Problem[] {
  const { flags, client } = signature;
  const strange = client === undefined ? flags & ~(FLAGS.up | FLAGS.uv) : flags & (FLAGS.reserved | FLAGS.at | FLAGS.ed);
  const problems: Problem[] = [];
  if ((flags & FLAGS.up) === 0) problems.push(problem('WA_UP', 'no person was present when the key signed'));
  if ((flags & FLAGS.uv) === 0)
    problems.push(problem('WA_UV', 'the key did not verify the person', { remedy: 'sign with PIN or biometrics (userVerification, -O verify-required)' }));
  if (strange !== 0 || (client?.extensions.length ?? 0) > 0) problems.push(problem('SIG_FORMAT', 'the authenticator set flags or extensions nobody asked for'));
  return problems;
}

/** Rule 6: backup eligibility never changes after enrolment, and synced passkeys are barred where `barred`. */
export function checkBackup(flags: number, enrolled: { backupEligible: boolean }, barred: boolean): readonly Problem[] {
  const eligible = (flags & FLAGS.be) !== 0;
  if (eligible !== enrolled.backupEligible) return [problem('WA_BACKUP', 'the backup eligibility is not the one recorded at enrolment')];
  if ((flags & FLAGS.bs) !== 0 && !eligible) return [problem('WA_BACKUP', 'the passkey says it is backed up and cannot be')];
  return eligible && barred ? [problem('WA_BACKUP', 'a synced passkey may not sign at this tier', { remedy: 'sign with a security key' })] : [];
}

/** Rule 8, online only: zero and zero is a synced passkey; otherwise the counter must grow. */
export function checkCounter(stored: number, received: number): readonly Problem[] {
  if ((stored === 0 && received === 0) || received > stored) return [];
  return [problem('WA_COUNTER', `the signature counter went from ${stored} to ${received}: the authenticator may have been copied`)];
}

/** True where the client data carries the software authenticator's label. */
export const isDemoAssertion = (client: ClientWord): boolean => (text(client.clientDataJSON) ?? '').endsWith(`,${DEMO_MARKER}}`);

/** Limited verification algorithm (section 5.8.1.2): the exact serialisation up to crossOrigin, then `}` or `,`. */
function hasPrefix(client: ClientWord, challenge: string, withCross: boolean): boolean {
  const prefix = utf8(`{"type":"webauthn.get","challenge":"${challenge}","origin":"${client.origin}"${withCross ? ',"crossOrigin":false' : ''}`);
  const next = client.clientDataJSON[prefix.length];
  return equal(client.clientDataJSON.slice(0, prefix.length), prefix) && (next === 0x7d || next === 0x2c);
}

function member(value: Json, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, name) ? (value as { readonly [key: string]: Json | undefined })[name] : undefined;
}

/** The bytes the authenticator signs, for those who make signatures. */
export const signedByAuthenticator = (authenticatorData: Bytes, clientDataJSON: Bytes): Bytes => concat(authenticatorData, sha256(clientDataJSON));
