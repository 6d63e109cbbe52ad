/** ASCII characters that no pattern tells apart are one class, so that a row of the table is short. */
import type { Ranges } from './glob-ranges.ts';

export const ASCII = 128;

export interface Alphabet {
  /** The class of each ASCII character, from 0. */
  readonly columns: Uint8Array;
  /** How many classes there are. */
  readonly width: number;
}

/** Cuts ASCII wherever one of the sets begins or ends. */
export function alphabetOf(sets: readonly Ranges[]): Alphabet {
  const begins = new Uint8Array(ASCII);
  for (const ranges of sets) {
    for (let i = 0; i < ranges.length; i += 2) {
      const [low, after] = [ranges[i] ?? 0, (ranges[i + 1] ?? 0) + 1];
      if (low < ASCII) begins[low] = 1;
      if (after < ASCII) begins[after] = 1;
    }
  }
  const columns = new Uint8Array(ASCII);
  for (let at = 1; at < ASCII; at++) columns[at] = (columns[at - 1] ?? 0) + (begins[at] ?? 0);
  return { columns, width: (columns[ASCII - 1] ?? 0) + 1 };
}
