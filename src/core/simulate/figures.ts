/** Arithmetic of the report. Nothing here answers NaN or Infinity: what cannot be divided is null, and printed as unknown. */

/** null where the whole is nothing. */
export const ratio = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);

export const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

export const hoursOf = (minutes: number): number => minutes / 60;

export const ascending = (values: readonly number[]): readonly number[] => values.toSorted((a, b) => a - b);

/** Nearest rank over ascending values: the smallest value that at least `share` of them do not exceed; null of none. */
export const quantile = (sorted: readonly number[], share: number): number | null => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;

/** Adds to a count under a key. */
export const tally = <K>(counts: Map<K, number>, key: K, more = 1): unknown => counts.set(key, (counts.get(key) ?? 0) + more);

/** Names and ids in one fixed order, whatever the language of the machine. */
export const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
