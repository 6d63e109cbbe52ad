/**
 * Data that says what shall not be there: tasks of Ansible with `state: absent`, releases of Helmfile with `installed: false`.
 * Base against head: a task that says the same of the same thing is no news.
 */
import { canonical, type DataNode, dig, entries, text } from '../data.ts';
import type { FileEvidence, Parsed } from '../evidence.ts';
import type { Detector, Finding } from '../risk.ts';
import { SH102, SH103, SH104, SH105 } from './rules.ts';

type Make = typeof SH102;

/** By the last part of the module's name; collections put theirs before it. */
const MODULES: readonly (readonly [RegExp, Make, string])[] = [
  [
    /(?:^|\.)(?:terraform|cloudformation|cloudformation_stack_set|helm|heat_stack|os_stack|azure_rm_resourcegroup|azure_rm_deployment|gcp_deployment\w*)$/,
    SH102,
    'takes down a whole stack',
  ],
  [
    /(?:^|\.)(?:rds_(?:instance|cluster)|ec2(?:_instance|_vpc_net|_vol)?|eks_cluster|ecs_cluster|s3_bucket|efs|dynamodb_table|elasticache|redshift|kms_key|route53_zone|azure_rm_\w+|gcp_\w+|gce\w*|server|digital_ocean_\w+|hcloud_\w+|linode_v?\d?|vmware_guest|proxmox\w*)$/,
    SH103,
    'deletes cloud resources',
  ],
  [/(?:^|\.)(?:lvol|lvg|zfs|filesystem|docker_volume|parted)$/, SH104, 'removes a volume'],
  [/(?:^|\.)(?:postgresql_(?:db|schema|table)|mysql_db|mongodb_database|mssql_db|influxdb_database|cassandra_keyspace|rabbitmq_vhost|kafka_topic)$/, SH105, 'drops a database'],
];
const CLUSTER = /(?:^|\.)k8s$/;
const HOLDS_MORE = /^(?:Namespace|PersistentVolume|PersistentVolumeClaim|StatefulSet|CustomResourceDefinition)$/;
const MAX_DEPTH = 12;

interface Absent {
  readonly make: Make;
  readonly why: string;
  readonly line: number;
  readonly key: string;
  readonly of: string;
}

export const absent: Detector = { id: 'absent', detect: ({ files }) => files.flatMap(ofFile) };

function ofFile(file: FileEvidence): readonly Finding[] {
  const head = absentIn(file.head, file.path);
  if (head.length === 0) return [];
  const before = new Set(absentIn(file.base, file.path).map((a) => a.key));
  return head
    .filter((a) => !before.has(a.key))
    .map((a) => a.make({ place: { path: file.path, side: 'head', line: a.line, object: a.of }, what: `${file.path} line ${a.line} ${a.why}: ${a.of}`, because: [['says', a.of]] }));
}

function absentIn(side: Parsed | undefined, path: string): readonly Absent[] {
  if (side?.kind !== 'data' || side.format !== 'yaml') return [];
  const out: Absent[] = [];
  const releases = /helmfile/.test(path);
  for (const document of side.documents) look(document, out, releases, 0);
  return out;
}

function look(node: DataNode, out: Absent[], releases: boolean, depth: number): void {
  if (depth > MAX_DEPTH) return;
  if (node.is === 'list') for (const item of node.items) look(item, out, releases, depth + 1);
  if (node.is !== 'map') return;
  const release = text(dig(node, 'name'));
  if (releases && text(dig(node, 'installed')) === 'false' && release !== undefined)
    out.push({ make: SH102, why: 'has a release removed where it is installed', line: dig(node, 'installed')?.line ?? node.line, key: `release ${release}`, of: release });
  for (const e of entries(node)) {
    const said = text(dig(e.value, 'state'));
    const found = said !== undefined && /^(?:absent|terminated|destroyed|deleted)$/.test(said) ? module(e.key, e.value) : undefined;
    if (found !== undefined) out.push({ make: found[0], why: found[1], line: e.line, key: `${e.key} ${canonical(e.value)}`, of: e.key });
    else look(e.value, out, releases, depth + 1);
  }
}

function module(name: string, value: DataNode): readonly [Make, string] | undefined {
  if (CLUSTER.test(name)) {
    const kind = text(dig(value, 'kind')) ?? text(dig(value, 'definition', 'kind'));
    return kind === undefined || HOLDS_MORE.test(kind) ? [SH102, 'deletes what holds more than itself in the cluster'] : undefined;
  }
  const found = MODULES.find(([test]) => test.test(name));
  return found === undefined ? undefined : [found[1], found[2]];
}
