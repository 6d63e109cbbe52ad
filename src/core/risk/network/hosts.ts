/** NET107: which hosts are answered for, and how traffic is encrypted and let in. */
import { canonical, type DataNode, dig, entries, items, text } from '../data.ts';
import { annotation, type KubeObject, type KubePair, type KubeSides, placeOf, title } from '../kubernetes/objects.ts';
import type { Finding } from '../risk.ts';
import { NET107 } from './rules.ts';

export function hosts({ pairs, gone, head }: KubeSides): readonly Finding[] {
  const answered = new Set(head.flatMap((o) => hostsOf(o).map((h) => `${o.sample} ${h}`)));
  return [
    ...pairs.flatMap((p) => [...lostHosts(p.after, hostsOf(p.before), answered, 'head'), ...weaker(p), ...certificates(p), ...admits(p)]),
    ...gone.flatMap((o) => [...lostHosts(o, hostsOf(o), answered, 'base'), ...guardGone(o)]),
  ];
}

const texts = (nodes: readonly DataNode[]): readonly string[] => nodes.flatMap((n) => text(n) ?? []);

/** Hosts that an object answers for towards the outside. */
function hostsOf({ kind, node, group }: KubeObject): readonly string[] {
  const at = (...path: (string | number)[]): readonly DataNode[] => items(dig(node, 'spec', ...path));
  if (kind === 'VirtualService') return texts(at('hosts'));
  if (kind === 'Ingress') return at('rules').flatMap((r) => text(dig(r, 'host')) ?? []);
  if (/^(?:HTTP|GRPC|TLS)Route$/.test(kind)) return texts(at('hostnames'));
  if (kind === 'Gateway' && group === 'networking.istio.io') return at('servers').flatMap((s) => texts(items(dig(s, 'hosts'))));
  if (kind === 'Gateway') return at('listeners').flatMap((l) => text(dig(l, 'hostname')) ?? []);
  if (kind === 'HTTPProxy') return texts([dig(node, 'spec', 'virtualhost', 'fqdn')].flatMap((n) => n ?? []));
  if (kind === 'IngressRoute')
    return at('routes')
      .flatMap((r) => [...(text(dig(r, 'match')) ?? '').slice(0, 4_000).matchAll(/`([^`]{1,253})`/g)].map((m) => m[1] ?? ''))
      .filter((h) => h.includes('.') && !h.startsWith('/'));
  return kind === 'Route' && group === 'route.openshift.io' ? texts([dig(node, 'spec', 'host')].flatMap((n) => n ?? [])) : [];
}

function lostHosts(o: KubeObject, had: readonly string[], answered: ReadonlySet<string>, side: 'base' | 'head'): readonly Finding[] {
  const has = side === 'head' ? new Set(hostsOf(o)) : new Set<string>();
  const lost = [...new Set(had)].filter((h) => !has.has(h) && !answered.has(`${o.sample} ${h}`));
  if (lost.length === 0) return [];
  const what = `${title(o)} no longer answers for ${lost.slice(0, 4).join(', ')}${lost.length > 4 ? ` and ${lost.length - 4} more` : ''}: whoever asks for it is refused`;
  return [NET107({ place: placeOf(o, side), because: lost.slice(0, 10).map((h) => ['host removed', h]), what })];
}

/** What each place may say, the least first; and what it means where nothing is said. */
const TERMS: readonly (readonly [kind: RegExp, path: readonly string[], least: readonly string[], silent: string | undefined])[] = [
  [/^DestinationRule$/, ['spec', 'trafficPolicy', 'tls', 'mode'], ['DISABLE', 'SIMPLE', 'MUTUAL', 'ISTIO_MUTUAL'], undefined],
  [/^PeerAuthentication$/, ['spec', 'mtls', 'mode'], ['DISABLE', 'PERMISSIVE', 'STRICT'], 'PERMISSIVE'],
];
const LISTENERS: readonly (readonly [path: readonly string[], least: readonly string[]])[] = [
  [
    ['tls', 'mode'],
    ['SIMPLE', 'OPTIONAL_MUTUAL', 'MUTUAL', 'ISTIO_MUTUAL'],
  ],
  [
    ['tls', 'minProtocolVersion'],
    ['TLSV1_0', 'TLSV1_1', 'TLSV1_2', 'TLSV1_3'],
  ],
  [
    ['port', 'protocol'],
    ['HTTP', 'HTTPS', 'TLS'],
  ],
  [['protocol'], ['HTTP', 'HTTPS']],
  [
    ['tls', 'options', 'minVersion'],
    ['TLS1_0', 'TLS1_1', 'TLS1_2', 'TLS1_3'],
  ],
];

const weakerThan = (least: readonly string[], was: string | undefined, is: string | undefined): boolean =>
  was !== undefined && is !== undefined && least.includes(was) && least.includes(is) && least.indexOf(is) < least.indexOf(was);

type Fact = readonly [string, string];

function weaker({ before, after }: KubePair): readonly Finding[] {
  const facts = [...terms(before, after), ...listeners(before, after), ...portLevel(before, after), ...ofIngress(before, after)];
  if (facts.length === 0) return [];
  return [
    NET107({
      place: placeOf(after, 'head'),
      because: facts,
      what: `${title(after)} protects traffic less (${facts.map(([n, how]) => `${n}: ${how}`).join(', ')}): it can be read or forged on its way`,
    }),
  ];
}

const terms = (before: KubeObject, after: KubeObject): readonly Fact[] =>
  TERMS.flatMap(([kind, path, least, silent]): readonly Fact[] => {
    if (!kind.test(after.kind)) return [];
    const [was, is] = [before, after].map((o) => text(dig(o.node, ...path)) ?? silent ?? (dig(o.node, ...path) === undefined ? 'DISABLE' : undefined));
    return weakerThan(least, was, is) ? [[path.at(-1) ?? '', `${was} -> ${is}`]] : [];
  });

function listeners(before: KubeObject, after: KubeObject): readonly Fact[] {
  if (after.kind !== 'Gateway') return [];
  const byPort = (o: KubeObject): ReadonlyMap<string, DataNode> =>
    new Map(
      [...items(dig(o.node, 'spec', 'servers')), ...items(dig(o.node, 'spec', 'listeners'))].map((s) => [
        `${text(dig(s, 'port', 'number')) ?? text(dig(s, 'port')) ?? ''} ${canonical(dig(s, 'hosts') ?? dig(s, 'hostname'))}`,
        s,
      ]),
    );
  const had = byPort(before);
  return [...byPort(after)].flatMap(([key, is]) => {
    const was = had.get(key);
    return was === undefined
      ? []
      : LISTENERS.flatMap(([path, least]): readonly Fact[] =>
          weakerThan(least, text(dig(was, ...path)), text(dig(is, ...path))) ? [[path.at(-1) ?? '', `${text(dig(was, ...path))} -> ${text(dig(is, ...path))}`]] : [],
        );
  });
}

function portLevel(before: KubeObject, after: KubeObject): readonly Fact[] {
  if (after.kind !== 'PeerAuthentication') return [];
  const least = ['DISABLE', 'PERMISSIVE', 'STRICT'];
  const all = (o: KubeObject): string => text(dig(o.node, 'spec', 'mtls', 'mode')) ?? 'PERMISSIVE';
  return entries(dig(after.node, 'spec', 'portLevelMtls')).flatMap((e): readonly Fact[] => {
    const [was, is] = [text(dig(before.node, 'spec', 'portLevelMtls', e.key, 'mode')) ?? all(before), text(dig(e.value, 'mode'))];
    return weakerThan(least, was, is) ? [[`port ${e.key}`, `${was} -> ${is}`]] : [];
  });
}

function ofIngress(before: KubeObject, after: KubeObject): readonly Fact[] {
  if (after.kind !== 'Ingress') return [];
  const redirects = ['nginx.ingress.kubernetes.io/ssl-redirect', 'nginx.ingress.kubernetes.io/force-ssl-redirect'].filter(
    (name) => annotation(after, name) === 'false' && annotation(before, name) !== 'false',
  );
  const bare = items(dig(before.node, 'spec', 'tls')).length > 0 && items(dig(after.node, 'spec', 'tls')).length === 0;
  return [...redirects.map((name): Fact => [name, 'off']), ...(bare ? [['tls', 'removed'] as const] : [])];
}

/** Names of certificates, wherever a kind keeps them. */
function certificateNames({ kind, node }: KubeObject): readonly string[] {
  if (kind === 'Ingress') return items(dig(node, 'spec', 'tls')).flatMap((t) => text(dig(t, 'secretName')) ?? []);
  if (kind === 'Gateway')
    return [
      ...items(dig(node, 'spec', 'servers')).flatMap((s) => text(dig(s, 'tls', 'credentialName')) ?? []),
      ...items(dig(node, 'spec', 'listeners')).flatMap((l) => items(dig(l, 'tls', 'certificateRefs')).flatMap((r) => text(dig(r, 'name')) ?? [])),
    ];
  return kind === 'IngressRoute' ? [text(dig(node, 'spec', 'tls', 'secretName'))].flatMap((n) => n ?? []) : [];
}
const ARN = ['alb.ingress.kubernetes.io/certificate-arn', 'service.beta.kubernetes.io/aws-load-balancer-ssl-cert'];

function certificates({ before, after }: KubePair): readonly Finding[] {
  const [had, has] = [before, after].map((o) => [...certificateNames(o), ...ARN.flatMap((a) => annotation(o, a)?.split(',') ?? [])].map((s) => s.trim()));
  const lost = (had ?? []).filter((name) => !has?.includes(name));
  if (lost.length === 0 || has?.length === 0) return [];
  return [
    NET107({
      place: placeOf(after, 'head'),
      because: [['certificate', `${lost.join(', ')} -> ${has?.join(', ') ?? ''}`]],
      what: `${title(after)} shows another certificate: clients that it does not fit are refused`,
    }),
  ];
}

const isDeny = (o: KubeObject): boolean => text(dig(o.node, 'spec', 'action')) === 'DENY';
/** A rule without a word in it takes everybody. */
const allowsAll = (o: KubeObject): boolean => !isDeny(o) && items(dig(o.node, 'spec', 'rules')).some((r) => entries(r).length === 0);

function admits({ before, after }: KubePair): readonly Finding[] {
  if (after.kind !== 'AuthorizationPolicy') return [];
  const opened = (allowsAll(after) && !allowsAll(before)) || (isDeny(before) && !isDeny(after));
  return opened
    ? [
        NET107({
          place: placeOf(after, 'head'),
          because: [['action', text(dig(after.node, 'spec', 'action')) ?? 'ALLOW']],
          what: `${title(after)} lets everybody in that reaches what it protects`,
        }),
      ]
    : [];
}

function guardGone(o: KubeObject): readonly Finding[] {
  const strict = o.kind === 'PeerAuthentication' && text(dig(o.node, 'spec', 'mtls', 'mode')) === 'STRICT';
  if (!strict && !/^(?:AuthorizationPolicy|RequestAuthentication)$/.test(o.kind)) return [];
  return [
    NET107({
      place: placeOf(o, 'base'),
      because: [['removed', title(o)]],
      what: `${title(o)} is removed: ${strict ? 'traffic that is not encrypted is accepted' : 'whoever it kept out may come in'}`,
    }),
  ];
}
