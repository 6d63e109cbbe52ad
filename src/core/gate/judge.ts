/**
 * What a gate answers, given what policy requires and the sign-offs presented. Pure and total: a sign-off that does not
 * hold is set aside with its reasons, never counted, and never the cause of a throw.
 */
import type { ReasonCode } from '../base/codes.ts';
import { type Reason, reason } from '../base/reasons.ts';
import type { Problem } from '../base/result.ts';
import type { Decision, Seat } from '../policy/decision.ts';
import { fillSeats } from '../policy/quorum.ts';
import type { SignoffPredicate } from '../signoff/statement.ts';
import type { GateKind, Mode, Verdict } from './verdict.ts';

/** A sign-off offered for this change, already verified; `problems` not empty: it does not count, and this is why. */
export interface PresentedSignoff {
  /** Lowercase hex SHA-256 of the envelope bytes. */
  readonly digest: string;
  readonly signer: string;
  /** The level the signature proves: the lower of enrolment and roster. Empty where nothing was proved. */
  readonly level: string;
  readonly decision: SignoffPredicate['decision'];
  /** What the signer asks to hold; kept by people, and shown to whoever lands it. */
  readonly conditions?: readonly string[];
  /** Position in the log: a person's latest word wins. */
  readonly index: number;
  readonly problems: readonly Problem[];
}

export interface Gate {
  readonly kind: GateKind;
  readonly mode: Mode;
  /** Names of levels, lowest first. */
  readonly ladder: readonly string[];
}

export function judge(gate: Gate, decision: Decision, presented: readonly PresentedSignoff[]): Verdict {
  const verdict = (answer: Verdict['verdict'], codes: readonly ReasonCode[], why: Reason, signoffs: readonly string[] = []): Verdict => ({
    verdict: answer,
    gate: gate.kind,
    mode: gate.mode,
    codes,
    reasons: why,
    signoffs,
  });
  if (decision.outcome === 'refused') {
    const refusals = decision.refusals.map((r) => reason('no', r.code, r.text));
    const codes = [...new Set(decision.refusals.map((r) => r.code))];
    return verdict('deny', codes.length > 0 ? codes : ['INTERNAL'], reason('no', codes[0] ?? 'INTERNAL', 'no sign-off cures this', [...refusals, decision.reasons]));
  }
  const latest = latestWord(presented.filter((s) => s.problems.length === 0));
  const blocking = latest.filter((s) => s.decision === 'changes');
  if (blocking.length > 0) {
    const asked = blocking.map((s) => reason('no', 'REV_CHANGES', `${s.signer} asked for changes${named(': ', s.conditions)}`));
    return verdict('deny', ['REV_CHANGES'], reason('no', 'REV_CHANGES', 'an open request for changes blocks', asked));
  }
  if (decision.outcome === 'pass') return verdict('allow', ['PASS'], decision.reasons);

  const approving = latest.filter((s) => s.decision === 'approve' || s.decision === 'approve_with_conditions');
  const set = setAside(presented);
  const quorum = fillSeats(
    provenSeats(decision.seats, approving, gate.ladder),
    approving.map((s) => s.signer),
  );
  if (quorum.missing.length === 0) {
    const signed = approving.map((s) => reason('yes', 'OK', `${s.signer} signed this exact change${named(', on condition: ', s.conditions)}`));
    return verdict(
      'allow',
      ['OK'],
      reason('yes', 'OK', 'every seat is filled', signed),
      approving.map((s) => s.digest),
    );
  }
  const missing = quorum.missing.map((m) => reason('no', 'SIGNOFF_MISSING', `${m.count} more for rule ${m.seat.rule}: any of ${m.anyOf.join(', ') || 'nobody'}`));
  const codes: ReasonCode[] = [...new Set([...set.flatMap((r) => r.children.map((c) => c.code)), 'SIGNOFF_MISSING' as const, ...askedForLess(decision)])];
  return verdict('deny', codes, reason('no', codes[0] ?? 'SIGNOFF_MISSING', 'a required human has not signed this exact change', [...set, ...missing, decision.reasons]));
}

/** A trailer taken away, or a "none" that a marker contradicts: it asks for no less, and the terminal says that it was seen. */
function askedForLess({ provenance }: Decision): readonly ReasonCode[] {
  const own = provenance.evidence.filter((e) => e.slot !== 'sticky' && e.trust >= 2 && e.level === provenance.level);
  const remembered = own.length === 0 && provenance.evidence.some((e) => e.slot === 'sticky' && e.level === provenance.level);
  return [...(remembered ? (['PROVENANCE_STICKY'] as const) : []), ...(provenance.contradictions.length > 0 ? (['PROVENANCE_CONTRADICTION'] as const) : [])];
}

/** Seats with only the candidates whose signature proves the level: a roster edited upwards proves nothing. */
function provenSeats(seats: readonly Seat[], approving: readonly PresentedSignoff[], ladder: readonly string[]): readonly Seat[] {
  const rank = (level: string): number => ladder.indexOf(level);
  const proven = (person: string, floor: string | null): boolean => {
    const signed = approving.find((s) => s.signer === person);
    return signed === undefined || floor === null || (rank(floor) >= 0 && rank(signed.level) >= rank(floor));
  };
  return seats.map((seat) => ({ ...seat, candidates: seat.candidates.filter((c) => proven(c, seat.level)) }));
}

const named = (before: string, conditions: readonly string[] = []): string => (conditions.length === 0 ? '' : `${before}${conditions.join('; ')}`);

/** A person's latest decision wins; earlier ones of the same person are forgotten. */
function latestWord(signoffs: readonly PresentedSignoff[]): readonly PresentedSignoff[] {
  const words = new Map<string, PresentedSignoff>();
  for (const s of [...signoffs].sort((a, b) => a.index - b.index)) words.set(s.signer, s);
  return [...words.values()];
}

/** Sign-offs that were offered and do not count, each with its reasons; the newest first. */
function setAside(presented: readonly PresentedSignoff[]): readonly Reason[] {
  return presented
    .filter((s) => s.problems.length > 0)
    .sort((a, b) => b.index - a.index)
    .map((s) =>
      reason(
        'no',
        s.problems[0]?.code ?? 'INTERNAL',
        `the sign-off by ${s.signer} does not count`,
        s.problems.map((p) => reason('no', p.code, p.message)),
      ),
    );
}
