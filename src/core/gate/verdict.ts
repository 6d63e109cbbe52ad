/** What a gate answers. */
import type { ReasonCode } from '../base/codes.ts';
import { type Reason, reason } from '../base/reasons.ts';
import type { Decision, Seat } from '../policy/decision.ts';
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

/** What a signature fills. */
const LACKS: ReadonlySet<ReasonCode> = new Set(['SIGNOFF_MISSING', 'OWNERSHIP_MISSING', 'INTERMEDIATE_UNSIGNED', 'BG_WAITING']);
/** What no further signature on the change, nor on a commit of it, answers: somebody's word against it, a log that says two things. */
export const STANDS: ReadonlySet<ReasonCode> = new Set(['REV_CHANGES', 'DATA_INVALID', 'LOG_DAMAGED', 'BG_OVERDUE']);

/**
 * Whether a verdict that does not allow waits for a person, rather than refusing: something is missing that people can still sign, and nothing
 * stands against it whatever they sign. What else was offered and does not count is no refusal: anybody may offer a signature that does not hold.
 * It opens nothing either way; it says whether to wait for people or to go back to the change.
 * @param outcome what policy says of it, `refused` where it says so of any commit of it; null: nothing was weighed.
 */
export const waits = (outcome: Decision['outcome'] | null, codes: readonly ReasonCode[]): boolean =>
  outcome !== null && outcome !== 'refused' && codes.some((code) => LACKS.has(code)) && !codes.some((code) => STANDS.has(code));

/** Who is asked for, as long as somebody is. */
export const neededBy = ({ decision, verdict }: { readonly decision: Decision | null; readonly verdict: Verdict }): readonly Seat[] =>
  verdict.would === 'allow' || decision?.outcome !== 'signoff' ? [] : decision.seats;

/** A verdict reached strictly, as the mode lets it be answered. */
export function underMode(strict: Verdict, mode: Mode): Verdict {
  if (mode === 'enforce' || strict.verdict === 'allow') return { ...strict, mode };
  const words = mode === 'warn' ? 'allowed with a warning' : 'allowed, because this system is only watched';
  const why = reason('note', 'MODE', `${words}; once enforced it would be: ${strict.would}`, [strict.reasons]);
  return { ...strict, verdict: 'allow', mode, codes: ['MODE', ...strict.codes], reasons: why };
}
