/**
 * Wildcard patterns as small programs, and the machine that runs them. The dialects of CODEOWNERS and of gitignore differ
 * in what they write (codeowners-patterns.ts, gitignore-pattern.ts); what they can ask for is the same few parts.
 *
 * Whoever pushes chooses the path and whoever edits the file chooses the pattern: all states run side by side and each is
 * taken once a character, so a run costs at most pattern x path steps. Nothing backtracks.
 */

/** One character: in a range, or (`negated`) in none of them. Never a slash. */
export interface CharSet {
  readonly negated: boolean;
  /** Inclusive, as numbers of characters. */
  readonly ranges: readonly (readonly [number, number])[];
}

/**
 * `run`: any characters, within a segment or over slashes too. `dirs`: no, one or several whole folders, with the slash
 * after each. `below`: nothing, or a slash and any characters.
 */
export type Part = { readonly char: number } | { readonly set: CharSet } | { readonly run: 'segment' | 'path' } | { readonly dirs: true } | { readonly below: true };

/** `skip`: the next that many steps may be left out. */
type Step =
  | { readonly kind: 'char'; readonly char: number }
  | { readonly kind: 'set'; readonly set: CharSet }
  | { readonly kind: 'run'; readonly slashes: boolean }
  | { readonly kind: 'skip'; readonly steps: number };

export interface Wildcard {
  /** The characters it starts with, and those it ends with, compared before anything else. */
  readonly head: readonly number[];
  readonly tail: readonly number[];
  /** What stands between. */
  readonly steps: readonly Step[];
}

/** Counts what a run did, for tests of the bound. */
export interface Meter {
  steps: number;
}

export const SLASH = 47;
export const ANY_CHAR: CharSet = { negated: true, ranges: [] };
/** Matches nothing: what a set that never closes amounts to. */
export const NO_CHAR: CharSet = { negated: false, ranges: [] };

const slash: Step = { kind: 'char', char: SLASH };
const anything: Step = { kind: 'run', slashes: true };

export function wildcard(written: readonly Part[]): Wildcard {
  // Folders at any depth below folders at any depth are the same.
  const parts = written.filter((part, i) => !('dirs' in part && 'dirs' in (written[i - 1] ?? {})));
  const first = parts.findIndex((part) => !('char' in part));
  const last = parts.findLastIndex((part) => !('char' in part));
  if (first < 0) return { head: charsOf(parts), tail: [], steps: [] };
  return { head: charsOf(parts.slice(0, first)), tail: charsOf(parts.slice(last + 1)), steps: parts.slice(first, last + 1).flatMap(stepsOf) };
}

const charsOf = (parts: readonly Part[]): readonly number[] => parts.flatMap((part) => ('char' in part ? [part.char] : []));

function stepsOf(part: Part): readonly Step[] {
  if ('char' in part) return [{ kind: 'char', char: part.char }];
  if ('set' in part) return [{ kind: 'set', set: part.set }];
  if ('run' in part) return [{ kind: 'run', slashes: part.run === 'path' }];
  return 'dirs' in part ? [{ kind: 'skip', steps: 2 }, anything, slash] : [{ kind: 'skip', steps: 2 }, slash, anything];
}

/** Does it match the characters from `from` up to `to`, all of them? */
export function runs({ head, tail, steps }: Wildcard, text: ArrayLike<number>, from: number, to: number, meter?: Meter): boolean {
  const start = from + head.length;
  const end = to - tail.length;
  if (steps.length === 0 ? start !== to : end < start) return false;
  for (let i = 0; i < head.length; i++) if (head[i] !== text[from + i]) return false;
  for (let i = 0; i < tail.length; i++) if (tail[i] !== text[end + i]) return false;
  return steps.length === 0 || simulate(steps, text, start, end, meter);
}

function simulate(steps: readonly Step[], text: ArrayLike<number>, from: number, to: number, meter?: Meter): boolean {
  // The moment at which a step was last reached, one more than the character: a step is listed once at each.
  const reached = new Uint32Array(steps.length + 1);
  let states: number[] = [];
  let next: number[] = [];
  reach(steps, 0, from + 1, reached, states);
  for (let at = from; at < to && states.length > 0; at++) {
    const char = text[at] ?? 0;
    if (meter !== undefined) meter.steps += states.length;
    for (const state of states) {
      const step = steps[state];
      if (step !== undefined && eats(step, char)) reach(steps, step.kind === 'run' ? state : state + 1, at + 2, reached, next);
    }
    [states, next] = [next, states];
    next.length = 0;
  }
  return reached[steps.length] === to + 1;
}

function eats(step: Step, char: number): boolean {
  if (step.kind === 'char') return step.char === char;
  if (step.kind === 'run') return step.slashes || char !== SLASH;
  return step.kind === 'set' && inSet(step.set, char);
}

export const inSet = ({ negated, ranges }: CharSet, char: number): boolean => char !== SLASH && ranges.some(([low, high]) => char >= low && char <= high) !== negated;

/** Lists this step and those reached from it without a character. A `skip` leads over steps that are none: two deep at most. */
function reach(steps: readonly Step[], first: number, moment: number, reached: Uint32Array, states: number[]): void {
  for (let state = first; reached[state] !== moment; state++) {
    reached[state] = moment;
    const step = steps[state];
    if (step === undefined) return;
    if (step.kind === 'skip') reach(steps, state + 1 + step.steps, moment, reached, states);
    else states.push(state);
    if (step.kind === 'char' || step.kind === 'set') return;
  }
}
