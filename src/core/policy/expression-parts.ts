/** What compiled conditions are made of, and the few things every part of the compiler asks. */
import type { ASTNode } from '@marcbachmann/cel-js';
import { RESERVED, type Type, type Word } from './fact-types.ts';
import type { Truth } from './truth.ts';

/** Ordered words are numbers (their rank); undefined is unknown. */
export type Value = boolean | number | string | undefined | readonly Value[] | { readonly [field: string]: Value };

export interface Scope {
  readonly facts: { readonly [root: string]: Value };
  /** Values of the variables of `exists` and `all`, outermost first. Belongs to one run. */
  readonly locals: Value[];
}

export interface Compiled {
  readonly type: Type;
  /** The most steps it can take. */
  readonly cost: number;
  readonly run: (scope: Scope) => Value;
  /** The value, where it is written out. */
  readonly literal?: string | number | boolean;
  /** How an author would name it in a message. */
  readonly text: string;
}

export const MOST_STEPS = 1_000_000;

/** Thrown inside a compilation only; `condition` turns it into a problem. */
export class ExpressionError extends Error {
  readonly at: number;
  readonly remedy: string | undefined;
  constructor(message: string, at: number, remedy?: string) {
    super(message);
    this.at = at;
    this.remedy = remedy;
  }
}

export interface Context {
  /** Compiles a node inside this one. */
  readonly visit: (node: ASTNode, context: Context) => Compiled;
  readonly words: ReadonlyMap<string, Word>;
  readonly locals: readonly { readonly name: string; readonly type: Type }[];
}

export const BOOL: Type = { is: 'bool' };
export const truth = (value: Value): Truth => (typeof value === 'boolean' ? value : undefined);
export const textOf = (node: ASTNode): string => node.input.slice(node.start, node.end);

export const isList = (value: Value): value is readonly Value[] => Array.isArray(value);

export function boolean(node: ASTNode, context: Context): Compiled {
  const compiled = context.visit(node, context);
  if (compiled.type.is !== 'bool') throw new ExpressionError(`${compiled.text} must be true or false`, node.start);
  return compiled;
}

/** `variable` of an `exists` or `all` over a list of `type`. */
export function bind(variable: ASTNode, type: Type, context: Context): Context {
  const taken = variable.op === 'id' && (RESERVED.has(variable.args) || context.words.has(variable.args) || context.locals.some((l) => l.name === variable.args));
  if (variable.op !== 'id') throw new ExpressionError('name a variable here, as in change.paths.exists(p, ...)', variable.start);
  if (taken) throw new ExpressionError(`${variable.args} already means something else`, variable.start, 'name the variable otherwise');
  return { ...context, locals: [...context.locals, { name: variable.args, type }] };
}
