/** What policy requires of a change. Plain data: it is printed, logged, digested and replayed. */

import type { ReasonCode } from '../base/codes.ts';
import type { Reason } from '../base/reasons.ts';
import type { Oid } from '../change/change.ts';
import type { Provenance } from '../provenance/provenance.ts';
import type { Finding, NotAnalysed, Tier } from '../risk/risk.ts';
import type { Score } from '../risk/score/score.ts';
import type { PersonId, Principal, PrincipalRole } from '../roster/roster.ts';
import type { AuthenticatorTerms, OnChangeTerms } from './document.ts';
import type { Mode, Presence, Relation, Stage } from './words.ts';

/** Seats of one rule: `humans` distinct people who satisfy all of it. */
export interface Seat {
  readonly rule: string;
  /** Ids of every rule whose ask it answers, wholly or in part: its own, the same asked by others, and weaker ones; sorted. */
  readonly answers: readonly string[];
  readonly humans: number;
  /** Lowest level that fills it, or null for any. `seniorTo` is already folded in. */
  readonly level: string | null;
  readonly domains: readonly string[];
  /** One of these teams or people; both empty: anybody. */
  readonly teams: readonly string[];
  readonly people: readonly PersonId[];
  /** The people who fill it stand for this many different teams; 1 asks nothing. */
  readonly distinctTeams: number;
  /** Teams each candidate can stand for, where `distinctTeams` asks. */
  readonly standsFor: { readonly [person: PersonId]: readonly string[] };
  readonly not: readonly Relation[];
  readonly stage: Stage;
  readonly presence: Presence;
  /** Who could fill it now: on the roster, not excluded, senior and qualified enough. */
  readonly candidates: readonly PersonId[];
}

/** A decision kept by an earlier version, with what that version did not ask about. */
export const upgraded = (kept: Decision): Decision => ({
  ...{ mode: 'enforce', sampled: false, soloAfter: null, terms: { ttl: null, sla: null }, rules: [], score: null, ownership: null },
  ...kept,
  seats: kept.seats.map((s) => ({ ...plainSeat(s.rule, s.humans, s.candidates, s.level), ...s })),
});

/** A seat that asks for so many of these people, and nothing else. */
export const plainSeat = (rule: string, humans: number, candidates: readonly PersonId[], level: string | null = null): Seat => ({
  ...{ rule, answers: [rule], humans, level, candidates, domains: [], teams: [], people: [], distinctTeams: 1, standsFor: {}, not: [] },
  stage: 'implementation',
  presence: 'passkey',
});

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

/** What one rule said of this change. */
export interface RuleSaid {
  readonly id: string;
  readonly layer: string;
  /** `may-ask`: it could not be decided, so it asks. `waived`: by its `unless` or an exception. `covers`: an optional rule. */
  readonly state: 'asks' | 'may-ask' | 'waived' | 'covers' | 'silent';
  /** Changed files it is about. */
  readonly files: number;
  /** Its own terms joined with those of the tier: what becomes of a sign-off for it when content moves. */
  readonly onChange: OnChangeTerms;
  readonly queue: string | null;
  readonly escalate: readonly string[];
}

/** How long signatures for this change hold and should take: the strictest of all that ask. Milliseconds; null: not said. */
export interface Terms {
  readonly ttl: number | null;
  readonly sla: number | null;
}

/** The author's own word, asked for before anybody else's: core/signoff/ownership.ts. */
export interface OwnershipAsked {
  /** What asks for it: ids of rules, and the terms of the whole. Never empty. */
  readonly by: readonly string[];
  /** Whose word counts, any one of them; empty: nobody behind the change is on the roster. */
  readonly owners: readonly PersonId[];
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
  /** What a gate does with it: `observe` and `warn` allow, and count what would have been denied. */
  readonly mode: Mode;
  /** Passes by itself and is drawn for a review after landing. */
  readonly sampled: boolean;
  /** One person signs their own change after a wait of so many milliseconds; null: nobody may. */
  readonly soloAfter: number | null;
  readonly terms: Terms;
  /** Whose keys count, where policy asks for more than is built in. */
  readonly authenticators?: AuthenticatorTerms;
  /** Every rule with a file of its own in this change. */
  readonly rules: readonly RuleSaid[];
  /** One sentence: what would happen if this lands. */
  readonly summary: string;
  /** What is asked before it may land, for example `needs 1 human at L6 or above`. */
  readonly asked: string;
  readonly tier: Tier;
  /** What history says of it; null: nobody could tell. */
  readonly score: Score | null;
  readonly provenance: Provenance;
  readonly findings: readonly Finding[];
  readonly notAnalysed: readonly NotAnalysed[];
  readonly systems: readonly TouchedSystem[];
  readonly seats: readonly Seat[];
  /** null: the author need not speak. Asked only where somebody is asked to sign. */
  readonly ownership: OwnershipAsked | null;
  readonly excluded: readonly Excluded[];
  readonly unresolved: readonly Principal[];
  readonly refusals: readonly Refusal[];
  readonly reasons: Reason;
  /** Lowercase hex SHA-256: of the policy file, the roster file, and everything `consider` read. */
  readonly policyDigest: string;
  readonly rosterDigest: string;
  readonly factsDigest: string;
}
