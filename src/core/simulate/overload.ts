/** Whom a policy would have asked, and whom it would have drowned: work shared evenly among those who could have sat. */
import type { PersonId } from '../roster/roster.ts';
import type { Assumptions } from './assumptions.ts';
import { WORKDAYS, weekName } from './calendar.ts';
import type { Counted } from './counted.ts';
import { byName, hoursOf, ratio, tally } from './figures.ts';
import { minutesOf } from './hours.ts';
import type { Weeks } from './window.ts';

export interface People {
  /** Review hours of one person in a week. */
  readonly weekHours: number;
  /** Whoever carries most first. */
  readonly busiest: readonly PersonLoad[];
  readonly morePeople: number;
  /** People with at least one week above their hours, also among those not listed. */
  readonly overloaded: number;
}

export interface PersonLoad {
  readonly person: PersonId;
  /** null: not among the reviewers. */
  readonly level: string | null;
  /** Times they were a candidate. */
  readonly candidateFor: number;
  /** Hours in the whole window if candidates share evenly. */
  readonly hours: number;
  /** Of a mean week, and that as a share of their hours. */
  readonly weekHours: number | null;
  readonly share: number | null;
  readonly worst: { readonly week: string; readonly hours: number } | null;
  readonly weeksOver: number;
}

const LISTED = 50;

interface Load {
  seats: number;
  minutes: number;
  worstWeek: number;
  worstMinutes: number;
  weeksOver: number;
}

/** @param landings oldest first. */
export function peopleOf(landings: readonly Counted[], weeks: Weeks, assumptions: Assumptions): People {
  const weekHours = assumptions.hoursPerDay * WORKDAYS;
  const loads = loadsOf(landings, weeks, assumptions, weekHours * 60);
  const levels = new Map(assumptions.reviewers.flatMap((r) => (r.person === null ? [] : [[r.person, r.level] as const])));
  const all = [...loads].sort(([a, x], [b, y]) => y.minutes - x.minutes || byName(a, b));
  const busiest = all.slice(0, LISTED).map(([person, load]): PersonLoad => {
    const mean = ratio(hoursOf(load.minutes), weeks.count);
    const worst = load.worstWeek < 0 ? null : { week: weekName(weeks.first + load.worstWeek), hours: hoursOf(load.worstMinutes) };
    const share = mean === null ? null : ratio(mean, weekHours);
    return { person, level: levels.get(person) ?? null, candidateFor: load.seats, hours: hoursOf(load.minutes), weekHours: mean, share, worst, weeksOver: load.weeksOver };
  });
  return { weekHours, busiest, morePeople: Math.max(0, all.length - LISTED), overloaded: all.filter(([, l]) => l.weeksOver > 0).length };
}

/** Week by week, so that no table of all people and all weeks is ever held. */
function loadsOf(landings: readonly Counted[], weeks: Weeks, assumptions: Assumptions, weekMinutes: number): ReadonlyMap<PersonId, Load> {
  const loads = new Map<PersonId, Load>();
  for (const [week, some] of Map.groupBy(landings, (l) => weeks.indexOf(l))) {
    const minutes = new Map<PersonId, number>();
    for (const l of some) share(l, minutesOf(l, assumptions), minutes, loads);
    for (const [person, spent] of minutes) close(loadOf(loads, person), week, spent, weekMinutes);
  }
  return loads;
}

/** One seat's minutes, evenly over its candidates. More humans than candidates give each candidate one. */
function share(l: Counted, each: number, minutes: Map<PersonId, number>, loads: Map<PersonId, Load>): void {
  for (const { candidates, humans } of l.seats) {
    const part = each * Math.min(1, humans / candidates.length);
    for (const person of candidates) {
      tally(minutes, person, part);
      loadOf(loads, person).seats++;
    }
  }
}

function close(load: Load, week: number | null, minutes: number, most: number): void {
  load.minutes += minutes;
  if (week === null) return;
  if (minutes > most) load.weeksOver++;
  if (minutes <= load.worstMinutes) return;
  load.worstMinutes = minutes;
  load.worstWeek = week;
}

function loadOf(loads: Map<PersonId, Load>, person: PersonId): Load {
  const known = loads.get(person);
  if (known !== undefined) return known;
  const load: Load = { seats: 0, minutes: 0, worstWeek: -1, worstMinutes: 0, weeksOver: 0 };
  loads.set(person, load);
  return load;
}
