/** Which part of history would have been held, and at which tier. */
import { TIERS, type Tier } from '../risk/risk.ts';
import { type Counted, isHeld, isOrdinary } from './counted.ts';
import { byName, ratio, tally } from './figures.ts';

export interface Shares {
  readonly held: number;
  readonly heldShare: number | null;
  readonly pass: number;
  readonly signoff: number;
  readonly refused: number;
  readonly byTier: readonly TierShare[];
  /** Of ordinary landings, those that take nothing back. */
  readonly ordinary: {
    readonly landings: number;
    readonly highOrAbove: number;
    readonly critical: number;
    readonly highOrAboveShare: number | null;
    readonly criticalShare: number | null;
  };
  /** Refused landings by reason code, most first; one landing may have several. */
  readonly refusals: readonly { readonly code: string; readonly landings: number }[];
}

export interface TierShare {
  readonly tier: Tier;
  readonly landings: number;
  readonly pass: number;
  readonly signoff: number;
  readonly refused: number;
}

export function sharesOf(landings: readonly Counted[]): Shares {
  const of = (some: readonly Counted[], outcome: Counted['outcome']): number => some.filter((l) => l.outcome === outcome).length;
  const held = landings.filter(isHeld).length;
  const byTier = TIERS.values.map((tier) => {
    const some = landings.filter((l) => l.tier === tier);
    return { tier, landings: some.length, pass: of(some, 'pass'), signoff: of(some, 'signoff'), refused: of(some, 'refused') };
  });
  return {
    held,
    heldShare: ratio(held, landings.length),
    pass: of(landings, 'pass'),
    signoff: of(landings, 'signoff'),
    refused: of(landings, 'refused'),
    byTier,
    ordinary: ordinaryOf(landings.filter(isOrdinary)),
    refusals: refusalsOf(landings),
  };
}

function ordinaryOf(landings: readonly Counted[]): Shares['ordinary'] {
  const highOrAbove = landings.filter((l) => TIERS.atLeast(l.tier, 'high')).length;
  const critical = landings.filter((l) => l.tier === 'critical').length;
  return { landings: landings.length, highOrAbove, critical, highOrAboveShare: ratio(highOrAbove, landings.length), criticalShare: ratio(critical, landings.length) };
}

function refusalsOf(landings: readonly Counted[]): Shares['refusals'] {
  const counts = new Map<string, number>();
  for (const l of landings) if (l.outcome === 'refused') for (const code of new Set(l.refusals)) tally(counts, code);
  return [...counts].map(([code, n]) => ({ code, landings: n })).sort((a, b) => b.landings - a.landings || byName(a.code, b.code));
}
