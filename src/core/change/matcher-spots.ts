/**
 * Many globs as one non-deterministic automaton. Patterns that begin alike share their beginning, so that at any point of
 * a path only the few places are alive that some pattern could be at: with 500 rules usually fewer than ten.
 *
 * A spot stands for the set of texts that lead to it from the start, and that set never changes once it is made. So two
 * patterns may share a spot whenever the same thing follows the same spot, and an alternative is one spot for its ends.
 */
import type { Ranges } from './glob-ranges.ts';
import type { Node } from './glob-syntax.ts';

/** Ways out of a spot. What most spots have none of is null: a policy has many thousands of them. */
export interface Spot {
  /** The first exact character laid from here, by code point, and where it leads; -1 for none. */
  point: number;
  to: number;
  /** Where there are more of them: all of them. */
  exact: Map<number, number> | null;
  /** Next by one character of a set. */
  ranged: { readonly over: Ranges; readonly to: number }[] | null;
  /** Characters that are eaten without leaving. */
  readonly stays: Ranges | null;
  /** Next without eating a character. */
  free: number[] | null;
  /** Numbers of the patterns that end here, ascending. */
  ends: number[] | null;
}

export const START = 0;

export interface Spots {
  readonly spots: readonly Spot[];
  /** The sets of characters that patterns tell apart, each at least once. */
  readonly sets: readonly Ranges[];
}

/** @param patterns the trees of parseGlob; null for one that is no glob, which never ends anywhere. */
export function spotsOf(patterns: readonly (readonly Node[] | null)[]): Spots {
  const laying = new Laying();
  for (const [number, nodes] of patterns.entries()) if (nodes !== null) laying.pattern(number, nodes);
  return { spots: laying.spots, sets: laying.sets };
}

/** Lays patterns into one automaton. Linear in their text. */
class Laying {
  readonly spots: Spot[] = [spot(null)];
  readonly sets: Ranges[] = [];
  /** Spots that more than one pattern may come to, by what leads there. */
  private readonly known = new Map<string, number>();

  pattern(number: number, nodes: readonly Node[]): void {
    const end = this.at(this.sequence(START, nodes));
    if (end.ends === null) end.ends = [number];
    else end.ends.push(number);
  }

  private sequence(from: number, nodes: readonly Node[]): number {
    let at = from;
    for (const node of nodes) {
      if ('one' in node) at = this.one(at, node.one);
      else if ('many' in node) at = this.many(at, node.many);
      else at = this.either(at, node.either);
    }
    return at;
  }

  private one(at: number, over: Ranges): number {
    const [low, high] = over;
    if (low !== undefined && low === high && over.length === 2) return this.exactly(this.at(at), low, over);
    return this.shared(`one ${at} ${over}`, () => {
      const to = this.add(null);
      this.sets.push(over);
      const from = this.at(at);
      if (from.ranged === null) from.ranged = [{ over, to }];
      else from.ranged.push({ over, to });
      return to;
    });
  }

  private exactly(from: Spot, point: number, over: Ranges): number {
    const known = from.point === point ? from.to : from.exact?.get(point);
    if (known !== undefined) return known;
    const to = this.add(null);
    this.sets.push(over);
    if (from.point < 0) [from.point, from.to] = [point, to];
    else from.exact = (from.exact ?? new Map([[from.point, from.to]])).set(point, to);
    return to;
  }

  /** A spot of its own that eats and stays: looping on `at` would let every pattern that is there loop. */
  private many(at: number, over: Ranges): number {
    return this.shared(`many ${at} ${over}`, () => {
      const loop = this.add(over);
      this.sets.push(over);
      this.lead(at, loop);
      return loop;
    });
  }

  private either(at: number, branches: readonly (readonly Node[])[]): number {
    const ends = [...new Set(branches.map((branch) => this.sequence(at, branch)))].sort((a, b) => a - b);
    const [only, ...more] = ends;
    if (only !== undefined && more.length === 0) return only;
    return this.shared(`either ${ends}`, () => {
      const join = this.add(null);
      for (const end of ends) this.lead(end, join);
      return join;
    });
  }

  private lead(at: number, to: number): void {
    const from = this.at(at);
    if (from.free === null) from.free = [to];
    else from.free.push(to);
  }

  private shared(key: string, make: () => number): number {
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const fresh = make();
    this.known.set(key, fresh);
    return fresh;
  }

  private add(stays: Ranges | null): number {
    return this.spots.push(spot(stays)) - 1;
  }

  private at(number: number): Spot {
    return this.spots[number] ?? spot(null);
  }
}

const spot = (stays: Ranges | null): Spot => ({ point: -1, to: -1, exact: null, ranged: null, stays, free: null, ends: null });
