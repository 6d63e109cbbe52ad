/**
 * What several people signed together: enrolments, changes of who may do what, revocations, erasures. The same bytes, one SSHSIG a
 * person, each with the ceremony of a sign-off. Persons are counted, never signatures or keys.
 */
import type { Bytes } from '../base/crypto.ts';
import { err, ok, type Problem, type Result } from '../base/result.ts';
import type { PersonId } from '../roster/roster.ts';
import { checkAuthenticator, checkKey, findKey, type KeyExpectation } from './authenticator.ts';
import { type Envelope, type EnvelopeSignature, parseEnvelope } from './dsse.ts';
import { openSignature } from './open.ts';
import { NAMES } from './statement.ts';
import type { SignoffTrust } from './trust.ts';

export interface Cosigned {
  /** The verified bytes: parse these and nothing else. */
  readonly payload: Bytes;
  /** Distinct people, in the order of the envelope. */
  readonly signers: readonly PersonId[];
}

export type CosignExpectation = Pick<KeyExpectation, 'now' | 'allowDemo'>;

/**
 * Who signed, by keys of `trust` and no others. Every signature present must be good: a bad one beside enough good ones is a
 * sign of tampering. @param payloadType an in-toto statement unless told. Problems: SIG_*, WA_*, KEY_*, TRUST_DEMO.
 */
export function openCosigned(envelope: Bytes, trust: SignoffTrust, expect: CosignExpectation, payloadType: string = NAMES.payloadType): Result<Cosigned, readonly Problem[]> {
  const parsed = parseEnvelope(envelope);
  if (!parsed.ok) return err([parsed.error]);
  const signers = parsed.value.signatures.map((s) => signerOf(parsed.value, s, trust, expect, payloadType));
  const bad = signers.flatMap((s) => (s.ok ? [] : s.error));
  if (bad.length > 0) return err(bad);
  return ok({ payload: parsed.value.payload, signers: [...new Set(signers.flatMap((s) => (s.ok ? [s.value] : [])))] });
}

function signerOf(envelope: Envelope, signature: EnvelopeSignature, trust: SignoffTrust, expect: CosignExpectation, payloadType: string): Result<PersonId, readonly Problem[]> {
  const opened = openSignature(envelope, signature, trust.namespace, payloadType);
  if (!opened.ok) return err([opened.error]);
  const key = findKey(opened.value, trust.keys);
  if (!key.ok) return err([key.error]);
  // Synced passkeys may confirm people; only sign-offs at the top tier bar them.
  const problems = [...checkKey(opened.value, key.value, trust, { ...expect, tier: 'high', counters: 'logged' }), ...checkAuthenticator(opened.value, trust)];
  return problems.length > 0 ? err(problems) : ok(key.value.person);
}
