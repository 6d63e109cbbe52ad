/**
 * Ordered enumerations. Provenance level, tier and ladder are compared by rank and never as strings:
 * `'L10' < 'L6'` is true in JavaScript and would let a junior sign.
 */
export interface Order<T extends string> {
  /** Lowest first. */
  readonly values: readonly T[];
  has(value: string): value is T;
  /** 0 for the lowest. Throws on a value outside the order: parse with `has` at the edge. */
  rank(value: T): number;
  atLeast(value: T, floor: T): boolean;
  above(value: T, other: T): boolean;
  max(first: T, ...rest: readonly T[]): T;
}

export function order<T extends string>(values: readonly T[]): Order<T> {
  const ranks = new Map<string, number>(values.map((v, i) => [v, i]));
  const rank = (value: T): number => {
    const r = ranks.get(value);
    if (r === undefined) throw new RangeError(`${value} is not one of ${values.join(', ')}`);
    return r;
  };
  return {
    values,
    has: (value): value is T => ranks.has(value),
    rank,
    atLeast: (value, floor) => rank(value) >= rank(floor),
    above: (value, other) => rank(value) > rank(other),
    max: (first, ...rest) => rest.reduce((a, b) => (rank(b) > rank(a) ? b : a), first),
  };
}
