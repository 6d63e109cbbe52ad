/**
 * What of an HCL expression is constant, as data with places. Nothing is evaluated: a reference, a template, a condition or a
 * call is unknown as it is written, and only functions that hand their argument through (`jsonencode`, `toset`, `concat`, ...)
 * are looked into. What an author chooses here is size and depth: every node is met once, and below a depth all is unknown.
 */
import type { Node } from 'web-tree-sitter';
import type { DataEntry, DataNode } from '../../core/risk/data.ts';

/** Deeper than any real configuration, and shallow enough for whoever walks the value. */
const MAX_DEPTH = 64;

/** @param written the text of a node without comments, white space folded. */
export function constantsOf(expression: Node, written: (node: Node) => string): DataNode {
  return new Values(written).of(expression, 0);
}

class Values {
  private readonly written: (node: Node) => string;
  constructor(written: (node: Node) => string) {
    this.written = written;
  }

  of(node: Node, depth: number): DataNode {
    const known = leaf(node);
    if (known !== undefined) return { is: 'scalar', value: known, line: line(node) };
    return depth > MAX_DEPTH ? this.unknown(node) : this.inner(node, depth);
  }

  private inner(node: Node, depth: number): DataNode {
    const [only, second] = named(node);
    switch (node.type) {
      case 'expression':
      case 'literal_value':
      case 'collection_value':
      case 'template_expr':
        // `a.b`, `a[0]` and the like are an expression of several parts
        return only === undefined || second !== undefined ? this.unknown(node) : this.of(only, depth + 1);
      case 'string_lit':
        return { is: 'scalar', value: unescaped(node.text.slice(1, -1)), line: line(node) };
      case 'numeric_lit':
        return this.number(node, node.text);
      case 'bool_lit':
        return { is: 'scalar', value: node.text === 'true', line: line(node) };
      case 'null_lit':
        return { is: 'scalar', value: null, line: line(node) };
      case 'operation':
        return /^-\s*[\d.]+(?:[eE][+-]?\d+)?$/.test(node.text.slice(0, 40)) ? this.number(node, node.text.replace(/\s/g, '')) : this.unknown(node);
      case 'heredoc_template':
        return heredoc(node);
      case 'tuple':
        return { is: 'list', items: parts(node, 'expression').map((item) => this.of(item, depth + 1)), line: line(node) };
      case 'object':
        return { is: 'map', entries: parts(node, 'object_elem').flatMap((elem) => this.entry(elem, depth + 1)), line: line(node) };
      case 'function_call':
        return this.call(node, depth);
      default:
        return this.unknown(node);
    }
  }

  private number(node: Node, text: string): DataNode {
    const value = Number(text);
    return Number.isFinite(value) ? { is: 'scalar', value, line: line(node) } : this.unknown(node);
  }

  private entry(elem: Node, depth: number): readonly DataEntry[] {
    const [key, value] = parts(elem, 'expression');
    if (key === undefined || value === undefined) return [];
    return [{ key: this.key(key), line: line(key), value: this.of(value, depth) }];
  }

  /** A name, a string, or as it is written: `${var.issuer}:sub` says more than that it is unknown. */
  private key(node: Node): string {
    const { text } = node;
    return text.length > 1 && text.startsWith('"') && text.endsWith('"') ? unescaped(text.slice(1, -1)) : this.written(node);
  }

  private call(node: Node, depth: number): DataNode {
    const [name, args] = named(node);
    const given = args === undefined || node.text.endsWith('...)') ? [] : parts(args, 'expression');
    const [first] = given;
    if (name === undefined || first === undefined) return this.unknown(node);
    if (name.text === 'concat') return { is: 'list', items: given.flatMap((arg) => opened(this.of(arg, depth + 1))), line: line(node) };
    if (!THROUGH.has(name.text) || given.length > 1) return this.unknown(node);
    const value = this.of(first, depth + 1);
    if (value.is === 'unknown') return this.unknown(node);
    return name.text === 'flatten' && value.is === 'list' ? { ...value, items: value.items.flatMap(opened) } : value;
  }

  private unknown = (node: Node): DataNode => ({ is: 'unknown', text: this.written(node), line: line(node) });
}

/** Functions whose argument is what they say, in another form. */
const THROUGH: ReadonlySet<string> = new Set([
  'jsonencode',
  'yamlencode',
  'toset',
  'tolist',
  'tomap',
  'compact',
  'distinct',
  'flatten',
  'sort',
  'trimspace',
  'sensitive',
  'nonsensitive',
]);

/** Most of all values, told from the text alone: walking the tree costs as much as making it. */
function leaf(node: Node): string | number | boolean | undefined {
  if (node.type !== 'expression' || node.endIndex - node.startIndex > 200) return undefined;
  const { text } = node;
  if (/^"[^"\\$%]*"$/.test(text)) return text.slice(1, -1);
  if (/^\d{1,15}$/.test(text)) return Number(text);
  return text === 'true' ? true : text === 'false' ? false : undefined;
}

/** One that is not known stands for as many as it may turn out to be. */
const opened = (node: DataNode): readonly DataNode[] => (node.is === 'list' ? node.items : [node]);

const named = (node: Node): readonly Node[] => node.namedChildren.filter((n): n is Node => n !== null && n.type !== 'comment');
const parts = (node: Node, type: string): readonly Node[] => named(node).filter((n) => n.type === type);
const line = (node: Node): number => node.startPosition.row + 1;

const SIMPLE: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** Escapes of a quoted string, `$${` and `%%{` included. */
function unescaped(text: string): string {
  const plain = text.replace(/\\(?:u([\da-fA-F]{4})|U([\da-fA-F]{8})|(.))/gs, (_, four?: string, eight?: string, one?: string) =>
    one === undefined ? character(four ?? eight ?? '') : (SIMPLE[one] ?? one),
  );
  return undoubled(plain);
}

const character = (hex: string): string => {
  const code = Number.parseInt(hex, 16);
  return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
};
const undoubled = (text: string): string => text.replace(/([$%])\1\{/g, '$1{');

/** Without templates a string; with them unknown, written as it stands, lines and all: policies are read out of it by line. */
function heredoc(node: Node): DataNode {
  const { text } = node;
  if (named(node).some((n) => /^template_(?:interpolation|directive)$/.test(n.type))) return { is: 'unknown', text, line: line(node) };
  const lines = text.split(/\r?\n/).slice(1, -1);
  const indented = text.startsWith('<<-');
  const indent = indented ? lines.reduce((least, l) => (l.trim() === '' ? least : Math.min(least, l.length - l.trimStart().length)), Number.POSITIVE_INFINITY) : 0;
  return { is: 'scalar', value: undoubled(lines.map((l) => `${Number.isFinite(indent) ? l.slice(indent) : l}\n`).join('')), line: line(node) };
}
