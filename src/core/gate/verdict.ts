/** What a gate answers. */
import type { ReasonCode } from '../base/codes.ts';
import { type Reason, reason } from '../base/reasons.ts';

import type { Mode, Stage } from '../policy/words.ts';

export type GateKind = 'push' | 'merge' | 'plan' | 'apply' | 'admission' | 'promote' | 'deploy';

/** The stages whose seats have to be filled before a gate opens. */
export const dueAt = (kind: GateKind): readonly Stage[] => (kind === 'push' || kind === 'merge' ? ['intent', 'implementation'] : ['intent', 'implementation', 'deploy']);

export interface Verdict {
  readonly verdict: 'allow' | 'wait' | 'deny';
  readonly gate: GateKind;
  readonly mode: Mode;
  /** What it answers under `enforce`: where the mode only watches, this is what is counted. */
  readonly would: 'allow' | 'wait' | 'deny';
  /** The first is the one to show: every deny has at least one. */
  readonly codes: readonly ReasonCode[];
  readonly reasons: Reason;
  /** Digests of the sign-off envelopes that were counted. */
  readonly signoffs: readonly string[];
}

/** A verdict reached strictly, as the mode lets it be answered. */
export function underMode(strict: Verdict, mode: Mode): Verdict {
  if (mode === 'enforce' || strict.verdict === 'allow') return { ...strict, mode };
  const words = mode === 'warn' ? 'allowed with a warning' : 'allowed, because this system is only watched';
  const why = reason('note', 'MODE', `${words}; once enforced it would be: ${strict.would}`, [strict.reasons]);
  return { ...strict, verdict: 'allow', mode, codes: ['MODE', ...strict.codes], reasons: why };
}
