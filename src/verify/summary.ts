/** The gate's summary of a landing (SLSA VSA, docs/spec/vsa.md): the gate's own word and no sign-off, small enough for an admission controller. */
import { verifyVsa } from '../core/signoff/vsa.ts';
import { type Answer, answering, refusedFor } from './answer.ts';
import { trustOf } from './trust.ts';
import type { TrustInput } from './trust-input.ts';

/** The trust file names the gates: without a pin nobody vouches for them. */
export interface SummaryInput extends TrustInput {
  /** The exact bytes of the DSSE envelope. */
  readonly envelope: Uint8Array;
  /** Full commit id of what the ref moved to. */
  readonly commit: string;
  readonly ref: string;
  /** `git+https://...` */
  readonly resourceUri: string;
  /** Lowercase hex SHA-256; absent: any policy. */
  readonly policyDigest?: string;
  /** All of them have to be there: `ORG_SOURCE_HUMAN_SIGNOFF`, ... */
  readonly levels?: readonly string[];
}

export interface Summary {
  /** The gate that signed it. */
  readonly verifier: string;
  readonly timeVerified: string;
  readonly policyDigest: string;
  readonly levels: readonly string[];
  /** Digests of the envelopes the gate counted. */
  readonly inputs: readonly string[];
}

/** A gate of the trust file signed it, and it passed exactly this landing. Reasons: TRUST_*, VSA_INVALID. */
export function verifySummary(input: SummaryInput): Answer<Summary> {
  return answering(() => {
    const trust = trustOf(input);
    if (!trust.ok) return refusedFor(trust.error);
    const vsa = verifyVsa(input.envelope, trust.value.gates, input);
    if (!vsa.ok) return refusedFor(vsa.error);
    const { verifier, timeVerified, policy, levels, inputs } = vsa.value;
    return { ok: true, verifier: verifier.id, timeVerified, policyDigest: policy.digest, levels, inputs };
  });
}
