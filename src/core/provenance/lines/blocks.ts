/**
 * Where lines of a change stand in runs that were seen before: maximal stretches that agree line by line, each around at
 * least one line that means something by itself. Whoever pushes chooses the lines, and whoever may push notes chooses the
 * runs: work is bounded by a budget, and what it did not reach is said.
 */
import type { Fingerprint, Run } from './fingerprint.ts';

/** One side of one file, its lines in order. */
export interface Side {
  readonly path: string;
  /** 1-based line numbers, ascending: lines of consecutive numbers stand together. */
  readonly numbers: readonly number[];
  readonly prints: readonly Fingerprint[];
}

/** Lines `at..at+length` of a side agree with lines `offset..` of a run. */
export interface Block {
  readonly run: number;
  readonly at: number;
  readonly offset: number;
  readonly length: number;
  /** How many of them to the byte; the others but for white space. */
  readonly exact: number;
  readonly samePath: boolean;
}

/** A line that stands more often than this in the file tells no place, as one in runs of more paths tells no origin. */
const OFTEN = 3;
/** Places of one hash that are tried, in the same path and in all: the latest first. */
const TRIED = 16;

/** Steps and blocks left for one change. */
export interface Budget {
  steps: number;
  blocks: number;
}

interface Spot {
  readonly run: number;
  readonly line: number;
}

export interface RunIndex {
  readonly runs: readonly Run[];
  readonly anywhere: ReadonlyMap<string, readonly Spot[]>;
  /** By path and hash, a NUL between. */
  readonly inPath: ReadonlyMap<string, readonly Spot[]>;
  /** In how many paths a hash was recorded. */
  readonly paths: ReadonlyMap<string, ReadonlySet<string>>;
  /** Runs by path. */
  readonly byPath: ReadonlyMap<string, readonly number[]>;
}

/** @param runs the ones to prefer first. @param wanted hashes of the change: no other line of a run is looked up. */
export function indexRuns(runs: readonly Run[], wanted: ReadonlySet<string>): RunIndex {
  const anywhere = new Map<string, Spot[]>();
  const inPath = new Map<string, Spot[]>();
  const paths = new Map<string, Set<string>>();
  const byPath = new Map<string, number[]>();
  for (const [run, { path, lines }] of runs.entries()) {
    push(byPath, path, run);
    for (const [line, { loose }] of lines.entries()) {
      if (!wanted.has(loose)) continue;
      push(anywhere, loose, { run, line }, TRIED);
      push(inPath, `${path}\0${loose}`, { run, line }, TRIED);
      const seen = paths.get(loose);
      if (seen === undefined) paths.set(loose, new Set([path]));
      else if (seen.size <= OFTEN) seen.add(path);
    }
  }
  return { runs, anywhere, inPath, paths, byPath };
}

function push<T>(map: Map<string, T[]>, key: string, item: T, most = Number.POSITIVE_INFINITY): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [item]);
  else if (list.length < most) list.push(item);
}

/** Hashes that tell a place in this file: neither weak nor standing in it again and again. */
export function distinctive({ prints }: Side): ReadonlySet<string> {
  const count = new Map<string, number>();
  for (const { loose, weak } of prints) if (!weak) count.set(loose, (count.get(loose) ?? 0) + 1);
  return new Set([...count].filter(([, n]) => n <= OFTEN).map(([loose]) => loose));
}

/** @param moved whether runs of other paths count: what was removed elsewhere was not removed here. */
export function blocksOf(side: Side, telling: ReadonlySet<string>, index: RunIndex, moved: boolean, budget: Budget): readonly Block[] {
  const found: Block[] = [];
  const ends = new Map<number, number>();
  for (const [at, { loose }] of side.prints.entries()) {
    if (!telling.has(loose)) continue;
    for (const spot of spotsOf(side.path, loose, index, moved)) {
      const diagonal = spot.run * DIAGONALS + (at - spot.line + DIAGONALS / 2);
      if (at < (ends.get(diagonal) ?? 0) || budget.steps <= 0 || budget.blocks <= 0) continue;
      const block = extended(side, at, spot, index.runs, budget);
      ends.set(diagonal, block.at + block.length);
      found.push(block);
    }
  }
  return [...found, ...inPlace(side, telling, index, budget)];
}

/** More lines than any run or side may have: see the caps of attach.ts. */
const DIAGONALS = 2 ** 26;

function spotsOf(path: string, loose: string, index: RunIndex, moved: boolean): readonly Spot[] {
  const here = index.inPath.get(`${path}\0${loose}`) ?? [];
  const elsewhere = moved && (index.paths.get(loose)?.size ?? 0) <= OFTEN ? (index.anywhere.get(loose) ?? []) : [];
  return [...here, ...elsewhere];
}

function extended(side: Side, at: number, spot: Spot, runs: readonly Run[], budget: Budget): Block {
  const run = runs[spot.run];
  const lines = run?.lines ?? [];
  let back = 0;
  while (together(side, at - back) && agree(side.prints[at - back - 1], lines[spot.line - back - 1])) back += 1;
  let on = 1;
  while (together(side, at + on) && agree(side.prints[at + on], lines[spot.line + on])) on += 1;
  budget.steps -= back + on;
  budget.blocks -= 1;
  const block = { run: spot.run, at: at - back, offset: spot.line - back, length: back + on, samePath: run?.path === side.path };
  return { ...block, exact: exactIn(side, block, lines) };
}

/** The line stands right below the one before it. */
const together = (side: Side, at: number): boolean => at > 0 && at < side.numbers.length && side.numbers[at] === (side.numbers[at - 1] ?? 0) + 1;
const agree = (a: Fingerprint | undefined, b: Fingerprint | undefined): boolean => a !== undefined && b !== undefined && a.loose === b.loose;

function exactIn(side: Side, { at, offset, length }: Pick<Block, 'at' | 'offset' | 'length'>, lines: readonly Fingerprint[]): number {
  let exact = 0;
  for (let i = 0; i < length; i += 1) if (side.prints[at + i]?.exact === lines[offset + i]?.exact) exact += 1;
  return exact;
}

/** Runs that hold no telling line, whole and to the byte, at the very lines they were recorded at: the place itself tells. */
function inPlace(side: Side, telling: ReadonlySet<string>, index: RunIndex, budget: Budget): readonly Block[] {
  const where = new Map(side.numbers.map((number, at) => [number, at]));
  return (index.byPath.get(side.path) ?? []).flatMap((run) => {
    const { lines = [], start = 0 } = index.runs[run] ?? {};
    const at = where.get(start);
    if (at === undefined || side.numbers[at + lines.length - 1] !== start + lines.length - 1 || budget.steps <= 0) return [];
    budget.steps -= lines.length;
    const whole = lines.every((line, i) => !telling.has(line.loose) && line.exact === side.prints[at + i]?.exact);
    return whole && lines.length > 0 ? [{ run, at, offset: 0, length: lines.length, exact: lines.length, samePath: true }] : [];
  });
}
