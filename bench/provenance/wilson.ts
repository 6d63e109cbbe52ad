/** Shares of a sample with the interval the true share lies in, 95 times in a hundred (Wilson 1927: it holds near 0 and 1, where the usual one does not). */
export interface Share {
  readonly of: number;
  readonly hits: number;
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

const Z = 1.959964;

export function wilson(hits: number, of: number): Share {
  if (of === 0) return { of, hits, share: Number.NaN, low: 0, high: 1 };
  const p = hits / of;
  const z2 = Z * Z;
  const middle = (p + z2 / (2 * of)) / (1 + z2 / of);
  const half = (Z / (1 + z2 / of)) * Math.sqrt((p * (1 - p)) / of + z2 / (4 * of * of));
  return { of, hits, share: p, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

export const shown = ({ share, low, high, hits, of }: Share): string => (of === 0 ? 'none' : `${share.toFixed(4)} (${low.toFixed(4)} to ${high.toFixed(4)}), ${hits} of ${of}`);
