/**
 * Conditions: a subset of CEL. The library parses and type-checks; we walk its tree once more, refuse everything outside
 * the subset, bound the cost, and compile to closures of our own. A policy can be written by the people it binds, so
 * nothing of the library runs when a change is judged.
 */
import { ParseError } from '@marcbachmann/cel-js';
import { err, ok, type Result } from '../base/result.ts';
import { libraryOf } from './cel-types.ts';
import { compile } from './expression-compile.ts';
import { type Compiled, ExpressionError, MOST_STEPS, type Value } from './expression-parts.ts';
import { wordsOf } from './fact-types.ts';
import { type Direction, directionOf, type TopicName } from './monotone.ts';
import type { Truth } from './truth.ts';

export interface Condition {
  readonly source: string;
  /** Unknown where a fact it hangs on is unknown. */
  holds(facts: FactValues): Truth;
  /** How the answer moves when there is more AI in a change, when findings are worse, when more people are nobody known. */
  direction(topic: TopicName): Direction;
}

/** One value for each root of FACT_TYPES, in its published shape; ordered words as ranks; undefined is unknown. */
export type FactValues = { readonly [root: string]: Value };

export interface ExpressionProblem {
  readonly message: string;
  readonly remedy?: string;
  /** Offset into the source. */
  readonly at: number;
}

const MOST_CHARACTERS = 4_000;

/** One condition by itself. A loader makes the compiler once and asks it for each. */
export const condition = (source: string, ladder: readonly string[]): Result<Condition, ExpressionProblem> => compilerOf(ladder)(source);

/** @param ladder lowest first; its names become words of the expressions. */
export function compilerOf(ladder: readonly string[]): (source: string) => Result<Condition, ExpressionProblem> {
  const words = wordsOf(ladder);
  const library = libraryOf(words);
  return (source) => {
    if (source.length > MOST_CHARACTERS) return err({ message: `longer than ${MOST_CHARACTERS} characters`, at: 0 });
    try {
      const parsed = library.parse(source);
      const compiled = compile(parsed.ast, words);
      const problem = refusal(compiled, parsed.check());
      return problem === undefined ? ok({ source, direction: (topic) => directionOf(parsed.ast, topic), holds: (facts) => run(compiled, facts) }) : err(problem);
    } catch (error) {
      return err(explain(error));
    }
  };
}

function refusal(compiled: Compiled, check: { valid: boolean; type?: string; error?: { summary: string } }): ExpressionProblem | undefined {
  if (compiled.type.is !== 'bool') return { message: 'a condition must be true or false', at: 0 };
  if (compiled.cost > MOST_STEPS) {
    return { message: `may take ${compiled.cost} steps, more than ${MOST_STEPS}`, remedy: 'do not nest exists and all over long lists', at: 0 };
  }
  return check.valid && check.type === 'bool' ? undefined : { message: check.error?.summary ?? 'is not well typed', at: 0 };
}

function run(compiled: Compiled, facts: FactValues): Truth {
  const value = compiled.run({ facts, locals: [] });
  return typeof value === 'boolean' ? value : undefined;
}

function explain(error: unknown): ExpressionProblem {
  if (error instanceof ExpressionError) return { message: error.message, at: error.at, ...(error.remedy === undefined ? {} : { remedy: error.remedy }) };
  if (error instanceof ParseError) return { message: `not an expression: ${error.summary}`, at: error.range?.start ?? 0 };
  return { message: 'not an expression', at: 0 };
}
