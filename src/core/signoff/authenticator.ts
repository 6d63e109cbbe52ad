/** The key behind a signature: is it enrolled, may it sign now and here, and did it act for a present, verified human. */
import { base64 } from '../base/bytes.ts';
import { err, ok, type Problem, problem, type Result } from '../base/result.ts';
import type { AuthenticatorTerms } from '../policy/document.ts';
import { TIERS, type Tier } from '../risk/risk.ts';
import { type Attested, attestationOf } from './attestation.ts';
import type { OpenedSignature } from './open.ts';
import { FLAGS, WEBAUTHN_SK_ECDSA } from './signature.ts';
import type { SignoffTrust, TrustedKey } from './trust.ts';
import { checkBackup, checkClientData, checkCounter, checkPresence, isDemoAssertion, type RelyingParty } from './webauthn.ts';

export interface KeyExpectation {
  /** Absent counts as critical. */
  readonly tier?: Tier;
  /** Milliseconds since 1970: when the signature entered the log, or now while it has not. */
  readonly now: number;
  /**
   * `online`: the signature arrives now, so its counter must have grown since the last one, and a key that is taken back brings nothing
   * new, from whatever day on. `logged`: the order of the log stands for it, and the key counts until that day.
   */
  readonly counters: 'online' | 'logged';
  /** Evidence of demo data is refused unless asked for. */
  readonly allowDemo: boolean;
  /** What policy asks of keys beside what is built in; absent: nothing. */
  readonly authenticators?: AuthenticatorTerms | undefined;
}

type KeyTrust = Pick<SignoffTrust, 'mode' | 'rpId' | 'authenticators'>;

/** Milliseconds between the enrolment of a key and the first signature that counts where a key has to be attested. */
export const COOL_DOWN = 24 * 3_600_000;

/** The enrolled key with exactly this blob: the key inside a signature counts for nothing else. Problems: KEY_UNKNOWN. */
export function findKey(opened: OpenedSignature, keys: readonly TrustedKey[]): Result<TrustedKey> {
  const blob = base64(opened.key.blob);
  const key = keys.find((k) => k.blob === blob);
  return key === undefined ? err(problem('KEY_UNKNOWN', `nobody enrolled the key ${opened.keyid}`)) : ok(key);
}

/** Asked where the tier wants to know, and not before: certificates take longer than the signature itself. */
export type Made = () => Result<Attested>;

/** What the key may do, now and at this tier. Problems: KEY_*, WA_BACKUP, WA_COUNTER, TRUST_DEMO. */
export function checkKey(opened: OpenedSignature, key: TrustedKey, trust: KeyTrust, expect: KeyExpectation, made: Made = () => attestationOf(key, trust)): readonly Problem[] {
  const { signature } = opened;
  const { mode } = trust;
  const problems: Problem[] = [];
  if (!(key.since <= expect.now)) problems.push(problem('KEY_NOT_YET_VALID', `the key ${key.keyid} did not count yet`));
  if (key.revokedAt !== undefined && (expect.counters === 'online' || !(expect.now < key.revokedAt))) problems.push(problem('KEY_REVOKED', `the key ${key.keyid} was revoked`));
  if (key.expires !== undefined && !(expect.now < key.expires)) problems.push(problem('KEY_EXPIRED', `the key ${key.keyid} had expired`, { remedy: 'enrol a key again' }));
  if (mode === 'demo' && !expect.allowDemo) problems.push(problem('TRUST_DEMO', 'the evidence is of demo data and proves nothing', { remedy: 'accept it knowingly with --demo' }));
  const holds = kindHolds(opened, key, mode);
  if (!holds) problems.push(problem('KEY_MODEL', `this is not a signature of a ${key.kind} key, or such keys do not count here`));
  const terms = termsFor(mode, expect.authenticators);
  if (signature.client !== undefined) problems.push(...checkBackup(signature.flags, key, barsCopies(terms, expect.tier)));
  if (holds) problems.push(...checkMaker(key, made, terms, expect));
  if (expect.counters === 'online') problems.push(...checkCounter(key.counter, signature.counter));
  return problems;
}

/** What holds: `attestedFrom` null means nowhere. */
type HeldTerms = AuthenticatorTerms & { readonly coolDown: number };

/** Policy adds to what is built in and takes nothing from it. Demo data has no makers and no wait, unless its policy asks. */
function termsFor(mode: SignoffTrust['mode'], said: AuthenticatorTerms | undefined): HeldTerms {
  const least = mode === 'demo' ? 0 : COOL_DOWN;
  const attestedFrom = said?.attestedFrom ?? (mode === 'demo' ? null : 'critical');
  return { synced: said?.synced ?? 'high', attestedFrom, coolDown: Math.max(least, said?.coolDown ?? least) };
}

const asksMaker = ({ attestedFrom }: HeldTerms, tier: Tier = 'critical'): boolean => attestedFrom !== null && TIERS.atLeast(tier, attestedFrom);

/** Never at critical, whatever policy says. */
const barsCopies = (terms: HeldTerms, tier: Tier = 'critical'): boolean =>
  tier === 'critical' || asksMaker(terms, tier) || terms.synced === 'none' || TIERS.above(tier, terms.synced);

/** Where a key has to be attested: by a pinned maker, and enrolled long enough ago for somebody to notice. Problems: KEY_MODEL, KEY_NOT_YET_VALID. */
function checkMaker(key: TrustedKey, ask: Made, terms: HeldTerms, { now, tier = 'critical' }: KeyExpectation): readonly Problem[] {
  // The labelled authenticator of demo data has no maker; outside demo data it is no key at all.
  if (!asksMaker(terms, tier) || key.kind === 'demo') return [];
  const made = ask();
  const from = key.founder === true ? key.since : key.since + terms.coolDown;
  const remedy = 'sign with a security key whose maker is pinned, see docs/guides/authenticators.md';
  return [
    ...(made.ok ? [] : [problem('KEY_MODEL', `at ${tier} a key is attested by its maker, and ${key.keyid} is not: ${made.error.message}`, { remedy })]),
    ...(now >= from || !(key.since <= now)
      ? []
      : [problem('KEY_NOT_YET_VALID', `the key ${key.keyid} is too new to count at ${tier}`, { remedy: `sign again from ${new Date(from).toISOString()} on` })]),
  ];
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
