/**
 * Whether words held, as the gate asks it and from the log alone: against what had been decided, by the keys, levels and takings back of
 * one entry. No roster is in the log; its part is what the decision said of candidates and of who is excluded.
 */
import { type Problem, problem } from '../core/base/result.ts';
import { verifyWord } from '../core/gate/break-glass-verify.ts';
import type { Word } from '../core/gate/break-glass-words.ts';
import type { Decision } from '../core/policy/decision.ts';
import { ownersOf } from '../core/policy/ownership.ts';
import { findingKey, TIERS, type Tier } from '../core/risk/risk.ts';
import { takenBack } from '../core/signoff/authority.ts';
import { verifyOwnership } from '../core/signoff/ownership.ts';
import type { SignoffPredicate } from '../core/signoff/statement.ts';
import { type Expectation, type VerifiedSignoff, verifySignoff } from '../core/signoff/verify.ts';
import type { Told } from './account-decided.ts';
import type { AccountLog, Placed } from './account-log.ts';
import { keyTerms, type People, trustAt } from './account-people.ts';

/** Where in the log it had to hold: its keys are those of this entry, its clock is the entry's. */
export type Moment = Pick<Placed, 'index' | 'at'>;

export interface Court {
  readonly log: AccountLog;
  readonly people: People;
  readonly moment: Moment;
}

const NOTHING_YET = problem('NOT_FOUND', 'nothing had been decided about the change by then');
const GONE = problem('ERASED', 'what was decided of it cannot be read any more, so nobody can say whether it answers that');

/** What a word had to answer, or why nobody can say. @param told undefined: nothing by then; null: it cannot be read. */
export const answering = (told: Told | null | undefined, judge: (decision: Decision) => readonly Problem[]): readonly Problem[] =>
  told === undefined ? [NOTHING_YET] : told === null ? [GONE] : judge(told.decision);

/** @param level of the signer, by enrolment. @param into where it was counted for a change decided on its own: what that asks. */
export const signoffProblems = (court: Court, envelope: Uint8Array, said: SignoffPredicate, level: string | null, decision: Decision, into?: Decision): readonly Problem[] =>
  judgedSignoff(court, envelope, said, level, decision, into).problems;

/** `signoff`: what it proves; null: nothing. */
export function judgedSignoff(
  court: Court,
  envelope: Uint8Array,
  said: SignoffPredicate,
  level: string | null,
  decision: Decision,
  into: Decision = decision,
): { readonly signoff: VerifiedSignoff | null; readonly problems: readonly Problem[] } {
  const { log, people, moment } = court;
  const claimed = said.signer.qualification.level;
  const trust = trustAt(log, people.at(moment.index), log.trust?.ladder ?? [...new Set([claimed, level ?? claimed])]);
  const objects = said.decision === 'changes';
  const verified = verifySignoff(envelope, trust, objects ? objection(court, decision) : expectation(court, decision, into));
  const tier = TIERS.max(decision.tier, into.tier);
  const low = objects || TIERS.atLeast(said.policy.tier, tier) ? [] : [problem('ST_TIER', `signed at tier ${said.policy.tier}, and the change is ${tier}`)];
  return { signoff: verified.ok ? verified.signoff : null, problems: [...(verified.ok ? [] : verified.problems), ...low] };
}

const scope = ({ log, people, moment }: Court, { change, authenticators }: Pick<Decision, 'change' | 'authenticators'>, tier: Tier) => ({
  repo: change.repo,
  targetRef: change.targetRef,
  manifest: change.manifest,
  manifest256: change.manifest256,
  ...keyTerms(log, people, moment.at, tier),
  ...(log.trust === undefined || authenticators === undefined ? {} : { authenticators }),
  takenBack: (digest: string, signer: string) => takenBack(people.at(moment.index), digest, signer),
});

function expectation(court: Court, decision: Decision, into: Decision): Expectation {
  return {
    ...scope(court, decision, TIERS.max(decision.tier, into.tier)),
    stage: 'implementation',
    decisions: ['approve', 'approve_with_conditions', 'changes', 'cannot_judge'],
    policyDigest: into.policyDigest,
    findings: decision.findings.map(findingKey),
    excluded: new Map([...decision.excluded, ...into.excluded].map((e) => [e.person, e.roles])),
    seat: { level: null, candidates: [...new Set(decision.seats.flatMap((s) => s.candidates))] },
  };
}

/** As at a gate: no seat, policy or exclusion keeps anybody from objecting. */
const objection = (court: Court, decision: Decision): Expectation => ({
  ...scope(court, { change: decision.change }, 'routine'),
  stage: 'implementation',
  decisions: ['changes'],
  excluded: new Map(),
});

export function ownershipProblems(court: Court, envelope: Uint8Array, decision: Decision): readonly Problem[] {
  const { log, people, moment } = court;
  const expect = { ...scope(court, decision, decision.tier), files: decision.change.paths.length, owners: ownersOf(decision) };
  const verified = verifyOwnership(envelope, trustAt(log, people.at(moment.index), []), expect);
  return verified.ok ? [] : verified.error;
}

/** A use answers for the tier of what it lets pass; a taking back or a review lets nothing pass. */
export function glassProblems({ log, people, moment }: Court, envelope: Uint8Array, word: Word, decision: Decision): readonly Problem[] {
  const { change, authenticators, tier, policyDigest } = decision;
  const use = word.kind === 'use';
  const terms = keyTerms(log, people, moment.at, use ? tier : 'high');
  const verified = verifyWord(envelope, trustAt(log, people.at(moment.index), log.trust?.ladder ?? []), use && log.trust !== undefined ? { ...terms, authenticators } : terms);
  const { repo, targetRef, manifest, manifest256 } = word.predicate.change;
  const rules: readonly (readonly [boolean, Problem])[] = [
    [repo === change.repo && targetRef === change.targetRef && manifest.sha256 === change.manifest && manifest256.sha256 === change.manifest256, ELSEWHERE],
    [word.kind !== 'use' || word.predicate.policy.digest.sha256 === policyDigest, problem('ST_POLICY', 'signed under another policy than the one in force')],
    [word.kind !== 'use' || moment.at < Date.parse(word.predicate.expires), problem('BG_EXPIRED', 'it had expired')],
  ];
  return [...(verified.ok ? [] : verified.error), ...rules.flatMap(([holds, wrong]) => (holds ? [] : [wrong]))];
}

const ELSEWHERE = problem('BG_SCOPE', 'it is about another change than the one decided');
