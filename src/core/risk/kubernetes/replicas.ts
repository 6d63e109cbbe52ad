/** K8108: fewer copies, or nothing left running. */
import { type DataNode, dig, items, number, text } from '../data.ts';
import { rule } from '../finding.ts';
import type { Finding } from '../risk.ts';
import { type KubeObject, type KubePair, type KubeSides, placeOf, title } from './objects.ts';
import { isWhole, podSpec } from './workload.ts';

export const K8108 = rule('K8108', 'replicas-down', 'high', 'inferred', ['the load fits what stays']);

const RUNS = /^(?:Deployment|DaemonSet|StatefulSet|ReplicaSet|ReplicationController|Rollout|DeploymentConfig)$/;

export function replicas({ pairs, gone, head }: KubeSides): readonly Finding[] {
  const scaledByOthers = new Set(head.flatMap(targetOf));
  return [...pairs.flatMap((p) => [...scaled(p, scaledByOthers), ...floorDown(p)]), ...gone.flatMap(workloadGone)];
}

/** To none is critical; by half or more, or to a single one, is high. */
export function isLess(was: number, is: number): boolean {
  return is < was && (is <= 1 || is * 2 <= was);
}

function scaled({ before, after }: KubePair, scaledByOthers: ReadonlySet<string>): readonly Finding[] {
  if (!RUNS.test(after.kind)) return [];
  const [had, has] = [dig(before.node, 'spec', 'replicas'), dig(after.node, 'spec', 'replicas')];
  const was = number(had);
  // unsaid is one, unless something else says how many: then it is one only until that thing looks
  const is = has === undefined ? (scaledByOthers.has(`${after.kind} ${after.name}`) || !isWhole(after) ? undefined : 1) : number(has);
  if (was === undefined || is === undefined || !isLess(was, is)) return [];
  return [
    K8108({
      place: placeOf(after, 'head', has?.line ?? after.line),
      ...(is === 0 ? { severity: 'critical' as const } : {}),
      because: [['replicas', `${was} -> ${has === undefined ? 'unset, which is 1' : is}`]],
      what: is === 0 ? `${title(after)} goes from ${was} to 0 replicas: nothing of it runs any more` : `${title(after)} goes from ${was} to ${is} replicas`,
    }),
  ];
}

function targetOf({ node }: KubeObject): readonly string[] {
  const ref = dig(node, 'spec', 'scaleTargetRef');
  return ref === undefined ? [] : [`${text(dig(ref, 'kind')) ?? 'Deployment'} ${text(dig(ref, 'name')) ?? ''}`];
}

/** The least that an autoscaler keeps, and what it is where it is not said. */
function floorOf({ kind, node }: KubeObject): { readonly node: DataNode | undefined; readonly value: number | undefined } | undefined {
  if (kind === 'HorizontalPodAutoscaler') return said(dig(node, 'spec', 'minReplicas'), 1);
  return kind === 'ScaledObject' ? said(dig(node, 'spec', 'minReplicaCount'), 0) : undefined;
}
const said = (node: DataNode | undefined, silent: number): { node: DataNode | undefined; value: number | undefined } => ({
  node,
  value: node === undefined ? silent : number(node),
});

function floorDown({ before, after }: KubePair): readonly Finding[] {
  const [was, is] = [floorOf(before), floorOf(after)];
  if (was?.value === undefined || is?.value === undefined || is.value >= was.value) return [];
  return [
    K8108({
      place: placeOf(after, 'head', is.node?.line ?? after.line),
      because: [['minimum', `${was.value} -> ${is.value}`]],
      what: `${title(after)} keeps at least ${is.value} instead of ${was.value}: that few are there when load returns`,
    }),
  ];
}

function workloadGone(o: KubeObject): readonly Finding[] {
  const place = placeOf(o, 'base');
  if (floorOf(o) !== undefined)
    return [K8108({ place, because: [['minimum', String(floorOf(o)?.value ?? 'unknown')]], what: `${title(o)} is removed: the number written in what it scaled counts again` })];
  if (!RUNS.test(o.kind) || items(dig(podSpec(o), 'containers')).length === 0 || !isWhole(o)) return [];
  if (number(dig(o.node, 'spec', 'replicas')) === 0) return [];
  return [K8108({ place, because: [['replicas', `${text(dig(o.node, 'spec', 'replicas')) ?? 'unset'} -> none`]], what: `${title(o)} is removed: nothing of it runs any more` })];
}
