/**
 * HCL, base against head: blocks that stay and become dangerous (TF102 guessed from known attributes, TF201, TF203, TF205,
 * TF206, TF207, TF208, TF211). Runs with a plan too: a plan is not bound to the head it was made for.
 */
import type { HclBlock } from '../evidence.ts';
import { rule } from '../finding.ts';
import type { HclSides, Placed } from '../hcl-index.ts';
import { attribute, flatten, hclSides, keyOf, nested, place } from '../hcl-index.ts';
import type { Detector, Finding } from '../risk.ts';
import { constant, guardChange, guardName, safest } from './guard-attributes.ts';
import type { Moves } from './moves.ts';
import { movesOf } from './moves.ts';
import { forceNewAttributes, isStateful } from './stateful-types.ts';

const TF102 = rule('TF102', 'replace-stateful', 'critical', 'inferred', ['a plan shows an update in place', 'a snapshot restore was rehearsed']);
const TF201 = rule('TF201', 'prevent-destroy-off', 'critical', 'exact', ['prevent_destroy stays true']);
const TF203 = rule('TF203', 'guard-attribute-removed', 'critical', 'exact', ['the guard stays on']);
const TF205 = rule('TF205', 'repetition-changed', 'high', 'inferred', ['`moved` blocks for every address']);
const TF206 = rule('TF206', 'backend-or-workspace', 'critical', 'exact', ['the state was migrated and the plan shows no changes']);
const TF207 = rule('TF207', 'provider-target', 'critical', 'exact', ['a plan shows no replacement']);
const TF208 = rule('TF208', 'module-source', 'high', 'exact', ['the source is pinned to a reviewed revision']);
const TF211 = rule('TF211', 'override-file', 'high', 'inferred', ['the attributes are written where the resource is']);

export const terraformHcl: Detector = {
  id: 'terraform-hcl',
  detect: ({ files }) => {
    const sides = hclSides(files);
    const moves = movesOf(sides);
    const findings = stayed(sides, moves).flatMap(([before, after]) => changed(before, after, moves));
    return [...findings, ...switches(sides), ...overrides(sides), ...settings(sides)];
  },
};

/** Where a `moved` block takes it, or the same address on both sides: an old name may be given to something new. */
function stayed(sides: HclSides, moves: Moves): readonly (readonly [Placed, Placed])[] {
  return [...sides.base.values()].flatMap((before) => {
    const to = moves.of(before);
    const after = to === undefined || to === 'hidden' ? sides.head.get(keyOf(before)) : to;
    return after === undefined ? [] : [[before, after] as const];
  });
}

function changed(before: Placed, after: Placed, moves: Moves): readonly Finding[] {
  if (before.block.type === 'resource') return [...replaced(before, after), ...preventDestroy(before, after), ...guards(before, after), ...repetition(before, after, moves)];
  if (before.block.type === 'module') return [...guards(before, after), ...repetition(before, after, moves), ...moduleSource(before, after)];
  return [];
}

function replaced(before: Placed, after: Placed): readonly Finding[] {
  const type = before.block.labels[0] ?? '';
  if (!isStateful(type)) return [];
  const [was, is] = [flatten(before.block), flatten(after.block)];
  const names = forceNewAttributes(type).filter((name) => under(was, name) !== under(is, name));
  if (names.length === 0) return [];
  const because = names.map((name) => [name, `${under(was, name) || '(absent)'} -> ${under(is, name) || '(absent)'}`] as const);
  const what = `${after.address} is destroyed and created again, because ${names.join(', ')} cannot change in place: its data is gone unless a snapshot is restored`;
  return [TF102({ place: place(after, 'head'), because, what })];
}

/** The expression of an attribute, or of everything inside a nested block of that name. */
const under = (flat: ReadonlyMap<string, string>, name: string): string =>
  flat.get(name) ??
  [...flat]
    .filter(([k]) => k.startsWith(`${name}.`) || k.startsWith(`${name}[`))
    .map(([k, v]) => `${k}=${v}`)
    .join(' ');

function preventDestroy(before: Placed, after: Placed): readonly Finding[] {
  const value = (b: HclBlock): string | undefined => attribute(nested(b, 'lifecycle') ?? { ...b, attributes: [] }, 'prevent_destroy');
  const [was, is] = [value(before.block), value(after.block)];
  // an expression may have been true: what it becomes counts, and not that it was no constant
  if (was === undefined || was === is || constant(was) === false || constant(is) === true) return [];
  return [
    TF201({
      place: place(after, 'head'),
      because: [['prevent_destroy', `${was} -> ${is ?? '(absent)'}`]],
      what: `${after.address} loses prevent_destroy: the next plan may destroy it without being refused`,
    }),
  ];
}

function guards(before: Placed, after: Placed): readonly Finding[] {
  const [was, is] = [flatten(before.block), flatten(after.block)];
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((path) => {
    const name = guardName(path);
    if (name === undefined || was.get(path) === is.get(path)) return [];
    const [from, to] = [was.get(path), is.get(path)];
    // an expression that was there may have been the safe value, so losing it counts
    const guessed = from !== undefined && constant(from) === null;
    const before_ = guessed ? (to === undefined ? true : safest(name)) : constant(from);
    const state = guardChange(name, before_, constant(to));
    if (state === 'none') return [];
    const change = `${from ?? '(absent)'} -> ${to ?? '(absent)'}`;
    const told = state === 'off' && (!guessed || typeof constant(to) !== 'number' || constant(to) === 0);
    const severity = told || to === undefined ? {} : { severity: 'high' as const };
    return [
      TF203({
        place: place(after, 'head', `${after.address}.${path}`),
        ...severity,
        because: [[path, change]],
        what: `${path} of ${after.address} changes (${change}): what kept it safe is switched off`,
      }),
    ];
  });
}

function repetition(before: Placed, after: Placed, moves: Moves): readonly Finding[] {
  const name = ['count', 'for_each'].find((n) => attribute(before.block, n) !== attribute(after.block, n));
  if (name === undefined) return [];
  const [was, is] = [attribute(before.block, name), attribute(after.block, name)];
  if (moves.reindexes(before, after)) return [];
  const stateful = isStateful(before.block.labels[0] ?? '');
  const because = [[name, `${was ?? '(absent)'} -> ${is ?? '(absent)'}`]] as const;
  const empty = is !== undefined && isEmpty(is);
  const what = empty
    ? `${name} of ${after.address} becomes ${is}: every instance is destroyed`
    : `${name} of ${after.address} changes: instances at addresses that no longer exist are destroyed`;
  return [TF205({ place: place(after, 'head'), because, ...(stateful ? { severity: 'critical' as const } : {}), what })];
}

const isEmpty = (expression: string): boolean =>
  /^(?:0|false|null|""|\{ ?\}|\[ ?\]|toset\(\[ ?\]\)|tomap\(\{ ?\}\)|(?:\w+ ? )?\? ?0 ?: ?0)$/.test(expression.replace(/^\((.*)\)$/, '$1'));

function moduleSource(before: Placed, after: Placed): readonly Finding[] {
  return ['source', 'version'].flatMap((name) => {
    const [was, is] = [attribute(before.block, name), attribute(after.block, name)];
    if (was === is) return [];
    return [
      TF208({
        place: place(after, 'head', `${after.address}.${name}`),
        because: [[name, `${was ?? '(absent)'} -> ${is ?? '(absent)'}`]],
        what: `${after.address} is taken from another ${name}: what it destroys or creates is not in this change`,
      }),
    ];
  });
}

/** A variable default, local or tfvars value that becomes empty or false often is the switch behind `count`. */
function switches(sides: HclSides): readonly Finding[] {
  return [...sides.head.values()].flatMap((after) => {
    const before = sides.base.get(keyOf(after));
    if (before === undefined || !['variable', 'locals', ''].includes(after.block.type)) return [];
    return after.block.attributes.flatMap((a) => {
      const was = attribute(before.block, a.name);
      if (was === undefined || was === a.expression || !isEmpty(a.expression) || isEmpty(was)) return [];
      if (after.block.type === 'variable' && a.name !== 'default') return [];
      const object = after.block.type === '' || after.block.type === 'locals' ? a.name : after.address;
      return [
        TF205({
          place: { path: after.path, side: 'head', line: a.line, object },
          confidence: 'heuristic',
          because: [[a.name, `${was} -> ${a.expression}`]],
          what: `${object} becomes ${a.expression}: what is counted by it is destroyed`,
        }),
      ];
    });
  });
}

/** An override file changes resources written elsewhere, which this change may not even show. */
function overrides(sides: HclSides): readonly Finding[] {
  const known = new Map(sides.baseBlocks.map((b) => [`${b.path}\0${b.address}`, b]));
  return sides.headBlocks.flatMap((p) => {
    if (!/(?:^|[/_])override\.(?:tf|tofu)$/.test(p.path) || !['resource', 'module', 'provider', 'terraform'].includes(p.block.type)) return [];
    const before = known.get(`${p.path}\0${p.address}`);
    if (before !== undefined && JSON.stringify([...flatten(before.block)]) === JSON.stringify([...flatten(p.block)])) return [];
    const severity = isStateful(p.block.labels[0] ?? '') ? { severity: 'critical' as const } : {};
    return [TF211({ place: place(p, 'head'), ...severity, what: `${p.path} overrides ${p.address}: what is written where it stands no longer holds` })];
  });
}

/** Backend, workspace and provider settings: another state or another account means everything is created again. */
function settings(sides: HclSides): readonly Finding[] {
  return [...sides.base.values()].flatMap((before) => {
    const after = sides.head.get(keyOf(before));
    const at = place(after ?? before, after === undefined ? 'base' : 'head');
    if (before.block.type === 'terraform')
      return backend(before.block, after?.block).map((because) =>
        TF206({ place: at, because: [because], what: 'the state is looked for elsewhere: Terraform would create everything again beside what exists' }),
      );
    if (before.block.type !== 'provider') return [];
    const because = target(before.block, after?.block);
    return because.length === 0
      ? []
      : [TF207({ place: at, because, what: `${before.address} points to another region, account or project: everything behind it is created again elsewhere` })];
  });
}

function backend(before: HclBlock, after: HclBlock | undefined): readonly (readonly [string, string])[] {
  const text = (b: HclBlock | undefined): string =>
    (b?.blocks ?? [])
      .filter((x) => x.type === 'backend' || x.type === 'cloud')
      .map((x) => `${x.type} ${x.labels.join(' ')} ${[...flatten(x)].map(([k, v]) => `${k}=${v}`).join(' ')}`)
      .join('; ');
  const [was, is] = [text(before), text(after)];
  return was === is || was === '' ? [] : [['backend', `${was} -> ${is || '(absent)'}`]];
}

const TARGET =
  /^(?:region|alias|profile|project|zone|subscription_id|tenant_id|allowed_account_ids|host|config_path|config_context|account_id|endpoint|assume_role(?:\[\d+\])?\..*)$/;

function target(before: HclBlock, after: HclBlock | undefined): readonly (readonly [string, string])[] {
  const [was, is] = [flatten(before), after === undefined ? new Map<string, string>() : flatten(after)];
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((k) => TARGET.test(k) && was.get(k) !== is.get(k))
    .map((k) => [k, `${was.get(k) ?? '(absent)'} -> ${is.get(k) ?? '(absent)'}`] as const);
}
