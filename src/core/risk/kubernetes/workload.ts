/** What runs: the pod template of every kind that has one, its containers by name, and numbers as Kubernetes writes them. */
import { type DataEntry, type DataNode, dig, entries, items, scalar, text } from '../data.ts';
import type { KubeObject } from './objects.ts';

const TEMPLATED = /^(?:Deployment|DaemonSet|StatefulSet|ReplicaSet|ReplicationController|Job|Rollout|DeploymentConfig|CloneSet)$/;

/** metadata and spec of the pods an object makes. */
export function podTemplate({ kind, group, node }: KubeObject): DataNode | undefined {
  if (kind === 'Pod') return node;
  if (kind === 'CronJob') return dig(node, 'spec', 'jobTemplate', 'spec', 'template');
  if (kind === 'PodTemplate') return dig(node, 'template');
  return TEMPLATED.test(kind) || (kind === 'Service' && group === 'serving.knative.dev') ? dig(node, 'spec', 'template') : undefined;
}
export const podSpec = (o: KubeObject): DataNode | undefined => dig(podTemplate(o), 'spec');

/** All of it is here, and not only the part a patch sets. */
export const isWhole = (o: KubeObject): boolean =>
  items(dig(podSpec(o), 'containers')).some((c) => dig(c, 'image') !== undefined) || /^(?:Pod|Job|CronJob|Rollout)$/.test(o.kind) || dig(o.node, 'spec', 'selector') !== undefined;

/** By name, init containers too; those without a name are nobody's. */
export function containersOf(o: KubeObject): ReadonlyMap<string, DataNode> {
  const spec = podSpec(o);
  const all = [...items(dig(spec, 'initContainers')), ...items(dig(spec, 'containers')), ...items(dig(spec, 'ephemeralContainers'))];
  return new Map(all.flatMap((c) => (text(dig(c, 'name')) === undefined ? [] : [[text(dig(c, 'name')) as string, c] as const])));
}

/** Containers of both sides with the same name. */
export function bothContainers(before: KubeObject, after: KubeObject): readonly { readonly name: string; readonly was: DataNode; readonly is: DataNode }[] {
  const had = containersOf(before);
  return [...containersOf(after)].flatMap(([name, is]) => {
    const was = had.get(name);
    return was === undefined ? [] : [{ name, was, is }];
  });
}

const UNITS: { readonly [unit: string]: number } = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** `500m`, `1.5Gi`, `2e3`; undefined where it is none. */
export function quantity(node: DataNode | undefined): number | undefined {
  const parts = /^([+-]?\d{1,18}(?:\.\d{0,18})?(?:[eE][+-]?\d{1,2})?)([numkMGTPE]|[KMGTPE]i)?$/.exec(text(node) ?? '');
  return parts === null ? undefined : Number(parts[1]) * (UNITS[parts[2] ?? ''] ?? 1);
}

/** Seconds of `720h0m0s`, `30d` or a bare number of seconds; undefined where it is none. */
export function seconds(node: DataNode | undefined): number | undefined {
  const value = text(node) ?? '';
  if (/^\d{1,12}(?:\.\d{1,6})?$/.test(value)) return Number(value);
  if (!/^(?:\d{1,12}(?:\.\d{1,6})?(?:ms|[smhdwy]))+$/i.test(value)) return undefined;
  const each: { readonly [unit: string]: number } = { ms: 1e-3, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, y: 31_536_000 };
  return [...value.matchAll(/([\d.]+)(ms|[smhdwy])/gi)].reduce((sum, [, n, unit = 's']) => sum + Number(n) * (each[unit.toLowerCase()] ?? 1), 0);
}

/** A count, or a share of 1 where it is written as a percentage. */
type Amount = { readonly unit: 'count' | 'share'; readonly value: number };
export function amount(node: DataNode | undefined): Amount | undefined {
  const value = text(node) ?? '';
  if (/^\d{1,9}$/.test(value)) return { unit: 'count', value: Number(value) };
  return /^\d{1,9}%$/.test(value) ? { unit: 'share', value: Number(value.slice(0, -1)) / 100 } : undefined;
}

export const isTrue = (node: DataNode | undefined): boolean => scalar(node) === true || scalar(node) === 'true';

/** Labels and their like; a value that is not known is undefined and equals nothing. */
export const words = (node: DataNode | undefined): ReadonlyMap<string, string | undefined> => new Map(entries(node).map((e: DataEntry) => [e.key, text(e.value)]));

/** Whether a label selector (matchLabels and matchExpressions) takes these labels; an empty one takes all. */
export function selects(selector: DataNode | undefined, labels: ReadonlyMap<string, string | undefined>): boolean {
  return [...words(dig(selector, 'matchLabels'))].every(([k, v]) => labels.get(k) === v) && items(dig(selector, 'matchExpressions')).every((e) => holds(e, labels));
}

function holds(expression: DataNode, labels: ReadonlyMap<string, string | undefined>): boolean {
  const key = text(dig(expression, 'key')) ?? '';
  const among = items(dig(expression, 'values')).some((v) => text(v) === labels.get(key));
  const operator = text(dig(expression, 'operator'));
  if (operator === 'In') return labels.has(key) && among;
  if (operator === 'NotIn') return !(labels.has(key) && among);
  if (operator === 'Exists') return labels.has(key);
  return operator === 'DoesNotExist' ? !labels.has(key) : true;
}
