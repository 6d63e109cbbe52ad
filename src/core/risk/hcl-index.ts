/** HCL blocks by folder and address, on both sides of a change: moving a block between files of a folder is no change. */
import type { FileEvidence, HclBlock, Parsed } from './evidence.ts';
import type { Place } from './risk.ts';

export interface Placed {
  readonly folder: string;
  readonly path: string;
  /** `type.name` of a resource, `module.name`, `provider.name`, ...: the type and labels joined. */
  readonly address: string;
  readonly block: HclBlock;
}

export interface HclSides {
  /** By `folder\0address`. */
  readonly base: ReadonlyMap<string, Placed>;
  readonly head: ReadonlyMap<string, Placed>;
  /** Everything of both sides in file order: `moved`, `removed` and other blocks without labels share an address. */
  readonly baseBlocks: readonly Placed[];
  readonly headBlocks: readonly Placed[];
}

export const keyOf = (p: { folder: string; address: string }): string => `${p.folder}\0${p.address}`;

export function hclSides(files: readonly FileEvidence[]): HclSides {
  const baseBlocks = files.flatMap((f) => placed(f.path, f.base));
  const headBlocks = files.flatMap((f) => placed(f.path, f.head));
  return { base: index(baseBlocks), head: index(headBlocks), baseBlocks, headBlocks };
}

/** `terraform`, `locals` and override files may say one address in several blocks: read them as one, overrides first. */
function index(blocks: readonly Placed[]): ReadonlyMap<string, Placed> {
  const parts = new Map<string, [Placed, ...Placed[]]>();
  for (const p of blocks) {
    const known = parts.get(keyOf(p));
    if (known === undefined) parts.set(keyOf(p), [p]);
    else known.push(p);
  }
  return new Map([...parts].map(([key, all]) => [key, merged(all)]));
}

/** The last override stands for all; the parts are put together once, for an attacker decides how many there are. */
function merged(parts: readonly [Placed, ...Placed[]]): Placed {
  const isOverride = (p: Placed): boolean => /(?:^|[/_])override\.[^/]+$/.test(p.path);
  const all = [...parts.filter(isOverride).toReversed(), ...parts.filter((p) => !isOverride(p))];
  const first = all[0] ?? parts[0];
  return { ...first, block: { ...first.block, attributes: all.flatMap((p) => p.block.attributes), blocks: all.flatMap((p) => p.block.blocks) } };
}

function placed(path: string, side: Parsed | undefined): readonly Placed[] {
  if (side?.kind !== 'hcl') return [];
  const folder = LOADED.test(path) ? folderOf(path) : path;
  return side.blocks.map((block) => ({ folder, path, address: addressOf(block, path), block }));
}

/** Terraform reads no `.tofu`: what moves there is gone for it, so the two are no one module. */
const folderOf = (path: string): string => `${path.slice(0, Math.max(0, path.lastIndexOf('/')))}${/\.tofu(?:\.json)?$/.test(path) ? '/.tofu' : ''}`;

/** What Terraform reads as one module: the extension in lower case, no leading dot. Any other file stands alone. */
const LOADED = /(?:^|\/)[^./][^/]*\.(?:tf|tofu)(?:\.json)?$/;

/** Providers of one name differ by alias; the loose attributes of a tfvars file belong to that file alone. */
function addressOf(b: HclBlock, path: string): string {
  if (b.type === 'resource') return b.labels.join('.');
  if (b.type === '') return path;
  const alias = b.type === 'provider' ? attribute(b, 'alias') : undefined;
  return [b.type, ...b.labels, ...(alias === undefined ? [] : [alias])].join('.');
}

export const attribute = (block: HclBlock, name: string): string | undefined => block.attributes.find((a) => a.name === name)?.expression;
export const nested = (block: HclBlock, type: string): HclBlock | undefined => block.blocks.find((b) => b.type === type);
export const place = (p: Placed, side: 'base' | 'head', object = p.address): Place => ({ path: p.path, side, line: p.block.line, object });

/** Where the source of an address stands, head before base. */
export function blockPlaces(files: readonly FileEvidence[]): ReadonlyMap<string, { path: string; line: number }> {
  const { baseBlocks, headBlocks } = hclSides(files);
  return new Map([...baseBlocks, ...headBlocks].map((p) => [p.address, { path: p.path, line: p.block.line }]));
}

/** Every attribute of a block as `nested.name`, nested blocks numbered where they repeat. */
export function flatten(block: HclBlock): ReadonlyMap<string, string> {
  const out = new Map<string, string>();
  fill(out, block, '');
  return out;
}

function fill(out: Map<string, string>, block: HclBlock, prefix: string): void {
  // the first one counts, as everywhere: overrides stand before what they override
  for (const a of block.attributes.toReversed()) out.set(`${prefix}${a.name}`, a.expression);
  const seen = new Map<string, number>();
  for (const b of block.blocks) {
    const n = seen.get(b.type) ?? 0;
    seen.set(b.type, n + 1);
    fill(out, b, `${prefix}${b.type}${n === 0 ? '' : `[${n}]`}.`);
  }
}
