/** The answer to a case: one shape for tests, `policy eval`, pages and agents. Keys are those of the JSON; docs/spec/policy.md has them in words. */
import type { ReasonCode } from '../base/codes.ts';
import type { Reason } from '../base/reasons.ts';
import type { CaseResult } from '../policy/case.ts';
import type { Decision, Excluded, Refusal } from '../policy/decision.ts';
import type { Mode, Stage } from '../policy/words.ts';
import type { ProvenanceLevel } from '../provenance/provenance.ts';
import type { Tier } from '../risk/risk.ts';
import type { PersonId } from '../roster/roster.ts';

/** `not-applicable`: proved not to apply, or waived. `unknown`: it could not be decided, so it asks, and is not answered. */
export type RuleState = 'satisfied' | 'pending' | 'failed' | 'not-applicable' | 'unknown';

export interface MissingSeat {
  readonly rule: string;
  readonly humans: number;
  /** One of these fills one of them, sorted. */
  readonly any_of: readonly PersonId[];
  readonly stage: Stage;
  /** All of it in words: `1 human at L6 or above, of team sre`. */
  readonly asks: string;
}

export interface RuleAnswer {
  readonly id: string;
  readonly state: RuleState;
  /** False: it covers its paths and asks nobody, is waived, does not apply, or forbids. */
  readonly asks: boolean;
  readonly because: readonly string[];
  readonly have: readonly { readonly person: PersonId; readonly stage: Stage; readonly signed: string | null }[];
  readonly missing: readonly MissingSeat[];
  /** Rules whose stricter seat answers this one. */
  readonly answered_by: readonly string[];
}

/** A sign-off that does not count, and why not. */
export interface Ignored {
  readonly person: string;
  readonly reason: ReasonCode;
  readonly detail: string;
  /** Paths that decided, where paths did. */
  readonly paths: readonly string[];
}

/** One edit, or one set of people, with which the case passes. `owned_by`: and this author has to speak first. */
export type PassIf =
  | { readonly add: readonly { readonly person: PersonId; readonly stage: Stage }[]; readonly owned_by?: PersonId }
  | { readonly remove_path: string }
  | { readonly policy: string };

export interface CaseAnswer {
  readonly version: 1;
  readonly name: string;
  readonly result: CaseResult;
  /** What a gate says, under the mode; `would`: and what it would under enforce. */
  readonly verdict: 'allow' | 'wait' | 'deny';
  readonly would: 'allow' | 'wait' | 'deny';
  readonly mode: Mode;
  readonly tier: Tier;
  /** Silence read as the policy says. */
  readonly provenance: ProvenanceLevel;
  readonly summary: string;
  readonly codes: readonly ReasonCode[];
  readonly refusals: readonly Refusal[];
  readonly uncovered: readonly string[];
  readonly rules: readonly RuleAnswer[];
  readonly missing: readonly MissingSeat[];
  readonly excluded: readonly Excluded[];
  readonly ignored: readonly Ignored[];
  readonly would_pass_if: readonly PassIf[];
  /** Lowercase hex SHA-256 of the policy. */
  readonly policy: string;
}

export interface Ran {
  readonly answer: CaseAnswer;
  /** null: our own bug, in which case nothing passes. */
  readonly decision: Decision | null;
  readonly reasons: Reason;
}
