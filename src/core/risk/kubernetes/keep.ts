/** Guards against pruning and deletion, and what decides how much is pruned: Argo CD and Flux. */
import { canonical, type DataNode, dig, entry, items, oneOrMore, scalar, text } from '../data.ts';
import { rule } from '../finding.ts';
import type { Finding } from '../risk.ts';
import { annotation, type KubeObject, type KubePair, type KubeSides, placeOf, title } from './objects.ts';
import { isTrue } from './workload.ts';

const K8104 = rule('K8104', 'keep-guard-off', 'critical', 'inferred', ['what the guard kept is already gone, or kept by another guard']);
const K8105 = rule('K8105', 'prune-or-force-on', 'critical', 'inferred', ['pruning is off until what would be pruned was listed and read']);

const SYNC = 'argocd.argoproj.io/sync-options';
/** Takes what an application made with it when it goes: without it less is deleted. */
const CASCADE = /^resources-finalizer\.argocd\.argoproj\.io/;

export function keep({ pairs, gone }: KubeSides): readonly Finding[] {
  return [...pairs.flatMap((p) => [...guardsOff(p), ...pruneOn(p), ...retargeted(p)]), ...gone.flatMap(deployerGone)];
}

function guardsOff({ before, after }: KubePair): readonly Finding[] {
  const has = new Set(guards(after));
  const lost = guards(before).filter((g) => !has.has(g));
  if (lost.length === 0) return [];
  const what = `${title(after)} loses what kept it from being deleted (${lost.join(', ')}): the next prune, uninstall or deletion takes it`;
  return [K8104({ place: placeOf(after, 'head'), because: lost.map((g) => ['guard removed', g]), what })];
}

/** Of the two words an option may have, both keep: confirm asks a person first. */
function guards(o: KubeObject): readonly string[] {
  const options = syncOptions(o);
  return [
    ...(annotation(o, 'helm.sh/resource-policy') === 'keep' ? ['helm.sh/resource-policy: keep'] : []),
    ...['Prune', 'Delete'].filter((key) => options.some((s) => s === `${key}=false` || s === `${key}=confirm`)).map((key) => `${SYNC}: ${key}=false`),
    ...(annotation(o, 'kustomize.toolkit.fluxcd.io/prune')?.toLowerCase() === 'disabled' ? ['kustomize.toolkit.fluxcd.io/prune: disabled'] : []),
    ...(annotation(o, 'cnrm.cloud.google.com/deletion-policy') === 'abandon' ? ['cnrm.cloud.google.com/deletion-policy: abandon'] : []),
    ...items(dig(o.node, 'metadata', 'finalizers')).flatMap((f) => (CASCADE.test(text(f) ?? '') ? [] : [`finalizer ${text(f) ?? ''}`])),
    ...(isTrue(dig(o.node, 'spec', 'syncPolicy', 'preserveResourcesOnDeletion')) ? ['preserveResourcesOnDeletion'] : []),
  ];
}

const syncOptions = (o: KubeObject): readonly string[] => (annotation(o, SYNC) ?? '').split(',').map((s) => s.trim());

/** What an Application says, and what an ApplicationSet writes into each of its own. */
const specs = ({ kind, node }: KubeObject): DataNode | undefined => (kind === 'ApplicationSet' ? dig(node, 'spec', 'template', 'spec') : dig(node, 'spec'));
const isArgo = ({ kind, group }: KubeObject): boolean => group === 'argoproj.io' && /^Application(?:Set)?$/.test(kind);
const isFlux = ({ group }: KubeObject): boolean => /(?:^|\.)toolkit\.fluxcd\.io$/.test(group);

/** Everything that makes a deployer delete or re-create what it did not before. */
function pruneOn({ before, after }: KubePair): readonly Finding[] {
  const had = new Set(forces(before));
  const added = forces(after).filter((f) => !had.has(f));
  if (added.length === 0) return [];
  const what = `${title(after)} deletes or re-creates on its own from now on (${added.join(', ')}): what it no longer finds in its source is removed from the cluster`;
  return [K8105({ place: placeOf(after, 'head'), because: added.map((f) => ['newly on', f]), what })];
}

function forces(o: KubeObject): readonly string[] {
  const options = [...syncOptions(o), ...(isArgo(o) ? items(dig(specs(o), 'syncPolicy', 'syncOptions')).map((n) => text(n) ?? '') : [])];
  const on = (name: string, node: DataNode | undefined): readonly string[] => (isTrue(node) ? [name] : []);
  return [
    ...options.filter((s) => s === 'Replace=true' || s === 'Force=true'),
    ...(isArgo(o) ? on('automated.prune', dig(specs(o), 'syncPolicy', 'automated', 'prune')) : []),
    ...(isFlux(o)
      ? [...on('prune', dig(o.node, 'spec', 'prune')), ...on('force', dig(o.node, 'spec', 'force')), ...on('upgrade.force', dig(o.node, 'spec', 'upgrade', 'force'))]
      : []),
    ...(annotation(o, 'kustomize.toolkit.fluxcd.io/force') === 'enabled' ? ['kustomize.toolkit.fluxcd.io/force: enabled'] : []),
  ];
}

const prunes = (o: KubeObject): boolean => forces(o).some((f) => /prune/i.test(f));

/** A tag or a commit: it names one state, and the next one was chosen. */
const PINNED = /^(?:[0-9a-f]{40}|(?:[\w.-]+[-/@])?v?\d+(?:\.\d+){1,3}(?:[-+][\w.+-]+)?)$/;
/** No name of a version is longer; what an author writes must not decide how long it is looked at. */
const isPinned = (revision = ''): boolean => revision.length <= 200 && PINNED.test(revision);
const TARGETS = ['repoURL', 'path', 'chart', 'ref', 'name', 'targetRevision'] as const;

function retargeted({ before, after }: KubePair): readonly Finding[] {
  const [was, is] = [targets(before), targets(after)];
  const changed = [...new Set([...was.keys(), ...is.keys()])].filter((k) => (was.get(k) ?? '') !== (is.get(k) ?? ''));
  if (changed.length === 0) return [];
  const pinned = changed.every((k) => /(?:targetRevision|version|ref\.(?:tag|commit|semver|digest))$/.test(k) && isPinned(was.get(k)) && isPinned(is.get(k)));
  if (pinned) return [];
  const because = changed.map((k) => [k, `${was.get(k) ?? 'unset'} -> ${is.get(k) ?? 'unset'}`] as const);
  const prune = prunes(before) || prunes(after) || isFlux(after);
  const what = `${title(after)} deploys from or to another place (${changed.join(', ')}): ${prune ? 'what it does not find there is removed from the cluster' : 'what it deployed until now is left behind'}`;
  return [K8105({ place: placeOf(after, 'head'), ...(prune ? {} : { severity: 'high' as const }), because, what })];
}

/** Where it deploys from and to. */
function targets(o: KubeObject): ReadonlyMap<string, string> {
  const out = new Map<string, string>();
  const put = (key: string, node: DataNode | undefined): void => void (node !== undefined && out.set(key, node.is === 'scalar' ? String(node.value) : canonical(node)));
  if (isArgo(o)) {
    const spec = specs(o);
    const sources = [...oneOrMore(dig(spec, 'source')), ...items(dig(spec, 'sources'))];
    for (const [i, source] of sources.entries()) for (const key of TARGETS) put(sources.length === 1 ? key : `sources.${i}.${key}`, entry(source, key)?.value);
    for (const key of ['server', 'name', 'namespace']) put(`destination.${key}`, dig(spec, 'destination', key));
  }
  if (o.group === 'kustomize.toolkit.fluxcd.io') for (const key of ['path', 'sourceRef', 'targetNamespace', 'kubeConfig']) put(key, dig(o.node, 'spec', key));
  if (o.group === 'source.toolkit.fluxcd.io') for (const key of ['url', 'bucketName']) put(key, dig(o.node, 'spec', key));
  if (o.group === 'source.toolkit.fluxcd.io') for (const key of ['branch', 'tag', 'semver', 'commit', 'name', 'digest']) put(`ref.${key}`, dig(o.node, 'spec', 'ref', key));
  if (o.group === 'helm.toolkit.fluxcd.io') {
    for (const key of ['targetNamespace', 'kubeConfig', 'releaseName', 'storageNamespace', 'chartRef']) put(key, dig(o.node, 'spec', key));
    for (const key of ['chart', 'sourceRef']) put(`chart.${key}`, dig(o.node, 'spec', 'chart', 'spec', key));
  }
  return out;
}

/** A deployer that goes may take with it all it ever deployed. */
function deployerGone(o: KubeObject): readonly Finding[] {
  if (!isArgo(o) && !/^(?:kustomize|helm)\.toolkit\.fluxcd\.io$/.test(o.group)) return [];
  const kept = isTrue(dig(o.node, 'spec', 'syncPolicy', 'preserveResourcesOnDeletion')) || scalar(dig(o.node, 'spec', 'prune')) === false;
  const cascades = isArgo(o) ? o.kind === 'ApplicationSet' || items(dig(o.node, 'metadata', 'finalizers')).some((f) => CASCADE.test(text(f) ?? '')) : true;
  const all = cascades && !kept;
  const what = `${title(o)} is removed${all ? ', and with it everything it deployed' : ': what it deployed is left to nobody'}`;
  return [K8105({ place: placeOf(o, 'base'), ...(all ? {} : { severity: 'high' as const }), because: [['takes what it deployed with it', String(all)]], what })];
}
