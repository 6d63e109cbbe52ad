/** Bindings and roles of Kubernetes: written as objects, joined over all changed files. Roles become statements: verbs are actions. */
import { type DataNode, dig, entries, items, oneOrMore } from '../data.ts';
import type { FileEvidence } from '../evidence.ts';
import { type KubeObject, kubeSides, placeOf } from '../kubernetes/objects.ts';
import type { Binding } from './binding.ts';
import { written } from './document.ts';
import type { Statement } from './statement.ts';

const isRbac = (o: KubeObject): boolean => o.group === 'rbac.authorization.k8s.io' || o.group === 'authorization.openshift.io';
const said = (node: DataNode | undefined): string => (node === undefined ? '' : written(node));

export interface ClusterBindings {
  readonly base: readonly Binding[];
  readonly head: readonly Binding[];
  /** Subjects that are gone with their bindings. */
  readonly gone: ReadonlySet<string>;
}

export function clusterBindings(files: readonly FileEvidence[]): ClusterBindings {
  const sides = kubeSides(files);
  const of = (objects: readonly KubeObject[], side: 'base' | 'head'): readonly Binding[] =>
    objects.filter((o) => isRbac(o) && o.kind.endsWith('RoleBinding')).flatMap((o) => bindings(o, side));
  const gone = sides.gone
    .filter((o) => o.kind === 'ServiceAccount' || /Role$/.test(o.kind))
    .map((o) => (o.kind === 'ServiceAccount' ? `ServiceAccount ${o.namespace} ${o.name}` : `${o.kind} ${o.name}`));
  return { base: of(sides.base, 'base'), head: of(sides.head, 'head'), gone: new Set(gone) };
}

/** Of an object that is a sample nothing is in use. */
function bindings(o: KubeObject, side: 'base' | 'head'): readonly Binding[] {
  const role = `${said(dig(o.node, 'roleRef', 'kind'))} ${said(dig(o.node, 'roleRef', 'name'))}`;
  return items(dig(o.node, 'subjects')).map((s): Binding => {
    const kind = said(dig(s, 'kind'));
    const namespace = kind === 'ServiceAccount' ? said(dig(s, 'namespace')) || o.namespace : '';
    const member = `${kind} ${namespace} ${said(dig(s, 'name'))}`;
    return { cloud: 'kubernetes', scope: o.kind === 'ClusterRoleBinding' ? '' : o.namespace, role, member, subject: member, condition: '', place: placeOf(o, side, s.line) };
  });
}

export interface Role {
  readonly object: KubeObject;
  readonly statements: readonly Statement[];
  /** Selectors by which it takes in the rules of others, and labels by which others take in its own. */
  readonly aggregates: readonly string[];
  readonly givenTo: readonly string[];
}

export const isRole = (o: KubeObject): boolean => isRbac(o) && (o.kind === 'Role' || o.kind === 'ClusterRole');

export function roleOf(o: KubeObject, side: 'base' | 'head'): Role {
  const selectors = items(dig(o.node, 'aggregationRule', 'clusterRoleSelectors')).map((s) =>
    entries(dig(s, 'matchLabels'))
      .map((e) => `${e.key}=${said(e.value)}`)
      .sort()
      .join(','),
  );
  const givenTo = entries(dig(o.node, 'metadata', 'labels'))
    .filter((e) => e.key.startsWith('rbac.authorization.k8s.io/aggregate-to-') && said(e.value) === 'true')
    .map((e) => e.key.slice('rbac.authorization.k8s.io/aggregate-to-'.length));
  return { object: o, statements: items(dig(o.node, 'rules')).map((r) => statement(r, o, side)), aggregates: selectors, givenTo };
}

const list = (node: DataNode | undefined): readonly string[] => oneOrMore(node).map(written);

/** Resources are `group/resource`, or the path of an address; names narrow them, as a condition does. */
function statement(r: DataNode, o: KubeObject, side: 'base' | 'head'): Statement {
  const groups = list(dig(r, 'apiGroups'));
  const resources = (groups.length === 0 ? [''] : groups).flatMap((g) => list(dig(r, 'resources')).map((name) => (g === '*' && name === '*' ? '*' : `${g}/${name}`)));
  const names = list(dig(r, 'resourceNames'));
  return {
    sid: undefined,
    effect: 'Allow',
    actions: list(dig(r, 'verbs')).map((v) => v.toLowerCase()),
    notActions: undefined,
    resources: [...resources, ...list(dig(r, 'nonResourceURLs')).map((u) => `url ${u}`)],
    notResources: undefined,
    principals: undefined,
    notPrincipals: undefined,
    conditions: names.length === 0 ? [] : [{ operator: 'stringequals', key: 'name', values: names }],
    place: placeOf(o, side, r.line),
  };
}
