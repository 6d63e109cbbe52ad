/** What goes with an object that is removed: everything in a namespace, every object of a kind, data, the way back to data. */
import { dig, entries, items, scalar, text } from '../data.ts';
import { rule } from '../finding.ts';
import type { Finding } from '../risk.ts';
import { annotation, type KubeObject, type KubePair, type KubeSides, placeOf, title } from './objects.ts';
import { isTrue, isWhole, seconds } from './workload.ts';

export const K8101 = rule('K8101', 'namespace-removed', 'critical', 'inferred', ['the namespace is empty']);
export const K8102 = rule('K8102', 'storage-removed', 'critical', 'inferred', ['the reclaim policy is Retain, and a restore was rehearsed']);
export const K8103 = rule('K8103', 'crd', 'critical', 'inferred', ['no object of this kind exists', 'every object was written again in the version that stays']);
const K8121 = rule('K8121', 'backup', 'critical', 'inferred', ['another schedule keeps the same data as long']);

/** Data and the databases, queues and clusters that operators keep under a kind of their own. */
export const STORAGE =
  /^(?:PersistentVolumeClaim|PersistentVolume|VolumeSnapshot|VolumeSnapshotContent|ObjectBucketClaim|BucketClaim|Kafka|KafkaTopic|KafkaNodePool|[Pp]ostgresql|PostgresCluster|PerconaPGCluster|SGCluster|MongoDB\w*|PerconaServerMongoDB|Redis\w*|Valkey\w*|Elasticsearch|OpenSearchCluster|Cassandra\w*|K8ssandraCluster|ScyllaCluster|CrdbCluster|YBCluster|VitessCluster|MySQL\w*|InnoDBCluster|PerconaXtraDBCluster|MariaDB|ClickHouseInstallation|TidbCluster|EtcdCluster|RabbitmqCluster|NatsStreamingCluster|Neo4j\w*|InfluxDB|CephCluster|CephBlockPool|CephFilesystem|CephObjectStore|HostedCluster)$/;
/** By group and kind, where the kind alone says too little. */
const STORAGE_OF_GROUP: readonly (readonly [RegExp, RegExp])[] = [
  [/^(?:postgresql\.cnpg\.io|cluster\.x-k8s\.io|mysql\.oracle\.com|stackgres\.io)$/, /^Cluster$/],
  [/^minio\.min\.io$/, /^Tenant$/],
  [
    /(?:^|\.)(?:rds|s3|dynamodb|elasticache|docdb|neptune|efs|redshift|sqs|memorydb|opensearchservice|kafka)\.(?:services\.k8s\.aws|aws\.(?:m\.)?(?:upbound|crossplane)\.io)$/,
    /^(?!.*(?:Policy|Parameter|Subnet|Configuration|Attachment|Metric|Notification|ACL|Versioning|Rule))\w+$/,
  ],
  [
    /^(?:sql|storage|bigtable|spanner|redis|filestore|alloydb|firestore|bigquery|pubsub)\.(?:cnrm\.cloud\.google\.com|gcp\.(?:m\.)?upbound\.io)$/,
    /^(?!.*(?:Policy|Member|IAM|AccessControl|User))\w+$/,
  ],
  [/^(?:dbforpostgresql|dbformysql|sql|storage|documentdb|cache)\.azure\.(?:com|upbound\.io)$/, /^(?!.*(?:Rule|Policy|Configuration))\w+$/],
];
const BACKUP: readonly (readonly [RegExp, RegExp])[] = [
  [/^velero\.io$/, /^(?:Schedule|Backup|BackupStorageLocation|VolumeSnapshotLocation)$/],
  [/^postgresql\.cnpg\.io$/, /^(?:ScheduledBackup|Backup)$/],
  [/^k8up\.io$/, /^Schedule$/],
  [/^(?:stash\.appscode\.com|core\.kubestash\.com)$/, /^BackupConfiguration$/],
  [/^longhorn\.io$/, /^RecurringJob$/],
  [/^volsync\.backube$/, /^ReplicationSource$/],
  [/^(?:snapscheduler\.backube|gemini\.fairwinds\.com)$/, /^(?:SnapshotSchedule|SnapshotGroup)$/],
  [/^config\.kio\.kasten\.io$/, /^Policy$/],
];

const among = (list: readonly (readonly [RegExp, RegExp])[], { group, kind }: KubeObject): boolean => list.some(([g, k]) => g.test(group) && k.test(kind));
const isBackup = (o: KubeObject): boolean => among(BACKUP, o) || isBackupJob(o);
/** By its name, so that it says no more than a name does. */
const isBackupJob = (o: KubeObject): boolean => o.kind === 'CronJob' && /backup|snapshot|pg-?dump|mysqldump/i.test(o.name);
/** A stateful set that is all here and asks for no volumes keeps nothing. */
const holdsVolumes = (o: KubeObject): boolean => items(dig(o.node, 'spec', 'volumeClaimTemplates')).length > 0 || !isWhole(o);
const isStorage = (o: KubeObject): boolean => STORAGE.test(o.kind) || among(STORAGE_OF_GROUP, o) || (o.kind === 'StatefulSet' && holdsVolumes(o));
/** What a patch sets of an object that stands elsewhere: taking back the patch takes no object. */
const isPatch = (o: KubeObject): boolean => o.kind === 'StatefulSet' && dig(o.node, 'spec') !== undefined && !isWhole(o);

/** The volume, the object or the data outlives it, by its own words at base. */
const isKept = (o: KubeObject): boolean =>
  text(dig(o.node, 'spec', 'persistentVolumeReclaimPolicy')) === 'Retain' ||
  /^(?:Orphan|Retain)$/.test(text(dig(o.node, 'spec', 'deletionPolicy')) ?? '') ||
  annotation(o, 'helm.sh/resource-policy') === 'keep' ||
  annotation(o, 'cnrm.cloud.google.com/deletion-policy') === 'abandon' ||
  annotation(o, 'kustomize.toolkit.fluxcd.io/prune') === 'disabled' ||
  /\b(?:Prune|Delete)=(?:false|confirm)\b/.test(annotation(o, 'argocd.argoproj.io/sync-options') ?? '');

const KEPT = [['kept', 'by its own words at base it outlives its removal']] as const;
const PATCH = [['a part', 'only what a patch sets is seen of it']] as const;

export function removed({ gone, pairs }: KubeSides): readonly Finding[] {
  return [...gone.flatMap(ofGone), ...pairs.flatMap(ofPair)];
}

function ofGone(o: KubeObject): readonly Finding[] {
  const place = placeOf(o, 'base');
  const soft = isKept(o) ? ({ severity: 'elevated', because: KEPT } as const) : isPatch(o) ? ({ severity: 'elevated', because: PATCH } as const) : {};
  if (o.kind === 'Namespace' || o.kind === 'Project') return [K8101({ place, ...soft, what: `the namespace ${o.name} is removed, and with it everything in it` })];
  if (o.kind === 'CustomResourceDefinition') return [K8103({ place, ...soft, what: `the kind ${o.name} is removed, and with it every object of that kind` })];
  if (isBackup(o)) return [K8121({ place, ...soft, ...guess(o), what: `${title(o)} is removed: what it saved is saved no more` })];
  return isStorage(o) ? [K8102({ place, ...soft, what: `${title(o)} is removed: its data is gone unless the volume is kept` })] : [];
}

const guess = (o: KubeObject): { severity?: 'high'; confidence?: 'heuristic' } => (isBackupJob(o) ? { severity: 'high', confidence: 'heuristic' } : {});

const folder = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);

function ofPair(pair: KubePair): readonly Finding[] {
  if (pair.after.kind === 'CustomResourceDefinition') return [...moved(pair), ...definition(pair)];
  return [...moved(pair), ...(isBackup(pair.after) || pair.after.group === 'postgresql.cnpg.io' ? backup(pair) : [])];
}

/** In another folder something else may apply it, or nothing; then it is pruned where it stood. */
function moved({ before, after }: KubePair): readonly Finding[] {
  if (folder(before.path) === folder(after.path)) return [];
  const make = /^(?:Namespace|Project)$/.test(after.kind) ? K8101 : after.kind === 'CustomResourceDefinition' ? K8103 : isStorage(before) ? K8102 : undefined;
  return make === undefined
    ? []
    : [
        make({
          place: placeOf(after, 'head'),
          severity: 'elevated',
          because: [['moved', `${before.path} -> ${after.path}`]],
          what: `${title(after)} moves from ${before.path} to ${after.path}: if what applies the one does not apply the other, it is removed`,
        }),
      ];
}

function definition({ before, after }: KubePair): readonly Finding[] {
  const [was, is] = [versions(before), versions(after)];
  const make = (what: string, because: readonly (readonly [string, string])[]): Finding => K8103({ place: placeOf(after, 'head'), because, what: `${after.name}: ${what}` });
  const lost = [...was].filter(([name, v]) => v.served && !is.get(name)?.served).map(([name]) => name);
  const stores = (all: ReadonlyMap<string, Version>): string | undefined => [...all].find(([, v]) => v.storage)?.[0];
  const [scopeWas, scopeIs] = [text(dig(before.node, 'spec', 'scope')), text(dig(after.node, 'spec', 'scope'))];
  return [
    ...(lost.length > 0 && is.size > 0 ? [make(`version ${lost.join(', ')} is served no more, and whoever asks for it is refused`, [['versions', lost.join(', ')]])] : []),
    ...(stores(was) !== undefined && stores(is) !== undefined && stores(was) !== stores(is)
      ? [make(`objects are stored as ${stores(is)} instead of ${stores(was)}: going back may not read them`, [['storage', `${stores(was)} -> ${stores(is)}`]])]
      : []),
    ...(scopeWas !== undefined && scopeIs !== undefined && scopeWas !== scopeIs
      ? [make(`its scope changes from ${scopeWas} to ${scopeIs}, which needs every object to be made anew`, [['scope', `${scopeWas} -> ${scopeIs}`]])]
      : []),
  ].slice(0, 1);
}

interface Version {
  readonly served: boolean;
  readonly storage: boolean;
}

/** `spec.version` is how it was said before there could be several. */
function versions({ node }: KubeObject): ReadonlyMap<string, Version> {
  const old = text(dig(node, 'spec', 'version'));
  const all = items(dig(node, 'spec', 'versions')).flatMap((v): [string, Version][] => {
    const name = text(dig(v, 'name'));
    return name === undefined ? [] : [[name, { served: scalar(dig(v, 'served')) !== false, storage: isTrue(dig(v, 'storage')) }]];
  });
  return new Map(all.length > 0 || old === undefined ? all : [[old, { served: true, storage: true }]]);
}

function backup({ before, after }: KubePair): readonly Finding[] {
  const make = (what: string, because: readonly (readonly [string, string])[]): Finding =>
    K8121({ place: placeOf(after, 'head'), because, ...guess(after), what: `${title(after)} ${what}` });
  const out: Finding[] = [];
  for (const path of KEEPS) {
    const [was, is] = [seconds(dig(before.node, ...path)), seconds(dig(after.node, ...path))];
    if (was !== undefined && is !== undefined && is < was) out.push(make('keeps backups for a shorter time: older ones are deleted', [[path.at(-1) ?? '', `${was} s -> ${is} s`]]));
  }
  for (const key of ['paused', 'suspend'])
    if (isTrue(dig(after.node, 'spec', key)) && !isTrue(dig(before.node, 'spec', key))) out.push(make('is paused: nothing is saved any more', [[key, 'true']]));
  if (after.kind === 'Cluster' && dig(before.node, 'spec', 'backup') !== undefined && dig(after.node, 'spec', 'backup') === undefined)
    out.push(make('loses its backup section: nothing is saved any more', [['backup', 'removed']]));
  return [...out, ...retain(before, after, make)].slice(0, 1);
}

const KEEPS: readonly (readonly string[])[] = [
  ['spec', 'template', 'ttl'],
  ['spec', 'ttl'],
  ['spec', 'backup', 'retentionPolicy'],
];

/** Counts of copies to keep, by the names that tools give them. */
function retain(before: KubeObject, after: KubeObject, make: (what: string, because: readonly (readonly [string, string])[]) => Finding): readonly Finding[] {
  const was = new Map(entries(dig(before.node, 'spec', 'retain') ?? dig(before.node, 'spec', 'retention')).map((e) => [e.key, scalar(e.value)]));
  const less = entries(dig(after.node, 'spec', 'retain') ?? dig(after.node, 'spec', 'retention')).filter((e) => {
    const [had, has] = [was.get(e.key), scalar(e.value)];
    return typeof had === 'number' && typeof has === 'number' && has < had;
  });
  return less.map((e) => make('keeps fewer backups: older ones are deleted', [[e.key, `${was.get(e.key)} -> ${scalar(e.value)}`]]));
}
