/** Where everything is (TF206 backend, TF207 provider) and where modules come from (TF208). Another state or account means that everything is created again. */
import type { HclBlock } from '../evidence.ts';
import { rule } from '../finding.ts';
import { attribute, flatten, type HclSides, keyOf, type Placed, place } from '../hcl-index.ts';
import type { Finding } from '../risk.ts';
import { isConstant } from './guard-attributes.ts';
import { isStateful } from './stateful-types.ts';

const TF206 = rule('TF206', 'backend-or-workspace', 'critical', 'exact', ['the state was migrated and the plan shows no changes']);
const TF207 = rule('TF207', 'provider-target', 'critical', 'exact', ['a plan shows no replacement']);
const TF208 = rule('TF208', 'module-source', 'high', 'exact', ['the source is pinned to a reviewed revision']);

export function settings(sides: HclSides): readonly Finding[] {
  const left = abandoned(sides);
  return [...sides.base.values()].flatMap((before) => {
    const after = sides.head.get(keyOf(before));
    const gone = left.has(before.folder);
    if (before.block.type === 'terraform') return [...backend(before, after, gone), ...providerVersions(before, after)];
    if (before.block.type === '' && /\.tfbackend$/.test(before.path)) return partial(before, after);
    if (before.block.type === 'provider' && isLock(before)) return lock(before, after);
    return before.block.type === 'provider' && !gone ? provider(before, after) : [];
  });
}

/** Folders of which nothing that this change shows is left, what they made included: nobody looks for their state any more. */
function abandoned(sides: HclSides): ReadonlySet<string> {
  const kept = new Set(sides.headBlocks.map((p) => p.folder));
  return new Set(sides.baseBlocks.filter((p) => ['resource', 'module'].includes(p.block.type) && !kept.has(p.folder)).map((p) => p.folder));
}

const change = (was: string | undefined, is: string | undefined): string => `${was ?? '(absent)'} -> ${is ?? '(absent)'}`;

function backend(before: Placed, after: Placed | undefined, gone: boolean): readonly Finding[] {
  const [was, is] = [backendOf(before.block), backendOf(after?.block)];
  if (was === is || was === '') return [];
  const at = place(after ?? before, after === undefined ? 'base' : 'head');
  const because = [['backend', change(was, is || undefined)]] as const;
  return gone
    ? [TF206({ place: at, severity: 'high', because, what: 'a whole configuration is gone with its state: what it made lives on and nobody manages it, or is destroyed by hand' })]
    : [TF206({ place: at, because, what: 'the state is looked for elsewhere: Terraform would create everything again beside what exists' })];
}

/** What `init -backend-config` is given: the part of a backend that names where the state lies. */
const LIES =
  /^(?:bucket|key|prefix|path|workspace_key_prefix|address|conn_str|schema_name|container_name|storage_account_name|resource_group_name|hostname|organization|workspaces\..*|endpoint|region)$/;

function partial(before: Placed, after: Placed | undefined): readonly Finding[] {
  if (after === undefined) return [];
  const [was, is] = [flatten(before.block), flatten(after.block)];
  const names = [...new Set([...was.keys(), ...is.keys()])].filter((k) => LIES.test(k) && was.get(k) !== is.get(k));
  const because = names.map((k) => [k, change(was.get(k), is.get(k))] as const);
  return names.length === 0
    ? []
    : [TF206({ place: place(after, 'head'), because, what: 'the state is looked for elsewhere: Terraform would create everything again beside what exists' })];
}

const backendOf = (b: HclBlock | undefined): string =>
  (b?.blocks ?? [])
    .filter((x) => x.type === 'backend' || x.type === 'cloud' || x.type === 'encryption')
    .map((x) => `${x.type} ${x.labels.join(' ')} ${[...flatten(x)].map(([k, v]) => `${k}=${v}`).join(' ')}`)
    .join('; ');

const TARGET = /^(?:region|profile|project|zone|subscription_id|tenant_id|allowed_account_ids|host|config_path|config_context|account_id|endpoint|assume_role(?:\[\d+\])?\..*)$/;

/** Critical where it is told that the target is another; an expression in place of another may say the same. */
function provider(before: Placed, after: Placed | undefined): readonly Finding[] {
  const [was, is] = [flatten(before.block), after === undefined ? new Map<string, string>() : flatten(after.block)];
  const names = [...new Set([...was.keys(), ...is.keys()])].filter((k) => TARGET.test(k) && was.get(k) !== is.get(k));
  if (names.length === 0) return [];
  const told = after !== undefined && names.some((k) => [was.get(k), is.get(k)].every((v) => v === undefined || isConstant(v)));
  const because = names.map((k) => [k, change(was.get(k), is.get(k))] as const);
  const at = place(after ?? before, after === undefined ? 'base' : 'head');
  const what = told
    ? `${before.address} points to another region, account or project: everything behind it is created again elsewhere`
    : `${before.address} ${after === undefined ? 'is gone' : 'takes its target from elsewhere'}: if that is another region, account or project, everything behind it is created again there`;
  return [TF207({ place: at, ...(told ? {} : { severity: 'high' as const }), because, what })];
}

/** `provider` of a resource, `providers` of a module: the same object, looked for in another account or region. */
export function providerArgument(before: Placed, after: Placed): readonly Finding[] {
  const name = before.block.type === 'module' ? 'providers' : 'provider';
  const [was, is] = [attribute(before.block, name), attribute(after.block, name)];
  if (was === is) return [];
  const stateful = before.block.type === 'module' || isStateful(before.block.labels[0] ?? '');
  // one that was not written is the default, which may be the one that is written now
  const told = was !== undefined && is !== undefined;
  return [
    TF207({
      place: place(after, 'head', `${after.address}.${name}`),
      because: [[name, change(was, is)]],
      severity: told && stateful ? 'critical' : 'high',
      what: `${after.address} is managed by another provider: where that is another account or region, it is created again there`,
    }),
  ];
}

const LOCAL = /^"\.{1,2}\//;
const major = (version: string | undefined): string | undefined => /(\d+)/.exec(version ?? '')?.[1];

/** Of a version alone, only another major is news: the source is the one that was reviewed. */
export function moduleSource(before: Placed, after: Placed): readonly Finding[] {
  return ['source', 'version'].flatMap((name) => {
    const [was, is] = [attribute(before.block, name), attribute(after.block, name)];
    if (was === is || (name === 'version' && attribute(before.block, 'source') !== attribute(after.block, 'source'))) return [];
    const minor = name === 'version' && was !== undefined && is !== undefined && major(was) === major(is);
    const inside = name === 'source' && LOCAL.test(was ?? '') && LOCAL.test(is ?? '');
    return [
      TF208({
        place: place(after, 'head', `${after.address}.${name}`),
        because: [[name, change(was, is)]],
        ...(minor ? { severity: 'elevated' as const } : {}),
        what: `${after.address} is taken from another ${name}: what it destroys or creates is not ${inside ? 'to be seen from here' : 'in this change'}`,
      }),
    ];
  });
}

const requirementsOf = (b: HclBlock | undefined): ReadonlyMap<string, string> =>
  new Map(
    (b?.blocks ?? [])
      .filter((x) => x.type === 'required_providers')
      .flatMap((x) => x.attributes.map((a) => [a.name, /version ?[=:] ?"([^"]*)"/.exec(a.expression)?.[1] ?? ''] as const)),
  );

const LOWER = /^>=? ?[\d.]+$/;

function providerVersions(before: Placed, after: Placed | undefined): readonly Finding[] {
  if (after === undefined) return [];
  const is = requirementsOf(after.block);
  return [...requirementsOf(before.block)].flatMap(([name, was]) => {
    const now = is.get(name);
    if (now === undefined || major(was) === major(now) || was === '') return [];
    // a lower bound that rises admitted the other major before
    const open = LOWER.test(was) && LOWER.test(now);
    return [
      TF208({
        place: place(after, 'head', `provider ${name}`),
        because: [['version', change(was, now || undefined)]],
        ...(open ? { severity: 'elevated' as const } : {}),
        what: `${name} may be of another major version: what it does with the same source is not in this change`,
      }),
    ];
  });
}

const isLock = (p: Placed): boolean => p.path.endsWith('.terraform.lock.hcl');
const hashesOf = (b: HclBlock): readonly string[] => (attribute(b, 'hashes') ?? '').match(/"[^"]*"/g) ?? [];

/** Hashes that go while the version stays: what is downloaded is checked against less. */
function lock(before: Placed, after: Placed | undefined): readonly Finding[] {
  if (after === undefined) return [];
  const [was, is] = [attribute(before.block, 'version'), attribute(after.block, 'version')];
  const kept = new Set(hashesOf(after.block));
  const lost = hashesOf(before.block).filter((h) => !kept.has(h));
  const at = place(after, 'head', `${after.address}.hashes`);
  if (was === is && lost.length > 0)
    return [TF208({ place: at, because: [['hashes', `${lost.length} fewer`]], what: `the lock file checks ${after.address} against fewer hashes than before` })];
  return was !== is && major(was) !== major(is)
    ? [TF208({ place: at, because: [['version', change(was, is)]], what: `${after.address} is of another major version: what it does with the same source is not in this change` })]
    : [];
}
