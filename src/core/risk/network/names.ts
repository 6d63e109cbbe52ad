/** HCL: records and zones of names (NET109), who answers when somebody does not (NET110), and weighted answers (NET105). */
import { attribute, flatten, type Placed, place } from '../hcl-index.ts';
import type { Finding } from '../risk.ts';
import { type BlockSides, differing, listed, literal, numeral, typeOf } from './blocks.ts';
import { compared, type DnsRecord } from './records.ts';
import { NET105, NET109, NET110 } from './rules.ts';
import { moved } from './weights.ts';

export const names = (sides: BlockSides): readonly Finding[] => [...recordsOf(sides), ...sides.gone.flatMap(zoneGone), ...policies(sides), ...weighted(sides)];

const RECORD =
  /^(?:aws_route53_record|google_dns_record_set|cloudflare_(?:dns_)?record|digitalocean_record|azurerm_(?:private_)?dns_(\w+)_record|hetznerdns_record|hcloud_zone_rrset|ovh_domain_zone_record|gandi_livedns_record|ns1_record|dnsimple_(?:zone_)?record)$/;
const ZONE =
  /^(?:aws_route53_(?:zone|zone_association|delegation_set|key_signing_key|hosted_zone_dnssec)|google_dns_managed_zone|cloudflare_zone|azurerm_(?:private_)?dns_zone|digitalocean_domain|hetznerdns_zone|hcloud_zone|ns1_zone)$/;

/** Of files that both sides could read: pairs by address, and what is gone or new. Joined again by name and type. */
function recordsOf({ pairs, gone, added }: BlockSides): readonly Finding[] {
  const base = [...pairs.map((p) => p.before), ...gone].flatMap(record);
  const head = [...pairs.map((p) => p.after), ...added].flatMap(record);
  return compared(base, head);
}

function record(p: Placed): readonly DnsRecord[] {
  if (!RECORD.test(typeOf(p))) return [];
  const flat = flatten(p.block);
  // each of several answers for one name has a name of its own
  const one = attribute(p.block, 'set_identifier') ?? '';
  const zone = ['zone_id', 'managed_zone', 'zone', 'domain', 'zone_name', 'domain_id', 'hosted_zone_id'].map((k) => flat.get(k)).find((v) => v !== undefined) ?? '';
  const name = flat.get('name') ?? flat.get('domain') ?? '@';
  const type = literal(flat.get('type')) ?? RECORD.exec(typeOf(p))?.[1]?.toUpperCase() ?? flat.get('type') ?? 'A';
  const values = [...flat].filter(([k]) => VALUES.test(k)).flatMap(([, v]) => listed(v));
  return [
    {
      scope: `${p.folder}\0${zone}`,
      name: `${literal(name) ?? name}${one === '' ? '' : ` (${literal(one) ?? one})`}`,
      type,
      values,
      ttl: numeral(flat.get('ttl')),
      path: p.path,
      line: p.block.line,
    },
  ];
}
const VALUES = /^(?:records?|rrdatas|value|content|target|alias(?:\[\d+\])?\.name|target_resource_id|answers(?:\[\d+\])?\.answer|routing_policy\..*)$/;

function zoneGone(p: Placed): readonly Finding[] {
  if (!ZONE.test(typeOf(p))) return [];
  return [NET109({ place: place(p, 'base'), because: [['type', typeOf(p)]], what: `${p.address} is removed: every name in the zone is gone, or no longer signed` })];
}

const POLICY =
  /^(?:(?:failover|geolocation|geoproximity|latency)_routing_policy(?:\[\d+\])?\.\w+|health_check_id|routing_policy\.(?:geo|primary_backup)\S*|multivalue_answer_routing_policy)$/;
const CHECK = /^(?:aws_route53_health_check|azurerm_traffic_manager_\w+|google_monitoring_uptime_check_config|cloudflare_load_balancer_(?:monitor|pool))$/;
const ASKED =
  /(?:^|\.)(?:fqdn|ip_address|port|type|resource_path|failure_threshold|request_interval|disabled|inverted|search_string|regions|child_\w+|insufficient_data_health_status|priority|target_resource_id|traffic_routing_method|protocol|path|enabled)$/;

function policies({ pairs, gone }: BlockSides): readonly Finding[] {
  const say = (p: Placed, side: 'base' | 'head', what: string, because: readonly (readonly [string, string])[]): Finding =>
    NET110({ place: place(p, side), because, what: `${p.address} ${what}` });
  return [
    ...pairs.flatMap((pair) => {
      const facts = RECORD.test(typeOf(pair.after)) ? differing(pair, POLICY) : CHECK.test(typeOf(pair.after)) ? differing(pair, ASKED) : [];
      return facts.length === 0 ? [] : [say(pair.after, 'head', `decides by other terms who answers when somebody does not (${facts.map(([n]) => n).join(', ')})`, facts)];
    }),
    ...gone.filter((p) => CHECK.test(typeOf(p))).map((p) => say(p, 'base', 'is removed: nobody notices any more that somebody does not answer', [['type', typeOf(p)]])),
  ];
}

/** Records of one name share the traffic by their weights. */
function weighted({ pairs, gone, added }: BlockSides): readonly Finding[] {
  const [was, is] = [grouped([...pairs.map((p) => p.before), ...gone]), grouped([...pairs.map((p) => p.after), ...added])];
  return [...is].flatMap(([key, after]) => {
    const before = was.get(key);
    const jump = before === undefined ? undefined : moved(before.weights, after.weights);
    return jump === undefined
      ? []
      : [
          NET105({
            place: place(after.at, 'head'),
            severity: jump.severity,
            because: jump.facts,
            what: `${after.name} moves ${jump.points} of 100 points of its answers in one step`,
          }),
        ];
  });
}

interface Group {
  readonly name: string;
  readonly at: Placed;
  readonly weights: Map<string, number>;
}

function grouped(blocks: readonly Placed[]): ReadonlyMap<string, Group> {
  const out = new Map<string, Group>();
  for (const p of blocks) {
    const flat = flatten(p.block);
    const weight = numeral(flat.get('weighted_routing_policy.weight'));
    if (weight === undefined) continue;
    const [name, zone] = [flat.get('name') ?? '', flat.get('zone_id') ?? ''];
    const key = [p.folder, zone, name, flat.get('type') ?? ''].join('\0');
    const group = out.get(key) ?? { name: literal(name) ?? name, at: p, weights: new Map<string, number>() };
    group.weights.set(flat.get('set_identifier') ?? p.address, weight);
    out.set(key, group);
  }
  return out;
}
