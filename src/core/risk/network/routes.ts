/** HCL: ways between networks (NET101), what is let in from everywhere (NET102), and what was let in and is no more (NET103). */
import type { HclBlock } from '../evidence.ts';
import { flatten, type Placed, place } from '../hcl-index.ts';
import type { Finding } from '../risk.ts';
import { type BlockPair, type BlockSides, differing, listed, literal, numeral, typeOf } from './blocks.ts';
import { NET101, NET102, NET103 } from './rules.ts';

export const routes = (sides: BlockSides): readonly Finding[] => [...sides.gone.flatMap(wayGone), ...sides.pairs.flatMap(wayChanged), ...openings(sides), ...closings(sides)];

const WAY =
  /^(?:aws_(?:route|route_table|route_table_association|main_route_table_association|default_route_table|vpc_peering_connection(?:_accepter|_options)?|ec2_transit_gateway\w*|nat_gateway|internet_gateway|egress_only_internet_gateway|vpn_\w+|customer_gateway|dx_\w+|vpc_endpoint|vpc_endpoint_route_table_association|ec2_managed_prefix_list)|google_compute_(?:route|router\w*|network_peering\w*|vpn_\w+|ha_vpn_gateway|interconnect\w*)|azurerm_(?:route|route_table|subnet_route_table_association|virtual_network_peering|virtual_network_gateway\w*|local_network_gateway|nat_gateway\w*|express_route\w*|virtual_hub\w*|vpn_\w+)|digitalocean_vpc_peering|hcloud_network_route|openstack_networking_router\w*)$/;
const NETWORK =
  /^(?:aws_(?:vpc|subnet|vpc_ipv4_cidr_block_association)|google_compute_(?:network|subnetwork)|azurerm_(?:virtual_network|subnet)|hcloud_network(?:_subnet)?|openstack_networking_(?:network|subnet)_v2)$/;

function wayGone(p: Placed): readonly Finding[] {
  if (!WAY.test(typeOf(p))) return [];
  return [NET101({ place: place(p, 'base'), because: [['type', typeOf(p)]], what: `${p.address} is removed: what went this way no longer arrives` })];
}

/** Where it leads, and for whom; names, tags and descriptions lead nowhere. */
const LEADS =
  /(?:^|\.)(?:(?:destination|ipv6|ipv4)?_?(?:cidr|ipv6_cidr)_?(?:block|blocks)?|destination\w*|dest_range|address_prefix(?:es)?|address_space|ip_cidr_range|network_range|\w*gateway(?:_id|_ip_address)?|next_hop\w*|vpc_peering_connection_id|peer_\w+|remote_\w+|network_interface_id|route_table_id|subnet_ids?|prefix_list_id|vpc_endpoint_id|allocation_id|transit_gateway_\w+|route(?:\[\d+\])?\.\w+)$/;

function wayChanged(pair: BlockPair): readonly Finding[] {
  const type = typeOf(pair.after);
  if (!WAY.test(type) && !NETWORK.test(type)) return [];
  const facts = differing(pair, WAY.test(type) ? LEADS : CIDR);
  if (facts.length === 0) return [];
  // only more of them is a way more, and takes none away
  if (facts.every(([, how]) => how.startsWith('unset ->')) && facts.every(([name]) => /^route(?:\[\d+\])?\./.test(name))) return [];
  return [
    NET101({
      place: place(pair.after, 'head'),
      because: facts,
      what: `${pair.after.address} leads elsewhere, or for other addresses (${facts.map(([name]) => name).join(', ')}): what went this way may no longer arrive`,
    }),
  ];
}
const CIDR = /(?:^|\.)(?:(?:ipv6_)?cidr_block|ip_cidr_range|address_space|address_prefix(?:es)?|ip_range|cidr)$/;

/** Ports by which whoever gets in has the machine or the data. */
const ADMIN_PORTS: readonly number[] = [22, 23, 1433, 1521, 2375, 2379, 3306, 3389, 5432, 5900, 5984, 6379, 6443, 8500, 9042, 9092, 9200, 10250, 11211, 27017];

function openings({ head, pairs }: BlockSides): readonly Finding[] {
  const was = new Map(pairs.map((p) => [p.after, p.before]));
  return head.flatMap((after) => {
    const before = was.get(after);
    const known = new Set(before === undefined ? [] : open(before));
    return open(after)
      .filter((o) => !known.has(o))
      .map((o) => {
        const [from = 0, to = 0] = o.split('-').map(Number);
        const admin = ADMIN_PORTS.some((p) => p >= from && p <= to);
        return NET102({
          place: place(after, 'head'),
          ...(admin ? { severity: 'critical' as const } : {}),
          because: [['ports', o]],
          what: `${after.address} lets the whole internet reach ${from === to ? `port ${from}` : `ports ${o}`}`,
        });
      });
  });
}

/** Everything that lets something in or out, in the words of each provider. */
interface Allow {
  readonly inbound: boolean;
  readonly sources: readonly string[];
  readonly ports: readonly string[];
}

/** Port ranges that are open to the world; unknown ports count as all of them. */
const open = (p: Placed): readonly string[] => [
  ...new Set(
    allows(p)
      .filter((a) => a.inbound && a.sources.some((s) => WORLD.test(s)))
      .flatMap((a) => a.ports),
  ),
];
const WORLD = /^(?:0\.0\.0\.0\/0|::\/0|\*|Internet|Any)$/;

function allows(p: Placed): readonly Allow[] {
  const type = typeOf(p);
  const { block } = p;
  if (/^aws_(?:default_)?security_group$|^aws_(?:default_)?network_acl$/.test(type))
    return block.blocks.filter((b) => /^(?:in|e)gress$/.test(b.type) && !denies(b)).map((b) => amazon(b, b.type === 'ingress'));
  if (/^aws_(?:security_group_rule|vpc_security_group_(?:in|e)gress_rule|network_acl_rule)$/.test(type))
    return denies(block) ? [] : [amazon(block, !/egress/.test(type) && literalOf(block, 'type') !== 'egress' && literalOf(block, 'egress') !== 'true')];
  if (type === 'google_compute_firewall') return literalOf(block, 'disabled') === 'true' ? [] : block.blocks.filter((b) => b.type === 'allow').map((b) => google(b, block));
  if (/^azurerm_network_security_(?:rule|group)$/.test(type))
    return (type.endsWith('rule') ? [block] : block.blocks.filter((b) => b.type === 'security_rule')).filter((b) => literalOf(b, 'access') !== 'Deny').map(azure);
  return /^(?:openstack_networking_secgroup_rule_v2|digitalocean_firewall|hcloud_firewall)$/.test(type)
    ? [...(block.blocks.length > 0 ? block.blocks : [block])].filter((b) => /rule|resource/.test(b.type)).map(others)
    : [];
}

const of = (block: HclBlock, name: string): string | undefined => block.attributes.find((a) => a.name === name)?.expression;
const literalOf = (block: HclBlock, name: string): string | undefined => literal(of(block, name));
const denies = (block: HclBlock): boolean => /^deny$/i.test(literalOf(block, 'action') ?? literalOf(block, 'rule_action') ?? '');
const sourcesOf = (block: HclBlock, names: RegExp): readonly string[] => [...flatten(block)].flatMap(([name, value]) => (names.test(name) ? listed(value) : []));

function amazon(block: HclBlock, inbound: boolean): Allow {
  const all = literalOf(block, 'protocol') === '-1' || literalOf(block, 'ip_protocol') === '-1';
  const port = (name: string, silent: number): number => (all ? silent : (numeral(of(block, name)) ?? silent));
  return { inbound, sources: sourcesOf(block, /cidr|security_group|prefix_list|self/), ports: [`${port('from_port', 0)}-${port('to_port', 65535)}`] };
}

function google(allow: HclBlock, whole: HclBlock): Allow {
  const ports = listed(of(allow, 'ports')).map((p) => (p.includes('-') ? p : `${p}-${p}`));
  const known = ports.length > 0 && ports.every((p) => /^\d{1,5}-\d{1,5}$/.test(p));
  return {
    inbound: literalOf(whole, 'direction') !== 'EGRESS',
    sources: sourcesOf(whole, /source_(?:ranges|tags|service_accounts)|destination_ranges/),
    ports: known ? ports : ['0-65535'],
  };
}

function azure(rule: HclBlock): Allow {
  const ports = sourcesOf(rule, /^destination_port_ranges?$/).map((p) => (/^\d{1,5}$/.test(p) ? `${p}-${p}` : /^\d{1,5}-\d{1,5}$/.test(p) ? p : '0-65535'));
  return {
    inbound: literalOf(rule, 'direction') !== 'Outbound',
    sources: sourcesOf(rule, /^source_(?:address_prefix(?:es)?|application_security_group_ids)$/),
    ports: ports.length > 0 ? ports : ['0-65535'],
  };
}

function others(rule: HclBlock): Allow {
  const range = literalOf(rule, 'port_range') ?? literalOf(rule, 'port') ?? '';
  const from = numeral(of(rule, 'port_range_min')) ?? (/^\d/.test(range) ? Number(range.split('-')[0]) : 0);
  const to = numeral(of(rule, 'port_range_max')) ?? (/^\d/.test(range) ? Number(range.split('-').at(-1)) : 65535);
  return {
    inbound: !/outbound|^out$|^egress$/.test(`${rule.type} ${literalOf(rule, 'direction') ?? ''}`),
    sources: sourcesOf(rule, /remote_ip_prefix|source_(?:addresses|ips)/),
    ports: [`${from}-${to}`],
  };
}

/** What was let in, by whom and where; the same or more said in another block of the folder is no loss. */
function closings({ base, head, pairs, gone }: BlockSides): readonly Finding[] {
  const still = new Map<string, Way[]>();
  for (const w of head.flatMap(ways)) still.set(peer(w), [...(still.get(peer(w)) ?? []).slice(-MAX_RANGES), w]);
  const after = new Map(pairs.map((p) => [p.before, p.after]));
  const left = new Set(gone);
  return base.flatMap((before) => {
    const is = after.get(before);
    if (is === undefined && !left.has(before)) return [];
    const lost = ways(before).filter((w) => ![w.source, ...EVERYBODY].some((source) => still.get(peer({ ...w, source }))?.some((s) => within(w.ports, s.ports))));
    if (lost.length === 0) return [];
    const at = is === undefined ? place(before, 'base') : place(is, 'head');
    const because = lost.slice(0, 8).map((w) => ['no longer allowed', `${w.inbound ? 'from' : 'to'} ${w.source}, ports ${w.ports}`] as const);
    return [NET103({ place: at, because, what: `${before.address} no longer lets through what it did: whoever came this way is refused` })];
  });
}

/** Of one peer in one folder. */
const MAX_RANGES = 200;
const EVERYBODY = ['0.0.0.0/0', '::/0', '*'];

interface Way {
  readonly folder: string;
  readonly inbound: boolean;
  readonly source: string;
  /** `22-22`. */
  readonly ports: string;
}

const peer = (w: Way): string => `${w.folder}\0${w.inbound}\0${w.source}`;
const ways = (p: Placed): readonly Way[] =>
  allows(p).flatMap((a) => a.sources.flatMap((source) => a.ports.map((ports) => ({ folder: p.folder, inbound: a.inbound, source, ports }))));

function within(inner: string, outer: string): boolean {
  const [a = 0, b = 0] = inner.split('-').map(Number);
  const [from = 0, to = 0] = outer.split('-').map(Number);
  return from <= a && b <= to;
}
