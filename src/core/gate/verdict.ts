/** What a gate answers. */
import type { ReasonCode } from '../base/codes.ts';
import type { Reason } from '../base/reasons.ts';

export type GateKind = 'push' | 'merge' | 'plan' | 'apply' | 'admission' | 'promote' | 'deploy';
export type Mode = 'observe' | 'warn' | 'enforce';

export interface Verdict {
  readonly verdict: 'allow' | 'wait' | 'deny';
  readonly gate: GateKind;
  readonly mode: Mode;
  /** The first is the one to show: every deny has at least one. */
  readonly codes: readonly ReasonCode[];
  readonly reasons: Reason;
  /** Digests of the sign-off envelopes that were counted. */
  readonly signoffs: readonly string[];
}
