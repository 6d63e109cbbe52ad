/** Infrastructure as code, folder by folder: what a folder declares says whether data, identities, the network or something else hangs on it. */
import { folderOf, isAside, nameOf } from './places.ts';
import type { Content } from './seen.ts';
import { type ProposedSystem, systemOf } from './system-of.ts';
import { byCount, counted, few, wordText } from './words.ts';

/** What a folder declares, the gravest that counts first. */
const CLASSES = ['data', 'identity', 'network', 'other'] as const;
type Class = (typeof CLASSES)[number];

const DATA =
  /_(?:db_instance|rds|rds_cluster|dynamodb|docdb|neptune|efs|elasticache|memorydb|opensearch|elasticsearch|redshift|sql|spanner|bigtable|bigquery|firestore|alloydb|cosmosdb|postgresql|mysql|mariadb|mssql|redis|msk|kafka|timestream|database)(?:_|$)|^(?:mongodbatlas|snowflake|postgresql|mysql|confluent)_|^AWS::(?:RDS|DynamoDB|DocDB|Neptune|EFS|ElastiCache|OpenSearchService|Redshift|MSK)::/;
const IDENTITY =
  /_(?:iam|role_assignment|role_definition|kms|sso|ssoadmin|organizations|identitystore)(?:_|$)|^(?:vault|okta|auth0|github|azuread)_|^AWS::(?:IAM|KMS|SSO|Organizations)::/;
const NETWORK =
  /_(?:route53|dns|vpc|subnet|route|route_table|nat_gateway|security_group|network|firewall|lb|alb|elb|cloudfront|cdn|transit_gateway|vpn|peering|wafv2|record)(?:_|$)|^(?:cloudflare|fastly)_|^AWS::(?:EC2::(?:VPC|Subnet|Route|SecurityGroup)|Route53|CloudFront|ElasticLoadBalancing\w*)/;
/** Beside their databases folders declare the rights and the rules these need: only whoever declares mostly those is about them. */
const MOSTLY = 0.5;

const SYSTEMS: { readonly [kind in Class]: Pick<ProposedSystem, 'id' | 'name' | 'criticality'> & { readonly why: string } } = {
  data: { id: 'data-stores', name: 'Databases and other stores of data', criticality: 1, why: 'what is lost here is gone' },
  identity: { id: 'identities', name: 'Identities, keys and rights of the cloud', criticality: 1, why: 'whoever changes these may change the rest' },
  network: { id: 'network', name: 'Names, routes and what is reachable', criticality: 2, why: 'everything is reached through it' },
  other: { id: 'infrastructure', name: 'Other infrastructure', criticality: 3, why: 'nothing of it is known to hold data, rights or routes' },
};

interface Folder {
  readonly folder: string;
  readonly resources: readonly string[];
  readonly kind: Class;
}

export function infrastructure(contents: readonly Content[], files: readonly string[]): readonly ProposedSystem[] {
  const folders = declared(contents);
  const shared = folders.filter((f) => isModule(f.folder));
  const stacks = folders.filter((f) => !isModule(f.folder));
  return [...CLASSES.flatMap((kind) => ofClass(kind, stacks, kind === 'other' ? pulumi(files) : [])), ...modules(shared, stacks.length), ...values(files, stacks)];
}

function declared(contents: readonly Content[]): readonly Folder[] {
  const live = contents.filter((c): c is Content & { readonly resources: readonly string[] } => (c.kind === 'terraform' || c.kind === 'cloudformation') && !isAside(c.path));
  return [...Map.groupBy(live, (c) => folderOf(c.path))].map(([folder, some]) => {
    const resources = some.flatMap((c) => c.resources);
    return { folder, resources, kind: classOf(resources) };
  });
}

function classOf(resources: readonly string[]): Class {
  const share = (pattern: RegExp): number => resources.filter((r) => pattern.test(r)).length / Math.max(1, resources.length);
  if (share(DATA) > 0) return 'data';
  if (share(IDENTITY) >= MOSTLY) return 'identity';
  return share(NETWORK) >= MOSTLY || resources.some((r) => /_(?:route53_zone|dns_managed_zone|vpc)$/.test(r)) ? 'network' : 'other';
}

const isModule = (folder: string): boolean => /(?:^|\/)(?:[a-z-]*modules?)(?:\/|$)/i.test(folder);

function ofClass(kind: Class, folders: readonly Folder[], more: readonly string[]): readonly ProposedSystem[] {
  const some = folders.filter((f) => f.kind === kind);
  const { why, ...system } = SYSTEMS[kind];
  const telling = { data: DATA, identity: IDENTITY, network: NETWORK, other: /./ }[kind];
  const types = byCount(some.flatMap((f) => f.resources.filter((r) => telling.test(r))));
  const declares = types.length === 0 ? '' : ` ${some.length === 1 ? 'declares' : 'declare'} ${few(types.map(([type, n]) => `${wordText(type)} (${n})`))}`;
  const names = some.map((f) => wordText(nameOf(f.folder)) || 'the root');
  const because = `${counted(some.length + more.length, 'folder')}${declares}${names.length > 1 ? `, among them ${few(names)}` : ''}: ${why}`;
  // A root module stands beside everything else: its own folder cannot be told from the tree.
  return systemOf({ ...system, because }, [...some.map((f) => f.folder), ...more]);
}

const pulumi = (files: readonly string[]): readonly string[] => files.filter((p) => /^Pulumi\.ya?ml$/.test(nameOf(p))).map(folderOf);

function modules(shared: readonly Folder[], stacks: number): readonly ProposedSystem[] {
  const because = `${counted(shared.length, 'module')} that ${stacks === 1 ? 'a stack' : `${stacks} stacks`} may be built of: a change of one is a change of each`;
  return stacks === 0 && shared.length === 0
    ? []
    : systemOf(
        { id: 'shared-modules', name: 'Modules that stacks share', criticality: 2, because },
        shared.map((f) => f.folder),
      );
}

/** Values that decide how production is made, where they lie beside the stacks. */
function values(files: readonly string[], stacks: readonly Folder[]): readonly ProposedSystem[] {
  const inside = new Set(stacks.map((s) => s.folder));
  const production = files.filter((p) => /\.(?:tfvars|tfvars\.json)$/.test(p) && /(?:^|[/_.-])(?:prod|production|live)(?:[/_.-]|$)/i.test(p) && !inside.has(folderOf(p)));
  const because = `${counted(production.length, 'file')} of values whose path says production`;
  return systemOf({ id: 'production-values', name: 'Values of production', criticality: 2, because }, production.map(folderOf));
}
