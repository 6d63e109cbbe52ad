/**
 * Above which level nobody signs, and for which teams, whatever the roster says, because an identity provider says less of them. It takes away and
 * gives nothing: whoever runs the provider can keep people from signing, and lets nobody sign.
 *
 * It is asked when an approval, a use of break-glass or its review is prepared and again when the signature comes, whichever way, and by
 * the person whose key signed. What is in the log is judged by the log alone. What lets nothing pass is not held back by it.
 */
import { type Problem, problem } from '../core/base/result.ts';
import type { Decision, Seat } from '../core/policy/decision.ts';
import type { Person, PersonId } from '../core/roster/roster.ts';
import type { Ceiling } from './ports-login.ts';

/** What holds for somebody now. */
export interface PersonalCeilings {
  of(person: PersonId): Promise<Ceiling>;
}

export const NO_CEILING: Ceiling = { levels: null, teams: null };
/** Where no identity provider is asked. */
export const NO_CEILINGS: PersonalCeilings = { of: async () => NO_CEILING };

interface Terms {
  readonly required: boolean;
}

/** @param terms of what the installation's file asks for; what it does not ask for holds nobody down, though a provider gave it once. */
export function ceilingsBy(
  given: { find(person: PersonId): Promise<Ceiling | null> },
  { levels, teams }: { readonly levels?: Terms | undefined; readonly teams?: Terms | undefined } = {},
): PersonalCeilings {
  if (levels === undefined && teams === undefined) return NO_CEILINGS;
  const held = (terms: Terms | undefined, said: readonly string[] | null | undefined) => (terms === undefined ? null : (said ?? (terms.required ? [] : null)));
  return {
    of: async (person) => {
      const said = await given.find(person);
      return { levels: held(levels, said?.levels), teams: held(teams, said?.teams) };
    },
  };
}

/** The level somebody signs at. @param ladder lowest first. What is not on it stays so, and counts for nothing. */
export function under(ladder: readonly string[], level: string, { levels }: Pick<Ceiling, 'levels'>): string {
  if (levels === null || !ladder.includes(level)) return level;
  const top = Math.max(0, ...levels.map((word) => ladder.indexOf(word)));
  return ladder[Math.min(top, ladder.indexOf(level))] ?? level;
}

/** Why they do not sign what the roster would let them. Empty: the provider stands in nobody's way. */
export function heldFrom({ seats }: Pick<Decision, 'seats'>, ladder: readonly string[], person: Person, ceiling: Ceiling): readonly Problem[] {
  const left = under(ladder, person.level, ceiling);
  const own = seats.filter((seat) => seat.candidates.includes(person.id));
  const fits = own.some((seat) => seat.level === null || ladder.indexOf(left) >= ladder.indexOf(seat.level));
  return [...(left === person.level || own.length === 0 || fits ? [] : [heldDown(person.id, person.level, left)]), ...outOfTeam({ seats }, person, ceiling)];
}

/** The signature proves more than the provider leaves. */
export function above(ladder: readonly string[], person: PersonId, level: string, ceiling: Ceiling): readonly Problem[] {
  const left = under(ladder, level, ceiling);
  return left === level ? [] : [heldDown(person, level, left)];
}

/**
 * A sign-off names no team, so a gate counts it for every seat the roster gives its signer: one seat that the provider takes away is
 * enough to refuse it.
 */
export function outOfTeam({ seats }: Pick<Decision, 'seats'>, person: Person, { teams }: Pick<Ceiling, 'teams'>): readonly Problem[] {
  if (teams === null) return [];
  const lost = seats.filter((seat) => seat.candidates.includes(person.id) && losesSeat(seat, person, teams));
  return lost.length === 0
    ? []
    : [problem('QUAL_SCOPE', `${person.id} would sign for a team that the identity provider does not leave them (${lost.map((s) => s.rule).join(', ')})`, { remedy: REMEDY })];
}

function losesSeat(seat: Seat, person: Person, left: readonly string[]): boolean {
  const byTeam = seat.teams.length > 0 && !seat.people.includes(person.id);
  const counted = seat.distinctTeams > 1 && Object.hasOwn(seat.standsFor, person.id) ? (seat.standsFor[person.id] ?? []) : [];
  return (byTeam && !seat.teams.some((team) => person.teams.includes(team) && left.includes(team))) || counted.some((team) => !left.includes(team));
}

const REMEDY = 'sign in with the identity provider again and prepare it anew; where it still says so, ask whoever keeps its groups, or somebody else to sign';

export const heldDown = (person: PersonId, level: string, left: string): Problem =>
  problem('QUAL_LEVEL', `${person} would sign as ${level}, and the identity provider leaves them ${left}`, { remedy: REMEDY });
