/**
 * Above which level nobody signs, whatever the roster says, because an identity provider says less of them. It lowers and never raises: whoever
 * runs the provider can keep people from signing, and lets nobody sign.
 *
 * It is asked when an approval, a use of break-glass or its review is prepared and again when the signature comes, whichever way, and by
 * the person whose key signed. What is in the log is judged by the log alone. What lets nothing pass is not held back by it.
 */
import { type Problem, problem } from '../core/base/result.ts';
import type { Decision } from '../core/policy/decision.ts';
import type { PersonId } from '../core/roster/roster.ts';
import type { GivenLevels } from './ports-login.ts';

/** Words for levels, of which the highest the ladder knows holds, and where it knows none its lowest; null: nothing holds this person down. */
export type Ceiling = readonly string[] | null;

export interface Ceilings {
  of(person: PersonId): Promise<Ceiling>;
}

/** Where no identity provider is asked for levels. */
export const NO_CEILINGS: Ceilings = { of: async () => null };

/** @param terms absent: what a provider gave once holds nobody down any more. */
export const ceilingsBy = (given: GivenLevels, terms: { readonly required: boolean } | undefined): Ceilings =>
  terms === undefined ? NO_CEILINGS : { of: async (person) => (await given.find(person)) ?? (terms.required ? [] : null) };

/** The level somebody signs at. @param ladder lowest first. What is not on it stays so, and counts for nothing. */
export function under(ladder: readonly string[], level: string, ceiling: Ceiling): string {
  if (ceiling === null || !ladder.includes(level)) return level;
  const top = Math.max(0, ...ceiling.map((word) => ladder.indexOf(word)));
  return ladder[Math.min(top, ladder.indexOf(level))] ?? level;
}

/** Why they fill no seat of this change that the roster would give them. Empty: the provider stands in nobody's way. */
export function heldFrom({ seats }: Pick<Decision, 'seats'>, ladder: readonly string[], person: PersonId, level: string, ceiling: Ceiling): readonly Problem[] {
  const left = under(ladder, level, ceiling);
  if (left === level) return [];
  const own = seats.filter((seat) => seat.candidates.includes(person));
  const fits = own.some((seat) => seat.level === null || ladder.indexOf(left) >= ladder.indexOf(seat.level));
  return own.length === 0 || fits ? [] : [heldDown(person, level, left)];
}

/** The signature proves more than the provider leaves. */
export function above(ladder: readonly string[], person: PersonId, level: string, ceiling: Ceiling): readonly Problem[] {
  const left = under(ladder, level, ceiling);
  return left === level ? [] : [heldDown(person, level, left)];
}

export const heldDown = (person: PersonId, level: string, left: string): Problem =>
  problem('QUAL_LEVEL', `${person} would sign as ${level}, and the identity provider leaves them ${left}`, {
    remedy: 'sign in with the identity provider again and prepare it anew; where it still says so, ask whoever keeps your level there, or somebody else to sign',
  });
