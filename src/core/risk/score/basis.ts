/**
 * What the scorecard adds up: each scaled value, and of those that are no yes or no how far it lies above four bends. A sum of bent lines
 * is still a sum, so every group of facts has a share of its own and can be told in words.
 */
import type { Feature, Group } from './feature.ts';

/** Where lines may bend: most of the danger is at the upper end. */
export const BENDS = [0.25, 0.5, 0.75, 0.9] as const;

export interface Basis {
  /** Features that are used, by their place. */
  readonly used: readonly number[];
  /** Of each column, the feature it belongs to. */
  readonly of: Int32Array;
  /** Of each column, where it bends; negative: a straight line. */
  readonly bend: Float64Array;
}

/** @param without groups that are left out: time has no measured value and watches working hours. */
export function basisOf(features: readonly Feature[], without: ReadonlySet<Group> = new Set(['time']), bends: readonly number[] = BENDS): Basis {
  const used = features.flatMap((f, at) => (without.has(f.group) ? [] : [at]));
  const columns = used.flatMap((at) => [[at, -1] as const, ...(features[at]?.scale === 'binary' ? [] : bends.map((bend) => [at, bend] as const))]);
  return { used, of: Int32Array.from(columns, ([at]) => at), bend: Float64Array.from(columns, ([, bend]) => bend) };
}

/** Writes one row. @param z scaled values. */
export function expand({ of, bend }: Basis, z: Float64Array, into: Float32Array | Float64Array, offset = 0): void {
  for (let column = 0; column < of.length; column++) {
    const value = z[of[column] ?? 0] ?? 0;
    const at = bend[column] ?? -1;
    into[offset + column] = at < 0 ? value : value > at ? value - at : 0;
  }
}
