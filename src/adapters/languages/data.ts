/**
 * YAML and JSON as data with places. A file of many documents keeps those before the one that does not read. What an author
 * chooses here is size, depth, aliases and tags: aliases are followed only so often, deep nesting is a problem and not a crash,
 * and a tag of its own (`!Ref`, `!vault`) makes a value unknown rather than something it is not.
 */
import { type Node as JsonNode, type ParseError, parseTree } from 'jsonc-parser';
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseAllDocuments, type YAMLMap } from 'yaml';
import { type DataEntry, type DataNode, entries, items } from '../../core/risk/data.ts';
import type { Parsed } from '../../core/risk/evidence.ts';
import { lineCounter } from './split.ts';

const MAX_DEPTH = 100;
/** Nodes that aliases may repeat in one document (YAML calls the attack a billion laughs). */
const MAX_REPEATED = 20_000;

type Data = Extract<Parsed, { kind: 'data' }>;

/** Never throws. */
export function parseYaml(text: string): Data {
  const counter = new LineCounter();
  try {
    const documents: DataNode[] = [];
    for (const document of parseAllDocuments(text, {
      lineCounter: counter,
      keepSourceTokens: false,
      logLevel: 'silent',
      strict: false,
      uniqueKeys: false,
      customTags: [],
      resolveKnownTags: false,
      // the parser counts lines from the start of the file for every error: by the square of a file full of them
      prettyErrors: false,
    })) {
      const [error] = 'errors' in document ? document.errors : [];
      if (error !== undefined) return problem('yaml', documents, text, `line ${counter.linePos(error.pos[0]).line}: ${error.message.split('\n')[0] ?? ''}`);
      if ('contents' in document && document.contents !== null) documents.push(new Walk(text, counter).node(document.contents as Node, 0));
    }
    return { kind: 'data', format: 'yaml', documents, text };
  } catch (error) {
    return problem('yaml', [], text, error instanceof Error ? error.message : 'the parser failed');
  }
}

const problem = (format: Data['format'], documents: readonly DataNode[], text: string, why: string): Data => ({
  kind: 'data',
  format,
  documents,
  text,
  problem: why.slice(0, 300),
});

class Walk {
  private repeated = 0;
  private readonly text: string;
  private readonly counter: LineCounter;
  private readonly anchors = new Map<string, Node>();
  constructor(text: string, counter: LineCounter) {
    this.text = text;
    this.counter = counter;
  }

  node(node: Node | null | undefined, depth: number, inAlias = false): DataNode {
    if (depth > MAX_DEPTH) throw new Error(`nested deeper than ${MAX_DEPTH} levels`);
    if (inAlias && ++this.repeated > MAX_REPEATED) throw new Error('aliases repeat more than anybody can read');
    const line = this.line(node);
    if (node === null || node === undefined) return { is: 'scalar', value: null, line };
    if (isAlias(node)) return this.alias(node.source, line, depth);
    if ('anchor' in node && typeof node.anchor === 'string' && !inAlias) this.anchors.set(node.anchor, node);
    if (typeof node.tag === 'string' && !node.tag.startsWith('tag:yaml.org,2002:')) return { is: 'unknown', text: `${node.tag} ${this.source(node)}`, line };
    if (isScalar(node)) return { is: 'scalar', value: plain(node.value), line };
    if (isSeq(node)) return { is: 'list', items: node.items.map((item) => this.node(item as Node, depth + 1, inAlias)), line };
    return isMap(node) ? { is: 'map', entries: this.pairs(node, depth, inAlias), line } : { is: 'unknown', text: this.source(node), line };
  }

  /** An anchor that was not seen before its alias is no value. */
  private alias(name: string, line: number, depth: number): DataNode {
    const target = this.anchors.get(name);
    return target === undefined ? { is: 'unknown', text: `*${name}`, line } : this.node(target, depth + 1, true);
  }

  /** `<<: *defaults` brings names in; those written out win, wherever they stand. */
  private pairs(map: YAMLMap, depth: number, inAlias: boolean): readonly DataEntry[] {
    const [merged, own]: [DataEntry[], DataEntry[]] = [[], []];
    for (const pair of map.items as Pair<Node, Node>[]) {
      const key = isScalar(pair.key) ? String(pair.key.value) : this.source(pair.key);
      const value = this.node(pair.value, depth + 1, inAlias);
      if (key === '<<') merged.push(...[value, ...items(value)].flatMap(entries));
      else own.push({ key, line: this.line(pair.key), value });
    }
    return [...merged, ...own];
  }

  private line = (node: Node | null | undefined): number => (node?.range == null ? 1 : this.counter.linePos(node.range[0]).line);
  private source = (node: Node | null | undefined): string =>
    node?.range == null
      ? ''
      : this.text
          .slice(node.range[0], Math.min(node.range[1], node.range[0] + 2_000))
          .replace(/\s+/g, ' ')
          .trim();
}

const plain = (value: unknown): string | number | boolean | null =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : value === null || value === undefined ? null : String(value);

/** Comments and trailing commas are read too, as most tools that read JSON by hand allow them. Never throws. */
export function parseJson(text: string): Data {
  const errors: ParseError[] = [];
  try {
    const root = parseTree(text, errors, { allowTrailingComma: true, allowEmptyContent: true });
    const lineAt = lineCounter(text);
    const documents = root === undefined ? [] : [jsonNode(root, lineAt, 0)];
    const [first] = errors;
    if (first === undefined) return { kind: 'data', format: 'json', documents, text };
    return problem('json', documents, text, `line ${lineCounter(text)(first.offset)}: this is not JSON`);
  } catch (error) {
    return problem('json', [], text, error instanceof RangeError ? `nested deeper than ${MAX_DEPTH} levels` : error instanceof Error ? error.message : 'the parser failed');
  }
}

function jsonNode(node: JsonNode, lineAt: (offset: number) => number, depth: number): DataNode {
  if (depth > MAX_DEPTH) throw new Error(`nested deeper than ${MAX_DEPTH} levels`);
  const line = lineAt(node.offset);
  if (node.type === 'array') return { is: 'list', items: (node.children ?? []).map((child) => jsonNode(child, lineAt, depth + 1)), line };
  if (node.type !== 'object') return { is: 'scalar', value: plain(node.value), line };
  const entries = (node.children ?? []).flatMap(({ children }) => {
    const [key, value] = children ?? [];
    if (key === undefined) return [];
    const at = lineAt(key.offset);
    return [{ key: String(key.value), line: at, value: value === undefined ? ({ is: 'scalar', value: null, line: at } as const) : jsonNode(value, lineAt, depth + 1) }];
  });
  return { is: 'map', entries, line };
}
