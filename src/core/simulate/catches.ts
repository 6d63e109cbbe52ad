/**
 * What policy would have stopped to look at, of what history took back or an incident names: and against what it costs, and
 * against holding as many changes by chance or by size. Held is not caught: whether a person would have seen it, nobody knows.
 */
import { TIERS, type Tier } from '../risk/risk.ts';
import type { Assumptions } from './assumptions.ts';
import { chance, drawMarked, interval } from './chance.ts';
import { type Counted, hurt, isHeld, type Named, named, wasReverted } from './counted.ts';
import { byName, ratio, sum } from './figures.ts';
import { costOf } from './hours.ts';

export interface Catches {
  /** Landings that hurt, and of which kind; one may be of both. */
  readonly hurt: number;
  readonly reverted: number;
  readonly incidents: number;
  readonly caught: number;
  readonly share: number | null;
  /** Of `share`: the middle 95 % of drawing those that hurt again, with putting back. */
  readonly interval: readonly [number, number] | null;
  readonly byTier: readonly { readonly tier: Tier; readonly hurt: number; readonly caught: number }[];
  /** Minutes of all seats for each catch, and catches among all that is held. */
  readonly minutesPerCatch: number | null;
  readonly shareOfHeld: number | null;
  readonly chance: Baseline;
  readonly size: Baseline;
  /** Catches beyond those of holding the largest, with its interval over the same drawings. */
  readonly beyondSize: { readonly caught: number; readonly interval: readonly [number, number] } | null;
  readonly caughtOnes: readonly Named[];
  readonly missedOnes: readonly Named[];
  readonly moreCaught: number;
  readonly moreMissed: number;
}

/** As many landings held, chosen otherwise. Of chance `caught` is the mean, of size it is exact and has no interval. */
export interface Baseline {
  readonly held: number;
  readonly caught: number;
  readonly share: number | null;
  readonly interval: readonly [number, number] | null;
}

/** Named in a report; the rest are counted. */
const LISTED = 100;

/** @param landings oldest first. */
export function catchesOf(landings: readonly Counted[], assumptions: Assumptions): Catches {
  const harm = landings.filter(hurt);
  const caught = harm.filter(isHeld);
  const missed = harm.filter((l) => !isHeld(l));
  const held = landings.filter(isHeld);
  const largest = new Set(bySize(landings).slice(0, held.length));
  const ofSize = harm.filter((l) => largest.has(l)).length;
  const share = ratio(caught.length, harm.length);
  return {
    hurt: harm.length,
    reverted: harm.filter(wasReverted).length,
    incidents: harm.filter((l) => l.incidents.length > 0).length,
    caught: caught.length,
    share,
    interval: redrawn(harm, (l) => Number(isHeld(l)), assumptions, harm.length),
    byTier: TIERS.values.map((tier) => ({ tier, hurt: harm.filter((l) => l.tier === tier).length, caught: caught.filter((l) => l.tier === tier).length })),
    minutesPerCatch: ratio(sum(held.map((l) => costOf(l, assumptions))), caught.length),
    shareOfHeld: ratio(caught.length, held.length),
    chance: byChance(landings.length, harm.length, held.length, assumptions),
    size: { held: held.length, caught: ofSize, share: ratio(ofSize, harm.length), interval: null },
    beyondSize: beyond(harm, largest, assumptions),
    caughtOnes: newest(caught),
    missedOnes: newest(missed),
    moreCaught: Math.max(0, caught.length - LISTED),
    moreMissed: Math.max(0, missed.length - LISTED),
  };
}

const newest = (landings: readonly Counted[]): readonly Named[] => landings.slice(-LISTED).reverse().map(named);

/** Most files first, then most commits. */
const bySize = (landings: readonly Counted[]): readonly Counted[] => [...landings].sort((a, b) => b.files - a.files || b.commits - a.commits || byName(a.id, b.id));

/** Sums of `worth` over as many drawings with putting back, divided by `unit`; null of nothing. */
function redrawn(harm: readonly Counted[], worth: (l: Counted) => number, { seed, rounds }: Assumptions, unit: number): readonly [number, number] | null {
  if (harm.length === 0) return null;
  const worths = harm.map(worth);
  const next = chance(seed);
  return interval(rounds, () => {
    let total = 0;
    for (let i = 0; i < worths.length; i++) total += worths[Math.floor(next() * worths.length)] ?? 0;
    return total / unit;
  });
}

function byChance(all: number, harm: number, held: number, { seed, rounds }: Assumptions): Baseline {
  const share = ratio(held, all);
  if (share === null || harm === 0) return { held, caught: 0, share: null, interval: null };
  const next = chance(seed);
  return { held, caught: share * harm, share, interval: interval(rounds, () => drawMarked(next, all, harm, held)) };
}

function beyond(harm: readonly Counted[], largest: ReadonlySet<Counted>, assumptions: Assumptions): Catches['beyondSize'] {
  const worth = (l: Counted): number => Number(isHeld(l)) - Number(largest.has(l));
  const drawn = redrawn(harm, worth, assumptions, 1);
  return drawn === null ? null : { caught: sum(harm.map(worth)), interval: drawn };
}
