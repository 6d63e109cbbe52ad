/** K8109: how many pods may be taken at once when machines are drained. */
import { dig, text } from '../data.ts';
import { rule } from '../finding.ts';
import type { Finding } from '../risk.ts';
import { type KubeObject, type KubePair, type KubeSides, placeOf, title } from './objects.ts';
import { tooMany } from './orphans.ts';
import { amount, podTemplate, selects, words } from './workload.ts';

const K8109 = rule('K8109', 'pdb', 'high', 'inferred', ['what it protected is removed with it', 'more copies run than before']);

export function disruption(sides: KubeSides): readonly Finding[] {
  return [...sides.gone.filter(isBudget).map((o) => budgetGone(o, sides)), ...sides.pairs.filter((p) => isBudget(p.after)).flatMap(loosened), ...blocked(sides)];
}

const isBudget = (o: KubeObject): boolean => o.kind === 'PodDisruptionBudget';

function budgetGone(o: KubeObject, sides: KubeSides): Finding {
  const covers = (w: KubeObject): boolean => podTemplate(w) !== undefined && selects(dig(o.node, 'spec', 'selector'), words(dig(podTemplate(w), 'metadata', 'labels')));
  const few = !tooMany(sides.gone.length, sides.gone.length + sides.head.length);
  const alone = few && sides.gone.some(covers) && !sides.head.some(covers);
  return K8109({
    place: placeOf(o, 'base'),
    ...(alone ? { severity: 'elevated' as const } : {}),
    because: [['what it protects', alone ? 'removed as well' : 'not removed by this change']],
    what: `${title(o)} is removed: a drain of machines may take every pod it protected at once`,
  });
}

function loosened({ before, after }: KubePair): readonly Finding[] {
  const value = (o: KubeObject, key: string): string | undefined => text(dig(o.node, 'spec', key));
  const [min, max] = ['minAvailable', 'maxUnavailable'] as const;
  const looser =
    (less(before, after, min) && !less(after, before, min)) ||
    (less(after, before, max) && !less(before, after, max)) ||
    (value(before, min) !== undefined && value(after, min) === undefined && value(after, max) !== '0');
  if (!looser) return [];
  const because = [min, max].flatMap((key) =>
    value(before, key) === value(after, key) ? [] : [[key, `${value(before, key) ?? 'unset'} -> ${value(after, key) ?? 'unset'}`] as const],
  );
  return [K8109({ place: placeOf(after, 'head'), because, what: `${title(after)} lets more pods be taken at once when machines are drained` })];
}

/** That `b` says less than `a`; a count and a share cannot be compared, and pass for less. */
function less(a: KubeObject, b: KubeObject, key: string): boolean {
  const [was, is] = [amount(dig(a.node, 'spec', key)), amount(dig(b.node, 'spec', key))];
  return was !== undefined && is !== undefined && (was.unit === is.unit ? is.value < was.value : is.unit === 'count' && is.value < 2);
}

/** No pod may ever be taken: machines cannot be drained. */
function blocked({ base, head }: KubeSides): readonly Finding[] {
  const stuck = (o: KubeObject): boolean => /^0%?$/.test(text(dig(o.node, 'spec', 'maxUnavailable')) ?? '') || text(dig(o.node, 'spec', 'minAvailable')) === '100%';
  const was = new Set(base.filter((o) => isBudget(o) && stuck(o)).map(title));
  return head
    .filter((o) => isBudget(o) && stuck(o) && !was.has(title(o)))
    .map((o) =>
      K8109({
        place: placeOf(o, 'head'),
        severity: 'elevated',
        because: [['disruptions allowed', '0']],
        what: `${title(o)} allows no pod to be taken: machines cannot be drained, and upgrades wait`,
      }),
    );
}
