/**
 * Which way a condition moves when a change has more AI in it. An AI mark never makes a requirement lighter: a `when` may
 * only turn from false to true with more AI, an `unless` only from true to false. What cannot be told is refused.
 */
import type { ASTNode } from '@marcbachmann/cel-js';
import { PROVENANCE_LEVELS } from '../provenance/provenance.ts';

/** `none`: says nothing of provenance. `mixed`: moves both ways, or cannot be told. */
export type Direction = 'none' | 'up' | 'down' | 'mixed';

const flip = (d: Direction): Direction => (d === 'up' ? 'down' : d === 'down' ? 'up' : d);
const join = (a: Direction, b: Direction): Direction => (a === 'none' ? b : b === 'none' || a === b ? a : 'mixed');
const MIRROR: { readonly [op: string]: string } = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '==': '==', '!=': '!=' };

export function directionOf(node: ASTNode): Direction {
  switch (node.op) {
    case '&&':
    case '||':
      return join(directionOf(node.args[0]), directionOf(node.args[1]));
    case '!_':
      return flip(directionOf(node.args));
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return comparison(node.op, node.args[0], node.args[1]);
    case 'in':
      return is(node.args[1], 'tools') && !mentions(node.args[0]) ? 'up' : unless(node);
    case 'rcall':
      return quantified(node.args[0], node.args[1], node.args[2], node);
    case '.':
      return is(node, 'declared_none') ? 'up' : unless(node);
    default:
      return unless(node);
  }
}

const unless = (node: ASTNode): Direction => (mentions(node) ? 'mixed' : 'none');

/** `provenance.<field>`, as it is written. */
const is = (node: ASTNode, field: string): boolean => node.op === '.' && node.args[1] === field && node.args[0].op === 'id' && node.args[0].args === 'provenance';

/** Any word of provenance below this node. The text is asked, so nothing can hide in a shape we do not know. */
const mentions = (node: ASTNode): boolean => /\bprovenance\b/.test(node.input.slice(node.start, node.end));

function comparison(op: string, a: ASTNode, b: ASTNode): Direction {
  if (!mentions(a) && !mentions(b)) return 'none';
  if (mentions(b)) return mentions(a) ? 'mixed' : comparison(MIRROR[op] ?? op, b, a);
  if (is(a, 'level') && b.op === 'id') return levelTest(op, b.args);
  if (countsTools(a) && b.op === 'value') return op === '>' || op === '>=' ? 'up' : op === '<' || op === '<=' ? 'down' : 'mixed';
  return 'mixed';
}

function levelTest(op: string, word: string): Direction {
  const { values } = PROVENANCE_LEVELS;
  if (op === '>' || op === '>=') return 'up';
  if (op === '<' || op === '<=') return 'down';
  const up = op === '==' ? word === values.at(-1) : word === values[0];
  const down = op === '==' ? word === values[0] : word === values.at(-1);
  return up ? 'up' : down ? 'down' : 'mixed';
}

const countsTools = (node: ASTNode): boolean =>
  (node.op === 'call' && node.args[0] === 'size' && node.args[1][0] !== undefined && is(node.args[1][0], 'tools')) ||
  (node.op === 'rcall' && node.args[0] === 'size' && is(node.args[1], 'tools'));

function quantified(name: string, receiver: ASTNode, args: readonly ASTNode[], node: ASTNode): Direction {
  const test = args[1];
  if ((name !== 'exists' && name !== 'all') || test === undefined) return unless(node);
  if (is(receiver, 'tools')) return mentions(test) ? 'mixed' : name === 'exists' ? 'up' : 'down';
  return mentions(receiver) ? 'mixed' : directionOf(test);
}
