/**
 * Compiles the tree of a condition to closures, checking types and counting steps on the way. Whatever is not listed here
 * is outside the subset and refused. Every closure is total: a value that is missing or of the wrong shape is unknown.
 */
import type { ASTNode } from '@marcbachmann/cel-js';
import { call, method } from './expression-calls.ts';
import { compare, membership } from './expression-compare.ts';
import { BOOL, boolean, type Compiled, type Context, ExpressionError, isList, textOf, truth, type Value } from './expression-parts.ts';
import { FACT_TYPES, type Type, type Word } from './fact-types.ts';
import { hint } from './suggest.ts';
import { and, not, or, type Truth } from './truth.ts';

export const compile = (node: ASTNode, words: ReadonlyMap<string, Word>): Compiled => visit(node, { words, locals: [], visit });

function visit(node: ASTNode, context: Context): Compiled {
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

const negation = (a: Compiled, node: ASTNode): Compiled => ({ type: BOOL, cost: a.cost + 1, run: (s) => not(truth(a.run(s))), text: textOf(node) });

function minus(a: Compiled, node: ASTNode): Compiled {
  if (typeof a.literal !== 'number') throw new ExpressionError('conditions do not calculate', node.start);
  const value = -a.literal;
  return { type: { is: 'int' }, cost: 1, run: () => value, literal: value, text: textOf(node) };
}

function both(join: (a: Truth, b: Truth) => Truth, a: Compiled, b: Compiled, node: ASTNode): Compiled {
  return { type: BOOL, cost: a.cost + b.cost + 1, run: (s) => join(truth(a.run(s)), truth(b.run(s))), text: textOf(node) };
}
