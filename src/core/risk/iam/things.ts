/**
 * What is declared on one side of a change, Terraform's blocks and CloudFormation's resources alike, as data: attributes by name,
 * nested blocks as lists of maps. And what one of them means when it names another: an address, in its own folder or template.
 */
import { resourcesOf, typeOf } from '../cloudformation/templates.ts';
import { type DataEntry, type DataNode, dig } from '../data.ts';
import type { FileEvidence, HclBlock } from '../evidence.ts';
import { hclSides } from '../hcl-index.ts';
import type { Place } from '../risk.ts';
import { movesOf } from '../terraform/moves.ts';
import { written } from './document.ts';

export interface Thing {
  /** Unique on its side, and the same on both where it is the same. */
  readonly key: string;
  /** Folder or template: what names in it are looked up in. */
  readonly within: string;
  readonly language: 'terraform' | 'cloudformation';
  /** `resource`, `data`, `module`, `locals`, ... */
  readonly kind: string;
  /** `aws_iam_role`, `AWS::IAM::Role`; '' where it has none. */
  readonly type: string;
  /** `aws_iam_role.app`, or the logical id. */
  readonly address: string;
  readonly path: string;
  readonly line: number;
  readonly node: DataNode;
}

export interface Things {
  readonly base: ReadonlyMap<string, Thing>;
  readonly head: ReadonlyMap<string, Thing>;
  /** Of the base, what it is called now. */
  readonly renamed: ReadonlyMap<string, string>;
}

const known = new WeakMap<readonly FileEvidence[], Things>();

export function thingsOf(files: readonly FileEvidence[]): Things {
  const before = known.get(files);
  if (before !== undefined) return before;
  const sides = hclSides(files);
  const moves = movesOf(sides);
  const renamed = new Map<string, string>();
  for (const [key, placed] of sides.base) {
    const to = moves.of(placed);
    if (to !== undefined && to !== 'hidden') renamed.set(key, `${to.folder}\0${to.address}`);
  }
  const things = { base: new Map([...terraform(sides.base), ...templates(files, 'base')]), head: new Map([...terraform(sides.head), ...templates(files, 'head')]), renamed };
  known.set(files, things);
  return things;
}

function terraform(side: ReturnType<typeof hclSides>['base']): readonly (readonly [string, Thing])[] {
  return [...side].map(([key, { folder, address, path, block }]) => {
    const type = block.type === 'resource' || block.type === 'data' ? (block.labels[0] ?? '') : '';
    return [key, { key, within: folder, language: 'terraform', kind: block.type, type, address, path, line: block.line, node: blockNode(block) }] as const;
  });
}

function templates(files: readonly FileEvidence[], side: 'base' | 'head'): readonly (readonly [string, Thing])[] {
  return files.flatMap((f) =>
    [...resourcesOf(f[side])].map(([id, r]) => {
      const key = `${f.path}\0${id}`;
      const node = dig(r.value, 'Properties') ?? { is: 'map', entries: [], line: r.line };
      return [key, { key, within: f.path, language: 'cloudformation', kind: 'resource', type: typeOf(r), address: id, path: f.path, line: r.line, node }] as const;
    }),
  );
}

/** `dynamic "x" { for_each content {} }` is an `x` of whose number nothing is known. */
function blockNode(block: HclBlock): DataNode {
  // overrides stand before what they override, and of data the last of a name counts
  const attributes = block.attributes.toReversed().map((a): DataEntry => ({ key: a.name, line: a.line, value: a.value ?? { is: 'unknown', text: a.expression, line: a.line } }));
  const nested = new Map<string, DataNode[]>();
  for (const b of block.blocks) {
    const name = b.type === 'dynamic' ? (b.labels[0] ?? '') : b.type;
    const list = nested.get(name) ?? [];
    nested.set(name, list);
    list.push(b.type === 'dynamic' ? dynamic(b) : blockNode(b));
  }
  const lists = [...nested].map(([key, items]): DataEntry => {
    const line = items[0]?.line ?? block.line;
    return { key, line, value: { is: 'list', items, line } };
  });
  return { is: 'map', entries: [...attributes, ...lists], line: block.line };
}

function dynamic(block: HclBlock): DataNode {
  const content = block.blocks.find((b) => b.type === 'content');
  const node = blockNode(content ?? block);
  const each = block.attributes.find((a) => a.name === 'for_each')?.value;
  return node.is !== 'map' || each === undefined ? node : { ...node, entries: [...node.entries, { key: 'for_each', line: block.line, value: each }] };
}

/** The key of what a value names, whether or not this change shows it. */
export function reference(node: DataNode | undefined, from: Thing): string | undefined {
  if (node === undefined || node.is === 'scalar') return undefined;
  const text = written(node).slice(0, 1_000);
  if (from.language === 'cloudformation') {
    const id = /(?:!Ref |!GetAtt |"Ref":"|"Fn::GetAtt":\[?"|\$\{)([A-Za-z0-9]+)/.exec(text)?.[1];
    return id === undefined ? undefined : `${from.within}\0${id}`;
  }
  const [, data = '', type, name] = /(data\.)?\b([a-z][\w-]*)(?:\[[^\]]*\])?\.([A-Za-z_][\w-]*)/.exec(text) ?? [];
  return type === undefined || /^(?:var|local|each|count|path|self)$/.test(type) ? undefined : `${from.within}\0${data}${type}.${name}`;
}

export const placeAt =
  (path: string, side: Place['side'], object: string) =>
  (line: number): Place => ({ path, side, line, object });

/** Whether a text names, in `${...}`, something that is declared before and nowhere after: by its address alone, whatever its folder. */
export function goneIn({ base, head, renamed }: Things): (text: string) => boolean {
  const left = new Set([...head.values()].map((t) => t.address));
  const gone = new Set([...base.values()].filter((t) => t.kind === 'resource' && t.language === 'terraform' && !left.has(t.address) && !renamed.has(t.key)).map((t) => t.address));
  return (text) => gone.size > 0 && [...text.slice(0, 1_000).matchAll(/\$\{\s*([a-z]\w*)(?:\[[^\]]*\])?\.([\w-]+)/g)].some(([, type, name]) => gone.has(`${type}.${name}`));
}
