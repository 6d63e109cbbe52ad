/** K8112: how the new version takes over from the old one, and how the old one goes. K8119: on which machines. */
import { canonical, type DataNode, dig, number, text } from '../data.ts';
import { rule } from '../finding.ts';
import type { Finding } from '../risk.ts';
import { type KubeObject, type KubePair, type KubeSides, placeOf, title } from './objects.ts';
import { amount, bothContainers, podSpec } from './workload.ts';

const K8112 = rule('K8112', 'rollout', 'high', 'inferred', ['an interruption at the next rollout is announced', 'connections end on their own within the time that stays']);
const K8119 = rule('K8119', 'placement', 'elevated', 'inferred', ['enough machines fit the new terms']);

export const rollout = ({ pairs }: KubeSides): readonly Finding[] => pairs.flatMap((p) => [...ofRollout(p), ...placement(p)]);

type Fact = readonly [string, string];

function ofRollout(pair: KubePair): readonly Finding[] {
  const facts = [...strategy(pair), ...share(pair), ...shorter(pair, 'minReadySeconds', seconds), ...shorter(pair, 'terminationGracePeriodSeconds', grace), ...preStop(pair)];
  if (facts.length === 0) return [];
  const what = `${title(pair.after)}: a rollout or a stop interrupts what is being served (${facts.map(([name, how]) => `${name} ${how}`).join(', ')})`;
  return [K8112({ place: placeOf(pair.after, 'head'), because: facts, what })];
}

const typeOf = (o: KubeObject): string | undefined =>
  text(dig(o.node, 'spec', 'strategy', 'type')) ?? (dig(o.node, 'spec', 'strategy', 'type') === undefined ? 'RollingUpdate' : undefined);

function strategy({ before, after }: KubePair): readonly Fact[] {
  const [was, is] = [typeOf(before), typeOf(after)];
  return after.kind === 'Deployment' && was === 'RollingUpdate' && is === 'Recreate' ? [['strategy', `${was} -> ${is}`]] : [];
}

/** Half of the pods or more at once. */
function share({ before, after }: KubePair): readonly Fact[] {
  const of = (o: KubeObject): DataNode | undefined => dig(o.node, 'spec', o.kind === 'Deployment' ? 'strategy' : 'updateStrategy', 'rollingUpdate', 'maxUnavailable');
  const half = (o: KubeObject): boolean => {
    const value = amount(of(o));
    const all = number(dig(o.node, 'spec', 'replicas'));
    if (value === undefined) return false;
    return value.unit === 'share' ? value.value >= 0.5 : all !== undefined && all > 1 && value.value * 2 >= all;
  };
  return half(after) && !half(before) ? [['maxUnavailable', `${text(of(before)) ?? 'unset'} -> ${text(of(after)) ?? ''}`]] : [];
}

/** Undefined where it is not known. */
const seconds = (o: KubeObject): number | undefined => orElse(dig(o.node, 'spec', 'minReadySeconds'), 0);
const grace = (o: KubeObject): number | undefined => (podSpec(o) === undefined ? undefined : orElse(dig(podSpec(o), 'terminationGracePeriodSeconds'), 30));
const orElse = (node: DataNode | undefined, silent: number): number | undefined => (node === undefined ? silent : number(node));

function shorter({ before, after }: KubePair, name: string, of: (o: KubeObject) => number | undefined): readonly Fact[] {
  const [was, is] = [of(before), of(after)];
  return was !== undefined && is !== undefined && is < was ? [[name, `${was} -> ${is}`]] : [];
}

function preStop({ before, after }: KubePair): readonly Fact[] {
  return bothContainers(before, after).flatMap(({ name, was, is }): readonly Fact[] => {
    const [had, has] = [dig(was, 'lifecycle', 'preStop'), dig(is, 'lifecycle', 'preStop')];
    if (had !== undefined && has === undefined) return [[`preStop of ${name}`, 'removed']];
    const [slept, sleeps] = [pause(had), pause(has)];
    return slept !== undefined && sleeps !== undefined && sleeps < slept ? [[`preStop of ${name}`, `${slept} s -> ${sleeps} s`]] : [];
  });
}

/** Seconds it waits before it stops, said as such or as a command. */
function pause(hook: DataNode | undefined): number | undefined {
  const said = number(dig(hook, 'sleep', 'seconds'));
  const command = /\bsleep["', ]{1,4}(\d{1,6})\b/.exec(canonical(dig(hook, 'exec', 'command')))?.[1];
  return said ?? (command === undefined ? undefined : Number(command));
}

const WHERE = ['nodeSelector', 'affinity', 'tolerations', 'priorityClassName', 'topologySpreadConstraints', 'schedulerName', 'nodeName'] as const;

function placement({ before, after }: KubePair): readonly Finding[] {
  const [was, is] = [podSpec(before), podSpec(after)];
  if (was === undefined || is === undefined) return [];
  const changed = WHERE.filter((key) => canonical(dig(was, key)) !== canonical(dig(is, key)));
  if (changed.length === 0) return [];
  const line = changed.map((key) => dig(is, key)?.line).find((l) => l !== undefined);
  const what = `${title(after)} runs on other machines, or is ended in another order (${changed.join(', ')}): where no machine fits, it does not start`;
  return [K8119({ place: placeOf(after, 'head', line ?? after.line), because: changed.map((key) => ['changed', key]), what })];
}
