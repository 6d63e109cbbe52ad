/** Who signed, and whether they may: separation of duties, level, seats. Persons are counted, never keys or signatures. */
import type { ReasonCode } from '../base/codes.ts';
import { order } from '../base/order.ts';
import { type Problem, problem } from '../base/result.ts';
import type { Seat } from '../policy/decision.ts';
import type { PersonId, PrincipalRole, Roster } from '../roster/roster.ts';
import { personUrn } from './build.ts';
import type { Statement } from './statement.ts';
import type { TrustedKey } from './trust.ts';

export interface PeopleExpectation {
  /** Everybody behind the change, recomputed by the verifier: what the statement says of it is only its signer's word. */
  readonly excluded: ReadonlyMap<PersonId, readonly PrincipalRole[]>;
  /** The roster in force: who is not on it signs nothing, and a level it says bounds the one enrolled. */
  readonly roster?: Pick<Roster, 'people'>;
  /** The seat to fill, or what all seats have in common; absent: any enrolled human serves. */
  readonly seat?: FillableSeat;
}

/** Candidates absent: anyone of the level. */
export type FillableSeat = Pick<Seat, 'level'> & Partial<Pick<Seat, 'candidates'>>;
type KeyHolder = Pick<TrustedKey, 'person' | 'level'>;

/** The reason code of each way to stand behind a change. */
export const SOD: Readonly<Record<PrincipalRole, ReasonCode>> = {
  author: 'SOD_AUTHOR',
  committer: 'SOD_AUTHOR',
  'co-author': 'SOD_AUTHOR',
  pusher: 'SOD_PUSHER',
  prompter: 'SOD_PROMPTER',
  'agent-owner': 'SOD_OWNER',
  'token-owner': 'SOD_OWNER',
  'deploy-starter': 'SOD_PUSHER',
};

/** Problems: KEY_UNKNOWN (claims to be somebody else), PERSON_UNKNOWN, SOD_*, QUAL_LEVEL, QUAL_SCOPE. */
export function checkPeople(statement: Statement, key: KeyHolder, ladder: readonly string[], expect: PeopleExpectation): readonly Problem[] {
  const { signer } = statement.predicate;
  const codes = new Set((expect.excluded.get(key.person) ?? []).map((role) => SOD[role]));
  const unlisted = expect.roster !== undefined && !expect.roster.people.some((p) => p.id === key.person);
  const level = checkLevel(statement, key, ladder, expect);
  return [
    ...(signer.id === personUrn(key.person) ? [] : [problem('KEY_UNKNOWN', `the key is not one of ${signer.id}`)]),
    ...(unlisted ? [problem('PERSON_UNKNOWN', `${key.person} is not on the roster`)] : []),
    ...[...codes].map((code) => problem(code, `${key.person} stands behind this change and may not sign it`)),
    ...(level.length > 0 ? level : checkSeat(statement, key, ladder, expect)),
  ];
}

/** The lowest of what the statement claims, enrolment vouches for and the roster says. Every one is on the ladder: `checkLevel`. */
export function effectiveLevel(statement: Statement, key: KeyHolder, ladder: readonly string[], expect: Pick<PeopleExpectation, 'roster'>): string {
  const levels = claims(statement, key, expect);
  return ladder.find((level) => levels.includes(level)) ?? '';
}

/** Humans still missing of a seat: distinct people among verified sign-offs whose level and candidacy fill it. */
export function missingHumans(
  seat: FillableSeat & Pick<Seat, 'humans'>,
  signoffs: readonly { readonly signer: PersonId; readonly level: string }[],
  ladder: readonly string[],
): number {
  const people = new Set(signoffs.filter((s) => fills(seat, s.signer, s.level, ladder) === undefined).map((s) => s.signer));
  return Math.max(0, seat.humans - people.size);
}

const claims = (statement: Statement, key: KeyHolder, { roster }: Pick<PeopleExpectation, 'roster'>): readonly string[] => [
  statement.predicate.signer.qualification.level,
  key.level,
  ...(roster?.people.filter((p) => p.id === key.person).map((p) => p.level) ?? []),
];

function checkLevel(statement: Statement, key: KeyHolder, ladder: readonly string[], expect: PeopleExpectation): readonly Problem[] {
  const levels = order(ladder);
  const [claimed = '', vouched = '', listed = vouched] = claims(statement, key, expect);
  if (![claimed, vouched, listed].every((l) => levels.has(l))) return [problem('QUAL_LEVEL', `the level of ${key.person} is not on the ladder`)];
  const claimsMore = levels.above(claimed, vouched) || levels.above(claimed, listed);
  return claimsMore ? [problem('QUAL_LEVEL', `${key.person} claims to be ${claimed} and is not`)] : [];
}

function checkSeat(statement: Statement, key: KeyHolder, ladder: readonly string[], expect: PeopleExpectation): readonly Problem[] {
  const refusal = expect.seat === undefined ? undefined : fills(expect.seat, key.person, effectiveLevel(statement, key, ladder, expect), ladder);
  return refusal === undefined ? [] : [refusal];
}

/** Undefined where the person fills the seat. */
function fills(seat: FillableSeat, person: PersonId, level: string, ladder: readonly string[]): Problem | undefined {
  const levels = order(ladder);
  const senior = seat.level === null || (levels.has(level) && levels.has(seat.level) && levels.atLeast(level, seat.level));
  if (!senior) return problem('QUAL_LEVEL', `${person} is ${level}, and ${seat.level} is asked for`);
  return seat.candidates?.includes(person) === false ? problem('QUAL_SCOPE', `${person} is not among those who can fill this seat`) : undefined;
}
