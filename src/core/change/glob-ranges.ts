/** Sets of characters, by code point: what one place of a glob takes. */

/** `[low, high, low, high, ...]`, both ends included, ascending and apart. Empty: no character. */
export type Ranges = readonly number[];

/** The same as pairs, in any order, overlapping or not. */
export type Spans = readonly (readonly [low: number, high: number])[];

const LAST = 0x10ffff;

export const ANYTHING: Ranges = [0, LAST];
export const only = (point: number): Ranges => [point, point];

export function holds(ranges: Ranges, point: number): boolean {
  for (let i = 0; i < ranges.length; i += 2) {
    if (point < (ranges[i] ?? 0)) return false;
    if (point <= (ranges[i + 1] ?? -1)) return true;
  }
  return false;
}

export function spanning(spans: Spans): Ranges {
  const ranges: number[] = [];
  for (const [low, high] of [...spans].sort((a, b) => a[0] - b[0])) {
    const last = ranges.at(-1);
    if (last === undefined || low > last + 1) ranges.push(low, high);
    else ranges[ranges.length - 1] = Math.max(last, high);
  }
  return ranges;
}

/** What is in `all` and not in `out`. */
export function without(all: Ranges, out: Ranges): Ranges {
  const taken = spanning([...pairs(complement(all)), ...pairs(out)]);
  return complement(taken);
}

function complement(ranges: Ranges): Ranges {
  const rest: number[] = [];
  let from = 0;
  for (const [low, high] of pairs(ranges)) {
    if (low > from) rest.push(from, low - 1);
    from = high + 1;
  }
  if (from <= LAST) rest.push(from, LAST);
  return rest;
}

function pairs(ranges: Ranges): Spans {
  return Array.from({ length: ranges.length / 2 }, (_, i) => [ranges[2 * i] ?? 0, ranges[2 * i + 1] ?? 0] as const);
}

export const NO_SLASH: Ranges = without(ANYTHING, only(0x2f));
