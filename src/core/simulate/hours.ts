/**
 * Senior hours. One seat costs one person the minutes of the landing's tier; a seat of level L counts at L. Seats of refused
 * landings count too: whoever cures the refusal asks for them next. Routine landings that pass cost their sampled share, in
 * expectation, so nothing is drawn.
 */
import { TIERS, type Tier } from '../risk/risk.ts';
import { type Assumptions, rankOf } from './assumptions.ts';
import { weekName } from './calendar.ts';
import { type Counted, humansOf, isHeld } from './counted.ts';
import { byName, hoursOf, ratio, sum, tally } from './figures.ts';
import type { Weeks } from './window.ts';

export interface Hours {
  /** Seats and samples together. */
  readonly total: number;
  readonly seats: number;
  readonly sampled: number;
  /** Of `seats`, what refused landings would ask for once their refusal is cured. */
  readonly ofRefused: number;
  readonly per10000: number | null;
  readonly perMonth: number | null;
  /** Highest level first; null: seats anybody may take. */
  readonly byLevel: readonly { readonly level: string | null; readonly seats: number; readonly hours: number }[];
  readonly byTier: readonly { readonly tier: Tier; readonly seats: number; readonly hours: number }[];
  readonly byWeek: readonly WeekHours[];
  /** Hours of landings that stand in no week. */
  readonly undated: number;
  /** Every landing signed by one person for `minutes`, and this policy's hours as a share of that. */
  readonly everyChange: { readonly minutes: number; readonly hours: number; readonly share: number | null };
}

export interface WeekHours {
  /** Its Monday. */
  readonly week: string;
  readonly landings: number;
  readonly held: number;
  readonly hours: number;
  /** As many as `byLevel` of the whole, in its order. */
  readonly byLevel: readonly number[];
}

export const minutesOf = (l: Counted, { minutes }: Assumptions): number => minutes[l.tier];

/** Minutes of all its seats. */
export const costOf = (l: Counted, assumptions: Assumptions): number => humansOf(l) * minutesOf(l, assumptions);

/** Minutes this landing costs by being sampled, in expectation. */
const sampledOf = (l: Counted, { sample }: Assumptions): number => (!isHeld(l) && l.tier === 'routine' ? sample.share * sample.minutes : 0);

export function hoursOfLandings(landings: readonly Counted[], weeks: Weeks, months: number, assumptions: Assumptions): Hours {
  const cost = (l: Counted): number => costOf(l, assumptions);
  const seats = sum(landings.map(cost));
  const sampled = sum(landings.map((l) => sampledOf(l, assumptions)));
  const total = hoursOf(seats + sampled);
  const levels = levelsOf(landings, assumptions.ladder);
  const everyChange = hoursOf(landings.length * assumptions.everyChange);
  const undated = landings.filter((l) => weeks.indexOf(l) === null);
  return {
    total,
    seats: hoursOf(seats),
    sampled: hoursOf(sampled),
    ofRefused: hoursOf(sum(landings.filter((l) => l.outcome === 'refused').map(cost))),
    per10000: ratio(total * 10_000, landings.length),
    perMonth: ratio(total, months),
    byLevel: levels.map((level) => ({ level, ...levelHours(landings, level, assumptions) })),
    byTier: TIERS.values.map((tier) => tierHours(landings, tier, assumptions)),
    byWeek: weekHours(landings, weeks, levels, assumptions),
    undated: hoursOf(sum(undated.map((l) => cost(l) + sampledOf(l, assumptions)))),
    everyChange: { minutes: assumptions.everyChange, hours: everyChange, share: ratio(total, everyChange) },
  };
}

/** Levels that seats ask for, highest first, anybody last. */
export function levelsOf(landings: readonly Counted[], ladder: readonly string[]): readonly (string | null)[] {
  const found = new Set(landings.flatMap((l) => l.seats.map((s) => s.level)));
  return [...found].sort((a, b) => rankOf(ladder, b) - rankOf(ladder, a) || byName(a ?? '', b ?? ''));
}

const tierHours = (landings: readonly Counted[], tier: Tier, assumptions: Assumptions): Hours['byTier'][number] => {
  const seats = sum(landings.filter((l) => l.tier === tier).map(humansOf));
  return { tier, seats, hours: hoursOf(seats * assumptions.minutes[tier]) };
};

function levelHours(landings: readonly Counted[], level: string | null, assumptions: Assumptions): { readonly seats: number; readonly hours: number } {
  const humans = landings.map((l) => sum(l.seats.filter((s) => s.level === level).map((s) => s.humans)));
  return { seats: sum(humans), hours: hoursOf(sum(landings.map((l, i) => (humans[i] ?? 0) * minutesOf(l, assumptions)))) };
}

function weekHours(landings: readonly Counted[], weeks: Weeks, levels: readonly (string | null)[], assumptions: Assumptions): readonly WeekHours[] {
  const rows = Array.from({ length: weeks.count }, (_, i) => ({ week: weekName(weeks.first + i), landings: 0, held: 0, minutes: 0, byLevel: new Map<string | null, number>() }));
  for (const l of landings) {
    const row = rows[weeks.indexOf(l) ?? -1];
    if (row === undefined) continue;
    row.landings++;
    if (isHeld(l)) row.held++;
    row.minutes += costOf(l, assumptions) + sampledOf(l, assumptions);
    for (const s of l.seats) tally(row.byLevel, s.level, s.humans * minutesOf(l, assumptions));
  }
  return rows.map(({ minutes, byLevel, ...row }) => ({ ...row, hours: hoursOf(minutes), byLevel: levels.map((level) => hoursOf(byLevel.get(level) ?? 0)) }));
}
