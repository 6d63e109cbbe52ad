/**
 * Configuration as a flat list of settings: the path of keys that leads to a value, whatever format holds it. YAML, JSON and HCL come as
 * trees; properties, ini, toml, env and YAML templates are read line by line. Linear, and never throws.
 */
import { type DataNode, entry, text } from '../data.ts';
import type { HclBlock, Parsed } from '../evidence.ts';
import { textOf } from '../lines.ts';

export interface Setting {
  /** Keys from the top, joined by dots; items of a list by their name, else by place and length. */
  readonly path: string;
  readonly key: string;
  readonly parent: string;
  readonly value: string | number | boolean | null;
  /** 1-based. */
  readonly line: number;
}

const MOST = 20_000;
const read = new WeakMap<Parsed, ReadonlyMap<string, Setting>>();

/** By path; of the same path the first counts. */
export function settingsOf(path: string, side: Parsed | undefined): ReadonlyMap<string, Setting> {
  if (side === undefined) return new Map();
  const known = read.get(side);
  if (known !== undefined) return known;
  const out = new Map<string, Setting>();
  const add = (parent: string, key: string, value: Setting['value'], line: number): void => {
    const at = parent === '' ? key : `${parent}.${key}`;
    if (out.size < MOST && !out.has(at)) out.set(at, { path: at, key, parent, value, line });
  };
  if (side.kind === 'data') {
    const { documents } = side;
    for (const [i, document] of documents.entries()) if (!isSchema(document)) walk(document, documentName(document, i, documents.length), '', add);
  }
  if (side.kind === 'hcl') for (const block of side.blocks) walkHcl(block, '', add);
  if (side.kind === 'text') readLines(path, side.text, add);
  read.set(side, out);
  return out;
}

type Add = (parent: string, key: string, value: Setting['value'], line: number) => void;

/** What describes the form of settings holds none. */
const isSchema = (document: DataNode): boolean => text(entry(document, 'kind')?.value) === 'CustomResourceDefinition';

/** Manifests of one file are known by what they are, not by their place. */
function documentName(document: DataNode, i: number, of: number): string {
  const [kind, name] = [text(entry(document, 'kind')?.value), text(entry(entry(document, 'metadata')?.value, 'name')?.value)];
  if (kind !== undefined && name !== undefined) return `${kind}/${name}`;
  return of > 1 ? `document ${i}` : '';
}

function walk(node: DataNode, parent: string, key: string, add: Add): void {
  const at = key === '' ? parent : parent === '' ? key : `${parent}.${key}`;
  if (node.is === 'map') for (const e of node.entries) walk(e.value, at, e.key, add);
  else if (node.is === 'list') for (const [i, item] of node.items.entries()) if (item.is === 'map' || item.is === 'list') walk(item, at, itemName(item, i, node.items.length), add);
  if (node.is === 'scalar') add(parent, key, node.value, node.line);
}

const NAMES = ['name', 'id', 'key', 'alert', 'host', 'path'];
const itemName = (item: DataNode, i: number, of: number): string => NAMES.map((n) => text(entry(item, n)?.value)).find((n) => n !== undefined) ?? `${i + 1} of ${of}`;

function walkHcl(block: HclBlock, parent: string, add: Add): void {
  const name = [block.type, ...block.labels].join(' ');
  const at = parent === '' ? name : `${parent}.${name}`;
  for (const a of block.attributes) {
    const literal = /^(?:"([^"$%\\]*)"|(-?\d{1,15}(?:\.\d{1,9})?)|(true|false|null))$/.exec(a.expression);
    if (literal !== null) add(at, a.name, literal[1] ?? (literal[2] === undefined ? (literal[3] === 'null' ? null : literal[3] === 'true') : Number(literal[2])), a.line);
    else if (a.value !== undefined) walk(a.value, at, a.name, add);
  }
  for (const inner of block.blocks) walkHcl(inner, at, add);
}

/** `key = value`, `key: value`, `key value` of the formats that have it; sections in brackets, nesting by indent in YAML templates. */
function readLines(path: string, source: string, add: Add): void {
  const yaml = /\.(?:ya?ml|tpl|j2|erb)(?:\.|$)/i.test(path);
  let section = '';
  const open: { readonly indent: number; readonly key: string }[] = [];
  for (const [i, raw] of source.split('\n').entries()) {
    if (raw.length > 2_000) continue;
    const line = raw.trim();
    if (line === '' || /^[#;]|^\/\/|^\{\{|^\{%/.test(line)) continue;
    const heading = yaml ? null : /^\[+([^\]]{1,200})\]+$/.exec(line);
    if (heading !== null) {
      section = heading[1] ?? '';
      continue;
    }
    const found = yaml ? /^(?:- )?["']?([\w./-]{1,200})["']?:(?:\s+(.*))?$/.exec(line) : /^(?:export\s+|set\s+)?["']?([A-Za-z][\w.:/-]{0,200})["']?\s*(?:=|:\s)\s*(.*)$/.exec(line);
    if (found === null) continue;
    const [, key = '', rest = ''] = found;
    const indent = raw.length - raw.trimStart().length;
    while (yaml && (open.at(-1)?.indent ?? -1) >= indent) open.pop();
    const value = scalarOf(rest);
    if (value === undefined) {
      if (yaml && rest === '') open.push({ indent, key });
      continue;
    }
    add(yaml ? open.map((o) => o.key).join('.') : section, key, value, i + 1);
  }
}

/** undefined: empty, computed or a container. */
function scalarOf(rest: string): Setting['value'] | undefined {
  const value = rest
    .replace(/\s[#;]\s.*$/, '')
    .replace(/[,;]$/, '')
    .trim();
  if (value === '' || /^[[{|>&*(]|\$\{|\$\(|\{\{|<%/.test(value)) return undefined;
  const plain = value.replace(/^(["'])(.*)\1$/, '$2');
  if (/^(?:true|false)$/i.test(plain)) return plain.toLowerCase() === 'true';
  return plain === value && /^-?\d{1,15}(?:\.\d{1,9})?$/.test(plain) ? Number(plain) : plain.slice(0, 500);
}

/** `maxRetryCount`, `max-retry_count`: the words of a key. */
export const wordsOf = (key: string): readonly string[] =>
  key
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((w) => w !== '');

/** Whether a side holds settings at all, whatever they are. */
export const hasText = (side: Parsed | undefined): boolean => textOf(side) !== '' || side?.kind === 'hcl';
