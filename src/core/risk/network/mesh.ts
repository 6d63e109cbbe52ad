/** Subsets and pools of a mesh (NET108), listeners and services (NET104), raw filters (NET113), and who may reach a balancer (NET102). */
import { canonical, dig, entries, items, text } from '../data.ts';
import { annotation, type KubeObject, type KubePair, type KubeSides, placeOf, title } from '../kubernetes/objects.ts';
import type { Finding } from '../risk.ts';
import { NET102, NET104, NET108, NET113 } from './rules.ts';

export function mesh({ pairs, gone, added, head }: KubeSides): readonly Finding[] {
  const named = new Set(head.flatMap(destinations));
  return [
    ...pairs.flatMap((p) => [...subsets(p, named), ...pools(p), ...listeners(p), ...rawChanged(p), ...sources(p)]),
    ...gone.flatMap((o) => [...subsetsOf(o).flatMap((s) => subsetGone(o, s, named, 'base')), ...balancerGone(o), ...raw(o, 'base', 'is removed')]),
    ...added.flatMap((o) => raw(o, 'head', 'is new')),
  ];
}

/** `host subset` of every route. */
function destinations({ kind, node }: KubeObject): readonly string[] {
  if (kind !== 'VirtualService') return [];
  return ['http', 'tls', 'tcp'].flatMap((p) =>
    items(dig(node, 'spec', p)).flatMap((r) => items(dig(r, 'route')).map((d) => `${text(dig(d, 'destination', 'host')) ?? ''} ${text(dig(d, 'destination', 'subset')) ?? ''}`)),
  );
}

const subsetsOf = ({ kind, node }: KubeObject): readonly string[] =>
  kind === 'DestinationRule' ? items(dig(node, 'spec', 'subsets')).flatMap((s) => text(dig(s, 'name')) ?? []) : [];

function subsets({ before, after }: KubePair, named: ReadonlySet<string>): readonly Finding[] {
  const has = new Set(subsetsOf(after));
  return subsetsOf(before)
    .filter((s) => !has.has(s))
    .flatMap((s) => subsetGone(after, s, named, 'head'));
}

function subsetGone(o: KubeObject, subset: string, named: ReadonlySet<string>, side: 'base' | 'head'): readonly Finding[] {
  const used = named.has(`${text(dig(o.node, 'spec', 'host')) ?? ''} ${subset}`);
  const what = used
    ? `${title(o)} loses the subset ${subset} while a route still names it: its requests are answered with an error`
    : `${title(o)} loses the subset ${subset}: a route that names it, outside of this change, answers with an error`;
  return [
    NET108({
      place: placeOf(o, side),
      ...(used ? { severity: 'critical' as const } : {}),
      because: [
        ['subset', subset],
        ['named by a route of this change', String(used)],
      ],
      what,
    }),
  ];
}

const POOLS = ['outlierDetection', 'connectionPool', 'loadBalancer'] as const;

function pools({ before, after }: KubePair): readonly Finding[] {
  if (after.kind !== 'DestinationRule') return [];
  const changed = POOLS.filter((k) => canonical(dig(before.node, 'spec', 'trafficPolicy', k)) !== canonical(dig(after.node, 'spec', 'trafficPolicy', k)));
  return changed.length === 0
    ? []
    : [
        NET108({
          place: placeOf(after, 'head'),
          because: changed.map((k) => ['changed', k]),
          what: `${title(after)} holds connections on other terms (${changed.join(', ')}): what is cut off, and when, changes under load`,
        }),
      ];
}

/** Of gateways, by name or port. */
const listenersOf = ({ kind, node }: KubeObject): readonly string[] =>
  kind !== 'Gateway'
    ? []
    : [...items(dig(node, 'spec', 'listeners')), ...items(dig(node, 'spec', 'servers'))].map(
        (l) => text(dig(l, 'port', 'number')) ?? text(dig(l, 'port')) ?? canonical(dig(l, 'port')),
      );

function listeners({ before, after }: KubePair): readonly Finding[] {
  const has = new Set(listenersOf(after));
  const lost = [...new Set(listenersOf(before))].filter((l) => !has.has(l));
  if (lost.length === 0) return [];
  return [
    NET104({
      place: placeOf(after, 'head'),
      ...(has.size === 0 ? { severity: 'critical' as const } : {}),
      because: lost.map((l) => ['port', l]),
      what: `${title(after)} listens no more on ${lost.join(', ')}: whoever comes there is refused`,
    }),
  ];
}

function balancerGone(o: KubeObject): readonly Finding[] {
  const outer = o.kind === 'Service' && text(dig(o.node, 'spec', 'type')) === 'LoadBalancer';
  if (!outer && o.kind !== 'Gateway' && !(o.kind === 'Service' && o.group === '' && dig(o.node, 'spec', 'ports') !== undefined)) return [];
  const what =
    outer || o.kind === 'Gateway'
      ? `${title(o)} is removed, and its address with it: whoever comes there is refused`
      : `${title(o)} is removed: whoever calls it by that name finds nothing`;
  return [
    NET104({
      place: placeOf(o, 'base'),
      ...(outer || o.kind === 'Gateway' ? { severity: 'critical' as const } : {}),
      because: [['type', text(dig(o.node, 'spec', 'type')) ?? o.kind]],
      what,
    }),
  ];
}

const SNIPPET =
  /^(?:nginx\.ingress\.kubernetes\.io\/(?:server|configuration|auth|stream|location)-snippet|nginx\.(?:org|com)\/.*-snippets|haproxy(?:-ingress\.github\.io|\.org)\/(?:config-)?(?:backend|frontend|global).*(?:snippet)?)$/;
const isFilter = ({ kind }: KubeObject): boolean => /^(?:EnvoyFilter|WasmPlugin|EnvoyPatchPolicy|SnippetsFilter|TransportServer)$/.test(kind);

/** What is written past the checks of the mesh or the controller. */
function rawOf(o: KubeObject): string {
  if (isFilter(o)) return canonical(dig(o.node, 'spec'));
  return entries(dig(o.node, 'metadata', 'annotations'))
    .filter((e) => SNIPPET.test(e.key))
    .map((e) => `${e.key}=${canonical(e.value)}`)
    .join('\n');
}

const rawChanged = ({ before, after }: KubePair): readonly Finding[] => (rawOf(before) === rawOf(after) ? [] : sayRaw(after, 'head', 'changes'));
const raw = (o: KubeObject, side: 'base' | 'head', how: string): readonly Finding[] => (rawOf(o) === '' ? [] : sayRaw(o, side, how));
const sayRaw = (o: KubeObject, side: 'base' | 'head', how: string): readonly Finding[] => [
  NET113({
    place: placeOf(o, side),
    because: [['raw', how]],
    what: `${isFilter(o) ? title(o) : `the raw configuration in ${title(o)}`} ${how}: nothing checks it before every request goes through it`,
  }),
];

const ANNOTATED = 'service.beta.kubernetes.io/load-balancer-source-ranges';

/** A balancer that named who may come, and names nobody or everybody. */
function sources({ before, after }: KubePair): readonly Finding[] {
  const ranges = (o: KubeObject): readonly string[] =>
    [...items(dig(o.node, 'spec', 'loadBalancerSourceRanges')).flatMap((n) => text(n) ?? []), ...(annotation(o, ANNOTATED)?.split(',') ?? [])].map((s) => s.trim());
  const all = (o: KubeObject): boolean => ranges(o).length === 0 || ranges(o).some((r) => /^(?:0\.0\.0\.0|::)\/0$/.test(r));
  if (after.kind !== 'Service' || text(dig(after.node, 'spec', 'type')) !== 'LoadBalancer' || all(before) || !all(after)) return [];
  return [
    NET102({
      place: placeOf(after, 'head'),
      because: [['sources', `${ranges(before).join(', ')} -> all`]],
      what: `${title(after)} lets the whole internet in, and named who may come until now`,
    }),
  ];
}
