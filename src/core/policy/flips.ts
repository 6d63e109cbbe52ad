/**
 * A condition with one comparison turned round, for tests of tests: where no test notices, nothing holds that comparison in
 * place. The parser says where comparisons are, so a `>=` inside a string is none.
 */
import type { ASTNode } from '@marcbachmann/cel-js';
import { libraryOf } from './cel-types.ts';
import { type Condition, compilerOf } from './expression.ts';
import { wordsOf } from './fact-types.ts';

export interface Flip {
  readonly condition: Condition;
  /** `risk.tier >= high` to `risk.tier < high` */
  readonly words: string;
}

const OPPOSITE: { readonly [op: string]: string } = { '>=': '<', '<': '>=', '>': '<=', '<=': '>', '==': '!=', '!=': '==' };

/** One for each comparison, in their order. @param ladder lowest first. */
export function flipsOf(source: string, ladder: readonly string[]): readonly Flip[] {
  const compile = compilerOf(ladder);
  return comparisons(source, ladder).flatMap(({ from, to, op, start, end }) => {
    const flipped = `${source.slice(0, from)}${OPPOSITE[op] ?? op}${source.slice(to)}`;
    const compiled = compile(flipped);
    const shift = (OPPOSITE[op] ?? op).length - op.length;
    const [was, is] = [source.slice(start, end), flipped.slice(start, end + shift)];
    return compiled.ok ? [{ condition: compiled.value, words: balanced(was) ? `${was} to ${is}` : `${source.trim()} to ${flipped.trim()}` }] : [];
  });
}

/** Brackets round one side belong to no node, so a comparison may be cut in the middle of them. */
function balanced(text: string): boolean {
  let depth = 0;
  for (const char of text) {
    depth += char === '(' ? 1 : char === ')' ? -1 : 0;
    if (depth < 0) return false;
  }
  return depth === 0;
}

interface Comparison {
  readonly op: string;
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly end: number;
}

function comparisons(source: string, ladder: readonly string[]): readonly Comparison[] {
  try {
    return walk(libraryOf(wordsOf(ladder)).parse(source).ast);
  } catch {
    return [];
  }
}

function walk(node: ASTNode): readonly Comparison[] {
  const inside = below(node.args).flatMap(walk);
  if (!Object.hasOwn(OPPOSITE, node.op)) return inside;
  const [left, right] = below(node.args);
  if (left === undefined || right === undefined) return inside;
  // Only brackets and space can stand beside the operator between its two sides.
  const between = node.input.slice(left.end, right.start).indexOf(node.op);
  if (between < 0) return inside;
  const from = left.end + between;
  return [{ op: node.op, from, to: from + node.op.length, start: node.start, end: node.end }, ...inside];
}

/** Nodes below a node: its arguments are a node, a list of them, or plain values. */
function below(args: unknown): readonly ASTNode[] {
  if (Array.isArray(args)) return args.flatMap(below);
  return isNode(args) ? [args] : [];
}

const isNode = (value: unknown): value is ASTNode => typeof value === 'object' && value !== null && 'op' in value && 'args' in value && 'start' in value;
