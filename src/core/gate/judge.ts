/**
 * What a gate answers, given what policy requires and the sign-offs presented. Pure and total: a sign-off that does not
 * hold is set aside with its reasons, never counted, and never the cause of a throw.
 */
import type { ReasonCode } from '../base/codes.ts';
import { type Reason, reason } from '../base/reasons.ts';
import { type Problem, problem, problemText } from '../base/result.ts';
import type { Decision, Seat } from '../policy/decision.ts';
import { ownershipWords } from '../policy/ownership.ts';
import { fillSeats, type Missing, type Quorum } from '../policy/quorum.ts';
import type { Presence, Stage } from '../policy/words.ts';
import { isApproval, type SignoffPredicate } from '../signoff/statement.ts';
import { dueAt, type GateKind, type Verdict } from './verdict.ts';

/** A sign-off offered for this change, already verified; `problems` not empty: it does not count, and this is why. */
export interface PresentedSignoff {
  /** Lowercase hex SHA-256 of the envelope bytes. */
  readonly digest: string;
  readonly signer: string;
  /** The level the signature proves: the lower of enrolment and roster. Empty where nothing was proved. */
  readonly level: string;
  readonly decision: SignoffPredicate['decision'];
  /** Absent: implementation. */
  readonly stage?: Stage;
  /** How its signer proved to be there; absent: an enrolled authenticator. */
  readonly presence?: Presence;
  /** What the signer asks to hold; kept by people, and shown to whoever lands it. */
  readonly conditions?: readonly string[];
  /** Position in the log: a person's latest word wins. */
  readonly index: number;
  /** When the log took it, milliseconds since 1970. */
  readonly at?: number;
  /** Of an earlier form of this change: the rules it still speaks for (carried.ts). Absent: it is for exactly this change, and speaks for all. */
  readonly rules?: readonly string[];
  /** Of a request for changes that was logged and cannot be proved any more: why. It blocks all the same. */
  readonly unproven?: string;
  /** It was offered from a table that says something else than the log: who said what last is not known, so nothing passes. */
  readonly astray?: Problem;
  readonly problems: readonly Problem[];
}

/** An ownership statement offered for this change, already verified; `problems` not empty: it does not count, and this is why. */
export interface PresentedOwnership {
  /** Lowercase hex SHA-256 of the envelope bytes. */
  readonly digest: string;
  readonly author: string;
  /** Position in the log. */
  readonly index: number;
  readonly problems: readonly Problem[];
}

export interface Gate {
  readonly kind: GateKind;
  /** Names of levels, lowest first. */
  readonly ladder: readonly string[];
  /** When this change was first seen, milliseconds since 1970: a wait counts from then. Absent: not known, so no wait is over. */
  readonly since?: number;
}

/** The verdict under `enforce`; `underMode` says what a gate that only watches answers. @param owned what its authors said of the change. */
export function judge(gate: Gate, decision: Decision, presented: readonly PresentedSignoff[], owned: readonly PresentedOwnership[] = []): Verdict {
  const verdict = (answer: Verdict['verdict'], codes: readonly ReasonCode[], why: Reason, signoffs: readonly string[] = []): Verdict => ({
    ...{ verdict: answer, would: answer, gate: gate.kind, mode: 'enforce', codes, reasons: why, signoffs },
  });
  if (decision.outcome === 'refused') {
    const refusals = decision.refusals.map((r) => reason('no', r.code, r.text));
    const codes = [...new Set(decision.refusals.map((r) => r.code))];
    return verdict('deny', codes.length > 0 ? codes : ['INTERNAL'], reason('no', codes[0] ?? 'INTERNAL', 'no sign-off cures this', [...refusals, decision.reasons]));
  }
  const astray = presented.flatMap((s) => s.astray ?? []);
  if (astray.length > 0) {
    const why = astray.map((p) => reason('no', p.code, problemText(p)));
    return verdict('deny', [...new Set(astray.map((p) => p.code))], reason('no', astray[0]?.code ?? 'INTERNAL', 'what was signed cannot be told from this database', why));
  }
  const valid = presented.filter((s) => s.problems.length === 0);
  const blocking = latestWord(valid.filter(isExact)).filter((s) => s.decision === 'changes');
  if (blocking.length > 0) {
    const asked = blocking.map((s) => reason('no', 'REV_CHANGES', `${s.signer} asked for changes${unprovenText(s)}${named(': ', s.conditions)}`));
    return verdict('deny', ['REV_CHANGES'], reason('no', 'REV_CHANGES', 'an open request for changes blocks', asked));
  }
  if (decision.outcome === 'pass') return verdict('allow', ['PASS'], decision.reasons);

  const early = valid.filter((s) => tooEarly(gate, decision, s)).map((s) => ({ ...s, problems: [problem('SOLO', waitText(gate, decision))] }));
  const set = setAside([...presented.filter((s) => s.problems.length > 0), ...early]);
  const { missing, counted } = seatedBy(
    gate,
    decision.seats,
    valid.filter((s) => !tooEarly(gate, decision, s)),
  );
  const unowned = ownershipLacking(decision, owned);
  if (missing.length === 0 && unowned.length === 0) {
    const signed = [...ownedWords(decision, owned), ...counted.map(signedWords)];
    return verdict(
      'allow',
      ['OK', ...(decision.soloAfter === null ? [] : (['SOLO'] as const))],
      reason('yes', 'OK', 'every seat is filled', signed),
      counted.map((s) => s.digest),
    );
  }
  const lacking = missing.map((m) => reason('no', 'SIGNOFF_MISSING', `${m.count} more for rule ${m.seat.rule}${stageWords(m.seat)}: any of ${m.anyOf.join(', ') || 'nobody'}`));
  // The author is told first: until they have spoken nobody else is asked for anything.
  const codes: ReasonCode[] = [
    ...new Set([
      ...unowned.flatMap((r) => [r.code, ...r.children.map((c) => c.code)]),
      ...set.flatMap((r) => r.children.map((c) => c.code)),
      ...lacking.map((r) => r.code),
      ...askedForLess(decision),
    ]),
  ];
  const kept = counted.filter((s) => !isExact(s)).map(signedWords);
  const words = unowned.length > 0 ? 'its author has not spoken for this exact change' : 'a required human has not signed this exact change';
  return verdict('deny', codes, reason('no', codes[0] ?? 'SIGNOFF_MISSING', words, [...unowned, ...set, ...kept, ...lacking, decision.reasons]));
}

/** The word that counts where policy asks for one: the latest. Undefined where none does, and where none is asked for. */
export const ownedBy = ({ ownership }: Decision, owned: readonly PresentedOwnership[]): PresentedOwnership | undefined =>
  ownership === null ? undefined : [...owned].filter((o) => o.problems.length === 0).sort((a, b) => b.index - a.index)[0];

const ownedWords = (decision: Decision, owned: readonly PresentedOwnership[]): readonly Reason[] => {
  const word = ownedBy(decision, owned);
  return word === undefined ? [] : [reason('yes', 'OK', `${word.author} said what they read, ran and do not understand of this exact change`)];
};

/** Empty where nobody asks for it, or somebody said it; with it, what was offered and does not count. */
function ownershipLacking(decision: Decision, owned: readonly PresentedOwnership[]): readonly Reason[] {
  if (decision.ownership === null || ownedBy(decision, owned) !== undefined) return [];
  const aside = owned.map((o) =>
    reason('no', o.problems[0]?.code ?? 'INTERNAL', `the ownership statement by ${o.author} does not count: ${o.problems.map((p) => p.message).join('; ')}`),
  );
  return [reason('no', 'OWNERSHIP_MISSING', ownershipWords(decision.ownership), aside)];
}

const unprovenText = ({ unproven }: PresentedSignoff): string =>
  unproven === undefined ? '' : `, in words that do not hold any more: ${unproven}; it blocks until they sign again, or it is taken back`;

const isExact = ({ rules }: PresentedSignoff): boolean => rules === undefined;

function signedWords(s: PresentedSignoff): Reason {
  const what = isExact(s) ? 'signed this exact change' : 'signed an earlier form of this; what it covers has not changed';
  return reason('yes', 'OK', `${s.signer} ${what}${named(', on condition: ', s.conditions)}`);
}

export interface Seated {
  readonly missing: readonly Missing[];
  /** Approvals that were weighed, a person's latest at each stage; of carried ones those that fill a seat. */
  readonly counted: readonly PresentedSignoff[];
}

/** The seats due at this gate, stage by stage, and who fills them. */
function seatedBy(gate: Gate, seats: readonly Seat[], valid: readonly PresentedSignoff[]): Seated {
  const stages = dueAt(gate.kind).map((stage): Seated => {
    const own = valid.filter((s) => (s.stage ?? 'implementation') === stage);
    const due = seats.filter((s) => s.stage === stage);
    const exact = latestWord(own.filter(isExact));
    const approving = exact.filter(approves);
    const alone = filledBy(gate, due, approving);
    // What a person says of this exact change stands in the place of all they said of earlier forms.
    const carried = latestWord(own.filter((s) => !isExact(s) && approves(s) && !exact.some((e) => e.signer === s.signer)));
    if (alone.missing.length === 0 || carried.length === 0) return { missing: alone.missing, counted: approving };
    const sitting = new Set(filledBy(gate, due, [...approving, ...carried]).filled.map((f) => f.person));
    const counted = [...approving, ...carried.filter((s) => sitting.has(s.signer))];
    return { missing: filledBy(gate, due, counted).missing, counted };
  });
  return { missing: stages.flatMap((s) => s.missing), counted: stages.flatMap((s) => s.counted) };
}

const approves = ({ decision }: PresentedSignoff): boolean => isApproval(decision);

const filledBy = ({ ladder }: Gate, seats: readonly Seat[], approving: readonly PresentedSignoff[]): Quorum =>
  fillSeats(
    provenSeats(seats, approving, ladder),
    approving.map((s) => s.signer),
  );

const stageWords = ({ stage }: Seat): string => (stage === 'implementation' ? '' : ` (${stage})`);

/** Somebody alone waits, so that the second look is at least another hour's. A time nobody knows is not long enough. */
function tooEarly({ since }: Gate, { soloAfter }: Decision, { at }: PresentedSignoff): boolean {
  return soloAfter !== null && !(since !== undefined && at !== undefined && at >= since + soloAfter);
}

const waitText = ({ since }: Gate, { soloAfter }: Decision): string =>
  since === undefined ? 'when this change was first seen is not known' : `signed before the wait was over, at ${new Date(since + (soloAfter ?? 0)).toISOString()}`;

/** A trailer taken away, or a "none" that a marker contradicts: it asks for no less, and the terminal says that it was seen. */
function askedForLess({ provenance }: Decision): readonly ReasonCode[] {
  const own = provenance.evidence.filter((e) => e.slot !== 'sticky' && e.trust >= 2 && e.level === provenance.level);
  const remembered = own.length === 0 && provenance.evidence.some((e) => e.slot === 'sticky' && e.level === provenance.level);
  return [...(remembered ? (['PROVENANCE_STICKY'] as const) : []), ...(provenance.contradictions.length > 0 ? (['PROVENANCE_CONTRADICTION'] as const) : [])];
}

/**
 * Seats with only the candidates whose signature proves the level and the presence, and speaks for every rule the seat answers:
 * a roster edited upwards proves nothing.
 */
function provenSeats(seats: readonly Seat[], approving: readonly PresentedSignoff[], ladder: readonly string[]): readonly Seat[] {
  const rank = (level: string): number => ladder.indexOf(level);
  const proven = (person: string, floor: string | null): boolean => {
    const signed = approving.find((s) => s.signer === person);
    return signed === undefined || floor === null || (rank(floor) >= 0 && rank(signed.level) >= rank(floor));
  };
  const present = (person: string, presence: Presence): boolean => {
    const signed = approving.find((s) => s.signer === person);
    return signed === undefined || presence === 'passkey' || signed.presence === 'hardware';
  };
  const speaks = (person: string, { answers }: Seat): boolean => {
    const rules = approving.find((s) => s.signer === person)?.rules;
    return rules === undefined || (answers.length > 0 && answers.every((rule) => rules.includes(rule)));
  };
  return seats.map((seat) => ({ ...seat, candidates: seat.candidates.filter((c) => proven(c, seat.level) && present(c, seat.presence) && speaks(c, seat)) }));
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
