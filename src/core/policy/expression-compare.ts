/**
 * Comparisons of conditions. Ordered words compare by rank with their own kind; numbers compare; strings are equal or not
 * and have no order, because "L10" < "L6" is true of letters.
 */
import type { ASTNode } from '@marcbachmann/cel-js';
import { BOOL, type Compiled, type Context, ExpressionError, isList, textOf, type Value } from './expression-parts.ts';
import { sameType, typeName } from './fact-types.ts';
import { some } from './truth.ts';

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';

const TESTS: { readonly [op in Comparison]: (a: number, b: number) => boolean } = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

export function compare(op: Comparison, a: Compiled, b: Compiled, node: ASTNode): Compiled {
  comparable(a, b, op, node);
  if (op === '==' || op === '!=') return equality(op === '==', a, b, node);
  if (a.type.is === 'string') {
    const bare = [a, b].map((side) => (typeof side.literal === 'string' ? side.literal : side.text)).join(` ${op} `);
    throw new ExpressionError(`strings have no order: ${textOf(node)} would compare letters`, node.start, `levels and tiers are words without quotes: ${bare}`);
  }
  if (a.type.is !== 'int' && a.type.is !== 'word') throw new ExpressionError(`${op} needs numbers or ordered words; ${a.text} is ${typeName(a.type)}`, node.start);
  const test = TESTS[op];
  const run = (x: Value, y: Value): Value => (typeof x === 'number' && typeof y === 'number' ? test(x, y) : undefined);
  return { type: BOOL, cost: a.cost + b.cost + 1, run: (s) => run(a.run(s), b.run(s)), text: textOf(node) };
}

function equality(wanted: boolean, a: Compiled, b: Compiled, node: ASTNode): Compiled {
  const run = (x: Value, y: Value): Value => (x === undefined || y === undefined ? undefined : (x === y) === wanted);
  return { type: BOOL, cost: a.cost + b.cost + 1, run: (s) => run(a.run(s), b.run(s)), text: textOf(node) };
}

/** Throws unless both are of one kind, with the remedy for the mistakes people make. */
function comparable(a: Compiled, b: Compiled, op: string, node: ASTNode): void {
  if (sameType(a.type, b.type)) return;
  const quoted = [a, b].find((side) => typeof side.literal === 'string');
  const word = [a, b].find((side) => side.type.is === 'word');
  const message = `${a.text} is ${typeName(a.type)} and ${b.text} is ${typeName(b.type)}: ${op} does not compare them`;
  const remedy = quoted !== undefined && word !== undefined ? `write ${String(quoted.literal)} without quotes` : 'compare things of one kind';
  throw new ExpressionError(message, node.start, remedy);
}

/** `x in list`: the list a fact, or written out. */
export function membership(needle: Compiled, haystack: ASTNode, context: Context, node: ASTNode): Compiled {
  const { items, cost } = haystack.op === 'list' ? writtenOut(needle, haystack.args, context, node) : listFact(needle, context.visit(haystack, context), node);
  const run = (value: Value, list: Value): Value => {
    if (value === undefined || !isList(list)) return undefined;
    return some(list, (item) => (item === undefined ? undefined : item === value));
  };
  return { type: BOOL, cost: needle.cost + cost + 1, run: (s) => run(needle.run(s), items(s)), text: textOf(node) };
}

type Items = { readonly items: Compiled['run']; readonly cost: number };

function writtenOut(needle: Compiled, nodes: readonly ASTNode[], context: Context, node: ASTNode): Items {
  const all = nodes.map((n) => context.visit(n, context));
  for (const one of all) comparable(needle, one, 'in', node);
  return { items: (s) => all.map((one) => one.run(s)), cost: all.reduce((sum, one) => sum + one.cost, 0) };
}

function listFact(needle: Compiled, list: Compiled, node: ASTNode): Items {
  if (list.type.is !== 'list') throw new ExpressionError(`in needs a list; ${list.text} is ${typeName(list.type)}`, node.start);
  comparable(needle, { ...list, type: list.type.of, text: `an item of ${list.text}` }, 'in', node);
  return { items: list.run, cost: list.cost + list.type.most };
}
