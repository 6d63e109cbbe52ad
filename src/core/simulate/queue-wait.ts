/** How long changes would have waited for people, and whether these people could have kept up at all. */
import { type Assumptions, rankOf } from './assumptions.ts';
import { WORKDAY, weekName, workMinute } from './calendar.ts';
import type { Counted } from './counted.ts';
import { ascending, hoursOf, quantile, ratio, sum } from './figures.ts';
import { headsNeeded, type Needed } from './heads.ts';
import { levelsOf } from './hours.ts';
import { type Served, serve, type Task, tasksOf, type Waited } from './queue.ts';
import { headCount, headsOf, staffOf } from './staff.ts';
import { type Tightest, tightestOf } from './tightest.ts';
import type { Weeks } from './window.ts';

/** Working hours from asking to the beginning of the review, of `asked` seats; null of none. */
export interface Waits {
  readonly asked: number;
  readonly mean: number | null;
  readonly median: number | null;
  readonly p90: number | null;
  readonly p99: number | null;
}

export interface QueueWait extends Waits {
  readonly heads: readonly { readonly level: string; readonly people: number }[];
  readonly byLevel: readonly (Waits & { readonly level: string | null })[];
  readonly byWeek: readonly (Waits & { readonly week: string })[];
  /** Seats none of these people may take; they are in no wait. */
  readonly unserved: number;
  /** Work for seats of this level and above, against the hours of people of that level and above. */
  readonly utilisation: readonly { readonly level: string | null; readonly asked: number; readonly offered: number; readonly share: number | null }[];
  /** The people on whom most hangs, however work is shared; null: reviewers are nameless, or nobody is asked. */
  readonly tightest: Tightest | null;
  /** More is asked than these people have hours: waits grow for as long as it lasts, and those above are only of this window. */
  readonly unbounded: boolean;
  /** Working days needed after the window to finish what it left. */
  readonly backlogDays: number;
  /** Fewest heads of each level with whom nine of ten waits stay under `target` hours; null: more than can be had. */
  readonly target: number;
  readonly needed: readonly Needed[] | null;
}

/** @param landings oldest first. */
export function queueWaitOf(landings: readonly Counted[], weeks: Weeks, assumptions: Assumptions): QueueWait {
  const tasks = tasksOf(landings, weeks, assumptions);
  const levels = levelsOf(landings, assumptions.ladder);
  const daily = assumptions.hoursPerDay * 60;
  const served = serve(tasks, staffOf(headsOf(assumptions)), daily);
  const dated = landings.filter((l) => weeks.indexOf(l) !== null);
  const span = spanOf(dated);
  const utilisation = levels.map((level) => ({ level, ...loadOf(tasks, rankOf(assumptions.ladder, level), span, assumptions) }));
  const people = new Set(headsOf(assumptions).flatMap((h) => h.person ?? []));
  const demands = tasks.flatMap((t) => t.places.map((p) => ({ candidates: p.candidates, minutes: t.minutes })));
  const tightest = people.size === 0 ? null : tightestOf(demands, people, span.days * assumptions.hoursPerDay);
  const byRank = Map.groupBy(served.waits, (w) => w.rank);
  return {
    ...waitsOf(served.waits),
    heads: headCount(assumptions.reviewers, assumptions.ladder),
    byLevel: levels.map((level) => ({ level, ...waitsOf(byRank.get(rankOf(assumptions.ladder, level)) ?? []) })),
    byWeek: weekWaits(served, weeks),
    unserved: served.unserved,
    utilisation,
    tightest,
    unbounded: utilisation.some((u) => u.asked > u.offered) || (tightest !== null && tightest.asked > tightest.offered),
    backlogDays: Math.max(0, served.end - span.end) / WORKDAY,
    target: assumptions.targetWait,
    needed: headsNeeded(tasks, levels, assumptions),
  };
}

function waitsOf(waits: readonly Waited[]): Waits {
  const sorted = ascending(waits.map((w) => w.minutes));
  const at = (share: number): number | null => {
    const minutes = quantile(sorted, share);
    return minutes === null ? null : hoursOf(minutes);
  };
  const mean = ratio(sum(sorted), sorted.length);
  return { asked: waits.length, mean: mean === null ? null : hoursOf(mean), median: at(0.5), p90: at(0.9), p99: at(0.99) };
}

function weekWaits({ waits }: Served, weeks: Weeks): QueueWait['byWeek'] {
  const byWeek = Map.groupBy(waits, (w) => w.week);
  return Array.from({ length: weeks.count }, (_, i) => ({ week: weekName(weeks.first + i), ...waitsOf(byWeek.get(i) ?? []) }));
}

interface Span {
  /** Whole working days, at least 1, and the working minute at which the last of them ends. */
  readonly days: number;
  readonly end: number;
}

function spanOf(dated: readonly Counted[]): Span {
  const [first, last] = [workMinute(dated[0]?.at ?? 0), workMinute(dated.at(-1)?.at ?? 0)];
  const end = (Math.floor(last / WORKDAY) + 1) * WORKDAY;
  return { days: Math.max(1, end / WORKDAY - Math.floor(first / WORKDAY)), end };
}

/** What seats of this rank and above ask for, and what people of that rank and above have to give. */
function loadOf(tasks: readonly Task[], rank: number, span: Span, assumptions: Assumptions): Omit<QueueWait['utilisation'][number], 'level'> {
  const asked = hoursOf(sum(tasks.map((t) => t.minutes * t.places.filter((p) => p.rank >= rank).length)));
  const offered = span.days * assumptions.hoursPerDay * headsOf(assumptions).filter((h) => h.rank >= rank).length;
  return { asked, offered, share: ratio(asked, offered) };
}
