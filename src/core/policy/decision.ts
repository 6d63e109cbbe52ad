/** What policy requires of a change. Plain data: it is printed, logged, digested and replayed. */

import type { ReasonCode } from '../base/codes.ts';
import type { Reason } from '../base/reasons.ts';
import type { Oid } from '../change/change.ts';
import type { Provenance } from '../provenance/provenance.ts';
import type { Finding, NotAnalysed, Tier } from '../risk/risk.ts';
import type { PersonId, Principal, PrincipalRole } from '../roster/roster.ts';

/** Seats of one rule: `humans` distinct people who satisfy all of it. */
export interface Seat {
  readonly rule: string;
  readonly humans: number;
  /** Lowest level that fills it, or null for any. `seniorTo` is already folded in. */
  readonly level: string | null;
  readonly domains: readonly string[];
  readonly teams: readonly string[];
  /** Who could fill it now: on the roster, not excluded, senior and qualified enough. */
  readonly candidates: readonly PersonId[];
}

export interface Excluded {
  readonly person: PersonId;
  readonly roles: readonly PrincipalRole[];
}

/** Something no sign-off can cure. */
export interface Refusal {
  readonly code: ReasonCode;
  readonly text: string;
  readonly remedy?: string;
}

export interface TouchedSystem {
  readonly id: string;
  readonly name: string;
  readonly criticality: number;
  readonly dependents: readonly string[];
  readonly invariants: readonly string[];
}

export interface Decision {
  readonly version: 1;
  readonly change: {
    readonly repo: string;
    readonly targetRef: string;
    readonly base: Oid | null;
    readonly mergeBase: Oid | null;
    readonly head: Oid;
    readonly headTree: Oid;
    readonly alg: string;
    readonly manifest: string;
    readonly manifest256: string;
    readonly paths: readonly string[];
    readonly commits: readonly Oid[];
  };
  /** `pass`: nothing asked. `signoff`: seats to fill. `refused`: no sign-off cures it, or it could not be decided. */
  readonly outcome: 'pass' | 'signoff' | 'refused';
  /** One sentence: what would happen if this lands. */
  readonly summary: string;
  /** What is asked before it may land, for example `needs 1 human at L6 or above`. */
  readonly asked: string;
  readonly tier: Tier;
  readonly provenance: Provenance;
  readonly findings: readonly Finding[];
  readonly notAnalysed: readonly NotAnalysed[];
  readonly systems: readonly TouchedSystem[];
  readonly seats: readonly Seat[];
  readonly excluded: readonly Excluded[];
  readonly unresolved: readonly Principal[];
  readonly refusals: readonly Refusal[];
  readonly reasons: Reason;
  /** Lowercase hex SHA-256: of the policy file, the roster file, and everything `consider` read. */
  readonly policyDigest: string;
  readonly rosterDigest: string;
  readonly factsDigest: string;
}
