/**
 * How everything here is measured: the thing and its baseline take turns (A B A B), so that a noisy machine is noisy for
 * both, and what is printed is the ratio of their medians. A bare time says more about the machine than about the program.
 */
import { spawnSync } from 'node:child_process';

/** One side of a comparison: does the thing once. The number of the turn is given, from 0. */
export type Side = (turn: number) => void | Promise<void>;

export interface Comparison {
  readonly name: string;
  readonly baseline: string;
  readonly ratio: number;
  /** The quartiles of the ratio, turn by turn. */
  readonly spread: readonly [number, number];
  readonly turns: number;
  /** Median milliseconds of the thing: for budgets, never printed. */
  readonly took: number;
  /** How often it is done in a second of one core's work, where that is what is promised. */
  readonly perSecond?: number;
  /** Of a server: in a second of the clock, all its cores together. */
  readonly byTheClock?: true;
}

export interface Compared {
  readonly name: string;
  readonly baseline: string;
  readonly turns: number;
  readonly subject: Side;
  readonly against: Side;
}

export const WARM_UP = 2;

/** Two turns of each to warm up, then `turns` of each. */
export async function compare({ name, baseline, turns, subject, against }: Compared): Promise<Comparison> {
  const [a, b]: [number[], number[]] = [[], []];
  for (let turn = 0; turn < turns + WARM_UP; turn++) {
    const [first, second] = [await milliseconds(subject, turn), await milliseconds(against, turn)];
    if (turn >= WARM_UP) {
      a.push(first);
      b.push(second);
    }
  }
  const ratios = a.map((ms, i) => ms / (b[i] ?? Number.NaN));
  return { name, baseline, turns, ratio: quantile(a, 0.5) / quantile(b, 0.5), spread: [quantile(ratios, 0.25), quantile(ratios, 0.75)], took: quantile(a, 0.5) };
}

async function milliseconds(side: Side, turn: number): Promise<number> {
  const start = process.hrtime.bigint();
  await side(turn);
  return Number(process.hrtime.bigint() - start) / 1e6;
}

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((x, y) => x - y);
  return sorted[Math.floor((sorted.length - 1) * q)] ?? Number.NaN;
}

/** Runs a program to its end; a code that is not expected ends the bench, for then something else was measured. */
export function run(command: string, args: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv; input?: string; expect?: readonly number[] } = {}): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28, ...options });
  if (!(options.expect ?? [0]).includes(status ?? -1)) throw new Error(`${command} ${args.join(' ')} ended with ${status}: ${stderr || stdout || error?.message}`);
  return stdout;
}

export const line = ({ name, baseline, ratio, spread: [low, high], turns, perSecond, byTheClock }: Comparison): string => {
  const rate = perSecond === undefined ? '' : `; ${Math.round(perSecond)} a ${byTheClock === true ? 'second' : 'CPU-second'}`;
  return `${name.padEnd(44)} ${`${figure(ratio)}x`.padStart(7)}  (${figure(low)} to ${figure(high)}, n=${turns})  of ${baseline}${rate}`;
};

/** Two digits that say something, for what is hundreds of times faster too. */
const figure = (ratio: number): string => (ratio < 0.1 ? ratio.toFixed(4) : ratio.toFixed(2));
