/** What the public API answers, as this client reads it. Shown, never recomputed. */

export type Tier = 'routine' | 'elevated' | 'high' | 'critical';
export type ProvenanceLevel = 'human' | 'unattributed' | 'suggestion' | 'assisted' | 'agent';
export type State = 'open' | 'signed' | 'passed' | 'landed' | 'refused';

export interface Named {
  readonly id: string;
  readonly name: string;
  readonly level: string;
}

export interface Session {
  readonly person: Named | null;
  readonly via: 'demo' | 'passkey' | 'key' | 'oidc' | 'token' | null;
  readonly roles: readonly string[];
  /** Until when this sign-in is fresh enough to sign with; null: it is not. */
  readonly fresh: string | null;
  readonly demo: boolean;
  /** The identity provider, as the button calls it; null: there is none. */
  readonly oidc: string | null;
  /** For the "act as" menu; empty outside demo data. */
  readonly people: readonly (Named & { readonly teams: readonly string[]; readonly keys: number })[];
  readonly organisation: string;
  readonly rpId: string;
}

export interface QueueItem {
  readonly id: string;
  readonly repo: string;
  readonly targetRef: string;
  readonly title: string;
  readonly summary: string;
  readonly tier: Tier;
  readonly provenance: ProvenanceLevel;
  readonly author: string;
  readonly pusher: string | null;
  readonly createdAt: number;
  readonly state: State;
  readonly seats: readonly { readonly rule: string; readonly humans: number; readonly level: string | null; readonly candidates: readonly Named[] }[];
  readonly findings: number;
  /** Each person's latest word, while the change has not landed. */
  readonly words: readonly { readonly signer: Named; readonly decision: SignDecision; readonly conditions: readonly string[] }[];
}

export interface ChangesPage {
  readonly items: readonly QueueItem[];
  /** Of the next page; null: there is none. */
  readonly next: string | null;
}

export type SignDecision = 'approve' | 'approve_with_conditions' | 'changes' | 'cannot_judge';

export interface Reason {
  readonly code: string;
  readonly text: string;
  readonly state: 'yes' | 'no' | 'unknown' | 'note';
  readonly children: readonly Reason[];
}

export interface Finding {
  readonly rule: string;
  readonly slug: string;
  readonly severity: Tier;
  readonly confidence: 'exact' | 'inferred' | 'heuristic';
  readonly place: { readonly path: string; readonly side: 'base' | 'head' | 'plan'; readonly line?: number; readonly object?: string };
  readonly what: string;
  readonly because: readonly (readonly [string, string])[];
  readonly safeIf: readonly string[];
}

export interface Evidence {
  readonly rule: string;
  readonly slot: string;
  readonly tool: string;
  readonly model?: string;
  readonly level: ProvenanceLevel;
  readonly trust: number;
  readonly commit?: string;
  readonly line?: number;
  readonly matched: string;
}

export interface Provenance {
  readonly level: ProvenanceLevel;
  readonly evidence: readonly Evidence[];
  readonly declarations: readonly { readonly commit: string; readonly value: string }[];
  readonly contradictions: readonly string[];
  readonly lines?: { readonly ai: number; readonly added: number; readonly removed: number; readonly proven: boolean };
  readonly marks?: readonly LineMark[];
}

/** Lines one hand made, by records: `base` are lines of the old file. */
export interface LineMark {
  readonly path: string;
  readonly side: 'head' | 'base';
  readonly start: number;
  readonly end: number;
  readonly by: 'ai' | 'human';
  readonly tool: string;
  readonly model?: string;
  readonly trust: number;
}

export interface Seat {
  readonly rule: string;
  /** Ids of every rule it answers, its own included. */
  readonly answers: readonly string[];
  readonly humans: number;
  readonly level: string | null;
  readonly domains: readonly string[];
  readonly teams: readonly string[];
  readonly people: readonly string[];
  readonly distinctTeams: number;
  readonly not: readonly string[];
  readonly stage: string;
  readonly presence: string;
  readonly candidates: readonly string[];
}

export interface TouchedSystem {
  readonly id: string;
  readonly name: string;
  readonly criticality: number;
  readonly dependents: readonly string[];
  readonly invariants: readonly string[];
}

export interface Decision {
  readonly change: {
    readonly repo: string;
    readonly targetRef: string;
    readonly base: string | null;
    readonly head: string;
    readonly manifest: string;
    readonly manifest256: string;
    readonly paths: readonly string[];
    readonly commits: readonly string[];
  };
  readonly outcome: 'pass' | 'signoff' | 'refused';
  readonly mode: 'observe' | 'warn' | 'enforce';
  readonly sampled: boolean;
  readonly summary: string;
  readonly tier: Tier;
  readonly provenance: Provenance;
  readonly findings: readonly Finding[];
  readonly notAnalysed: readonly { readonly path: string; readonly why: string }[];
  readonly systems: readonly TouchedSystem[];
  readonly seats: readonly Seat[];
  readonly excluded: readonly { readonly person: string; readonly roles: readonly string[] }[];
  readonly unresolved: readonly { readonly role: string; readonly identity: string }[];
  readonly refusals: readonly { readonly code: string; readonly text: string; readonly remedy?: string }[];
  readonly reasons: Reason;
  readonly policyDigest: string;
  readonly rosterDigest: string;
  readonly factsDigest: string;
}
