/**
 * One case weighed: the facts through `consider`, the sign-offs, the seats that are due, and a gate. Nothing here decides:
 * where our own reading of the seats and the gate differ, the stricter of the two holds.
 */
import { type Gate, judge } from '../gate/judge.ts';
import type { Verdict } from '../gate/verdict.ts';
import type { Case, CaseResult } from '../policy/case.ts';
import { consider } from '../policy/consider.ts';
import type { Decision } from '../policy/decision.ts';
import type { Policy } from '../policy/document.ts';
import { STAGES } from '../policy/words.ts';
import type { Roster } from '../roster/roster.ts';
import { factsOf } from './case-facts.ts';
import { type WeighedOwned, weighOwned } from './case-owned.ts';
import { type Seating, seatingOf } from './case-seats.ts';
import { type WeighedSignoffs, weighSignoffs } from './case-signoffs.ts';

export interface WeighedCase {
  readonly decision: Decision;
  readonly signoffs: WeighedSignoffs;
  readonly owned: WeighedOwned;
  readonly seating: Seating;
  readonly verdict: Verdict;
  readonly result: CaseResult;
}

export function weighCase(policy: Policy, given: Case, roster: Roster): WeighedCase {
  const { facts, detectors } = factsOf(given, roster);
  const decision = consider(policy, detectors, facts);
  const signoffs = weighSignoffs({ policy, decision, roster: facts.roster, given });
  const due = STAGES.slice(0, STAGES.indexOf(given.stage) + 1);
  const seating = seatingOf(decision, signoffs.counted, due);
  const gate: Gate = {
    kind: given.stage === 'deploy' ? 'deploy' : 'push',
    ladder: policy.ladder.values,
    ...(given.firstSeen === null ? {} : { since: given.firstSeen }),
  };
  const here = { ...decision, seats: decision.seats.filter((s) => due.includes(s.stage)) };
  const owned = weighOwned(given, decision, facts.roster);
  const verdict = judge(gate, here, signoffs.presented, owned.presented);
  return { decision, signoffs, owned, seating, verdict, result: resultOf(decision, seating, signoffs, verdict) };
}

/** Allowed only where seats and gate both say so. */
function resultOf(decision: Decision, { missing }: Seating, { objecting }: WeighedSignoffs, verdict: Verdict): CaseResult {
  if (decision.outcome === 'refused') return 'deny';
  return missing.length > 0 || objecting.length > 0 || verdict.verdict !== 'allow' ? 'pending' : 'allow';
}
