/**
 * Verifying one sign-off. The attacker controls every byte of the envelope; trust and expectation are ours. Each step is
 * usable alone, and all that is wrong is reported, not only the first.
 */
import { type Bytes, sha256Hex } from '../base/crypto.ts';
import { type Problem, problem, type Result } from '../base/result.ts';
import { TIERS } from '../risk/risk.ts';
import type { PersonId } from '../roster/roster.ts';
import { type Attested, attestationOf } from './attestation.ts';
import { checkAuthenticator, checkKey, findKey, type KeyExpectation } from './authenticator.ts';
import { checkCredential, checkModel } from './credential.ts';
import { type OpenedSignature, openEnvelope } from './open.ts';
import { parseStatement } from './parse.ts';
import { checkPeople, effectiveLevel, type PeopleExpectation } from './people.ts';
import { isApproval, type SignoffDecision, type Stage, type Statement } from './statement.ts';
import { checkSubject, type SubjectExpectation } from './subject.ts';
import type { SignoffTrust, TrustedKey } from './trust.ts';

export type { OpenedSignature } from './open.ts';
export type { SignoffTrust, TrustedKey } from './trust.ts';

export interface Expectation extends PeopleExpectation, KeyExpectation, SubjectExpectation {
  readonly repo: string;
  readonly targetRef: string;
  readonly stage: Stage;
  /** Lowercase hex SHA-256 of the policy in force; absent only where the verifier cannot know it. */
  readonly policyDigest?: string;
  /** `findingKey`s of this change: an approval has a disposition for each. */
  readonly findings?: readonly string[];
  /**
   * `['approve']` where absent: conditions must be discharged by a later statement, and asking for changes is no approval.
   * A server that records what people say asks for all.
   */
  readonly decisions?: readonly SignoffDecision[];
  readonly usedNonces?: ReadonlySet<string>;
  /** The sign-off with this envelope digest was taken back by its signer or by trustees; absent: nobody looked. */
  readonly takenBack?: (digest: string, signer: PersonId) => boolean;
}

export interface VerifiedSignoff {
  readonly signer: PersonId;
  /** The lowest of what enrolment vouches for, the statement claims and the roster says. */
  readonly level: string;
  readonly statement: Statement;
  readonly keyid: string;
  readonly counter: number;
  /** By whom its key was made, where a pinned maker says so. */
  readonly attested: Attested | null;
  /** Lowercase hex SHA-256 of the envelope bytes. */
  readonly digest: string;
}

export type Verification = { readonly ok: true; readonly signoff: VerifiedSignoff } | { readonly ok: false; readonly problems: readonly Problem[] };

/** Problems: SIG_*, WA_*, KEY_*, TRUST_DEMO, ST_*, CONTENT_MISMATCH, SOD_*, QUAL_*, PERSON_UNKNOWN, REV_REVOKED. */
export function verifySignoff(envelope: Bytes, trust: SignoffTrust, expect: Expectation): Verification {
  const opened = openEnvelope(envelope, trust.namespace);
  if (!opened.ok) return { ok: false, problems: [opened.error] };
  const key = findKey(opened.value, trust.keys);
  const statement = parseStatement(opened.value.payload);
  const made = key.ok ? once(() => attestationOf(key.value, trust)) : undefined;
  const used = [...(key.ok ? checkKey(opened.value, key.value, trust, expect, made) : [key.error]), ...checkAuthenticator(opened.value, trust)];
  const problems = [
    ...used,
    ...(statement.ok ? [...checkStatement(statement.value, expect), ...checkSubject(statement.value, expect)] : [statement.error]),
    ...(statement.ok && key.ok ? checkCredential(statement.value.predicate.signer.credential, opened.value, key.value, used) : []),
    ...(statement.ok && key.ok ? checkPeople(statement.value, key.value, trust.ladder, expect) : []),
    ...(key.ok && expect.takenBack?.(sha256Hex(envelope), key.value.person) === true ? [problem('REV_REVOKED', `the sign-off of ${key.value.person} was taken back`)] : []),
  ];
  if (problems.length > 0 || !key.ok || !statement.ok) return { ok: false, problems };
  const level = effectiveLevel(statement.value, key.value, trust.ladder, expect);
  const signoff = verified(envelope, opened.value, key.value, statement.value, level, made?.());
  const model = checkModel(statement.value.predicate.signer.credential, signoff.attested);
  return model.length > 0 ? { ok: false, problems: model } : { ok: true, signoff };
}

/**
 * An objection holds until it is taken back: no seat, tier, newer policy or newer roster makes it go away, and nobody by writing the
 * objector's name into a header. Whoever stood behind the change when they objected was refused then. Any enrolled key objects: the
 * rules on who made it guard what lets a change through.
 */
export function objection(
  { seat: _seat, roster: _roster, policyDigest: _policy, findings: _findings, authenticators: _keys, ...rest }: Expectation,
  signedAt: number,
): Expectation {
  return { ...rest, tier: 'routine', excluded: new Map(), now: signedAt, decisions: ['changes'] };
}

/** The statement is about this repository, ref, stage, policy and tier, and still holds. Problems: ST_*. */
export function checkStatement({ predicate }: Statement, expect: Omit<Expectation, keyof PeopleExpectation | 'counters' | 'allowDemo'>): readonly Problem[] {
  const { change, policy, decision } = predicate;
  const silent = (expect.findings ?? []).filter((f) => isApproval(decision) && !predicate.dispositions.some((d) => d.finding === f));
  const rules: readonly (readonly [boolean, Problem])[] = [
    [change.repo === expect.repo, problem('ST_REPO', `signed for repository ${change.repo}, not ${expect.repo}`)],
    [change.targetRef === expect.targetRef, problem('ST_REF', `signed for ${change.targetRef}, not ${expect.targetRef}`)],
    [predicate.stage === expect.stage, problem('ST_STAGE', `signed for stage ${predicate.stage}, not ${expect.stage}`)],
    [(expect.decisions ?? ['approve']).includes(decision), problem('ST_DECISION', `the decision is ${decision}`)],
    [expect.policyDigest === undefined || policy.digest.sha256 === expect.policyDigest, problem('ST_POLICY', 'signed under another policy than the one in force')],
    [expect.tier === undefined || TIERS.atLeast(policy.tier, expect.tier), problem('ST_TIER', `signed at tier ${policy.tier}, and the change is ${expect.tier}`)],
    [Date.parse(predicate.expires) > expect.now, problem('ST_EXPIRED', `the sign-off expired at ${predicate.expires}`)],
    [expect.usedNonces?.has(predicate.nonce) !== true, problem('ST_NONCE', 'this sign-off was used before')],
    [silent.length === 0, problem('ST_DISPOSITION', `no disposition for ${silent.join(', ')}`)],
    [predicate.notChecked.trim() !== '', problem('ST_UNCHECKED', '"what I did not check" is not answered', { remedy: '"nothing" is an answer' })],
  ];
  return rules.flatMap(([holds, wrong]) => (holds ? [] : [wrong]));
}

const verified = (envelope: Bytes, opened: OpenedSignature, key: TrustedKey, statement: Statement, level: string, made: Result<Attested> | undefined): VerifiedSignoff => ({
  signer: key.person,
  level,
  statement,
  keyid: opened.keyid,
  counter: opened.signature.counter,
  attested: made?.ok ? made.value : null,
  digest: sha256Hex(envelope),
});

function once<T>(ask: () => T): () => T {
  let known: { readonly answer: T } | undefined;
  return () => {
    known ??= { answer: ask() };
    return known.answer;
  };
}
