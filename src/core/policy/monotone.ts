/**
 * Which way a condition moves when a change has more AI in it, worse findings, or more people nobody knows. Nothing of that
 * ever makes a requirement lighter: a `when` may only turn from false to true with more of it, an `unless` only from true to
 * false. What cannot be told is refused.
 */
import type { ASTNode } from '@marcbachmann/cel-js';
import { PROVENANCE_LEVELS } from '../provenance/provenance.ts';
import { TIERS } from '../risk/risk.ts';

/** `none`: says nothing of it. `mixed`: moves both ways, or cannot be told. */
export type Direction = 'none' | 'up' | 'down' | 'mixed';

/** The facts of one root, by how they grow. */
interface Topic {
  /** Words, lowest first. */
  readonly words: { readonly [field: string]: readonly string[] };
  readonly counts: readonly string[];
  readonly lists: readonly string[];
  /** False, then true. */
  readonly flags: readonly string[];
  /** Says how much is known, not how much there is: conditions may ask it either way. */
  readonly free: readonly string[];
}

const NOTHING: Topic = { words: {}, counts: [], lists: [], flags: [], free: [] };
const TOPICS = {
  provenance: { ...NOTHING, words: { level: PROVENANCE_LEVELS.values }, counts: ['lines', 'share'], lists: ['tools'], flags: ['declared_none'] },
  risk: { ...NOTHING, words: { tier: TIERS.values }, counts: ['not_analysed', 'percentile'], lists: ['findings'] },
  people: { ...NOTHING, counts: ['unresolved'] },
  plan: { ...NOTHING, counts: ['creates', 'updates'], lists: ['destroys'], flags: ['missing'], free: ['present'] },
  incident: { ...NOTHING, lists: ['open'] },
} as const satisfies { readonly [root: string]: Topic };

export type TopicName = keyof typeof TOPICS;
export const TOPIC_NAMES: readonly TopicName[] = ['provenance', 'risk', 'people', 'plan', 'incident'];

const flip = (d: Direction): Direction => (d === 'up' ? 'down' : d === 'down' ? 'up' : d);
const join = (a: Direction, b: Direction): Direction => (a === 'none' ? b : b === 'none' || a === b ? a : 'mixed');
const MIRROR: { readonly [op: string]: string } = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '==': '==', '!=': '!=' };

export function directionOf(node: ASTNode, topic: TopicName): Direction {
  switch (node.op) {
    case '&&':
    case '||':
      return join(directionOf(node.args[0], topic), directionOf(node.args[1], topic));
    case '!_':
      return flip(directionOf(node.args, topic));
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return comparison(node.op, node.args[0], node.args[1], topic);
    case 'in':
      return isList(node.args[1], topic) && !mentions(node.args[0], topic) ? 'up' : unless(node, topic);
    case 'rcall':
      return quantified(node.args[0], node.args[1], node.args[2], node, topic);
    case '.':
      if (fieldOf(node, topic, TOPICS[topic].free) !== undefined) return 'none';
      return fieldOf(node, topic, TOPICS[topic].flags) === undefined ? unless(node, topic) : 'up';
    default:
      return unless(node, topic);
  }
}

const unless = (node: ASTNode, topic: TopicName): Direction => (mentions(node, topic) ? 'mixed' : 'none');

/** The field of `provenance.<field>`, as it is written, where it is one of these. */
function fieldOf(node: ASTNode, topic: TopicName, fields: readonly string[]): string | undefined {
  if (node.op !== '.' || node.args[0].op !== 'id' || node.args[0].args !== topic) return undefined;
  return fields.find((field) => field === node.args[1]);
}

const isList = (node: ASTNode, topic: TopicName): boolean => fieldOf(node, topic, TOPICS[topic].lists) !== undefined;

/** The root anywhere below this node. The text is asked, so nothing can hide in a shape we do not know. */
const mentions = (node: ASTNode, topic: TopicName): boolean => new RegExp(`\\b${topic}\\b`).test(node.input.slice(node.start, node.end));

function comparison(op: string, a: ASTNode, b: ASTNode, topic: TopicName): Direction {
  if (!mentions(a, topic) && !mentions(b, topic)) return 'none';
  if (mentions(b, topic)) return mentions(a, topic) ? 'mixed' : comparison(MIRROR[op] ?? op, b, a, topic);
  const words: { readonly [field: string]: readonly string[] } = TOPICS[topic].words;
  const field = fieldOf(a, topic, Object.keys(words));
  if (field !== undefined && b.op === 'id') return ordered(op, b.args === words[field]?.[0], b.args === words[field]?.at(-1));
  if (counts(a, topic) && b.op === 'value') return ordered(op, Number(b.args) === 0, false);
  return 'mixed';
}

/** @param lowest compared with the least there can be. @param highest with the most. */
function ordered(op: string, lowest: boolean, highest: boolean): Direction {
  if (op === '>' || op === '>=') return 'up';
  if (op === '<' || op === '<=') return 'down';
  if (!lowest && !highest) return 'mixed';
  return (op === '==') === highest ? 'up' : 'down';
}

const counts = (node: ASTNode, topic: TopicName): boolean =>
  fieldOf(node, topic, TOPICS[topic].counts) !== undefined ||
  (node.op === 'call' && node.args[0] === 'size' && node.args[1][0] !== undefined && isList(node.args[1][0], topic)) ||
  (node.op === 'rcall' && node.args[0] === 'size' && isList(node.args[1], topic));

function quantified(name: string, receiver: ASTNode, args: readonly ASTNode[], node: ASTNode, topic: TopicName): Direction {
  const test = args[1];
  if ((name !== 'exists' && name !== 'all') || test === undefined) return unless(node, topic);
  if (isList(receiver, topic)) return mentions(test, topic) ? 'mixed' : name === 'exists' ? 'up' : 'down';
  return mentions(receiver, topic) ? 'mixed' : directionOf(test, topic);
}
