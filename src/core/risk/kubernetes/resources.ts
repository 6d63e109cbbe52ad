/** K8111: what a container may use, and what is kept free for it. */
import { type DataNode, dig } from '../data.ts';
import { rule } from '../finding.ts';
import type { Finding } from '../risk.ts';
import { type KubeObject, type KubePair, type KubeSides, placeOf, title } from './objects.ts';
import { bothContainers, containersOf, quantity } from './workload.ts';

const K8111 = rule('K8111', 'resources-down', 'high', 'inferred', ['what it used at its busiest fits the new numbers']);

export const resources = ({ pairs }: KubeSides): readonly Finding[] =>
  pairs.flatMap((p) => [...bothContainers(p.before, p.after).flatMap((c) => ofContainer(p, c)), ...quality(p)]);

const AMOUNTS = [
  ['requests', 'cpu'],
  ['requests', 'memory'],
  ['limits', 'cpu'],
  ['limits', 'memory'],
] as const;

/** A quarter less is where the ordinary trimming of numbers ends. */
const LESS = 0.75;

function ofContainer({ after }: KubePair, { name, was, is }: { name: string; was: DataNode; is: DataNode }): readonly Finding[] {
  const lowered = AMOUNTS.flatMap(([part, what]) => {
    const [had, has] = [dig(was, 'resources', part, what), dig(is, 'resources', part, what)];
    const [before, now] = [quantity(had), quantity(has)];
    if (before === undefined || (has !== undefined && now === undefined)) return [];
    // a request that is not said is taken from the limit
    const counts = has === undefined && part === 'requests' ? quantity(dig(is, 'resources', 'limits', what)) : now;
    return counts !== undefined && counts > before * LESS ? [] : [{ line: (has ?? is).line, fact: [`${part}.${what}`, `${said(had)} -> ${said(has)}`] as const }];
  });
  const [first] = lowered;
  if (first === undefined) return [];
  const what = `${title(after)}: container ${name} gets less (${lowered.map((l) => `${l.fact[0]} ${l.fact[1]}`).join(', ')}): what it needed until now may be refused, or end it`;
  return [K8111({ place: placeOf(after, 'head', first.line), because: [['container', name], ...lowered.map((l) => l.fact)], what })];
}

const said = (node: DataNode | undefined): string => (node?.is === 'scalar' ? String(node.value) : 'unset');

const RANKS = ['BestEffort', 'Burstable', 'Guaranteed'];

/** Pods of a lower class are ended first when a machine is full. Silent where a container already said why. */
function quality(pair: KubePair): readonly Finding[] {
  const [was, is] = [classOf(pair.before), classOf(pair.after)];
  if (was === undefined || is === undefined || RANKS.indexOf(is) >= RANKS.indexOf(was)) return [];
  if (bothContainers(pair.before, pair.after).some((c) => ofContainer(pair, c).length > 0)) return [];
  const what = `${title(pair.after)} falls from ${was} to ${is}: it is among the first to be ended when a machine is full`;
  return [K8111({ place: placeOf(pair.after, 'head'), because: [['class', `${was} -> ${is}`]], what })];
}

/** Undefined where a number is not known. */
function classOf(o: KubeObject): string | undefined {
  const all = [...containersOf(o).values()].flatMap((c) =>
    AMOUNTS.map(([part, what]) => ({ part, node: dig(c, 'resources', part, what), limit: dig(c, 'resources', 'limits', what) })),
  );
  if (all.length === 0 || all.some((a) => a.node !== undefined && quantity(a.node) === undefined)) return undefined;
  if (all.every((a) => a.node === undefined)) return 'BestEffort';
  const full = all.every((a) => a.limit !== undefined && (a.node === undefined || quantity(a.node) === quantity(a.limit)));
  return full ? 'Guaranteed' : 'Burstable';
}
