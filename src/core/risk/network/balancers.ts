/** HCL: listeners, targets, health checks (NET104), weights (NET105), priorities of rules (NET106), certificates and versions of TLS (NET107). */
import type { HclBlock } from '../evidence.ts';
import { flatten, type Placed, place } from '../hcl-index.ts';
import type { Finding } from '../risk.ts';
import { type BlockPair, type BlockSides, differing, listed, numeral, typeOf } from './blocks.ts';
import { NET104, NET105, NET106, NET107 } from './rules.ts';
import { moved } from './weights.ts';

export const balancers = (sides: BlockSides): readonly Finding[] => [
  ...partsGone(sides),
  ...sides.pairs.flatMap((p) => [...checks(p), ...forwards(p), ...priority(p), ...encryption(p)]),
];

const PART =
  /^(?:aws_(?:lb|alb|elb|lb_listener|alb_listener|lb_listener_rule|alb_listener_rule|lb_target_group|alb_target_group|lb_target_group_attachment|alb_target_group_attachment|elb_attachment|autoscaling_attachment|globalaccelerator_\w+)|google_compute_(?:(?:global_|region_)?(?:forwarding_rule|backend_service|target_http\w*_proxy|target_tcp_proxy|url_map|backend_bucket|health_check)|http_health_check|instance_group\w*|network_endpoint\w*)|azurerm_(?:lb|lb_rule|lb_backend_address_pool\w*|lb_probe|application_gateway|frontdoor\w*|cdn_frontdoor_\w+)|cloudflare_load_balancer\w*|digitalocean_loadbalancer|hcloud_load_balancer\w*)$/;

/** The last one of its kind in a folder takes everything behind it along. */
function partsGone({ gone, head }: BlockSides): readonly Finding[] {
  const kept = new Set(head.map((p) => `${p.folder}\0${typeOf(p)}`));
  return gone
    .filter((p) => PART.test(typeOf(p)))
    .map((p) => {
      const last = !kept.has(`${p.folder}\0${typeOf(p)}`);
      return NET104({
        place: place(p, 'base'),
        ...(last ? { severity: 'critical' as const } : {}),
        because: [
          ['type', typeOf(p)],
          ['others of its type in these files', String(!last)],
        ],
        what: `${p.address} is removed: ${last ? 'nothing in these files takes its place' : 'what it carried must be carried by the others'}`,
      });
    });
}

const CHECK =
  /(?:^|\.)(?:health_check(?:\[\d+\])?\.(?:path|port|protocol|matcher|healthy_threshold|unhealthy_threshold|interval|timeout|enabled|target)|deregistration_delay|slow_start|connection_draining(?:_timeout)?(?:_sec)?|request_path|check_interval_sec|timeout_sec|(?:un)?healthy_threshold|drain_timeout|number_of_probes|port|protocol)$/;
const CHECKED = /target_group$|^aws_elb$|health_check$|backend_service$|lb_probe$|load_balancer/;

function checks(pair: BlockPair): readonly Finding[] {
  if (!PART.test(typeOf(pair.after)) || !CHECKED.test(typeOf(pair.after))) return [];
  const facts = differing(pair, CHECK).filter(
    ([name]) => /health|delay|start|drain|path|threshold|interval|timeout|probes/.test(name) || /health_check$|lb_probe$/.test(typeOf(pair.after)),
  );
  return facts.length === 0
    ? []
    : [
        NET104({
          place: place(pair.after, 'head'),
          because: facts,
          what: `${pair.after.address} judges its targets by other terms (${facts.map(([n]) => n).join(', ')}): those that do not answer as asked get no traffic`,
        }),
      ];
}

/** Blocks of `forward { target_group { arn weight } }` and of weighted services, wherever they are nested. */
function forwards(pair: BlockPair): readonly Finding[] {
  const [was, is] = [pair.before, pair.after].map((p) => splitOf(p.block, 0));
  const jump = was === undefined || is === undefined || was.size === 0 ? undefined : moved(was, is);
  if (jump === undefined || is?.size === 0) return [];
  return [
    NET105({
      place: place(pair.after, 'head'),
      severity: jump.severity,
      because: jump.facts,
      what: `${pair.after.address} moves ${jump.points} of 100 points of traffic in one step`,
    }),
  ];
}

function splitOf(block: HclBlock, depth: number): ReadonlyMap<string, number> {
  const out = new Map<string, number>();
  if (depth > 8) return out;
  for (const b of block.blocks) {
    const to = b.attributes.find((a) => /^(?:arn|backend_service|target_group_arn)$/.test(a.name))?.expression;
    const weight = numeral(b.attributes.find((a) => a.name === 'weight')?.expression);
    if (/^(?:target_group|weighted_backend_services)$/.test(b.type) && to !== undefined && weight !== undefined) out.set(to, weight);
    for (const [name, w] of splitOf(b, depth + 1)) out.set(name, w);
  }
  return out;
}

/** The listener asks its rules by number, and the first that matches wins. */
function priority(pair: BlockPair): readonly Finding[] {
  if (!/_listener_rule$/.test(typeOf(pair.after))) return [];
  const facts = differing(pair, /^priority$/);
  return facts.length === 0
    ? []
    : [
        NET106({
          place: place(pair.after, 'head'),
          because: facts,
          what: `${pair.after.address} is asked earlier or later than before: the first rule that matches takes a request`,
        }),
      ];
}

/** Least first, as each provider names them. */
const VERSIONS = [
  'SSLv3',
  'TLSv1',
  'TLS_1_0',
  'TLS1_0',
  '1.0',
  'TLSv1_2016',
  'TLSv1.1',
  'TLSv1.1_2016',
  'TLS_1_1',
  'TLS1_1',
  '1.1',
  'TLSv1.2_2018',
  'TLSv1.2_2019',
  'TLSv1.2_2021',
  'TLS_1_2',
  'TLS1_2',
  '1.2',
  'TLSv1.2',
  'TLSv1.3_2025',
  'TLS1_3',
  'TLS_1_3',
  '1.3',
];
const HOSTS = /(?:^|\.)(?:aliases|host_header(?:\.values)?|host_names|custom_domain\w*|hosts)$/;

function encryption(pair: BlockPair): readonly Finding[] {
  const facts = [
    ...differing(pair, /(?:^|\.)(?:minimum_protocol_version|min_tls_version|minimum_tls_version|minimum_tls_policy|ssl_minimal_version)$/).filter(([, how]) => isLess(how)),
    ...differing(pair, /^(?:protocol)$/).filter(([, how]) => /"(?:HTTPS|TLS)" -> "(?:HTTP|TCP)"/.test(how)),
    ...differing(pair, /(?:^|\.)ssl_policy$/).filter(([, how]) => year(how)),
    ...differing(pair, /(?:^|\.)(?:viewer_protocol_policy)$/).filter(([, how]) => /-> "allow-all"/.test(how)),
    ...differing(pair, /(?:^|\.)(?:certificate_arn|acm_certificate_arn|ssl_certificates?|ssl_certificate_id|ssl_certificate_name|iam_certificate_id|certificate_map)$/).filter(
      ([, how]) => !how.startsWith('unset'),
    ),
    ...hostsGone(pair),
  ];
  return facts.length === 0
    ? []
    : [
        NET107({
          place: place(pair.after, 'head'),
          because: facts,
          what: `${pair.after.address} answers for fewer hosts, or on other terms of encryption (${facts.map(([n]) => n).join(', ')}): clients are refused, or less protected`,
        }),
      ];
}

function isLess(how: string): boolean {
  const [was, is] = how.split(' -> ').map((s) => VERSIONS.indexOf(s.replaceAll('"', '')));
  return was !== undefined && is !== undefined && was >= 0 && is >= 0 && is < was;
}

/** Policies carry the year of their terms: an older one, or one that speaks older versions. */
function year(how: string): boolean {
  const [was, is] = how.split(' -> ').map((s) => ({ year: Number(/20\d\d/.exec(s)?.[0] ?? 0), version: Number(/TLS1?-?(\d-\d|[0-3])/.exec(s)?.[1]?.replace('-', '') ?? 0) }));
  return was !== undefined && is !== undefined && was.year > 0 && (is.year < was.year || is.version < was.version);
}

function hostsGone({ before, after }: BlockPair): readonly (readonly [string, string])[] {
  const hosts = (p: Placed): readonly string[] => [...flatten(p.block)].flatMap(([name, value]) => (HOSTS.test(name) ? listed(value) : []));
  const has = new Set(hosts(after));
  return hosts(before)
    .filter((h) => !has.has(h))
    .map((h) => ['host removed', h] as const);
}
