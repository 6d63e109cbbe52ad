/**
 * What each cause of holding costs and what it is good for. Friction is holding what then neither was taken back nor is named
 * by an incident: in history all of it landed unchanged.
 */
import { TIERS, type Tier } from '../risk/risk.ts';
import type { Assumptions } from './assumptions.ts';
import { type Counted, causesOf, hurt, isHeld } from './counted.ts';
import { byName, ratio } from './figures.ts';
import { minutesOf } from './hours.ts';

export interface Friction {
  readonly held: number;
  readonly unharmed: number;
  readonly share: number | null;
  readonly byTier: readonly { readonly tier: Tier; readonly held: number; readonly unharmed: number; readonly share: number | null }[];
}

export interface CauseCost {
  /** Id of a rule, or a reason code. */
  readonly cause: string;
  readonly kind: 'rule' | 'refusal';
  /** Landings it held, and those nothing else held. */
  readonly fired: number;
  readonly sole: number;
  readonly seats: number;
  readonly minutes: number;
  readonly catches: number;
  readonly soleCatches: number;
  readonly minutesPerCatch: number | null;
  readonly unharmed: number;
  readonly friction: number | null;
}

export interface FindingCount {
  readonly rule: string;
  /** The highest it was given. */
  readonly severity: Tier;
  readonly landings: number;
  readonly per1000: number | null;
  readonly hurt: number;
  readonly hurtShare: number | null;
}

export function frictionOf(landings: readonly Counted[]): Friction {
  const count = (held: readonly Counted[]) => {
    const unharmed = held.filter((l) => !hurt(l)).length;
    return { held: held.length, unharmed, share: ratio(unharmed, held.length) };
  };
  const held = landings.filter(isHeld);
  return { ...count(held), byTier: TIERS.values.map((tier) => ({ tier, ...count(held.filter((l) => l.tier === tier)) })) };
}

/** The most expensive first. Each seat belongs to one rule, so minutes add up to the whole. */
export function causesCost(landings: readonly Counted[], assumptions: Assumptions): readonly CauseCost[] {
  const rows = new Map<string, Tally>();
  for (const l of landings) {
    const causes = causesOf(l);
    for (const cause of causes) count(rowOf(rows, cause, l), l, causes.length === 1);
    for (const s of isHeld(l) ? l.seats : []) {
      const row = rowOf(rows, s.rule, l);
      row.seats += s.humans;
      row.minutes += s.humans * minutesOf(l, assumptions);
    }
  }
  const costs = [...rows].map(([cause, r]) => ({ cause, ...r, minutesPerCatch: ratio(r.minutes, r.catches), friction: ratio(r.unharmed, r.fired) }));
  return costs.sort((a, b) => b.minutes - a.minutes || b.fired - a.fired || byName(a.cause, b.cause));
}

interface Tally {
  readonly kind: CauseCost['kind'];
  fired: number;
  sole: number;
  seats: number;
  minutes: number;
  catches: number;
  soleCatches: number;
  unharmed: number;
}

function rowOf(rows: Map<string, Tally>, cause: string, l: Counted): Tally {
  const known = rows.get(cause);
  if (known !== undefined) return known;
  const kind = l.refusals.some((code) => code === cause) ? 'refusal' : 'rule';
  const row: Tally = { kind, fired: 0, sole: 0, seats: 0, minutes: 0, catches: 0, soleCatches: 0, unharmed: 0 };
  rows.set(cause, row);
  return row;
}

function count(row: Tally, l: Counted, alone: boolean): void {
  const harm = hurt(l);
  row.fired++;
  if (alone) row.sole++;
  if (harm) row.catches++;
  if (harm && alone) row.soleCatches++;
  if (!harm) row.unharmed++;
}

/** How often each detector's rule fired, most often first, whether it held anything or not. */
export function findingsOf(landings: readonly Counted[]): readonly FindingCount[] {
  const rows = new Map<string, { severity: Tier; landings: number; hurt: number }>();
  for (const l of landings) {
    for (const [rule, severity] of worstOf(l)) {
      const row = rows.get(rule) ?? { severity, landings: 0, hurt: 0 };
      rows.set(rule, { severity: TIERS.max(row.severity, severity), landings: row.landings + 1, hurt: row.hurt + Number(hurt(l)) });
    }
  }
  const counts = [...rows].map(([rule, r]) => ({ rule, ...r, per1000: ratio(r.landings * 1000, landings.length), hurtShare: ratio(r.hurt, r.landings) }));
  return counts.sort((a, b) => b.landings - a.landings || byName(a.rule, b.rule));
}

/** Each rule once a landing. */
function worstOf(l: Counted): ReadonlyMap<string, Tier> {
  const worst = new Map<string, Tier>();
  for (const { rule, severity } of l.findings) worst.set(rule, TIERS.max(severity, worst.get(rule) ?? severity));
  return worst;
}
