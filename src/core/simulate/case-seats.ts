/** Seats and who fills them, stage by stage: only the seats that are due, and only by sign-offs that can fill them. */
import type { Decision, Seat } from '../policy/decision.ts';
import { type Filled, fillSeats, type Quorum } from '../policy/quorum.ts';
import { seatText } from '../policy/seats.ts';
import type { Stage } from '../policy/words.ts';
import type { MissingSeat } from './case-answer.ts';
import type { Counted } from './case-signoffs.ts';

export interface Seating {
  readonly due: readonly Stage[];
  readonly counted: readonly Counted[];
  readonly filled: readonly Filled[];
  readonly missing: readonly MissingSeat[];
}

export function seatingOf(decision: Decision, counted: readonly Counted[], due: readonly Stage[]): Seating {
  const stages = due.map((stage) => fillStage(decision, counted, stage));
  return {
    due,
    counted,
    filled: stages.flatMap((q) => q.filled),
    missing: stages
      .flatMap((q) => q.missing)
      .map(({ seat, count, anyOf }) => ({ rule: seat.rule, humans: count, any_of: anyOf, stage: seat.stage, asks: seatText({ ...seat, humans: count }) })),
  };
}

/** A candidate who signed, but not in a way that fills this seat, is a candidate still: by signing again. */
function fillStage(decision: Decision, counted: readonly Counted[], stage: Stage): Quorum {
  const here = counted.filter((c) => c.signoff.stage === stage);
  const signed = new Set(here.map((c) => c.person));
  const seats = decision.seats.filter((s) => s.stage === stage);
  const fills = (person: string, seat: Seat): boolean => !signed.has(person) || here.some((c) => c.person === person && c.seats.includes(seat));
  return fillSeats(
    seats.map((seat) => ({ ...seat, candidates: seat.candidates.filter((person) => fills(person, seat)) })),
    [...signed],
  );
}
