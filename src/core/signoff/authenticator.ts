/** The key behind a signature: is it enrolled, may it sign now and here, and did it act for a present, verified human. */
import { base64 } from '../base/bytes.ts';
import { err, ok, type Problem, problem, type Result } from '../base/result.ts';
import type { Tier } from '../risk/risk.ts';
import type { OpenedSignature } from './open.ts';
import { FLAGS, WEBAUTHN_SK_ECDSA } from './signature.ts';
import type { SignoffTrust, TrustedKey } from './trust.ts';
import { checkBackup, checkClientData, checkCounter, checkPresence, isDemoAssertion, type RelyingParty } from './webauthn.ts';

export interface KeyExpectation {
  /** Absent counts as critical. */
  readonly tier?: Tier;
  /** Milliseconds since 1970: when the signature entered the log, or now while it has not. */
  readonly now: number;
  /** `online`: the counter must have grown since the last signature. `logged`: the order of the log stands for it. */
  readonly counters: 'online' | 'logged';
  /** Evidence of demo data is refused unless asked for. */
  readonly allowDemo: boolean;
}

/** The enrolled key with exactly this blob: the key inside a signature counts for nothing else. Problems: KEY_UNKNOWN. */
export function findKey(opened: OpenedSignature, keys: readonly TrustedKey[]): Result<TrustedKey> {
  const blob = base64(opened.key.blob);
  const key = keys.find((k) => k.blob === blob);
  return key === undefined ? err(problem('KEY_UNKNOWN', `nobody enrolled the key ${opened.keyid}`)) : ok(key);
}

/** What the key may do, now and at this tier. Problems: KEY_*, WA_BACKUP, WA_COUNTER, TRUST_DEMO. */
export function checkKey(opened: OpenedSignature, key: TrustedKey, mode: SignoffTrust['mode'], expect: KeyExpectation): readonly Problem[] {
  const { signature } = opened;
  const problems: Problem[] = [];
  if (!(key.since <= expect.now)) problems.push(problem('KEY_NOT_YET_VALID', `the key ${key.keyid} did not count yet`));
  if (key.revokedAt !== undefined && !(expect.now < key.revokedAt)) problems.push(problem('KEY_REVOKED', `the key ${key.keyid} was revoked`));
  if (mode === 'demo' && !expect.allowDemo) problems.push(problem('TRUST_DEMO', 'the evidence is of demo data and proves nothing', { remedy: 'accept it knowingly with --demo' }));
  if (!kindHolds(opened, key, mode)) problems.push(problem('KEY_MODEL', `this is not a signature of a ${key.kind} key, or such keys do not count here`));
  if (signature.client !== undefined) problems.push(...checkBackup(signature.flags, key, (expect.tier ?? 'critical') === 'critical'));
  if (expect.counters === 'online') problems.push(...checkCounter(key.counter, signature.counter));
  return problems;
}

/** A human was present and verified, for passkeys on our own page. Problems: WA_*, SIG_FORMAT. */
export function checkAuthenticator(opened: OpenedSignature, rp: RelyingParty): readonly Problem[] {
  const { client } = opened.signature;
  if (client === undefined) return checkPresence(opened.signature);
  const isOurs = opened.key.application === rp.rpId;
  const foreign = isOurs ? [] : [problem('WA_RPID', `the passkey belongs to ${JSON.stringify(opened.key.application)}, not to ${rp.rpId}`)];
  return [...checkClientData(client, opened.tbs, rp), ...foreign, ...checkPresence(opened.signature)];
}

/** Kind of key and shape of signature go together, and the software authenticator's label never passes as a person's key. */
function kindHolds({ signature }: OpenedSignature, key: TrustedKey, mode: SignoffTrust['mode']): boolean {
  const isPasskey = signature.type === WEBAUTHN_SK_ECDSA;
  const isDemo = signature.client !== undefined && isDemoAssertion(signature.client);
  if (key.kind === 'demo') return mode === 'demo' && isDemo && signature.flags === (FLAGS.up | FLAGS.uv);
  return isPasskey === (key.kind === 'webauthn') && !isDemo;
}
