/** Whether the people whose sign-offs hold fill what policy asked, as a gate asks it at a push: stage, level, presence, candidates. */
import { type Problem, problem } from '../base/result.ts';
import { plainSeat, type Seat } from '../policy/decision.ts';
import { fillSeats } from '../policy/quorum.ts';
import type { PersonId } from '../roster/roster.ts';
import type { AskedSeat, Required } from './offline-terms.ts';
import { missingHumans } from './people.ts';
import type { VerifiedSignoff } from './verify.ts';

/** `rules`: it is of an earlier form, and speaks for what these cover. */
type Signed = VerifiedSignoff & { readonly rules?: readonly string[] };

/** Distinct people, each in one seat, whatever they signed with and however often. Asked for nothing, one human is the least. Problems: QUORUM, SOLO. */
export function seatProblems(signoffs: readonly Signed[], ladder: readonly string[], { seats = [], soloAfter = null, stage = 'implementation' }: Required): readonly Problem[] {
  const due = seats.filter((seat) => DUE.has(seat.stage ?? stage));
  const asked: readonly AskedSeat[] = due.length === 0 ? [{ humans: 1, level: null }] : due;
  const signers = [...new Set(signoffs.map((s) => s.signer))];
  const whole = asked.map((seat, i): Seat => {
    const candidates = signers.filter((person) => serves(person, seat, signoffs, ladder, stage));
    return { ...plainSeat(`seat ${i + 1}`, seat.humans, candidates), ...seat, candidates };
  });
  const missing = fillSeats(whole, signers).missing.map(({ seat, count }) => problem('QUORUM', `${count} of ${seat.humans} humans are missing for ${seat.rule}`));
  return soloAfter === null ? missing : [...missing, ALONE];
}

/** At a push; seats of a deployment are asked for when it is deployed. */
const DUE: ReadonlySet<Seat['stage']> = new Set(['intent', 'implementation']);

/** The wait runs from when a server first saw the change, which no signature says. */
const ALONE = problem('SOLO', 'policy lets one person sign their own change after a wait, and a bundle does not show when the wait began', {
  remedy: 'ask the server, or have a second person sign',
});

function serves(person: PersonId, seat: AskedSeat, signoffs: readonly Signed[], ladder: readonly string[], stage: Seat['stage']): boolean {
  const own = signoffs.filter((s) => s.signer === person);
  const rules = own[0]?.rules;
  const speaks = rules === undefined || (seat.answers !== undefined && seat.answers.length > 0 && seat.answers.every((rule) => rules.includes(rule)));
  const present = seat.presence !== 'hardware' || own.some((s) => s.attested !== null);
  return speaks && present && (seat.stage ?? stage) === stage && missingHumans({ ...seat, humans: 1 }, own, ladder) === 0;
}
