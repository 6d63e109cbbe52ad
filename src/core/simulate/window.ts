/** What was looked at: from when to when, how much, and what could not be seen. */
import { dayName, daysBetween, MONTH, plausible, weekOf } from './calendar.ts';
import { type Counted, isOrdinary } from './counted.ts';
import { byName, sum, tally } from './figures.ts';

export interface Window {
  /** Dates of the first and last landing with a plausible time; null of none. */
  readonly from: string | null;
  readonly to: string | null;
  readonly days: number;
  readonly months: number;
  readonly landings: number;
  readonly commits: number;
  /** Landings that take back another one. */
  readonly reverts: number;
  /** Landings whose author nobody knows. */
  readonly unknownAuthors: number;
  readonly notSeen: NotSeen;
}

export interface NotSeen {
  /** Landings of which something was not seen. */
  readonly landings: number;
  /** The commonest reasons first. Somebody else's words may be in them. */
  readonly reasons: readonly { readonly why: string; readonly landings: number }[];
  /** Reasons beyond those listed. */
  readonly moreReasons: number;
  /** Landings dated so far off that they stand in no week and in no queue; they count everywhere else. */
  readonly undated: number;
}

const LISTED = 20;

/** The weeks a report speaks of, without gaps, and which one a landing belongs to. */
export interface Weeks {
  readonly first: number;
  readonly count: number;
  /** 0 for the first; null: its date is absurd. */
  indexOf(l: Counted): number | null;
}

/** @param landings oldest first. */
export function weeksOf(landings: readonly Counted[]): Weeks {
  const dated = plausible(landings.map((l) => l.at));
  const times = landings.filter((l) => dated(l.at)).map((l) => l.at);
  const first = weekOf(times[0] ?? 0);
  const count = times.length === 0 ? 0 : weekOf(times.at(-1) ?? 0) - first + 1;
  return { first, count, indexOf: (l) => (dated(l.at) ? weekOf(l.at) - first : null) };
}

/** @param landings oldest first. */
export function windowOf(landings: readonly Counted[], weeks: Weeks): Window {
  const dated = landings.filter((l) => weeks.indexOf(l) !== null);
  const [first, last] = [dated[0], dated.at(-1)];
  const days = first === undefined || last === undefined ? 0 : daysBetween(first.at, last.at);
  return {
    from: first === undefined ? null : dayName(first.at),
    to: last === undefined ? null : dayName(last.at),
    days,
    months: days / MONTH,
    landings: landings.length,
    commits: sum(landings.map((l) => l.commits)),
    reverts: landings.filter((l) => !isOrdinary(l)).length,
    unknownAuthors: landings.filter((l) => l.author === null).length,
    notSeen: notSeenOf(landings, landings.length - dated.length),
  };
}

function notSeenOf(landings: readonly Counted[], undated: number): NotSeen {
  const counts = new Map<string, number>();
  for (const l of landings) for (const why of new Set(l.notSeen)) tally(counts, why);
  const reasons = [...counts].map(([why, n]) => ({ why, landings: n })).sort((a, b) => b.landings - a.landings || byName(a.why, b.why));
  return { landings: landings.filter((l) => l.notSeen.length > 0).length, reasons: reasons.slice(0, LISTED), moreReasons: Math.max(0, reasons.length - LISTED), undated };
}
