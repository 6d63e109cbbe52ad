/** HCL, base against head: resource and module blocks that are gone or renamed (TF101, TF103 to TF105, TF107 to TF109, TF112, TF202, TF204). */
import type { HclBlock } from '../evidence.ts';
import { rule } from '../finding.ts';
import type { HclSides, Placed } from '../hcl-index.ts';
import { attribute, flatten, hclSides, keyOf, nested, place } from '../hcl-index.ts';
import type { Detector, Finding } from '../risk.ts';
import { constant } from './guard-attributes.ts';
import type { Moves } from './moves.ts';
import { bare, movesOf } from './moves.ts';
import { isLoadBearing, isStateful } from './stateful-types.ts';

const MOVED = 'a `moved` block from the old address to the new one';
const TF101 = rule('TF101', 'destroy-stateful', 'critical', 'inferred', ['a snapshot restore was rehearsed', 'a `removed` block with `destroy = false`']);
const TF103 = rule('TF103', 'destroy-other', 'elevated', 'inferred', ['nothing depends on it any more']);
const TF104 = rule('TF104', 'destroy-environment', 'critical', 'inferred', ['the environment is meant to go, and its owner says so']);
const TF105 = rule('TF105', 'mass-change', 'high', 'inferred', ['the change is split']);
const TF107 = rule('TF107', 'rename-without-moved', 'high', 'inferred', [MOVED]);
const TF108 = rule('TF108', 'lost-module', 'high', 'inferred', [MOVED]);
const TF109 = rule('TF109', 'forget', 'elevated', 'inferred', ['somebody owns the object that Terraform forgets']);
const TF112 = rule('TF112', 'moved-out-of-sight', 'high', 'inferred', ['the module holds the target of the move, and a plan shows no destroy']);
const TF202 = rule('TF202', 'protected-block-removed', 'critical', 'exact', [MOVED, 'a `removed` block with `destroy = false`']);
const TF204 = rule('TF204', 'removed-destroys', 'elevated', 'exact', ['`lifecycle { destroy = false }` in the `removed` block']);

export const terraformRemoved: Detector = {
  id: 'terraform-removed',
  detect: ({ files }) => {
    const sides = hclSides(files);
    const known = fates(sides);
    const gone = [...sides.base.values()].filter((p) => !sides.head.has(keyOf(p))).map((p) => ({ ...p, fate: known(p) }));
    const lost = gone.filter((p) => p.block.type === 'resource' && p.fate === 'destroyed');
    const fresh = [...sides.head.values()].filter((p) => p.block.type === 'resource' && !sides.base.has(keyOf(p)));
    const heirs = heirsOf(lost, fresh);
    return [
      ...lost.flatMap((p) => lostResource(p, heirs.get(p))),
      ...gone.flatMap(outOfSight),
      ...gone.flatMap(forgotten),
      ...gone.flatMap(lostModule),
      ...mass(lost),
      ...emptied(lost, sides),
      ...removedBlocks(sides),
    ];
  },
};

/** Pairs that are compared; beyond them a new block of the type is taken for the old one's heir. */
const MAX_PAIRS = 20_000;
/** Share of what the two say that has to be the same. */
const ALIKE = 0.8;

/** For each block that goes, the new block of its type that says the same; a few words changed with the name do not count. */
function heirsOf(lost: readonly Placed[], fresh: readonly Placed[]): ReadonlyMap<Placed, Placed> {
  const byType = Map.groupBy(fresh, typeOf);
  const pairs = lost.reduce((n, p) => n + (byType.get(typeOf(p))?.length ?? 0), 0);
  return new Map(
    lost.flatMap((p) => {
      const found = byType.get(typeOf(p)) ?? [];
      const heir = pairs > MAX_PAIRS ? found[0] : found.find((f) => alike(p, f));
      return heir === undefined ? [] : [[p, heir] as const];
    }),
  );
}

function alike(a: Placed, b: Placed): boolean {
  const [was, is] = [flatten(a.block), flatten(b.block)];
  const names = [...new Set([...was.keys(), ...is.keys()])].filter((name) => !NAMING.test(name));
  return names.filter((name) => was.get(name) === is.get(name)).length >= names.length * ALIKE;
}

/** What a rename changes. */
const NAMING = /^(?:name|identifier|name_prefix|bucket|cluster_identifier)$|^tags\b/;

/** Every resource of a folder that this change shows goes while the folder stays: the next apply takes the environment away. */
function emptied(lost: readonly Placed[], sides: HclSides): readonly Finding[] {
  const isResource = (p: Placed): boolean => p.block.type === 'resource';
  const stay = new Set(sides.headBlocks.filter(isResource).map((p) => p.folder));
  const live = new Set(sides.headBlocks.map((p) => p.folder));
  return [...Map.groupBy(lost, (p) => p.folder)].flatMap(([folder, gone]) => {
    const [first] = gone;
    if (first === undefined || gone.length < 5 || stay.has(folder) || !live.has(folder)) return [];
    const names = gone.slice(0, 20).map((p) => p.address);
    return [
      TF104({
        place: { path: first.path, side: 'base' },
        because: [['destroyed', names.join(', ')]],
        what: `all ${gone.length} resources that stood here are gone from the source: the next apply deletes the environment`,
      }),
    ];
  });
}

type Fate = 'destroyed' | 'moved' | 'hidden' | 'forgotten';
type Gone = Placed & { readonly fate: Fate };

/** What becomes of a block that is no longer there. One `removed` block that destroys speaks louder than those that forget. */
function fates(sides: HclSides): (gone: Placed) => Fate {
  const moves: Moves = movesOf(sides);
  const removed = new Map<string, boolean>();
  for (const p of sides.headBlocks) {
    const key = keyOf({ folder: p.folder, address: bare(attribute(p.block, 'from')) });
    if (p.block.type === 'removed') removed.set(key, keepsObject(p.block) && removed.get(key) !== false);
  }
  return (gone) => {
    const to = moves.of(gone);
    if (to !== undefined) return to === 'hidden' ? 'hidden' : 'moved';
    return removed.get(keyOf(gone)) === true ? 'forgotten' : 'destroyed';
  };
}

const keepsObject = (block: HclBlock): boolean => attribute(nested(block, 'lifecycle') ?? block, 'destroy') === 'false';
const typeOf = (p: Placed): string => p.block.labels[0] ?? '';
const isProtected = (block: HclBlock): boolean => (constant(attribute(nested(block, 'lifecycle') ?? { ...block, attributes: [] }, 'prevent_destroy') ?? 'false') ?? true) === true;

function lostResource(gone: Placed, heir: Placed | undefined): readonly Finding[] {
  const type = typeOf(gone);
  const stateful = isStateful(type);
  const at = place(gone, 'base');
  const out: Finding[] = [];
  const because = [
    ['type', type],
    ['removed from', gone.path],
  ] as const;
  if (heir !== undefined)
    out.push(
      TF107({
        place: at,
        ...(stateful ? { severity: 'critical' as const } : {}),
        because: [...because, ['created instead', heir.address]],
        what: `${gone.address} is destroyed and ${heir.address} is created in its place, empty: a rename without a \`moved\` block destroys the original`,
      }),
    );
  else if (stateful) out.push(TF101({ place: at, because, what: `${gone.address} is destroyed: its data is gone unless a snapshot is restored` }));
  else out.push(TF103({ place: at, because, ...(isLoadBearing(type) ? { severity: 'high' as const } : {}), what: `${gone.address} is destroyed` }));
  if (isProtected(gone.block))
    out.push(TF202({ place: at, because, what: `${gone.address} had prevent_destroy, and the guard leaves together with the block: the destroy goes through` }));
  return out;
}

/** The module's own source may not hold the target: then the move comes to nothing, and the object goes. */
function outOfSight(gone: Gone): readonly Finding[] {
  if (gone.fate !== 'hidden') return [];
  return [TF112({ place: place(gone, 'base'), what: `${gone.address} moves into a module that is not visible here: unless the module holds it, it is destroyed` })];
}

function forgotten(gone: Gone): readonly Finding[] {
  if (!['resource', 'module'].includes(gone.block.type) || gone.fate !== 'forgotten') return [];
  const severity = gone.block.type === 'module' || isStateful(typeOf(gone)) ? { severity: 'high' as const } : {};
  return [TF109({ place: place(gone, 'base'), ...severity, what: `Terraform forgets ${gone.address}: the object lives on and nobody manages it` })];
}

function lostModule(gone: Gone): readonly Finding[] {
  if (gone.block.type !== 'module' || gone.fate !== 'destroyed') return [];
  const source = attribute(gone.block, 'source') ?? 'unknown';
  return [TF108({ place: place(gone, 'base'), because: [['source', source]], what: `${gone.address} is gone: everything inside it is destroyed` })];
}

function mass(lost: readonly Placed[]): readonly Finding[] {
  const first = lost[0];
  if (first === undefined || lost.length < 10) return [];
  return [
    TF105({ place: { path: first.path, side: 'base' }, because: [['destroyed', lost.map((p) => p.address).join(', ')]], what: `${lost.length} resources are destroyed at once` }),
  ];
}

/** A new `removed` block without `destroy = false` destroys what it names, wherever that block was. */
function removedBlocks(sides: HclSides): readonly Finding[] {
  const before = new Set(sides.baseBlocks.filter((p) => p.block.type === 'removed').map((p) => bare(attribute(p.block, 'from'))));
  return sides.headBlocks.flatMap((p) => {
    const from = bare(attribute(p.block, 'from'));
    if (p.block.type !== 'removed' || keepsObject(p.block) || before.has(from)) return [];
    const type = from.replace(/^(?:module\.[^.]+\.)+/, '').split('.')[0] ?? '';
    const severity = isStateful(type) ? ('critical' as const) : isLoadBearing(type) || from.startsWith('module.') ? ('high' as const) : ('elevated' as const);
    return [TF204({ place: place(p, 'head', from), severity, because: [['from', from]], what: `the \`removed\` block destroys ${from} instead of only forgetting it` })];
  });
}
