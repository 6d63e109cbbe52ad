/** Why somebody does not fill a seat: below its level, without its qualification, of another team, or with another kind of key. */
import type { ReasonCode } from '../base/codes.ts';
import type { CaseSignoff } from '../policy/case.ts';
import type { Seat } from '../policy/decision.ts';
import type { Policy } from '../policy/document.ts';
import { type Person, qualifiedFor, type Roster } from '../roster/roster.ts';

export interface Misfit {
  readonly code: ReasonCode;
  readonly detail: string;
}

/** Empty: this signature fills the seat. */
export function misfits(policy: Policy, roster: Roster, seat: Seat, person: Person, signoff: CaseSignoff, at: number | null): readonly Misfit[] {
  const found = [...levelOf(policy, seat, person, signoff), ...scopeOf(seat, person, at), ...presenceOf(seat, person, signoff)];
  if (found.length > 0 || seat.candidates.includes(person.id)) return found;
  const unlisted = !roster.people.some((p) => p.id === person.id);
  return [
    {
      code: unlisted ? 'PERSON_UNKNOWN' : 'QUAL_SCOPE',
      detail: `${person.id} is too near to the people behind the change for ${seat.rule}: no ${seat.not.join(', no ') || 'candidate'}`,
    },
  ];
}

function levelOf({ ladder }: Policy, seat: Seat, person: Person, { level }: CaseSignoff): readonly Misfit[] {
  if (seat.level === null) return ladder.values.includes(person.level) ? [] : [{ code: 'QUAL_LEVEL', detail: `${person.level} of ${person.id} is not a level of the ladder` }];
  const floor = ladder.values.indexOf(seat.level);
  const proven = Math.min(ladder.values.indexOf(person.level), level === null ? ladder.values.length : ladder.values.indexOf(level));
  if (proven >= floor) return [];
  return [{ code: 'QUAL_LEVEL', detail: `${person.id} is ${ladder.values[proven] ?? 'of no level'}; ${seat.rule} asks for ${seat.level} or above` }];
}

function scopeOf(seat: Seat, person: Person, at: number | null): readonly Misfit[] {
  const lacking = seat.domains.filter((d) => !qualifiedFor(person, d, at));
  const ended = lacking.filter((d) => person.domains.includes(d));
  const never = lacking.filter((d) => !person.domains.includes(d));
  const from = seat.teams.length + seat.people.length === 0 || seat.people.includes(person.id) || seat.teams.some((t) => person.teams.includes(t));
  const who = [...(seat.teams.length === 0 ? [] : [`somebody of ${seat.teams.join(' or ')}`]), ...(seat.people.length === 0 ? [] : [seat.people.join(' or ')])].join(', or ');
  return [
    ...(never.length === 0 ? [] : [{ code: 'QUAL_SCOPE' as const, detail: `${person.id} is not qualified for ${never.join(' and ')}, which ${seat.rule} asks for` }]),
    ...(ended.length === 0
      ? []
      : [
          {
            code: 'QUAL_STALE' as const,
            detail: `the qualification of ${person.id} for ${ended.join(' and ')} ${at === null ? 'may have ended: the time is not known' : 'has ended'}`,
          },
        ]),
    ...(from ? [] : [{ code: 'QUAL_SCOPE' as const, detail: `${seat.rule} asks for ${who}, and ${person.id} is of ${person.teams.join(', ') || 'no team'}` }]),
  ];
}

const presenceOf = (seat: Seat, person: Person, { presence }: CaseSignoff): readonly Misfit[] =>
  seat.presence === 'hardware' && presence !== 'hardware' ? [{ code: 'KEY_MODEL', detail: `${seat.rule} asks for a hardware key, and ${person.id} signed without one` }] : [];
