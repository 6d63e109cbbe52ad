/** Two policies over the same history: what would be held that is not held now, what let go, at what price, and what is caught or lost. */
import type { Assumptions } from './assumptions.ts';
import { type Counted, hurt, inOrder, isHeld, named } from './counted.ts';
import { hoursOf, ratio, sum } from './figures.ts';
import { costOf } from './hours.ts';

export interface Comparison {
  /** Landings both replayed, and those only one of them did, which are in nothing below. */
  readonly landings: number;
  readonly onlyOne: number;
  readonly held: readonly [number, number];
  /** Of their seats. */
  readonly hours: readonly [number, number];
  readonly hoursChange: number;
  readonly hoursRatio: number | null;
  /** Landings the second holds and the first lets pass, and the other way about. */
  readonly newlyHeld: Moved;
  readonly released: Moved;
  /** Held by both, with other seats or another outcome. */
  readonly asksOtherwise: Moved;
  readonly catchesGained: Moved;
  readonly catchesLost: Moved;
}

export interface Moved {
  readonly landings: number;
  /** The newest. */
  readonly examples: readonly Move[];
}

/** Why each policy did what it did. */
export interface Move {
  readonly id: string;
  readonly title: string;
  readonly at: number;
  readonly first: string;
  readonly second: string;
}

type Pair = readonly [Counted, Counted];

const LISTED = 20;

/** @param first what is in force. @param second what is proposed. Landings are told by their id. */
export function compare(first: readonly Counted[], second: readonly Counted[], assumptions: Assumptions): Comparison {
  const others = new Map(second.map((l) => [l.id, l]));
  const pairs = inOrder(first).flatMap((l): readonly Pair[] => {
    const other = others.get(l.id);
    return other === undefined ? [] : [[l, other]];
  });
  const hours = [0, 1].map((i) => hoursOf(sum(pairs.map((p) => costOf(p[i] ?? p[0], assumptions)))));
  const [before = 0, after = 0] = hours;
  const gained = pairs.filter(([a, b]) => !isHeld(a) && isHeld(b));
  const lost = pairs.filter(([a, b]) => isHeld(a) && !isHeld(b));
  return {
    landings: pairs.length,
    onlyOne: first.length + second.length - 2 * pairs.length,
    held: [pairs.filter(([a]) => isHeld(a)).length, pairs.filter(([, b]) => isHeld(b)).length],
    hours: [before, after],
    hoursChange: after - before,
    hoursRatio: ratio(after, before),
    newlyHeld: moved(gained),
    released: moved(lost),
    asksOtherwise: moved(pairs.filter(([a, b]) => isHeld(a) && isHeld(b) && asked(a) !== asked(b))),
    catchesGained: moved(gained.filter(([a]) => hurt(a))),
    catchesLost: moved(lost.filter(([a]) => hurt(a))),
  };
}

/** What it asks of whom, whichever rule asks it. */
const asked = (l: Counted): string => JSON.stringify([l.outcome, l.refusals.toSorted(), l.seats.map((s) => `${s.humans} ${s.level ?? ''} ${s.candidates.join(' ')}`).sort()]);

const moved = (pairs: readonly Pair[]): Moved => ({
  landings: pairs.length,
  examples: pairs
    .slice(-LISTED)
    .reverse()
    .map(([a, b]) => {
      const { id, title, at, why } = named(a);
      return { id, title, at, first: why, second: named(b).why };
    }),
});
