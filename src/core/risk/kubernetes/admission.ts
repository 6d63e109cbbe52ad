/** K8117: what the cluster refuses to let in, and how. */
import { canonical, type DataNode, dig, items, text } from '../data.ts';
import { rule } from '../finding.ts';
import type { Finding } from '../risk.ts';
import { type KubeObject, type KubePair, type KubeSides, placeOf, title } from './objects.ts';

const K8117 = rule('K8117', 'admission', 'critical', 'inferred', ['another policy refuses the same']);

export const admission = ({ gone, pairs }: KubeSides): readonly Finding[] => [...gone.filter(isGuard).map(guardGone), ...pairs.filter((p) => isGuard(p.after)).flatMap(loosened)];

const isGuard = ({ kind, group }: KubeObject): boolean =>
  /^(?:Validating|Mutating)(?:WebhookConfiguration|AdmissionPolicy(?:Binding)?)$/.test(kind) ||
  (/^(?:kyverno\.io|policies\.kyverno\.io)$/.test(group) && /Policy$/.test(kind)) ||
  group === 'constraints.gatekeeper.sh' ||
  (group === 'templates.gatekeeper.sh' && kind === 'ConstraintTemplate') ||
  (group === 'policies.kubewarden.io' && /Policy$/.test(kind));

const guardGone = (o: KubeObject): Finding =>
  K8117({ place: placeOf(o, 'base'), because: [['removed', title(o)]], what: `${title(o)} is removed: what it refused or mended is let into the cluster as it is` });

type Fact = readonly [string, string];

function loosened(pair: KubePair): readonly Finding[] {
  const facts = [...webhooks(pair), ...words(pair), ...exclusions(pair)];
  const place = placeOf(pair.after, 'head');
  const closing = stricter(pair);
  if (facts.length > 0)
    return [
      K8117({ place, because: facts, what: `${title(pair.after)} refuses less (${facts.map(([name, how]) => `${name}: ${how}`).join(', ')}): more is let into the cluster` }),
    ];
  return closing.length === 0
    ? []
    : [
        K8117({
          place,
          severity: 'high',
          because: closing,
          what: `${title(pair.after)} refuses everything, in the whole cluster, whenever its webhook does not answer (${closing.map(([n]) => n).join(', ')})`,
        }),
      ];
}

const hooks = (o: KubeObject): ReadonlyMap<string, DataNode> => new Map(items(dig(o.node, 'webhooks')).map((w, i) => [text(dig(w, 'name')) ?? String(i), w]));
/** Unsaid is Fail since admissionregistration.k8s.io/v1. */
const failure = (hook: DataNode | undefined): string => text(dig(hook, 'failurePolicy')) ?? 'Fail';

function webhooks({ before, after }: KubePair): readonly Fact[] {
  const has = hooks(after);
  return [...hooks(before)].flatMap(([name, was]): readonly Fact[] => {
    const is = has.get(name);
    if (is === undefined) return [[name, 'removed']];
    const changed = ['namespaceSelector', 'objectSelector', 'matchConditions'].filter((key) => dig(is, key) !== undefined && canonical(dig(was, key)) !== canonical(dig(is, key)));
    return [
      ...(failure(was) === 'Fail' && failure(is) === 'Ignore' ? [[name, 'failurePolicy Fail -> Ignore'] as const] : []),
      ...changed.map((key): Fact => [name, `${key} changed`]),
      ...(rulesGone(was, is) ? [[name, 'rules removed'] as const] : []),
    ];
  });
}

const rulesGone = (was: DataNode, is: DataNode): boolean => {
  const has = new Set(items(dig(is, 'rules')).map(canonical));
  return items(dig(was, 'rules')).length > items(dig(is, 'rules')).length && items(dig(was, 'rules')).some((r) => !has.has(canonical(r)));
};

function stricter({ before, after }: KubePair): readonly Fact[] {
  const had = hooks(before);
  return [...hooks(after)].flatMap(([name, is]): readonly Fact[] => {
    const was = had.get(name);
    return was !== undefined && failure(was) === 'Ignore' && failure(is) === 'Fail' && dig(is, 'namespaceSelector') === undefined ? [[name, 'failurePolicy Ignore -> Fail']] : [];
  });
}

/** The words by which engines say that they refuse, and what they mean where nothing is said. */
const MODES: readonly (readonly [path: readonly string[], silent: string, refuses: RegExp])[] = [
  [['spec', 'validationFailureAction'], 'Audit', /^enforce$/i],
  [['spec', 'enforcementAction'], 'deny', /^deny$/],
  [['spec', 'failurePolicy'], 'Fail', /^Fail$/],
  [['spec', 'mode'], 'protect', /^protect$/],
];

function words({ before, after }: KubePair): readonly Fact[] {
  const modes = MODES.flatMap(([path, silent, refuses]): readonly Fact[] => {
    const [was, is] = [before, after].map((o) => text(dig(o.node, ...path)) ?? silent);
    return was !== undefined && is !== undefined && refuses.test(was) && !refuses.test(is) ? [[path.at(-1) ?? '', `${was} -> ${is}`]] : [];
  });
  const denies = (o: KubeObject): boolean => items(dig(o.node, 'spec', 'validationActions')).some((a) => text(a) === 'Deny');
  return [...modes, ...(denies(before) && !denies(after) ? [['validationActions', 'Deny removed'] as const] : []), ...kyvernoRules(before, after)];
}

/** One rule of a policy may go, or be turned to audit, by itself. */
function kyvernoRules(before: KubeObject, after: KubeObject): readonly Fact[] {
  const byName = (o: KubeObject): ReadonlyMap<string, DataNode> => new Map(items(dig(o.node, 'spec', 'rules')).map((r, i) => [text(dig(r, 'name')) ?? String(i), r]));
  const has = byName(after);
  const enforces = (r: DataNode): boolean => /^enforce$/i.test(text(dig(r, 'validate', 'failureAction')) ?? '');
  return [...byName(before)].flatMap(([name, was]): readonly Fact[] => {
    const is = has.get(name);
    if (is === undefined) return [[`rule ${name}`, 'removed']];
    return enforces(was) && !enforces(is) ? [[`rule ${name}`, 'Enforce -> Audit']] : [];
  });
}

/** Lists of what a guard leaves out, wherever an engine keeps them; longer is wider. */
function exclusions({ before, after }: KubePair): readonly Fact[] {
  const had = new Set(excluded(before.node, 0, false));
  const more = excluded(after.node, 0, false).filter((e) => !had.has(e));
  return more.length === 0 ? [] : [['newly left out', more.slice(0, 5).join(', ')]];
}

function excluded(node: DataNode, depth: number, inside: boolean): readonly string[] {
  if (depth > 20) return [];
  if (node.is === 'list') return node.items.flatMap((n) => excluded(n, depth + 1, inside));
  if (node.is === 'map') return node.entries.flatMap((e) => excluded(e.value, depth + 1, inside || /^(?:exclude|excludedNamespaces|excludeResourceRules|exceptions)$/.test(e.key)));
  return inside ? [node.is === 'scalar' ? String(node.value) : node.text] : [];
}
