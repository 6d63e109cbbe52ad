/** What is asked of one landing again and again: was it held, did it hurt, what would it have cost. */
import type { Tier } from '../risk/risk.ts';
import { byName } from './figures.ts';
import type { Replayed } from './replay.ts';

/** A replayed landing with the parts of the house it touched: systems or path prefixes, where whoever replays knows them. */
export interface Counted extends Replayed {
  readonly areas?: readonly string[];
}

/** A landing as a report names it. The title is somebody else's words. */
export interface Named {
  readonly id: string;
  readonly title: string;
  readonly at: number;
  readonly tier: Tier;
  readonly why: string;
}

/** It would not have passed by itself. */
export const isHeld = (l: Replayed): boolean => l.outcome !== 'pass';

/** Not itself the taking back of another one. */
export const isOrdinary = (l: Replayed): boolean => l.reverts === null;

/** It was taken back later. Taking back a revert is landing again, and nobody was hurt. */
export const wasReverted = (l: Replayed): boolean => l.revertedBy !== null && isOrdinary(l);

/** Taken back, or an incident names it. */
export const hurt = (l: Replayed): boolean => wasReverted(l) || l.incidents.length > 0;

export const humansOf = (l: Replayed): number => l.seats.reduce((n, s) => n + s.humans, 0);

/** What held it, each once: rules that asked, and refusals by their code. Empty where it passes. */
export const causesOf = (l: Replayed): readonly string[] => (isHeld(l) ? [...new Set([...l.rules, ...l.seats.map((s) => s.rule), ...l.refusals])] : []);

/** Oldest first; the id settles ties, so that the order of input does not matter. */
export const inOrder = <T extends Replayed>(landings: readonly T[]): readonly T[] => [...landings].sort((a, b) => timeOf(a) - timeOf(b) || byName(a.id, b.id));

/** What is no number is the beginning of time. */
const timeOf = (l: Replayed): number => (Number.isFinite(l.at) ? l.at : 0);

export const named = (l: Replayed): Named => ({ id: l.id, title: l.title, at: timeOf(l), tier: l.tier, why: isHeld(l) ? whyHeld(l) : whyPassed(l) });

const whyHeld = (l: Replayed): string => {
  const seats = l.seats.map((s) => `${s.humans} at ${s.level ?? 'any level'} (${s.rule})`);
  return [...l.refusals.map((r) => `refused: ${r}`), ...seats].join('; ');
};

/** Why nothing was asked, as far as a replay knows. */
function whyPassed(l: Replayed): string {
  const unseen = l.notSeen.length === 0 ? '' : `; not seen: ${l.notSeen.slice(0, 2).join(', ')}`;
  if (l.findings.length === 0) return `nothing was found${unseen}`;
  const ids = l.findings.slice(0, 4).map((f) => f.rule);
  return `${ids.join(', ')} found, tier ${l.tier}, and no rule asks for a human${unseen}`;
}
