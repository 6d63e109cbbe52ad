/**
 * Path globs, the one matcher of the project: policy, systems, owners and detectors name files with it.
 *
 * Whoever pushes chooses the path and whoever edits policy chooses the pattern, so the time is bounded: a pattern is
 * compiled to a small program and run over the path with all its states side by side, O(pattern x path), no backtracking.
 */
import { type Node, parseGlob, type Test } from './glob-syntax.ts';

/** `to` are the next instructions; without `test` they are reached without eating a character. */
interface Step {
  readonly test?: Test;
  to: readonly number[];
}

/**
 * Does the list of globs (glob-syntax.ts) select this path? A leading `!` takes paths out again; the last pattern that
 * matches decides; none means no. Case counts. A pattern that `validGlob` refuses selects nothing and takes nothing
 * out: loaders refuse it first, with its place.
 * @param path as in `TreeRecord.path`: from the root, no leading slash.
 */
export function matches(patterns: readonly string[], path: string): boolean {
  const chars = Array.from(path);
  const last = patterns.findLast((pattern) => run(programOf(pattern), chars));
  return last !== undefined && !last.startsWith('!');
}

/** Why this is not a glob, for the author of the file it stands in; undefined where it is one. */
export function validGlob(pattern: string): string | undefined {
  const parsed = parseGlob(bare(pattern));
  return parsed.ok ? undefined : parsed.error;
}

const bare = (pattern: string): string => (pattern.startsWith('!') ? pattern.slice(1) : pattern);

/** A memo, dropped when full: the same few patterns meet every path of every change. */
const programs = new Map<string, readonly Step[]>();

function programOf(pattern: string): readonly Step[] {
  const known = programs.get(pattern);
  if (known !== undefined) return known;
  if (programs.size >= 2_000) programs.clear();
  const parsed = parseGlob(bare(pattern));
  const program: Step[] = [];
  if (parsed.ok) {
    emit(program, parsed.value);
    program.push({ to: [] });
  }
  programs.set(pattern, program);
  return program;
}

/** Appends the program of `nodes`; falling off its end is having matched them all. */
function emit(program: Step[], nodes: readonly Node[]): void {
  for (const node of nodes) {
    const here = program.length;
    if ('one' in node) program.push({ test: node.one, to: [here + 1] });
    else if ('many' in node) program.push({ to: [here + 1, here + 2] }, { test: node.many, to: [here] });
    else emitEither(program, node.either);
  }
}

function emitEither(program: Step[], branches: readonly (readonly Node[])[]): void {
  const fork: Step = { to: [] };
  program.push(fork);
  const ends = branches.map((branch) => {
    fork.to = [...fork.to, program.length];
    emit(program, branch);
    const end: Step = { to: [] };
    program.push(end);
    return end;
  });
  for (const end of ends) end.to = [program.length];
}

/** The last step of a program is the accepting one. */
function run(program: readonly Step[], chars: readonly string[]): boolean {
  if (program.length === 0) return false;
  let states = reach(program, [0]);
  for (const char of chars) {
    if (states.size === 0) return false;
    const eaten: number[] = [];
    for (const at of states) {
      const step = program[at];
      if (step?.test?.(char) === true) eaten.push(...step.to);
    }
    states = reach(program, eaten);
  }
  return states.has(program.length - 1);
}

/** All instructions reached from these without eating a character. */
function reach(program: readonly Step[], from: readonly number[]): Set<number> {
  const seen = new Set(from);
  for (const at of seen) {
    const step = program[at];
    if (step !== undefined && step.test === undefined) for (const next of step.to) seen.add(next);
  }
  return seen;
}
