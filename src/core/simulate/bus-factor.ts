/**
 * Where one person's holiday stops changes. Spare people of a seat are its candidates beyond those it needs: none spare, and
 * everybody who can must; fewer than none, and nobody can.
 */
import type { PersonId } from '../roster/roster.ts';
import type { Counted } from './counted.ts';
import { ascending, byName, quantile, tally } from './figures.ts';
import type { ReplayedSeat } from './replay.ts';

export interface BusFactor extends Thinness {
  readonly byRule: readonly (Thinness & { readonly rule: string })[];
  /** By system or path prefix; empty where the replay says none. The thinnest first. */
  readonly byArea: readonly (Thinness & { readonly area: string })[];
}

export interface Thinness {
  /** Times somebody was asked for: once for all humans of one rule and landing. */
  readonly asks: number;
  /** Times there were fewer candidates than humans. */
  readonly nobody: number;
  /** Times there were just as many candidates as humans: bus factor 1. */
  readonly single: number;
  /** Candidates at the thinnest time, and at the middle one; null of none. */
  readonly fewest: number | null;
  readonly median: number | null;
  /** Who was indispensable most often. */
  readonly indispensable: readonly { readonly person: PersonId; readonly asks: number }[];
}

const LISTED = 50;
const NAMED = 3;

export function busFactorOf(landings: readonly Counted[]): BusFactor {
  const rules = new Map<string, ReplayedSeat[]>();
  const areas = new Map<string, ReplayedSeat[]>();
  const put = (groups: Map<string, ReplayedSeat[]>, key: string, seat: ReplayedSeat): unknown => groups.get(key)?.push(seat) ?? groups.set(key, [seat]);
  for (const l of landings) {
    for (const seat of l.seats) {
      put(rules, seat.rule, seat);
      for (const area of new Set(l.areas ?? [])) put(areas, area, seat);
    }
  }
  const byArea = [...areas].map(([area, seats]) => ({ area, ...thinness(seats) })).sort((a, b) => thinnest(a, b) || byName(a.area, b.area));
  const byRule = [...rules].map(([rule, seats]) => ({ rule, ...thinness(seats) })).sort((a, b) => thinnest(a, b) || byName(a.rule, b.rule));
  return { ...thinness(landings.flatMap((l) => l.seats)), byRule, byArea: byArea.slice(0, LISTED) };
}

const thinnest = (a: Thinness, b: Thinness): number => b.nobody - a.nobody || b.single - a.single || b.asks - a.asks;

function thinness(seats: readonly ReplayedSeat[]): Thinness {
  const candidates = ascending(seats.map((s) => s.candidates.length));
  const single = seats.filter((s) => s.candidates.length === s.humans);
  const counts = new Map<PersonId, number>();
  for (const s of single) for (const person of s.candidates) tally(counts, person);
  const indispensable = [...counts].map(([person, n]) => ({ person, asks: n })).sort((a, b) => b.asks - a.asks || byName(a.person, b.person));
  return {
    asks: seats.length,
    nobody: seats.filter((s) => s.candidates.length < s.humans).length,
    single: single.length,
    fewest: candidates[0] ?? null,
    median: quantile(candidates, 0.5),
    indispensable: indispensable.slice(0, NAMED),
  };
}
