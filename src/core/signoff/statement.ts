/**
 * The sign-off statement: in-toto Statement v1 with predicate human-signoff v1. The bytes are in docs/spec/signoff.md.
 * A statement is built once, signed, and from then on only its exact bytes travel: it is never re-serialised.
 */

import type { ProvenanceLevel } from '../provenance/provenance.ts';
import type { Tier } from '../risk/risk.ts';

/** Names that can never change: they are inside every signature ever made. */
export const NAMES = {
  domain: 'countersign.dev',
  predicate: 'https://countersign.dev/attestation/human-signoff/v1',
  enrolmentPredicate: 'https://countersign.dev/attestation/enrolment/v1',
  breakGlassPredicate: 'https://countersign.dev/attestation/break-glass/v1',
  breakGlassCancelPredicate: 'https://countersign.dev/attestation/break-glass-cancel/v1',
  breakGlassReviewPredicate: 'https://countersign.dev/attestation/break-glass-review/v1',
  genesisPredicate: 'https://countersign.dev/attestation/genesis/v1',
  ownershipPredicate: 'https://countersign.dev/attestation/ownership/v1',
  rosterPredicate: 'https://countersign.dev/attestation/roster/v1',
  revocationPredicate: 'https://countersign.dev/attestation/revocation/v1',
  erasurePredicate: 'https://countersign.dev/attestation/erasure/v1',
  /** SLSA's own: what the gate says it verified. */
  vsaPredicate: 'https://slsa.dev/verification_summary/v1',
  namespace: 'signoff@countersign.dev',
  /** Of signatures over a trust file. */
  trustNamespace: 'trust@countersign.dev',
  payloadType: 'application/vnd.in-toto+json',
  statementType: 'https://in-toto.io/Statement/v1',
} as const;

export type SignoffDecision = 'approve' | 'approve_with_conditions' | 'changes' | 'cannot_judge';

/** By these the signer answers for the change; a condition is theirs to see met. */
export const APPROVALS = ['approve', 'approve_with_conditions'] as const satisfies readonly SignoffDecision[];
export const isApproval = (decision: string): boolean => APPROVALS.some((approval) => approval === decision);

export type Stage = 'intent' | 'implementation' | 'deploy';

/** The signer's word on one finding. `accepted`: it happens, and that is right. `mitigated`: and here is how. `mistaken`: it does not happen. */
export interface Disposition {
  /** `findingKey` of risk. */
  readonly finding: string;
  readonly disposition: 'accepted' | 'mitigated' | 'mistaken';
  readonly note: string;
}

/** How a statement names the key that signs it. */
export interface KeyName {
  /** base64url credential id of a passkey, the fingerprint of an SSH key; empty where any of several of this type may answer. */
  readonly id: string;
  readonly type: 'webauthn' | 'sk-ssh' | 'demo';
}

/**
 * What a statement says of the key that signs it: each word is held against enrolment and the signed flags, and is worth nothing alone.
 * null: those of several keys that may answer differ, or enrolment has nothing on it.
 */
export type Credential = PasskeyWord | SecurityKeyWord;

export interface PasskeyWord extends KeyName {
  readonly type: 'webauthn' | 'demo';
  readonly rpId: string;
  /** The model as enrolled, lowercase hex with dashes: the client's word unless the key is attested. */
  readonly aaguid: string | null;
  /** The key verifies its person for this signature. */
  readonly uv: boolean;
  /** It can be synced to other devices. */
  readonly backupEligible: boolean | null;
}

export interface SecurityKeyWord extends KeyName {
  readonly type: 'sk-ssh';
  /** What the key was made for, `ssh:` or like it. */
  readonly application: string | null;
  /** The key asks for its PIN, or a finger, for this signature. */
  readonly uv: boolean;
}

/** Something the page showed beside the change. `id`: as the organisation names it; of an invariant `invariantId`. */
export interface ContextItem {
  readonly type: 'incident' | 'invariant' | 'postmortem' | 'system';
  readonly id: string;
}

export interface Assumption {
  readonly text: string;
  readonly holds: 'true' | 'false' | 'unknown';
}

export interface SignoffPredicate {
  readonly decision: SignoffDecision;
  readonly stage: Stage;
  readonly conditions: readonly string[];
  readonly statement: string;
  readonly signer: {
    readonly id: string;
    readonly qualification: { readonly level: string; readonly domains: readonly string[]; readonly roster: { readonly sha256: string } };
    readonly credential: Credential;
  };
  readonly change: {
    readonly repo: string;
    readonly targetRef: string;
    readonly base: { readonly gitCommit: string } | null;
    readonly mergeBase: { readonly gitCommit: string } | null;
    readonly head: { readonly gitCommit: string; readonly gitTree: string };
    readonly manifest: { readonly alg: string; readonly sha256: string };
    readonly manifest256: { readonly sha256: string };
  };
  /** Of the document that the change implements; null: none is known. At stage `intent` the subject, and never null. */
  readonly intent: { readonly sha256: string } | null;
  readonly separation: { readonly excluded: readonly string[] };
  readonly provenance: {
    readonly level: ProvenanceLevel;
    readonly tools: readonly string[];
    /** `urn:person:` and `urn:agent:`, sorted: everybody behind the change, as the decision knows them. */
    readonly authors: readonly string[];
    /** Digests of what the decision was told of each recorded session: `sessionsOf`. */
    readonly sessions: readonly { readonly sha256: string }[];
  };
  readonly policy: { readonly uri: string; readonly digest: { readonly sha256: string }; readonly tier: Tier };
  /** Digest of exactly what the page showed, and what stood there beside the change. */
  readonly presented: { readonly sha256: string; readonly context: readonly ContextItem[] };
  readonly answers: readonly { readonly question: string; readonly answer: string }[];
  readonly dispositions: readonly Disposition[];
  readonly assumptions: readonly Assumption[];
  /** Never empty: "nothing left unchecked" is an answer too. */
  readonly notChecked: string;
  readonly review: { readonly openedAt: string; readonly signedAt: string; readonly activeSeconds: number; readonly filesViewed: number; readonly filesTotal: number };
  readonly log: { readonly seen: { readonly origin: string; readonly size: number; readonly root: string } };
  /** 32 lowercase hex digits. */
  readonly nonce: string;
  /** RFC 3339, UTC. */
  readonly expires: string;
}

export interface Statement<P = SignoffPredicate> {
  readonly _type: typeof NAMES.statementType;
  readonly subject: readonly { readonly name: string; readonly digest: Readonly<Record<string, string>> }[];
  readonly predicateType: string;
  readonly predicate: P;
}
