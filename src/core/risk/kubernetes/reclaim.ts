/** What happens to data when its owner goes, and fields that cannot be changed in place. */
import { canonical, type DataNode, dig, entries, text } from '../data.ts';
import { rule } from '../finding.ts';
import type { Finding } from '../risk.ts';
import { annotation, type KubeObject, type KubePair, type KubeSides, placeOf, title } from './objects.ts';
import { quantity } from './workload.ts';

const K8106 = rule('K8106', 'reclaim-delete', 'critical', 'inferred', ['the data was copied elsewhere, and a restore was rehearsed']);
const K8107 = rule('K8107', 'immutable-field', 'high', 'inferred', [
  'the object is made anew under another name beside the old one',
  'the job is a hook that is deleted before it is made',
]);

export const reclaim = ({ pairs }: KubeSides): readonly Finding[] => pairs.flatMap((p) => [...ofPolicies(p), ...ofClass(p), ...immutable(p)]);

/** Where each kind says what becomes of the data, and what it means where nothing is said. */
const POLICIES: readonly (readonly [kind: RegExp, path: readonly string[], silent: string])[] = [
  [/^PersistentVolume$/, ['spec', 'persistentVolumeReclaimPolicy'], 'Retain'],
  [/^StorageClass$/, ['reclaimPolicy'], 'Delete'],
  [/^VolumeSnapshotClass$/, ['deletionPolicy'], 'Delete'],
  [/^VolumeSnapshotContent$/, ['spec', 'deletionPolicy'], 'Delete'],
  [/^StatefulSet$/, ['spec', 'persistentVolumeClaimRetentionPolicy', 'whenDeleted'], 'Retain'],
  [/^StatefulSet$/, ['spec', 'persistentVolumeClaimRetentionPolicy', 'whenScaled'], 'Retain'],
  // Crossplane and its like
  [/^(?!VolumeSnapshotContent$)\w+$/, ['spec', 'deletionPolicy'], 'Delete'],
];

function ofPolicies({ before, after }: KubePair): readonly Finding[] {
  return POLICIES.flatMap(([kind, path, silent]) => {
    if (!kind.test(after.kind)) return [];
    const [was, is] = [before, after].map((o) => (dig(o.node, ...path) === undefined ? silent : text(dig(o.node, ...path))));
    if (!/^(?:Retain|Orphan)$/.test(was ?? '') || !/^(?:Delete|Recycle)$/.test(is ?? '')) return [];
    const name = path.at(-1) ?? '';
    const what = `${title(after)}: data is deleted with its owner from now on, and was kept until now (${name})`;
    return [K8106({ place: placeOf(after, 'head', dig(after.node, ...path)?.line), because: [[name, `${was} -> ${is}`]], what })];
  });
}

/** Of claims: a claim on another class of storage is another volume, and an empty one. */
function ofClass({ before, after }: KubePair): readonly Finding[] {
  const make = (what: string, because: readonly (readonly [string, string])[]): readonly Finding[] => [
    K8106({ place: placeOf(after, 'head'), because, what: `${title(after)}: ${what}` }),
  ];
  if (after.kind === 'PersistentVolumeClaim') {
    const [was, is] = [before, after].map((o) => dig(o.node, 'spec', 'storageClassName'));
    if (was !== undefined && canonical(was) !== canonical(is))
      return make('the class of its storage changes, so that it must be made anew and begins empty', [['storageClassName', `${text(was)} -> ${text(is) ?? 'unset'}`]]);
  }
  if (after.kind !== 'StatefulSet') return [];
  const [was, is] = [before, after].map((o) => dig(o.node, 'spec', 'volumeClaimTemplates'));
  if (was === undefined || without(was, SIZE) === without(is, SIZE)) return [];
  return make('its volume claims change, so that it must be made anew with volumes that begin empty', [['volumeClaimTemplates', is === undefined ? 'removed' : 'changed']]);
}

const SIZE = /"storage":(?:"[^"]*"|\d+(?:\.\d+)?)/g;
const without = (node: DataNode | undefined, part: RegExp): string => canonical(node).replace(part, '');

/** validation of the API server: everything else of a StatefulSet is refused. */
const STATEFUL_MUTABLE = new Set(['replicas', 'ordinals', 'template', 'updateStrategy', 'persistentVolumeClaimRetentionPolicy', 'minReadySeconds']);
const STATEFUL_DEFAULTS: { readonly [key: string]: string } = { podManagementPolicy: '"OrderedReady"', revisionHistoryLimit: '10' };

function immutable(pair: KubePair): readonly Finding[] {
  const { after } = pair;
  const fields = frozen(pair);
  if (fields.length === 0 || isMadeAnew(after)) return [];
  const replaced = forced(after) && after.kind !== 'Job';
  const what = `${title(after)}: ${fields.join(', ')} cannot be changed in place: ${replaced ? 'it is deleted and made anew' : 'applying it fails, and what comes with it does not arrive'}`;
  return [K8107({ place: placeOf(after, 'head'), ...(replaced ? { severity: 'critical' as const } : {}), because: fields.map((f) => ['field', f]), what })];
}

const isMadeAnew = (o: KubeObject): boolean => annotation(o, 'helm.sh/hook') !== undefined || annotation(o, 'argocd.argoproj.io/hook') !== undefined;
const forced = (o: KubeObject): boolean =>
  /\b(?:Replace|Force)=true\b/.test(annotation(o, 'argocd.argoproj.io/sync-options') ?? '') || annotation(o, 'kustomize.toolkit.fluxcd.io/force') === 'enabled';

function frozen({ before, after }: KubePair): readonly string[] {
  const differs = (...path: string[]): boolean => {
    const [was, is] = [dig(before.node, ...path), dig(after.node, ...path)];
    return was !== undefined && is !== undefined && canonical(was) !== canonical(is);
  };
  const named = (fields: readonly string[]): readonly string[] => fields.filter((f) => differs(...f.split('.')));
  if (/^(?:Deployment|DaemonSet|ReplicaSet)$/.test(after.kind) && after.group === 'apps') return named(['spec.selector']);
  if (after.kind === 'Job') return named(['spec.template', 'spec.selector', 'spec.completionMode']);
  if (/^(?:Cluster)?RoleBinding$/.test(after.kind)) return named(['roleRef']);
  if (after.kind === 'Service' && after.group === '') return named(['spec.clusterIP']);
  if (after.kind === 'PersistentVolumeClaim') return claim(before, after);
  return after.kind === 'StatefulSet' ? stateful(before, after) : [];
}

function stateful(before: KubeObject, after: KubeObject): readonly string[] {
  const [was, is] = [before, after].map((o) => new Map(entries(dig(o.node, 'spec')).map((e) => [e.key, canonical(e.value)])));
  if (was === undefined || is === undefined) return [];
  const keys = [...new Set([...was.keys(), ...is.keys()])].filter((k) => !STATEFUL_MUTABLE.has(k));
  const changed = keys.filter((k) => (was.get(k) ?? STATEFUL_DEFAULTS[k] ?? '') !== (is.get(k) ?? STATEFUL_DEFAULTS[k] ?? ''));
  // of the claims only their size is left to this rule: everything else about them is worse
  const [had, has] = [before, after].map((o) => without(dig(o.node, 'spec', 'volumeClaimTemplates'), SIZE));
  return changed.filter((k) => k !== 'volumeClaimTemplates' || had === has).map((k) => `spec.${k}`);
}

/** The size may grow; the class is K8106. */
function claim(before: KubeObject, after: KubeObject): readonly string[] {
  const keys = entries(dig(before.node, 'spec')).map((e) => e.key);
  const changed = keys.filter(
    (k) =>
      k !== 'resources' && k !== 'storageClassName' && dig(after.node, 'spec', k) !== undefined && canonical(dig(before.node, 'spec', k)) !== canonical(dig(after.node, 'spec', k)),
  );
  const [was, is] = [before, after].map((o) => quantity(dig(o.node, 'spec', 'resources', 'requests', 'storage')));
  return [...changed.map((k) => `spec.${k}`), ...(was !== undefined && is !== undefined && is < was ? ['spec.resources.requests.storage (smaller)'] : [])];
}
