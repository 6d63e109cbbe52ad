/** HCL into block trees by tree-sitter. It recovers after errors; a file with any error is unreadable, never half a tree. */
import type { Node, Parser } from 'web-tree-sitter';
import type { HclAttribute, HclBlock, Parsed } from '../../core/risk/evidence.ts';
import { constantsOf } from './hcl-value.ts';
import { wasmPath } from './wasm.ts';

let loaded: Promise<Parser> | undefined;

export async function parseHcl(text: string): Promise<Parsed> {
  loaded ??= load();
  const tree = (await loaded).parse(text.replace(/^\ufeff/, ''));
  if (tree === null) return { kind: 'unreadable', why: 'not valid HCL' };
  try {
    if (tree.rootNode.hasError) return { kind: 'unreadable', why: `not valid HCL near line ${errorLine(tree.rootNode)}` };
    const body = children(tree.rootNode, 'body')[0];
    // a file of plain attributes (tfvars) is one nameless block
    return { kind: 'hcl', blocks: body === undefined ? [] : topLevel(body), text };
  } finally {
    tree.delete();
  }
}

async function load(): Promise<Parser> {
  const { Language, Parser } = await import('web-tree-sitter');
  await Parser.init({ locateFile: () => wasmPath('web-tree-sitter.wasm') });
  const parser = new Parser();
  parser.setLanguage(await Language.load(wasmPath('tree-sitter-hcl.wasm')));
  return parser;
}

function topLevel(body: Node): readonly HclBlock[] {
  const attributes = attributesOf(body);
  const loose = attributes.length === 0 ? [] : [{ type: '', labels: [], attributes, blocks: [], line: body.startPosition.row + 1, endLine: body.endPosition.row + 1 }];
  return [...loose, ...blocksOf(body)];
}

/** Deeper than any real configuration: what walks the tree keeps the path to a block, so that depth costs by its square. */
const MAX_DEPTH = 64;

function blocksOf(body: Node, depth = 1): readonly HclBlock[] {
  if (depth > MAX_DEPTH) throw new Error(`blocks are nested deeper than ${MAX_DEPTH} levels`);
  return children(body, 'block').map((b) => blockOf(b, depth));
}

function blockOf(node: Node, depth: number): HclBlock {
  const body = children(node, 'body')[0];
  const [type, ...labels] = node.namedChildren.flatMap((n) => (n?.type === 'identifier' || n?.type === 'string_lit' ? [unquote(n.text)] : []));
  return {
    type: type ?? '',
    labels,
    attributes: body === undefined ? [] : attributesOf(body),
    blocks: body === undefined ? [] : blocksOf(body, depth + 1),
    line: node.startPosition.row + 1,
    endLine: node.endPosition.row + 1,
  };
}

function attributesOf(body: Node): readonly HclAttribute[] {
  return children(body, 'attribute').flatMap((a) => {
    const name = children(a, 'identifier')[0];
    const expression = children(a, 'expression')[0];
    if (name === undefined || expression === undefined) return [];
    return [{ name: name.text, expression: source(expression), line: a.startPosition.row + 1, value: constantsOf(expression, source) }];
  });
}

const children = (node: Node, type: string): readonly Node[] => node.namedChildren.flatMap((n) => (n !== null && n.type === type ? [n] : []));

/** The expression without comments, white space folded: moving a comma or a comment is no change. */
function source(expression: Node): string {
  const { text } = expression;
  const kept: string[] = [];
  let at = 0;
  for (const comment of expression.descendantsOfType('comment')) {
    if (comment === null) continue;
    kept.push(text.slice(at, comment.startIndex - expression.startIndex));
    at = comment.endIndex - expression.startIndex;
  }
  return [...kept, text.slice(at)].join(' ').replace(/\s+/g, ' ').trim();
}

const unquote = (text: string): string => text.replace(/^"(.*)"$/s, '$1');

function errorLine(root: Node): number {
  const wrong = root.descendantsOfType('ERROR')[0];
  return (wrong ?? root).startPosition.row + 1;
}
