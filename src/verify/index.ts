/**
 * `countersign/verify`: pure functions that prove things from bytes alone. No network, no files, no clock, nothing installed beside
 * it. Nothing throws: every answer is `{ ok: true, ... }` or `{ ok: false, reason, reasons }`. Guide: docs/guides/verify.md.
 */
export type { Answer, Reason, Refused } from './answer.ts';
export {
  type BundleAnswer,
  type BundleInput,
  type BundleSignoff,
  type ChangeInput,
  type PartInput,
  type ProvenBundle,
  type RequiredInput,
  type SeatInput,
  verifyBundle,
} from './bundle.ts';
export type { Check } from './checks.ts';
export {
  type ConsistencyInput,
  type InclusionInput,
  type LogCheckpoint,
  leafHash,
  type NoteInput,
  type OpenedNote,
  openNote,
  parseCheckpoint,
  verifyConsistency,
  verifyInclusion,
} from './log.ts';
export {
  type Assertion,
  type AssertionInput,
  type EnvelopeInput,
  type RelyingPartyInput,
  type SignedEnvelope,
  type Signer,
  type SshSignature,
  type SshSignatureInput,
  verifyAssertion,
  verifyEnvelope,
  verifySshSignature,
} from './signature.ts';
export { type Summary, type SummaryInput, verifySummary } from './summary.ts';
export type { TrustInput } from './trust-input.ts';
