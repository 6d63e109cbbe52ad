/**
 * Blocks of HCL that make one resource on both sides: by address, along `moved`, and by content, so that a new name for the same
 * thing is no change to the network (it is one to Terraform, which says so itself).
 */
import type { FileEvidence, HclBlock } from '../evidence.ts';
import { attribute, flatten, type HclSides, hclSides, keyOf, nested, type Placed } from '../hcl-index.ts';
import { bare, movesOf } from '../terraform/moves.ts';

export interface BlockPair {
  readonly before: Placed;
  readonly after: Placed;
}

export interface BlockSides {
  readonly base: readonly Placed[];
  readonly head: readonly Placed[];
  readonly pairs: readonly BlockPair[];
  readonly gone: readonly Placed[];
  readonly added: readonly Placed[];
}

export const typeOf = (p: Placed): string => (p.block.type === 'resource' ? (p.block.labels[0] ?? '') : '');

export function blockSides(files: readonly FileEvidence[]): BlockSides {
  const sides = hclSides(files);
  const [base, head] = [sides.base, sides.head].map((m) => [...m.values()].filter((p) => typeOf(p) !== ''));
  const unseen = new Set(files.filter((f) => f.head !== undefined && f.head.kind !== 'hcl').map((f) => f.path));
  const known = paired(sides, base ?? []);
  const taken = new Set(known.pairs.map((p) => p.after));
  const added = (head ?? []).filter((p) => !taken.has(p));
  const heirs = byContent(added);
  const gone = known.gone.filter((p) => !unseen.has(p.path) && !heirs.has(contentKey(p)));
  return { base: base ?? [], head: head ?? [], pairs: known.pairs, gone, added };
}

const contentKey = (p: Placed): string => `${typeOf(p)}\0${JSON.stringify([...flatten(p.block)].sort())}`;
const byContent = (blocks: readonly Placed[]): ReadonlySet<string> => new Set(blocks.map(contentKey));

function paired(sides: HclSides, base: readonly Placed[]): { readonly pairs: readonly BlockPair[]; readonly gone: readonly Placed[] } {
  const moves = movesOf(sides);
  const left = new Set(
    sides.headBlocks.filter((p) => p.block.type === 'removed' && keeps(p.block)).map((p) => keyOf({ folder: p.folder, address: bare(attribute(p.block, 'from')) })),
  );
  const pairs: BlockPair[] = [];
  const gone: Placed[] = [];
  for (const before of base) {
    const after = sides.head.get(keyOf(before)) ?? moves.of(before);
    if (after === undefined && !left.has(keyOf(before))) gone.push(before);
    else if (after !== undefined && after !== 'hidden') pairs.push({ before, after });
  }
  return { pairs, gone };
}

const keeps = (block: HclBlock): boolean => attribute(nested(block, 'lifecycle') ?? { ...block, attributes: [] }, 'destroy') === 'false';

/** `"text"` without its quotes; any other expression is not known. */
export const literal = (expression: string | undefined): string | undefined =>
  /^"([^"$%]*)"$/.exec(expression ?? '')?.[1] ?? (/^-?\d+(?:\.\d+)?$|^(?:true|false)$/.test(expression ?? '') ? expression : undefined);
export const numeral = (expression: string | undefined): number | undefined =>
  /^"?-?\d{1,15}(?:\.\d{1,6})?"?$/.test(expression ?? '') ? Number((expression ?? '').replaceAll('"', '')) : undefined;
/** Strings of a list that is written out; references stay as they are written. */
export const listed = (expression: string | undefined): readonly string[] =>
  expression === undefined ? [] : [...expression.slice(0, 100_000).matchAll(/"([^"]*)"|[\w.-]+(?:\[[^\]]{0,100}\])?(?:\.[\w-]+)*/g)].map((m) => m[1] ?? m[0]);

/** Attributes whose expression differs, nested ones by their path. */
export function differing({ before, after }: BlockPair, names: RegExp): readonly (readonly [string, string])[] {
  const [was, is] = [flatten(before.block), flatten(after.block)];
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((k) => names.test(k) && was.get(k) !== is.get(k))
    .map((k) => [k, `${was.get(k) ?? 'unset'} -> ${is.get(k) ?? 'unset'}`] as const);
}
