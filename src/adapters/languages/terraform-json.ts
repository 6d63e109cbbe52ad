/**
 * Terraform's JSON syntax (`*.tf.json`) as the blocks it stands for. Where JSON does not say whether an object is a block or
 * an argument, it is taken for a block: nothing of it is lost. A string is a template, so that `"${var.x}"` is `var.x`.
 */
import { type DataEntry, type DataNode, entries, items } from '../../core/risk/data.ts';
import type { HclAttribute, HclBlock, Parsed } from '../../core/risk/evidence.ts';
import { parseJson } from './data.ts';

/** Labels in front of the body, by the name at the top of the file. */
const LABELS: { readonly [type: string]: number } = { resource: 2, data: 2, ephemeral: 2, module: 1, provider: 1, variable: 1, output: 1, check: 1, provisioner: 1, backend: 1 };
/** Inside a block. */
const NESTED: { readonly [type: string]: number } = { provisioner: 1, backend: 1, dynamic: 1, action: 2 };
/** Arguments that are maps and never blocks. */
const MAPS = new Set(['tags', 'tags_all', 'labels', 'triggers', 'providers', 'locals', 'default', 'validation']);
const MAX_DEPTH = 64;

export function parseTerraformJson(text: string, variables: boolean): Parsed {
  const read = parseJson(text);
  if (read.problem !== undefined) return { kind: 'unreadable', why: read.problem };
  const top = read.documents.flatMap((d) => (d.is === 'list' ? d.items : [d]));
  if (top.some((d) => d.is !== 'map')) return { kind: 'unreadable', why: 'not an object at its top' };
  const blocks = top.flatMap((d) =>
    variables ? [body({ type: '', labels: [] }, d, 0)] : entries(d).flatMap((e) => (e.key === '//' ? [] : labelled(e.key, LABELS[e.key] ?? 0, e.value, [], 0))),
  );
  return { kind: 'hcl', blocks, text };
}

interface Head {
  readonly type: string;
  readonly labels: readonly string[];
}

/** Objects of labels down to the body; a list is several blocks. */
function labelled(type: string, left: number, node: DataNode, labels: readonly string[], depth: number): readonly HclBlock[] {
  if (node.is === 'list') return node.items.flatMap((item) => labelled(type, left, item, labels, depth));
  if (left === 0) return node.is === 'map' ? [body({ type, labels }, node, depth)] : [];
  return entries(node).flatMap((e) => (e.key === '//' ? [] : labelled(type, left - 1, e.value, [...labels, e.key], depth)));
}

function body(head: Head, node: DataNode, depth: number): HclBlock {
  if (depth > MAX_DEPTH) throw new Error(`blocks are nested deeper than ${MAX_DEPTH} levels`);
  const own = entries(node).filter((e) => e.key !== '//');
  const blocks = new Set(own.filter((e) => isBlock(head, e)));
  return {
    ...head,
    attributes: own.filter((e) => !blocks.has(e)).map(attribute),
    blocks: [...blocks].flatMap((e) => labelled(e.key, NESTED[e.key] ?? 0, e.value, [], depth + 1)),
    line: node.line,
    endLine: lastLine(node),
  };
}

function isBlock({ type }: Head, { key, value }: DataEntry): boolean {
  if (['', 'locals', 'variable', 'output', 'required_providers'].includes(type) || MAPS.has(key)) return false;
  return value.is === 'map' || (value.is === 'list' && value.items.length > 0 && value.items.every((i) => i.is === 'map'));
}

const attribute = ({ key, line, value }: DataEntry): HclAttribute => ({ name: key, line, expression: expressionOf(value) });

const WHOLE = /^\$\{([^{}]*)\}$/;
/** Arguments that name something, written as plain strings in JSON. */
const REFERENCE = /^(?:(?:module|data|local|var|each)\.[\w.[\]"-]+|all|[a-z][a-z0-9]*_[\w]+\.[\w.[\]"-]+)$/;

/** As HCL would write it. */
function expressionOf(node: DataNode): string {
  if (node.is === 'unknown') return node.text;
  if (node.is === 'list') return `[${node.items.map((i) => ` ${expressionOf(i)}`).join(',')} ]`.replace(/^\[ \]$/, '[]');
  if (node.is === 'map') return node.entries.length === 0 ? '{}' : `{ ${node.entries.map((e) => `${e.key} = ${expressionOf(e.value)}`).join(' ')} }`;
  if (typeof node.value !== 'string') return String(node.value);
  const inner = WHOLE.exec(node.value)?.[1]?.trim();
  return (inner ?? (REFERENCE.test(node.value) ? node.value : JSON.stringify(node.value))).replace(/\s+/g, ' ');
}

const lastLine = (node: DataNode): number => [...entries(node).map((e) => e.value), ...items(node)].reduce((most, n) => Math.max(most, lastLine(n)), node.line);
