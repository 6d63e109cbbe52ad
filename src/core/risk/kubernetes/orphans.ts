/**
 * K8113: a selector that took pods before the change and takes none after it. Only what the change shows is looked at: pods of
 * files that it does not touch are unknown, which is said; so is every match of a selector with pods outside of it.
 */
import { type DataNode, dig, entries } from '../data.ts';
import { rule } from '../finding.ts';
import type { Finding } from '../risk.ts';
import { type KubeObject, type KubeSides, placeOf, title } from './objects.ts';
import { podTemplate, selects, words } from './workload.ts';

const K8113 = rule('K8113', 'selector-orphan', 'critical', 'inferred', ['pods that this change does not touch have the labels it asks for']);

/** Selectors times objects; whoever writes the change decides how many there are of each. */
const MAX_WORK = 500_000;
export const tooMany = (selectors: number, objects: number): boolean => selectors * objects > MAX_WORK;

export function orphans({ pairs, base, head }: KubeSides): readonly Finding[] {
  const asking = pairs.flatMap((p) => {
    const [was, is] = [selectorOf(p.before), selectorOf(p.after)];
    return was === undefined || is === undefined ? [] : [{ p, was, is }];
  });
  const [had, has] = [labelledIn(base), labelledIn(head)];
  const kept = new Set(pairs.map((p) => p.before));
  const [first] = asking;
  if (first === undefined) return [];
  if (tooMany(asking.length, had.length + has.length)) return [unknown(first.p.after, asking.length)];
  return asking.flatMap(({ p, was, is }) => {
    const took = had.filter((one) => takes(p.before, was, one));
    // the pods it took are gone as a whole: that is a removal, and said as one
    if (!took.some((one) => kept.has(one.o)) || has.some((one) => takes(p.after, is, one))) return [];
    return [orphan(p.after, is)];
  });
}

interface Selector {
  readonly node: DataNode;
  readonly of: Labelled['of'];
  readonly consequence: string;
}

/** What a selector may take, by the labels it goes by. */
interface Labelled {
  readonly o: KubeObject;
  readonly of: 'pods' | 'services';
  readonly labels: ReadonlyMap<string, string | undefined>;
}

const labelledIn = (objects: readonly KubeObject[]): readonly Labelled[] =>
  objects.flatMap((o): readonly Labelled[] => {
    if (o.kind === 'Service') return [{ o, of: 'services', labels: words(dig(o.node, 'metadata', 'labels')) }];
    return podTemplate(o) === undefined ? [] : [{ o, of: 'pods', labels: words(dig(podTemplate(o), 'metadata', 'labels')) }];
  });

/** Undefined where it selects nothing, everything, or what is not known. */
function selectorOf(o: KubeObject): Selector | undefined {
  const by = (node: DataNode | undefined, of: Selector['of'], consequence: string): Selector | undefined =>
    node === undefined || entries(node).length === 0 ? undefined : { node, of, consequence };
  if (o.kind === 'Service' && o.group === '') {
    const labels = dig(o.node, 'spec', 'selector');
    return entries(labels).length === 0 || labels === undefined
      ? undefined
      : by({ is: 'map', entries: [{ key: 'matchLabels', line: labels.line, value: labels }], line: labels.line }, 'pods', 'nothing answers behind it');
  }
  if (o.kind === 'PodDisruptionBudget') return by(dig(o.node, 'spec', 'selector'), 'pods', 'it protects nothing');
  if (o.kind === 'NetworkPolicy') return by(dig(o.node, 'spec', 'podSelector'), 'pods', 'it restricts nothing');
  if (o.kind === 'PodMonitor') return by(dig(o.node, 'spec', 'selector'), 'pods', 'nothing is measured');
  return o.kind === 'ServiceMonitor' ? by(dig(o.node, 'spec', 'selector'), 'services', 'nothing is measured') : undefined;
}

const together = (a: KubeObject, b: KubeObject): boolean => a.sample === b.sample && (a.namespace === b.namespace || a.namespace === '' || b.namespace === '');
const takes = (o: KubeObject, { node, of }: Selector, one: Labelled): boolean => one.of === of && together(o, one.o) && selects(node, one.labels);

const orphan = (o: KubeObject, { node, consequence }: Selector): Finding =>
  K8113({
    place: placeOf(o, 'head', node.line),
    because: [['looked at', 'the files of this change alone']],
    what: `${title(o)} selects none of the pods in this change any more, and did before: ${consequence}`,
  });

const unknown = (o: KubeObject, n: number): Finding =>
  K8113({
    place: placeOf(o, 'head'),
    severity: 'high',
    because: [['selectors', String(n)]],
    what: `${n} selectors change among more objects than are compared: whether each still finds its pods is unknown`,
  });
