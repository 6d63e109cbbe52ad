/** Kubernetes manifests, base against head, joined by kind, namespace and name: objects that hold data, and replicas. */
import type { FileEvidence, Parsed } from '../evidence.ts';
import { rule } from '../finding.ts';
import { kindsOf } from '../kinds.ts';
import { textOf } from '../lines.ts';
import type { Detector, Finding } from '../risk.ts';

const K8101 = rule('K8101', 'namespace-removed', 'critical', 'inferred', ['the namespace is empty']);
const K8102 = rule('K8102', 'storage-removed', 'critical', 'inferred', ['the reclaim policy is Retain, and a restore was rehearsed']);
const K8103 = rule('K8103', 'crd', 'critical', 'inferred', ['no object of this kind exists']);
const K8108 = rule('K8108', 'replicas-down', 'high', 'inferred', ['the load fits what stays']);

interface Manifest {
  readonly path: string;
  readonly line: number;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly replicas: number | undefined;
}

const STORAGE =
  /^(?:PersistentVolumeClaim|PersistentVolume|StatefulSet|VolumeSnapshot|Kafka|KafkaTopic|Postgresql|PostgresCluster|Cluster|MongoDB\w*|Redis\w*|Elasticsearch|Cassandra\w*|RabbitmqCluster)$/;

export const kubernetes: Detector = {
  id: 'kubernetes',
  detect: ({ files }) => {
    const yaml = files.filter((f) => /\.(?:ya?ml|tpl)$/i.test(f.path) && !kindsOf(f.path).includes('workflow'));
    const head = new Map(yaml.flatMap((f) => manifests(f, f.head)).map((m) => [key(m), m]));
    return yaml
      .flatMap((f) => manifests(f, f.base))
      .flatMap((before) => {
        const after = head.get(key(before));
        return after === undefined ? gone(before) : scaled(before, after);
      });
  },
};

const key = (m: Manifest): string => `${m.kind}\0${m.namespace}\0${m.name}`;

/** Only the few top lines that name an object are read: no YAML library, and templates do not stop it. */
function manifests(file: FileEvidence, side: Parsed | undefined): readonly Manifest[] {
  let line = 1;
  return textOf(side)
    .split(/^---.*$/m)
    .flatMap((doc) => {
      const at = line;
      line += doc.split('\n').length - 1;
      const kind = /^kind:\s*["']?(\w+)/m.exec(doc)?.[1];
      if (kind === undefined || !/^apiVersion:/m.test(doc)) return [];
      const meta = metadata(doc);
      const field = (name: string): string => new RegExp(`^ {2}${name}:\\s*["']?([^"'\\n]+)`, 'm').exec(meta)?.[1]?.trim() ?? '';
      const replicas = /^ {2}replicas:\s*(\d{1,6})\s*$/m.exec(doc)?.[1];
      return [{ path: file.path, line: at, kind, name: field('name'), namespace: field('namespace'), replicas: replicas === undefined ? undefined : Number(replicas) }];
    });
}

/** The indented lines under `metadata:`. */
function metadata(doc: string): string {
  const lines = doc.split('\n');
  const from = lines.findIndex((l) => /^metadata:\s*$/.test(l)) + 1;
  const length = lines.slice(from).findIndex((l) => /^\S/.test(l));
  return from === 0 ? '' : lines.slice(from, length < 0 ? undefined : from + length).join('\n');
}

function gone(m: Manifest): readonly Finding[] {
  const place = { path: m.path, side: 'base' as const, line: m.line, object: `${m.kind} ${m.name}` };
  if (m.kind === 'Namespace') return [K8101({ place, what: `the namespace ${m.name} is removed, and with it everything in it` })];
  if (m.kind === 'CustomResourceDefinition') return [K8103({ place, what: `the kind ${m.name} is removed, and with it every object of that kind` })];
  return STORAGE.test(m.kind) ? [K8102({ place, what: `${m.kind} ${m.name} is removed: its data is gone unless the volume is kept` })] : [];
}

function scaled(before: Manifest, after: Manifest): readonly Finding[] {
  const [was, is] = [before.replicas, after.replicas];
  if (was === undefined || is === undefined || is >= was || (is > 1 && is * 2 > was)) return [];
  const place = { path: after.path, side: 'head' as const, line: after.line, object: `${after.kind} ${after.name}` };
  return [
    K8108({
      place,
      ...(is === 0 ? { severity: 'critical' as const } : {}),
      because: [['replicas', `${was} -> ${is}`]],
      what: `${after.kind} ${after.name} goes from ${was} to ${is} replicas`,
    }),
  ];
}
