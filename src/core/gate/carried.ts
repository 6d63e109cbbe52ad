/**
 * Whether a sign-off of an earlier form of a change still speaks for some of what policy asks of it now.
 *
 * The attacker wrote both forms, and chooses what to have signed first and what to make of it later. So the answer is no
 * wherever something is not known, and it is given rule by rule: only for rules that the signer answered then, that ask the
 * same now, and whose every path, then and now, holds what was signed.
 */
import type { Bytes } from '../base/crypto.ts';
import { type Problem, problem } from '../base/result.ts';
import { CHANGE_CLASSES, type ClassedChange, type Classified } from '../change/classes.ts';
import { type CoveredRule, carryOver, mayCarryAt } from '../policy/carry.ts';
import type { Decision } from '../policy/decision.ts';
import { PROVENANCE_LEVELS } from '../provenance/provenance.ts';
import { type Finding, findingKey, TIERS } from '../risk/risk.ts';
import type { PersonId, PrincipalRole } from '../roster/roster.ts';
import { APPROVALS } from '../signoff/statement.ts';
import { type Expectation, type SignoffTrust, type VerifiedSignoff, verifySignoff } from '../signoff/verify.ts';

/** What was signed, beside what stands now: both read from our own copy, and each the content its decision is about. */
export interface EarlierForm {
  readonly decision: Decision;
  readonly signed: ClassedChange;
  readonly now: ClassedChange;
  readonly classified: Classified;
  /** Rules that ask now, with every path of either form that is theirs. */
  readonly rules: readonly CoveredRule[];
}

export interface Carried {
  readonly signoff: VerifiedSignoff;
  /** Rules it still speaks for. Empty: it does not count. */
  readonly kept: readonly string[];
  /** Paths its signer has to look at again; a new signature confirms them. */
  readonly recheck: readonly string[];
  /** Why it does not count where what it covers is kept. */
  readonly problems: readonly Problem[];
}

/**
 * @param expect what a sign-off of the change as it stands would have to say. @param at when the log took this one.
 * Undefined where it would not have counted for what it signed either, by today's policy, roster and clock.
 */
export function carriedSignoff(envelope: Bytes, trust: SignoffTrust, expect: Expectation, now: Decision, form: EarlierForm, at: number): Carried | undefined {
  const verified = verifySignoff(envelope, trust, ownExpectation(expect, now, form.decision));
  if (!verified.ok) return undefined;
  const { signoff } = verified;
  const moved = { classes: form.classified.paths, tier: now.tier, sameManifest: false };
  const [carry] = carryOver(moved, form.rules, [{ id: signoff.digest, rules: answeredBy(form.decision, signoff.signer) }]);
  const kept = (carry?.kept ?? []).filter((rule) => !reworked(form, rule));
  const recheck = [...new Set((carry?.recheck ?? []).flatMap((r) => r.paths))].sort();
  const problems = kept.length === 0 ? [] : againstCarrying(now, form.decision, signoff, expect.now - at);
  if (problems.length > 0) return { signoff, kept: [], recheck, problems };
  const told = kept.filter((rule) => everyFindingTold(now, form, rule, signoff));
  const untold =
    told.length > 0 || kept.length === 0 ? [] : [problem('ST_DISPOSITION', 'what is found in the files it covers was not all there to see, or has no disposition in it')];
  return { signoff, kept: fillsOne(now, signoff.signer, told) ? told : [], recheck, problems: untold };
}

/** It has to hold for what it signed, under what is in force today; who stands behind either form signs neither. */
function ownExpectation(expect: Expectation, now: Decision, before: Decision): Expectation {
  const excluded = new Map<PersonId, readonly PrincipalRole[]>([...before.excluded, ...now.excluded].map((e) => [e.person, e.roles]));
  const { manifest, manifest256, repo, targetRef } = before.change;
  const here = repo === now.change.repo && targetRef === now.change.targetRef;
  return {
    ...expect,
    // Two decisions of different places never carry: nothing signed has an empty manifest.
    manifest: here ? manifest : '',
    manifest256,
    policyDigest: now.policyDigest,
    tier: TIERS.max(now.tier, before.tier),
    findings: before.findings.map(findingKey),
    decisions: APPROVALS,
    excluded,
  };
}

/** Every rule answered by a seat that the signer could fill then. */
const answeredBy = ({ seats }: Decision, signer: PersonId): readonly string[] =>
  seats.filter((s) => s.stage === 'implementation' && s.candidates.includes(signer)).flatMap((s) => s.answers);

const pathsOf = ({ rules }: EarlierForm, rule: string): readonly string[] => rules.filter((r) => r.rule === rule).flatMap((r) => r.paths);

/** Whatever policy says of rework, nobody signed it. */
const reworked = (form: EarlierForm, rule: string): boolean => pathsOf(form, rule).some((p) => CHANGE_CLASSES.atLeast(form.classified.paths.get(p) ?? 'rework', 'rework'));

/** A seat that answers one rule more than it speaks for is asked of somebody anew. */
const fillsOne = ({ seats }: Decision, signer: PersonId, rules: readonly string[]): boolean =>
  seats.some((s) => s.stage === 'implementation' && s.candidates.includes(signer) && s.answers.length > 0 && s.answers.every((rule) => rules.includes(rule)));

/** What stands against carrying anything, however little moved. @param age milliseconds since it was signed. */
function againstCarrying(now: Decision, before: Decision, { statement }: VerifiedSignoff, age: number): readonly Problem[] {
  const { provenance, policy } = statement.predicate;
  const known = PROVENANCE_LEVELS.has(provenance.level) && !PROVENANCE_LEVELS.above(now.provenance.level, provenance.level);
  const rules: readonly (readonly [boolean, Problem])[] = [
    [now.outcome === 'signoff' && now.soloAfter === null && before.soloAfter === null, problem('CARRY_INVALID', 'this change is not one a sign-off is carried to')],
    [mayCarryAt(now.tier) && mayCarryAt(before.tier), problem('CARRY_TIER', `at tier ${TIERS.max(now.tier, before.tier)} only the exact change that was signed counts`)],
    [before.policyDigest === now.policyDigest && policy.digest.sha256 === now.policyDigest, problem('ST_POLICY', 'signed under another policy than the one in force')],
    [known, problem('CARRY_INVALID', `more AI is known of than when it was signed: ${now.provenance.level}, and it was ${provenance.level}`)],
    [now.terms.ttl === null || age < now.terms.ttl, problem('ST_EXPIRED', 'policy asks for a signature that is younger')],
  ];
  return rules.flatMap(([holds, wrong]) => (holds ? [] : [wrong]));
}

/**
 * What is found in the rule's files, and in no file of the change, was there to see: each finding no milder than now and
 * with a disposition, and nothing could be analysed then that cannot be now.
 */
function everyFindingTold(now: Decision, form: EarlierForm, rule: string, { statement }: VerifiedSignoff): boolean {
  const disposed = new Set(statement.predicate.dispositions.map((d) => d.finding));
  const seen = form.decision.findings.filter((f) => disposed.has(findingKey(f)));
  const told = (f: Finding): boolean => seen.some((s) => findingKey(s) === findingKey(f) && TIERS.atLeast(s.severity, f.severity));
  const unread = new Set(form.decision.notAnalysed.map((n) => n.path));
  const own = new Set(pathsOf(form, rule));
  const elsewhere = (path: string): boolean => !own.has(path) && form.classified.paths.has(path);
  return now.findings.every((f) => elsewhere(f.place.path) || told(f)) && now.notAnalysed.every((n) => elsewhere(n.path) || unread.has(n.path));
}
