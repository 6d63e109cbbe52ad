/**
 * Chance that can be repeated: the same seed draws the same numbers everywhere, so a report is the same byte for byte.
 * For sampling alone; nothing here may decide about a change.
 */
import { ascending } from './figures.ts';

/** Numbers in [0, 1), by mulberry32. */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How many of `marked` are among `drawn` out of `all`, drawn without putting back. */
export function drawMarked(next: () => number, all: number, marked: number, drawn: number): number {
  let hits = 0;
  for (let i = 0; i < marked; i++) if (next() * (all - i) < drawn - hits) hits++;
  return hits;
}

/** The middle 95 % of `rounds` results of `draw`, ascending ends. */
export function interval(rounds: number, draw: () => number): readonly [number, number] {
  const results = ascending(Array.from({ length: rounds }, draw));
  return [results[Math.floor(rounds * 0.025)] ?? 0, results[Math.ceil(rounds * 0.975) - 1] ?? 0];
}
