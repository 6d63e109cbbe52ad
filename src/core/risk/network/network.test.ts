import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { languages } from '../../../adapters/languages/index.ts';
import { sampleTree } from '../../../testing/tree.ts';
import { detect } from '../detect.ts';
import type { Finding } from '../risk.ts';
import { network } from './network.ts';
import { zoneRecords } from './zone.ts';

type Sides = readonly [base: string | null, head: string | null];

async function look(files: { readonly [path: string]: Sides }): Promise<readonly Finding[]> {
  const { records, read } = sampleTree(files);
  return detect([network], { files: await languages().parse(records, read), plan: null }).findings.filter((f) => !f.rule.startsWith('META00') || f.rule === 'META000');
}
type Case = readonly [name: string, base: string | null, head: string | null, expected: readonly string[]];
function cases(title: string, path: string, list: readonly Case[]): void {
  describe(title, () => {
    it.each(list)('%s', async (_, base, head, expected) => expect((await look({ [path]: [base, head] })).map((f) => `${f.rule}:${f.severity}`)).toEqual(expected));
  });
}

const VERSIONS: { readonly [kind: string]: string } = {
  VirtualService: 'networking.istio.io/v1',
  DestinationRule: 'networking.istio.io/v1',
  EnvoyFilter: 'networking.istio.io/v1alpha3',
  PeerAuthentication: 'security.istio.io/v1',
  AuthorizationPolicy: 'security.istio.io/v1',
  HTTPRoute: 'gateway.networking.k8s.io/v1',
  Gateway: 'gateway.networking.k8s.io/v1',
  Ingress: 'networking.k8s.io/v1',
  DNSEndpoint: 'externaldns.k8s.io/v1alpha1',
};
const object = (kind: string, spec: string, annotations = '{}'): string =>
  `apiVersion: ${VERSIONS[kind] ?? 'v1'}\nkind: ${kind}\nmetadata:\n  name: orders\n  annotations: ${annotations}\nspec: ${spec}\n`;

const to = (weights: readonly number[]): string => `[${weights.map((w, i) => `{destination: {host: orders, subset: v${i}}, weight: ${w}}`).join(', ')}]`;
const split = (...weights: readonly number[]): string => object('VirtualService', `{http: [{route: ${to(weights)}}]}`);
const backends = (...weights: readonly number[]): string =>
  object('HTTPRoute', `{rules: [{backendRefs: [${weights.map((w, i) => `{name: s${i}, port: 80, weight: ${w}}`).join(', ')}]}]}`);
cases('weights', 'mesh/orders.yaml', [
  ['a small step', split(90, 10), split(75, 25), []],
  ['a large step', split(90, 10), split(50, 50), ['NET105:high']],
  ['all at once', split(100, 0), split(0, 100), ['NET105:critical']],
  [
    'to one that was not there',
    object('VirtualService', '{http: [{route: [{destination: {host: a}}]}]}'),
    object('VirtualService', '{http: [{route: [{destination: {host: b}}]}]}'),
    ['NET105:critical'],
  ],
  ['a sum that is none', split(90, 10), split(90, 5), ['NET105:high']],
  ['the same in other numbers', backends(9, 1), backends(90, 10), []],
  ['the only backend gets nothing', backends(1), backends(0), ['NET105:critical']],
  [
    'a canary',
    object('Ingress', '{}', '{nginx.ingress.kubernetes.io/canary-weight: "5"}'),
    object('Ingress', '{}', '{nginx.ingress.kubernetes.io/canary-weight: "50"}'),
    ['NET105:high'],
  ],
  [
    'a canary, in steps',
    object('Ingress', '{}', '{nginx.ingress.kubernetes.io/canary-weight: "5"}'),
    object('Ingress', '{}', '{nginx.ingress.kubernetes.io/canary-weight: "20"}'),
    [],
  ],
]);

const rule = (match: string, host: string): string => `{${match === '' ? '' : `match: [${match}], `}route: [{destination: {host: ${host}}}]}`;
const service = (...rules: readonly string[]): string => object('VirtualService', `{http: [${rules.join(', ')}]}`);
const [API, API2, REST] = [rule('{uri: {prefix: /api}}', 'a'), rule('{uri: {prefix: /api/v2}}', 'b'), rule('', 'c')];
const route = (...paths: readonly string[]): string => object('HTTPRoute', `{rules: [${paths.map((p) => `{matches: [{path: {value: ${p}}}]}`).join(', ')}]}`);
cases('match order', 'mesh/orders.yaml', [
  ['the broader first', service(API2, API, REST), service(API, API2, REST), ['NET106:high']],
  ['it was so before', service(API, API2, REST), `# same\n${service(API, API2, REST)}`, []],
  ['neither takes from the other', service(API2, rule('{uri: {prefix: /web}}', 'd'), REST), service(rule('{uri: {prefix: /web}}', 'd'), API2, REST), []],
  [
    'the same path, of one method',
    service(rule('{uri: {prefix: /api}, method: {exact: GET}}', 'd'), API, REST),
    service(API, rule('{uri: {prefix: /api}, method: {exact: GET}}', 'd'), REST),
    ['NET106:high'],
  ],
  [
    'a method before another path',
    service(API2, rule('{uri: {prefix: /api}, method: {exact: GET}}', 'd'), REST),
    service(rule('{uri: {prefix: /api}, method: {exact: GET}}', 'd'), API2, REST),
    [],
  ],
  ['everything first', service(API, REST), service(REST, API), ['NET106:critical', 'NET106:high']],
  ['the default goes', service(API, REST), service(API), ['NET106:critical']],
  ['the longest wins wherever it stands', route('/api/v2', '/api', '/'), route('/', '/api', '/api/v2'), []],
  ['its default goes', route('/api', '/'), route('/api'), ['NET106:critical']],
]);

const ingress = (hosts: string, tls = ''): string => object('Ingress', `{rules: [${hosts}]${tls}}`);
const peers = (mode: string): string => object('PeerAuthentication', `{mtls: {mode: ${mode}}}`);
const authorize = (body: string): string => object('AuthorizationPolicy', body);
cases('hosts and encryption', 'mesh/orders.yaml', [
  ['a host goes', ingress('{host: a.example}, {host: b.example}'), ingress('{host: a.example}'), ['NET107:critical']],
  [
    'a host moves to another object',
    `${ingress('{host: a.example}, {host: b.example}')}---\n${object('VirtualService', '{hosts: [c.example]}')}`,
    `${ingress('{host: a.example}')}---\n${object('VirtualService', '{hosts: [c.example, b.example]}')}`,
    [],
  ],
  ['the object goes', object('HTTPRoute', '{hostnames: [a.example]}'), '', ['NET107:critical']],
  ['a host more', ingress('{host: a.example}'), ingress('{host: a.example}, {host: b.example}'), []],
  ['no certificate', ingress('{host: a.example}', ', tls: [{secretName: a}]'), ingress('{host: a.example}'), ['NET107:critical']],
  ['another certificate', ingress('{host: a.example}', ', tls: [{secretName: a}]'), ingress('{host: a.example}', ', tls: [{secretName: b}]'), ['NET107:critical']],
  ['peers may be in the clear', peers('STRICT'), peers('PERMISSIVE'), ['NET107:critical']],
  ['peers may not be in the clear', peers('PERMISSIVE'), peers('STRICT'), []],
  ['the policy of peers goes', peers('STRICT'), null, ['NET107:critical']],
  [
    'a destination in the clear',
    object('DestinationRule', '{host: a, trafficPolicy: {tls: {mode: MUTUAL}}}'),
    object('DestinationRule', '{host: a, trafficPolicy: {tls: {mode: DISABLE}}}'),
    ['NET107:critical'],
  ],
  ['everybody is let in', authorize('{rules: [{from: [{source: {}}]}]}'), authorize('{rules: [{}]}'), ['NET107:critical']],
  ['what denied goes', authorize('{action: DENY, rules: [{}]}'), null, ['NET107:critical']],
  [
    'an older version of TLS',
    object('Gateway', '{servers: [{port: {number: 443}, tls: {minProtocolVersion: TLSV1_2}}]}').replace('gateway.networking.k8s.io', 'networking.istio.io'),
    object('Gateway', '{servers: [{port: {number: 443}, tls: {minProtocolVersion: TLSV1_0}}]}').replace('gateway.networking.k8s.io', 'networking.istio.io'),
    ['NET107:critical'],
  ],
]);

const subsets = (...names: readonly string[]): string => object('DestinationRule', `{host: orders, subsets: [${names.map((n) => `{name: ${n}}`).join(', ')}]}`);
cases('the rest of a mesh', 'mesh/orders.yaml', [
  ['a subset goes that a route names', `${subsets('v0', 'v1')}---\n${split(90, 10)}`, `${subsets('v0')}---\n${split(90, 10)}`, ['NET108:critical']],
  ['a subset goes that no route here names', subsets('v0', 'v9'), subsets('v0'), ['NET108:elevated']],
  [
    'the pool changes',
    object('DestinationRule', '{host: a}'),
    object('DestinationRule', '{host: a, trafficPolicy: {connectionPool: {tcp: {maxConnections: 1}}}}'),
    ['NET108:elevated'],
  ],
  ['a raw filter', object('EnvoyFilter', '{a: 1}'), object('EnvoyFilter', '{a: 2}'), ['NET113:high']],
  ['a new raw filter', null, object('EnvoyFilter', '{a: 1}'), ['NET113:high']],
  [
    'a snippet',
    object('Ingress', '{}', '{nginx.ingress.kubernetes.io/server-snippet: "deny all;"}'),
    object('Ingress', '{}', '{nginx.ingress.kubernetes.io/server-snippet: ""}'),
    ['NET113:high'],
  ],
  ['another annotation', object('Ingress', '{}', '{a: "1"}'), object('Ingress', '{}', '{a: "2"}'), []],
  ['a listener goes', object('Gateway', '{listeners: [{port: 80}, {port: 443}]}'), object('Gateway', '{listeners: [{port: 443}]}'), ['NET104:high']],
  ['a balancer goes', object('Service', '{type: LoadBalancer, ports: [{port: 80}]}'), null, ['NET104:critical']],
  ['a service goes', object('Service', '{ports: [{port: 80}]}'), null, ['NET104:high']],
  ['a balancer lets everybody in', object('Service', '{type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.0/8]}'), object('Service', '{type: LoadBalancer}'), ['NET102:high']],
]);

const resource = (type: string, body: string, name = 'a'): string => `resource "${type}" "${name}" {\n${body}\n}\n`;
const ROUTE = 'destination_cidr_block = "0.0.0.0/0"\ngateway_id = aws_internet_gateway.main.id';
const group = (cidr: string, port: number): string =>
  resource('aws_security_group', `ingress {\nfrom_port = ${port}\nto_port = ${port}\nprotocol = "tcp"\ncidr_blocks = ["${cidr}"]\n}`);
const firewall = (ranges: string, ports: string): string => resource('google_compute_firewall', `source_ranges = ${ranges}\nallow {\nprotocol = "tcp"\nports = ${ports}\n}`);
cases('networks', 'net/main.tf', [
  ['a route goes', resource('aws_route', ROUTE), '', ['NET101:critical']],
  ['a route leads elsewhere', resource('aws_route', ROUTE), resource('aws_route', ROUTE.replace('main', 'other')), ['NET101:critical']],
  ['a route gets another name in the code', resource('aws_route', ROUTE), resource('aws_route', ROUTE, 'b'), []],
  ['a route is moved', resource('aws_route', ROUTE), `${resource('aws_route', ROUTE, 'b')}moved {\nfrom = aws_route.a\nto = aws_route.b\n}\n`, []],
  ['a route is only tagged', resource('aws_vpc_peering_connection', 'peer_vpc_id = "x"'), resource('aws_vpc_peering_connection', 'peer_vpc_id = "x"\ntags = { a = "b" }'), []],
  ['the addresses of a network', resource('aws_subnet', 'cidr_block = "10.0.0.0/24"'), resource('aws_subnet', 'cidr_block = "10.0.1.0/24"'), ['NET101:critical']],
  ['the database is open', group('10.0.0.0/8', 5432), group('0.0.0.0/0', 5432), ['NET102:critical']],
  ['a web port is open', group('10.0.0.0/8', 443), group('0.0.0.0/0', 443), ['NET102:high']],
  ['it was open before', group('0.0.0.0/0', 443), `# same\n${group('0.0.0.0/0', 443)}`, []],
  ['a narrower range', group('10.0.0.0/8', 22), group('10.1.0.0/16', 22), ['NET103:high']],
  ['a range more', firewall('["10.0.0.0/8"]', '["443"]'), firewall('["10.0.0.0/8", "192.168.0.0/16"]', '["443"]'), []],
  ['everybody, in other words', firewall('["10.0.0.0/8"]', '["22"]'), firewall('["0.0.0.0/0"]', '["22"]'), ['NET102:critical']],
  ['an allow goes', firewall('["10.0.0.0/8"]', '["443"]'), '', ['NET103:high']],
  [
    'an allow stands in a block of its own',
    group('10.0.0.0/8', 443),
    resource('aws_security_group', '') + resource('aws_security_group_rule', 'type = "ingress"\nfrom_port = 443\nto_port = 443\nprotocol = "tcp"\ncidr_blocks = ["10.0.0.0/8"]'),
    [],
  ],
]);

const LISTENER = resource('aws_lb_listener', 'port = 443\nprotocol = "HTTPS"\ncertificate_arn = "a"\nssl_policy = "ELBSecurityPolicy-TLS13-1-2-2021-06"');
const targets = (more: string): string => resource('aws_lb_target_group', `port = 80\nhealth_check {\npath = "/ready"\n}\n${more}`);
const forward = (a: number, b: number): string =>
  resource('aws_lb_listener_rule', `action {\ntype = "forward"\nforward {\ntarget_group {\narn = x.a\nweight = ${a}\n}\ntarget_group {\narn = x.b\nweight = ${b}\n}\n}\n}`);
cases('balancers', 'net/main.tf', [
  ['the last listener goes', LISTENER, '', ['NET104:critical']],
  ['one of two listeners goes', `${LISTENER}${LISTENER.replace('"a"', '"b"')}`, LISTENER.replace('"a"', '"b"'), ['NET104:high']],
  ['the check asks elsewhere', targets(''), targets('').replace('/ready', '/'), ['NET104:high']],
  ['less time to drain', targets('deregistration_delay = 300'), targets('deregistration_delay = 5'), ['NET104:high']],
  ['another tag', targets(''), targets('tags = {}'), []],
  ['a jump of weights', forward(90, 10), forward(10, 90), ['NET105:high']],
  ['a step of weights', forward(90, 10), forward(80, 20), []],
  ['a rule is asked earlier', resource('aws_lb_listener_rule', 'priority = 10'), resource('aws_lb_listener_rule', 'priority = 5'), ['NET106:high']],
  ['another certificate', LISTENER, LISTENER.replace('certificate_arn = "a"', 'certificate_arn = "b"'), ['NET107:critical']],
  ['older terms of TLS', LISTENER, LISTENER.replace('TLS13-1-2-2021-06', '2016-08'), ['NET107:critical']],
  ['newer terms of TLS', LISTENER.replace('TLS13-1-2-2021-06', '2016-08'), LISTENER, []],
]);

const record = (values: string, more = 'ttl = 300', name = 'a'): string =>
  resource('aws_route53_record', `zone_id = z.id\nname = "a.example"\ntype = "A"\nrecords = ${values}\n${more}`, name);
const weighted = (one: number, two: number): string =>
  [one, two].map((w, i) => record('["192.0.2.1"]', `set_identifier = "${i}"\nweighted_routing_policy {\nweight = ${w}\n}`, `a${i}`)).join('');
cases('names in Terraform', 'dns/main.tf', [
  ['a record goes', record('["192.0.2.1"]'), '', ['NET109:critical']],
  ['a record points elsewhere', record('["192.0.2.1"]'), record('["192.0.2.2"]'), ['NET109:high']],
  ['a record gets another name in the code', record('["192.0.2.1"]'), record('["192.0.2.1"]', 'ttl = 300', 'b'), []],
  ['a record gets one answer more', record('["192.0.2.1"]'), record('["192.0.2.1", "192.0.2.2"]'), []],
  ['another time to live', record('["192.0.2.1"]'), record('["192.0.2.1"]', 'ttl = 60'), []],
  ['another type', record('["192.0.2.1"]'), record('["192.0.2.1"]').replace('"A"', '"CNAME"'), ['NET109:critical']],
  ['a zone goes', resource('aws_route53_zone', 'name = "a.example"'), '', ['NET109:critical']],
  ['who answers in need', record('["192.0.2.1"]', 'health_check_id = x.a'), record('["192.0.2.1"]', 'health_check_id = x.b'), ['NET110:high']],
  ['a check of health', resource('aws_route53_health_check', 'failure_threshold = 3'), resource('aws_route53_health_check', 'failure_threshold = 9'), ['NET110:high']],
  ['a check of health, tagged', resource('aws_route53_health_check', 'failure_threshold = 3'), resource('aws_route53_health_check', 'failure_threshold = 3\ntags = {}'), []],
  ['weighted answers', weighted(90, 10), weighted(10, 90), ['NET105:high']],
  ['weighted answers, in a step', weighted(90, 10), weighted(80, 20), []],
]);

const waf = (action: string, limit = 100): string =>
  resource('aws_wafv2_web_acl', `rule {\nname = "a"\naction {\n${action} {}\n}\nstatement {\nrate_based_statement {\nlimit = ${limit}\n}\n}\n}`);
const edge = (origin: string, more = ''): string => resource('aws_cloudfront_distribution', `origin {\ndomain_name = "${origin}"\n}\n${more}`);
cases('the edge', 'edge/main.tf', [
  ['a rule goes', waf('block'), resource('aws_wafv2_web_acl', ''), ['NET111:high']],
  ['a rule only counts', waf('block'), waf('count'), ['NET111:high']],
  ['a rule blocks', waf('count'), waf('block'), []],
  ['a higher limit', waf('block'), waf('block', 1000), ['NET111:high']],
  ['a lower limit', waf('block', 1000), waf('block'), []],
  ['another origin', edge('a.example'), edge('b.example'), ['NET111:high']],
  ['a comment', edge('a.example'), edge('a.example', 'comment = "x"'), []],
]);

const ZONE = `$ORIGIN a.example.
$TTL 1h
@ IN SOA ns.a.example. root.a.example. ( 1 ; number
  2 3 4 5 )
@ IN NS ns.a.example.
  IN MX 10 mail.a.example.
www 300 IN A 192.0.2.1
    IN TXT "v=1; x" ; why
`;
cases('zone files', 'dns/a.example.zone', [
  ['its number', ZONE, ZONE.replace('1 ; number', '2 ; number'), []],
  ['its comments', ZONE, ZONE.replace('; why', '; because'), []],
  ['a name goes', ZONE, ZONE.replace('www 300 IN A 192.0.2.1\n', ''), ['NET109:critical', 'NET109:critical']],
  ['a name points elsewhere', ZONE, ZONE.replace('192.0.2.1', '192.0.2.2'), ['NET109:high']],
  ['mail goes', ZONE, ZONE.replace('  IN MX 10 mail.a.example.\n', ''), ['NET109:critical']],
  ['another type', ZONE, ZONE.replace('IN A 192.0.2.1', 'IN CNAME b.example.'), ['NET109:critical']],
  ['a name more', ZONE, `${ZONE}ftp IN A 192.0.2.9\n`, []],
  ['the zone goes', ZONE, null, Array(5).fill('NET109:critical')],
]);

it('reads owners, origins and times to live as a name server does', () => {
  expect(zoneRecords('z', ZONE).map((r) => [r.name, r.type, r.ttl, r.values[0]])).toEqual([
    ['a.example.', 'SOA', 3600, 'ns.a.example. root.a.example. 1 2 3 4 5'],
    ['a.example.', 'NS', 3600, 'ns.a.example.'],
    ['a.example.', 'MX', 3600, '10 mail.a.example.'],
    ['www.a.example.', 'A', 300, '192.0.2.1'],
    ['www.a.example.', 'TXT', 3600, '"v=1; x"'],
  ]);
});

it('says how long the way back takes', async () => {
  const [found] = await look({ 'a.zone': [ZONE.replace('300', '7200'), ZONE.replace('300', '7200').replace('192.0.2.1', '192.0.2.2')] });
  expect(found?.what).toContain('7200 s');
});

cases('records as data', 'zones/a.example.yaml', [
  ['a name goes', 'www: {type: A, value: 192.0.2.1}\nftp: {type: A, value: 192.0.2.2}\n', 'www: {type: A, value: 192.0.2.1}\n', ['NET109:critical']],
  ['it is something else', 'www: {type: A, value: 192.0.2.1}\nx: 1\n', 'www: {type: A, value: 192.0.2.2}\nx: 1\n', []],
  [
    'of a cluster',
    object('DNSEndpoint', '{endpoints: [{dnsName: a.example, recordType: A, targets: [192.0.2.1]}]}'),
    object('DNSEndpoint', '{endpoints: [{dnsName: a.example, recordType: A, targets: [192.0.2.2]}]}'),
    ['NET109:high'],
  ],
]);

const NGINX =
  'upstream a {\n  server 192.0.2.1:80;\n  server 192.0.2.2:80;\n}\nserver {\n  location ~ ^/api/v2 {\n    proxy_pass http://a;\n  }\n  location ~ ^/api {\n    proxy_pass http://a;\n  }\n}\n';
cases('proxies', 'nginx/site.conf', [
  ['a server goes', NGINX, NGINX.replace('  server 192.0.2.2:80;\n', ''), ['NET112:high']],
  ['it passes elsewhere', NGINX, NGINX.replaceAll('http://a', 'http://b'), ['NET112:high']],
  ['the order of expressions', NGINX, NGINX.replace('/api/v2', '/x').replace('^/api {', '^/api/v2 {').replace('^/x', '^/api'), ['NET106:high']],
  ['a header', NGINX, NGINX.replace('server {\n', 'server {\n  add_header A b;\n'), []],
  ['a server more', NGINX, NGINX.replace('  server 192.0.2.2:80;\n', '  server 192.0.2.2:80;\n  server 192.0.2.3:80;\n'), []],
]);
cases('other proxies', 'proxy/haproxy.cfg', [
  ['a server goes', 'backend a\n  server one 192.0.2.1:80 check\n', 'backend a\n', ['NET112:high']],
  ['a comment', 'backend a\n', '# why\nbackend a\n', []],
]);
cases('code in a proxy', 'varnish/text.inc.vcl', [
  ['a line', 'sub vcl_recv {\n}\n', 'sub vcl_recv {\n  unset req.http.Cookie;\n}\n', ['NET113:high']],
  ['a comment', 'sub vcl_recv {\n}\n', 'sub vcl_recv {\n  // why\n}\n', []],
]);
cases('lists of routes', 'bird/prefix-list.conf', [
  ['a prefix', 'define A = [ 192.0.2.0/24 ];\n', 'define A = [ 192.0.2.0/24, 198.51.100.0/24 ];\n', ['NET113:high']],
  ['a comment', 'define A = [ ];\n', '# why\ndefine A = [ ];\n', []],
]);

it('never throws, whatever stands in a file', async () => {
  const word = fc.constantFrom('@', 'IN', 'A', 'MX', '$ORIGIN', '(', ')', ';', '"', '\n', ' ', '300', 'server', 'location ~ x {', 'backend a', 'a.example.');
  await fc.assert(
    fc.asyncProperty(
      fc.array(word, { maxLength: 40 }),
      fc.array(word, { maxLength: 40 }),
      fc.constantFrom('a.zone', 'nginx/a.conf', 'haproxy.cfg', 'a.vcl', 'bird/a.conf'),
      async (a, b, path) => {
        expect((await look({ [path]: [a.join(' '), b.join(' ')] })).filter((f) => f.rule === 'META000')).toEqual([]);
      },
    ),
  );
});
