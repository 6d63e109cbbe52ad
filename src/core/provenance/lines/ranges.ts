/** Ranges of lines as records claim them, made disjoint, in time that grows with their number and never with their length. */
import type { AttributedRange, LineRange } from './attribution.ts';

/** Ascending and not overlapping; where two claim a line the later of the list has it. Neighbours of one hand become one. */
export function painted(claims: readonly AttributedRange[]): readonly AttributedRange[] {
  const edges = [...new Set(claims.flatMap((c) => [c.start, c.end + 1]))].sort((a, b) => a - b);
  const at = new Map(edges.map((edge, i) => [edge, i]));
  const hands: (string | undefined)[] = new Array(edges.length);
  // the next stretch between two edges that nobody has yet
  const next = Array.from({ length: edges.length + 1 }, (_, i) => i);
  for (const claim of [...claims].reverse()) {
    const end = at.get(claim.end + 1) ?? 0;
    for (let i = free(next, at.get(claim.start) ?? end); i < end; i = free(next, i)) {
      hands[i] = claim.hand;
      next[i] = i + 1;
    }
  }
  return joined(hands.flatMap((hand, i) => (hand === undefined ? [] : [{ start: edges[i] ?? 0, end: (edges[i + 1] ?? 0) - 1, hand }])));
}

function free(next: number[], from: number): number {
  let root = from;
  while (next[root] !== root && root < next.length) root = next[root] ?? next.length;
  for (let i = from; i < root; ) {
    const on = next[i] ?? root;
    next[i] = root;
    i = on;
  }
  return root;
}

export function joined(ranges: readonly AttributedRange[]): readonly AttributedRange[] {
  const out: AttributedRange[] = [];
  for (const range of ranges) {
    const last = out.at(-1);
    if (last !== undefined && last.hand === range.hand && last.end + 1 === range.start) out[out.length - 1] = { ...last, end: range.end };
    else out.push(range);
  }
  return out;
}

/** The parts of ascending disjoint `ranges` inside ascending disjoint `windows`. */
export function within<R extends LineRange>(ranges: readonly R[], windows: readonly LineRange[]): readonly R[] {
  const out: R[] = [];
  let first = 0;
  for (const range of ranges) {
    while (first < windows.length && (windows[first]?.end ?? 0) < range.start) first += 1;
    for (let i = first; i < windows.length && (windows[i]?.start ?? 0) <= range.end; i += 1) {
      const window = windows[i];
      if (window !== undefined) out.push({ ...range, start: Math.max(range.start, window.start), end: Math.min(range.end, window.end) });
    }
  }
  return out;
}

export const lengthOf = (ranges: readonly LineRange[]): number => ranges.reduce((sum, r) => sum + r.end - r.start + 1, 0);
