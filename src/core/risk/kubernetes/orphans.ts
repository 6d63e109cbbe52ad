/**
 * K8113: a selector that took pods before the change and takes none after it. Only what the change shows is looked at: pods of
 * files that it does not touch are unknown, which is said; so is every match of a selector with pods outside of it.
 */
import { type DataNode, dig, entries } from '../data.ts';
import { rule } from '../finding.ts';
import type { Finding } from '../risk.ts';
import { type KubeObject, type KubePair, type KubeSides, placeOf, title } from './objects.ts';
import { podTemplate, selects, words } from './workload.ts';

const K8113 = rule('K8113', 'selector-orphan', 'critical', 'inferred', ['pods that this change does not touch have the labels it asks for']);

/** Selectors times objects; whoever writes the change decides how many there are of each. */
const MAX_WORK = 4_000_000;
export const tooMany = (selectors: number, objects: number): boolean => selectors * objects > MAX_WORK;

export function orphans(sides: KubeSides): readonly Finding[] {
  const asking = sides.pairs.filter((p) => selectorOf(p.before) !== undefined);
  const [first] = asking;
  if (first === undefined) return [];
  if (tooMany(asking.length, sides.base.length + sides.head.length)) return [unknown(first.after, asking.length)];
  return asking.flatMap((p) => {
    const [was, is] = [selectorOf(p.before), selectorOf(p.after)];
    if (was === undefined || is === undefined || !taken(p.before, was, sides.base) || taken(p.after, is, sides.head)) return [];
    // the pods it took are gone as a whole: that is a removal, and said as one
    return survives(p, was, sides) ? [orphan(p.after)] : [];
  });
}

type Selector = { readonly node: DataNode; readonly labelled: (o: KubeObject) => DataNode | undefined; readonly consequence: string };
const podLabels = (o: KubeObject): DataNode | undefined => (podTemplate(o) === undefined ? undefined : (dig(podTemplate(o), 'metadata', 'labels') ?? NONE));
const serviceLabels = (o: KubeObject): DataNode | undefined => (o.kind === 'Service' ? (dig(o.node, 'metadata', 'labels') ?? NONE) : undefined);
const NONE: DataNode = { is: 'map', entries: [], line: 1 };

/** Undefined where it selects nothing, everything, or what is not known. */
function selectorOf(o: KubeObject): Selector | undefined {
  const of = (node: DataNode | undefined, labelled: Selector['labelled'], consequence: string): Selector | undefined =>
    node === undefined || entries(node).length === 0 ? undefined : { node, labelled, consequence };
  if (o.kind === 'Service' && o.group === '') {
    const labels = dig(o.node, 'spec', 'selector');
    return entries(labels).length === 0 || labels === undefined
      ? undefined
      : of({ is: 'map', entries: [{ key: 'matchLabels', line: labels.line, value: labels }], line: labels.line }, podLabels, 'nothing answers behind it');
  }
  if (o.kind === 'PodDisruptionBudget') return of(dig(o.node, 'spec', 'selector'), podLabels, 'it protects nothing');
  if (o.kind === 'NetworkPolicy') return of(dig(o.node, 'spec', 'podSelector'), podLabels, 'it restricts nothing');
  if (o.kind === 'PodMonitor') return of(dig(o.node, 'spec', 'selector'), podLabels, 'nothing is measured');
  return o.kind === 'ServiceMonitor' ? of(dig(o.node, 'spec', 'selector'), serviceLabels, 'nothing is measured') : undefined;
}

const together = (a: KubeObject, b: KubeObject): boolean => a.sample === b.sample && (a.namespace === b.namespace || a.namespace === '' || b.namespace === '');
const takes = (o: KubeObject, { node, labelled }: Selector, one: KubeObject): boolean => {
  const labels = labelled(one);
  return labels !== undefined && together(o, one) && selects(node, words(labels));
};
const taken = (o: KubeObject, selector: Selector, all: readonly KubeObject[]): boolean => all.some((one) => takes(o, selector, one));

const survives = ({ before }: KubePair, selector: Selector, { pairs }: KubeSides): boolean => pairs.some((p) => takes(before, selector, p.before));

function orphan(o: KubeObject): Finding {
  const selector = selectorOf(o);
  return K8113({
    place: placeOf(o, 'head', selector?.node.line ?? o.line),
    because: [['looked at', 'the files of this change alone']],
    what: `${title(o)} selects none of the pods in this change any more, and did before: ${selector?.consequence ?? ''}`,
  });
}

const unknown = (o: KubeObject, n: number): Finding =>
  K8113({
    place: placeOf(o, 'head'),
    severity: 'high',
    because: [['selectors', String(n)]],
    what: `${n} selectors change among more objects than are compared: whether each still finds its pods is unknown`,
  });
