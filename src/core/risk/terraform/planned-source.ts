/**
 * Which changed Terraform source a plan is of. A plan carries the names its configuration has, by module, and no commit: a
 * folder belongs to the module it has most names in common with, and from then on every name has to agree.
 */
import type { FileEvidence } from '../evidence.ts';
import { flatten, type HclSides, hclSides, keyOf, type Placed } from '../hcl-index.ts';
import { terraformPlans } from '../plan-file.ts';
import type { RiskEvidence } from '../risk.ts';
import type { TerraformPlan } from './planned.ts';

export interface ChangedFolder {
  readonly folder: string;
  /** Of the files that change in more than comments; at least one, sorted. */
  readonly paths: readonly string[];
  /** What it names at head, and what it named before and no longer does: `type.name`, `data.type.name`, `module.name`. */
  readonly names: readonly string[];
  readonly gone: readonly string[];
}

export interface CoveredFolder extends ChangedFolder {
  /** undefined: no plan is of it. */
  readonly by: TerraformPlan | undefined;
  /** Names that the plan does not know, and names that it still has. */
  readonly missing: readonly string[];
  readonly stale: readonly string[];
}

const SOURCE = /\.(?:tf|tofu|tfvars)(?:\.json)?$|(?:^|\/)terragrunt\.hcl$/;

export function coveredFolders(evidence: RiskEvidence): readonly CoveredFolder[] {
  const plans = terraformPlans(evidence);
  const scopes = plans.flatMap((plan) => (plan.configured ?? []).map((module) => ({ plan, names: new Set(module.names) })));
  return changedFolders(evidence.files).map((folder) => {
    if (folder.names.length === 0 && folder.gone.length === 0) return { ...folder, by: plans.find((p) => p.configured !== undefined), missing: [], stale: [] };
    const shared = (names: ReadonlySet<string>): number => folder.names.filter((n) => names.has(n)).length;
    const best = scopes
      .map((s) => ({ ...s, shared: shared(s.names) }))
      .reduce<Scored | undefined>((most, s) => (most === undefined || s.shared > most.shared ? s : most), undefined);
    const covers = best !== undefined && (folder.names.length === 0 || best.shared * 2 >= folder.names.length);
    if (!covers) return { ...folder, by: undefined, missing: [], stale: [] };
    return { ...folder, by: best.plan, missing: folder.names.filter((n) => !best.names.has(n)), stale: folder.gone.filter((n) => best.names.has(n)) };
  });
}

interface Scored {
  readonly plan: TerraformPlan;
  readonly names: ReadonlySet<string>;
  readonly shared: number;
}

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

function changedFolders(files: readonly FileEvidence[]): readonly ChangedFolder[] {
  const source = files.filter((f) => SOURCE.test(f.path));
  if (source.length === 0) return [];
  const sides = hclSides(source);
  // by address and not by block: one address may stand in any number of blocks
  const different = new Set([...sides.head.keys(), ...sides.base.keys()].filter((key) => differs(key, sides)));
  const touched = new Set([...sides.headBlocks, ...sides.baseBlocks].filter((p) => different.has(keyOf(p))).map((p) => p.path));
  const unread = source.filter((f) => [f.base, f.head].some((side) => side !== undefined && side.kind !== 'hcl'));
  const paths = [...new Set([...touched, ...unread.map((f) => f.path)])].sort();
  const folders = Map.groupBy(paths, folderOf);
  return [...folders].map(([folder, of]) => {
    const [names, before] = [namesIn(sides.headBlocks, folder), namesIn(sides.baseBlocks, folder)];
    const still = new Set(names);
    return { folder, paths: of, names, gone: before.filter((n) => !still.has(n)) };
  });
}

const namesIn = (blocks: readonly Placed[], folder: string): readonly string[] => [
  ...new Set(blocks.filter((p) => p.folder === folder && ['resource', 'data', 'module'].includes(p.block.type)).map((p) => p.address)),
];

function differs(key: string, sides: HclSides): boolean {
  const [was, is] = [sides.base.get(key), sides.head.get(key)];
  return was === undefined || is === undefined || JSON.stringify([...flatten(was.block)]) !== JSON.stringify([...flatten(is.block)]);
}
