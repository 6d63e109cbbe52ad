/**
 * Compiles the tree of a condition to closures, checking types and counting steps on the way. Whatever is not listed here
 * is outside the subset and refused. Every closure is total: a value that is missing or of the wrong shape is unknown.
 */
import type { ASTNode } from '@marcbachmann/cel-js';
import { call, method } from './expression-calls.ts';
import { compare, membership } from './expression-compare.ts';
import { FACT_TYPES, RESERVED, type Type, type Word } from './fact-types.ts';
import { hint } from './suggest.ts';
import { and, not, or, type Truth } from './truth.ts';

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
  readonly words: ReadonlyMap<string, Word>;
  readonly locals: readonly { readonly name: string; readonly type: Type }[];
}

export const BOOL: Type = { is: 'bool' };
export const truth = (value: Value): Truth => (typeof value === 'boolean' ? value : undefined);
export const textOf = (node: ASTNode): string => node.input.slice(node.start, node.end);

export const compile = (node: ASTNode, words: ReadonlyMap<string, Word>): Compiled => visit(node, { words, locals: [] });

export function visit(node: ASTNode, context: Context): Compiled {
  switch (node.op) {
    case 'value':
      return literal(node.args, node);
    case 'id':
      return name(node.args, node, context);
    case '.':
      return field(visit(node.args[0], context), node.args[1], node);
    case '!_':
      return negation(boolean(node.args, context), node);
    case '-_':
      return minus(visit(node.args, context), node);
    case '&&':
    case '||':
      return both(node.op === '&&' ? and : or, boolean(node.args[0], context), boolean(node.args[1], context), node);
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compare(node.op, visit(node.args[0], context), visit(node.args[1], context), node);
    case 'in':
      return membership(visit(node.args[0], context), node.args[1], context, node);
    case 'call':
      return call(node.args[0], node.args[1], context, node);
    case 'rcall':
      return method(node.args[0], node.args[1], node.args[2], context, node);
    case 'list':
      throw new ExpressionError('a list may stand after `in` only', node.start);
    default:
      throw new ExpressionError(`${textOf(node)} uses ${node.op}, which conditions do not have`, node.start, 'see the table of operators in docs/spec/policy.md');
  }
}

function literal(value: unknown, node: ASTNode): Compiled {
  const text = textOf(node);
  const plain = typeof value === 'bigint' && BigInt.asIntN(53, value) === value ? Number(value) : value;
  const is = ({ string: 'string', number: 'int', boolean: 'bool' } as const)[typeof plain as 'string' | 'number' | 'boolean'];
  if (is === undefined || (is === 'int' && !Number.isSafeInteger(plain)) || (is === 'int' && typeof value !== 'bigint')) {
    throw new ExpressionError(`${text} is not a value conditions know`, node.start, 'use true, false, whole numbers and "strings"');
  }
  const constant = plain as string | number | boolean;
  return { type: { is }, cost: 1, run: () => constant, literal: constant, text };
}

function name(id: string, node: ASTNode, { words, locals }: Context): Compiled {
  const depth = locals.findLastIndex((l) => l.name === id);
  const local = locals[depth];
  if (local !== undefined) return { type: local.type, cost: 1, run: (s) => s.locals[depth], text: id };
  const word = words.get(id);
  if (word !== undefined) return { type: { is: 'word', kind: word.kind }, cost: 1, run: () => word.rank, text: id };
  const type = Object.hasOwn(FACT_TYPES, id) ? FACT_TYPES[id] : undefined;
  if (type !== undefined) return { type, cost: 1, run: (s) => s.facts[id], text: id };
  throw new ExpressionError(`nothing is called ${id}`, node.start, hint(id, [...Object.keys(FACT_TYPES), ...words.keys(), ...locals.map((l) => l.name)]));
}

function field(of: Compiled, name: string, node: ASTNode): Compiled {
  const { type } = of;
  const fields = type.is === 'record' ? type.fields : {};
  const found = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (found === undefined) {
    const near = hint(
      `${of.text}.${name}`,
      Object.keys(fields).map((f) => `${of.text}.${f}`),
    );
    throw new ExpressionError(`no fact ${of.text}.${name}`, node.start, near);
  }
  return { type: found, cost: of.cost + 1, run: (s) => fieldOf(of.run(s), name, found), text: textOf(node) };
}

/** A list over its bound is unknown: the cost bound was computed with it. */
function fieldOf(value: Value, name: string, type: Type): Value {
  if (typeof value !== 'object' || value === null || isList(value) || !Object.hasOwn(value, name)) return undefined;
  const inner = value[name];
  return type.is === 'list' && isList(inner) && inner.length > type.most ? undefined : inner;
}

export const isList = (value: Value): value is readonly Value[] => Array.isArray(value);

export function boolean(node: ASTNode, context: Context): Compiled {
  const compiled = visit(node, context);
  if (compiled.type.is !== 'bool') throw new ExpressionError(`${compiled.text} must be true or false`, node.start);
  return compiled;
}

const negation = (a: Compiled, node: ASTNode): Compiled => ({ type: BOOL, cost: a.cost + 1, run: (s) => not(truth(a.run(s))), text: textOf(node) });

function minus(a: Compiled, node: ASTNode): Compiled {
  if (typeof a.literal !== 'number') throw new ExpressionError('conditions do not calculate', node.start);
  const value = -a.literal;
  return { type: { is: 'int' }, cost: 1, run: () => value, literal: value, text: textOf(node) };
}

function both(join: (a: Truth, b: Truth) => Truth, a: Compiled, b: Compiled, node: ASTNode): Compiled {
  return { type: BOOL, cost: a.cost + b.cost + 1, run: (s) => join(truth(a.run(s)), truth(b.run(s))), text: textOf(node) };
}

/** `variable` of an `exists` or `all` over a list of `type`. */
export function bind(variable: ASTNode, type: Type, context: Context): Context {
  const taken = variable.op === 'id' && (RESERVED.has(variable.args) || context.words.has(variable.args) || context.locals.some((l) => l.name === variable.args));
  if (variable.op !== 'id') throw new ExpressionError('name a variable here, as in change.paths.exists(p, ...)', variable.start);
  if (taken) throw new ExpressionError(`${variable.args} already means something else`, variable.start, 'name the variable otherwise');
  return { words: context.words, locals: [...context.locals, { name: variable.args, type }] };
}
