/** K8114: which pods may talk to which. */
import { canonical, type DataNode, dig, entries, items, text } from '../data.ts';
import { rule } from '../finding.ts';
import type { Finding } from '../risk.ts';
import { type KubeObject, type KubePair, type KubeSides, placeOf, title } from './objects.ts';

const K8114 = rule('K8114', 'netpol', 'high', 'inferred', ['another policy denies the same', 'the policies that allow what is needed land before it']);

export function netpol({ gone, pairs, added, head }: KubeSides): readonly Finding[] {
  const allowing = new Set(head.filter((o) => isPolicy(o) && ways(o).some((way) => rulesOf(o, way).length > 0)).map((o) => o.namespace));
  return [
    ...gone.filter(isPolicy).map(policyGone),
    ...pairs.filter((p) => isPolicy(p.after)).flatMap(widened),
    ...added.filter((o) => isPolicy(o) && deniesAll(o) && !allowing.has(o.namespace)).map(closed),
  ];
}

const isPolicy = ({ kind }: KubeObject): boolean =>
  /^(?:NetworkPolicy|GlobalNetworkPolicy|CiliumNetworkPolicy|CiliumClusterwideNetworkPolicy|AdminNetworkPolicy|BaselineAdminNetworkPolicy)$/.test(kind);

type Way = 'ingress' | 'egress';
const WAYS: readonly Way[] = ['ingress', 'egress'];
const rulesOf = ({ node }: KubeObject, way: Way): readonly DataNode[] => items(dig(node, 'spec', way));

/** Ways a policy restricts: by its types, or by what it holds where it has none. */
function ways(o: KubeObject): readonly Way[] {
  const types = dig(o.node, 'spec', 'policyTypes') ?? dig(o.node, 'spec', 'types');
  if (types === undefined) return WAYS.filter((way) => way === 'ingress' || dig(o.node, 'spec', way) !== undefined);
  return WAYS.filter((way) => items(types).some((t) => text(t)?.toLowerCase() === way));
}

/** For every pod of its namespace. */
const takesAll = ({ node }: KubeObject): boolean => {
  const selector = dig(node, 'spec', 'podSelector') ?? dig(node, 'spec', 'endpointSelector');
  return selector?.is === 'map' && entries(selector).length === 0;
};
const deniesAll = (o: KubeObject): boolean => takesAll(o) && ways(o).some((way) => rulesOf(o, way).length === 0);

function policyGone(o: KubeObject): Finding {
  const all = deniesAll(o);
  return K8114({
    place: placeOf(o, 'base'),
    ...(all ? { severity: 'critical' as const } : {}),
    because: [['default deny', String(all)]],
    what: `${title(o)} is removed: ${all ? 'everything that no other policy restricts may talk to everything' : 'what it forbade is allowed, unless another policy takes the same pods'}`,
  });
}

/** Anybody from anywhere: no peer, all namespaces, all addresses. */
function isOpen(allow: DataNode, way: Way): boolean {
  const peers = dig(allow, way === 'ingress' ? 'from' : 'to') ?? dig(allow, way === 'ingress' ? 'fromEntities' : 'toEntities');
  if (peers === undefined) return !entries(allow).some((e) => /^(?:from|to)[A-Z]|^(?:source|destination)$/.test(e.key));
  return items(peers).length === 0
    ? true
    : items(peers).some((p) => /^(?:all|world)$/.test(text(p) ?? '') || /^(?:0\.0\.0\.0|::)\/0$/.test(text(dig(p, 'ipBlock', 'cidr')) ?? '') || isAnywhere(p));
}
const isAnywhere = (peer: DataNode): boolean => {
  const spaces = dig(peer, 'namespaceSelector');
  return spaces?.is === 'map' && entries(spaces).length === 0 && entries(dig(peer, 'podSelector')).length === 0;
};

function widened({ before, after }: KubePair): readonly Finding[] {
  const lost = ways(before).filter((way) => !ways(after).includes(way));
  const opened = WAYS.filter((way) => opens(before, after, way));
  const undenied = deniesAll(before) && !deniesAll(after);
  const narrowed = takesAll(before) && !takesAll(after);
  if (lost.length === 0 && opened.length === 0 && !undenied && !narrowed) return narrowedToNothing(before, after);
  const because = [
    ...lost.map((way) => ['no longer restricts', way] as const),
    ...opened.map((way) => ['open to all', way] as const),
    ['default deny', `${deniesAll(before)} -> ${deniesAll(after)}`] as const,
  ];
  const what = `${title(after)} restricts less: ${undenied ? 'what was denied by default is allowed' : opened.length > 0 ? `${opened.join(' and ')} is open to everybody` : 'pods it held in may talk to everything'}`;
  return [K8114({ place: placeOf(after, 'head'), ...(undenied ? { severity: 'critical' as const } : {}), because, what })];
}

const opens = (before: KubeObject, after: KubeObject, way: Way): boolean => {
  const had = new Set(rulesOf(before, way).map(canonical));
  return ways(before).includes(way) && !rulesOf(before, way).some((r) => isOpen(r, way)) && rulesOf(after, way).some((r) => !had.has(canonical(r)) && isOpen(r, way));
};

/** All that was allowed is denied. */
function narrowedToNothing(before: KubeObject, after: KubeObject): readonly Finding[] {
  return !deniesAll(before) && deniesAll(after) ? [closed(after)] : [];
}

const closed = (o: KubeObject): Finding =>
  K8114({
    place: placeOf(o, 'head'),
    because: [['default deny', 'new']],
    what: `${title(o)} denies what was allowed until now, and nothing in this change allows what is needed: name lookups and health checks are the first to fail`,
  });
