/**
 * Raw values onto one scale, so that what was learnt in one repository says something in another: where a value stands among all
 * that this repository has seen, and by how much a rate lies above what is usual here. Needs no labels, so it works on day one.
 */
import type { Feature } from './feature.ts';

/** Cut points of one feature; so many are 0 %, 1 %, ... 100 %. */
export const CUTS = 101;

export interface Scale {
  /** By the order of the features; null of those that are not ranked. */
  readonly cuts: readonly (readonly number[] | null)[];
}

/** Values looked at; more would not move a hundredth. */
const MOST = 20_000;

/** @param rows raw values, one array a change, in any order. */
export function fitScale(features: readonly Feature[], rows: readonly Float64Array[]): Scale {
  const every = Math.max(1, Math.ceil(rows.length / MOST));
  const some = rows.filter((_, i) => i % every === 0);
  return { cuts: features.map((f, at) => (f.scale === 'rank' ? cutsOf(Float64Array.from(some, (x) => finite(x[at]))) : null)) };
}

function cutsOf(values: Float64Array): readonly number[] {
  values.sort();
  return Array.from({ length: CUTS }, (_, i) => values[Math.round((i * (values.length - 1)) / (CUTS - 1))] ?? 0);
}

/** From 0 to 1 each: a rank as it is, a rate through a logistic of twice its logarithm, yes and no as 1 and 0. @param prior what rates are compared with. */
export function scaled(features: readonly Feature[], scale: Scale, x: Float64Array, prior: number, into: Float64Array = new Float64Array(features.length)): Float64Array {
  for (let at = 0; at < features.length; at++) {
    const value = finite(x[at]);
    const kind = features[at]?.scale;
    into[at] = kind === 'binary' ? value : kind === 'rate' ? above(value, prior) : rank(scale.cuts[at] ?? [], value);
  }
  return into;
}

/** A rate at the prior is one half. */
const above = (rate: number, prior: number): number => 1 / (1 + (Math.max(prior, 1e-9) / Math.max(rate, 1e-9)) ** 2);

/** The middle of where it stands: (how many are less + how many are no more) / 2. */
function rank(cuts: readonly number[], value: number): number {
  if (cuts.length === 0) return 0.5;
  return (bound(cuts, (cut) => cut < value) + bound(cuts, (cut) => cut <= value)) / 2 / cuts.length;
}

function bound(cuts: readonly number[], before: (cut: number) => boolean): number {
  let [low, high] = [0, cuts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (before(cuts[middle] ?? 0)) low = middle + 1;
    else high = middle;
  }
  return low;
}

const finite = (value: number | undefined): number => (value !== undefined && Number.isFinite(value) ? value : 0);
