/** Bindings of one side: attachments of AWS, IAM of Google, assignments of Azure, and the bindings of a cluster written as Terraform. */
import { type DataNode, dig, entries, items, oneOrMore } from '../data.ts';
import type { Place } from '../risk.ts';
import type { Binding } from './binding.ts';
import { written } from './document.ts';
import { subjects } from './held.ts';
import { reference, type Thing } from './things.ts';

type Side = Place['side'];
type Things = ReadonlyMap<string, Thing>;

export const bindingsOf = (side: Side, things: Things): readonly Binding[] => [...things.values()].flatMap((t) => bindings(t, side, things).map((b) => ({ ...b, by: t.key })));

function bindings(t: Thing, side: Side, things: Things): readonly Binding[] {
  if (t.kind === 'data' || t.kind === 'variable') return [];
  if (/^google_\w+_iam_(?:member|binding|policy)$/.test(t.type)) return google(t, side, things);
  if (t.type === 'azurerm_role_assignment') return azure(t, side, things);
  if (/^kubernetes_(?:cluster_)?role_binding(?:_v1)?$/.test(t.type)) return cluster(t, side);
  return [...(isAws(t) ? aws(t, side, things) : []), ...(t.kind === 'resource' ? [] : loose(t.node, t, side, 0))];
}

const isAws = (t: Thing): boolean => /^(?:aws_|AWS::)/.test(t.type) || t.kind === 'module' || t.kind === 'locals' || t.kind === '';
const at = (t: Thing, side: Side, line: number): Place => ({ path: t.path, side, line, object: t.address });
const said = (node: DataNode | undefined): string => (node === undefined ? '' : written(node));

/** The names by which AWS's own policies are given, wherever they stand; a boundary gives nothing. */
function aws(t: Thing, side: Side, things: Things): readonly Binding[] {
  const attached = attachedOf(t, things);
  const own = entries(t.node).flatMap((e) => (/boundary/i.test(e.key) || /^(?:policy_arn|managed_policy_arns?|ManagedPolicyArns)$/.test(e.key) ? [] : managedIn(e.value, 0)));
  // beside the attribute that attaches, each is written once more where it comes from (`for_each`)
  const roles = new Map([...attached, ...(attached.length > 0 ? [] : own)].map((a) => [a.role, a.line]));
  return [...roles].flatMap(([role, line]) =>
    subjects(t).map((s): Binding => ({ cloud: 'aws', scope: '', role, member: nameOf(s), subject: s, condition: '', place: at(t, side, line) })),
  );
}

interface Attached {
  readonly role: string;
  readonly line: number;
}

function attachedOf(t: Thing, things: Things): readonly Attached[] {
  return ['policy_arn', 'managed_policy_arns', 'managed_policy_arn', 'ManagedPolicyArns'].flatMap((name) =>
    oneOrMore(dig(t.node, name)).flatMap((node): readonly Attached[] => {
      const text = written(node);
      const key = reference(node, t);
      const thing = key === undefined ? undefined : things.get(key);
      if (thing?.kind === 'data') return [{ role: said(dig(thing.node, 'arn') ?? dig(thing.node, 'name')), line: node.line }];
      // what is in view is joined by its statements
      if (thing?.type === 'aws_iam_policy' || thing?.type === 'AWS::IAM::ManagedPolicy') return [];
      if (!/\beach\.(?:value|key)\b/.test(text)) return [{ role: text, line: node.line }];
      const each = dig(t.node, 'for_each');
      const values = each?.is === 'map' ? entries(each).map((e) => e.value) : items(each);
      return values.length === 0
        ? [{ role: `${text} of ${said(each)}`, line: node.line }]
        : values.map((v) => ({ role: text.replace(/\$\{\s*each\.(?:value|key)\s*\}/, said(v)), line: v.line }));
    }),
  );
}

const MANAGED = /:iam::aws:policy\/[\w+=,.@/-]+$/;
const DEPTH = 16;

function managedIn(node: DataNode, depth: number): readonly Attached[] {
  if (depth > DEPTH) return [];
  if (node.is === 'list') return node.items.flatMap((i) => managedIn(i, depth + 1));
  if (node.is === 'map') return node.entries.flatMap((e) => managedIn(e.value, depth + 1));
  const text = written(node);
  return text.length < 300 && MANAGED.test(text) ? [{ role: text, line: node.line }] : [];
}

/** `aws_iam_role.app`, without the folder. */
export const nameOf = (key: string): string =>
  key
    .slice(key.indexOf('\0') + 1)
    .replace(/^=/, '')
    .replace(/\0.*$/, '');

/** What modules and locals hand on: everybody, and roles of Google by their names, alone or with their members. */
function loose(node: DataNode, t: Thing, side: Side, depth: number): readonly Binding[] {
  if (depth > DEPTH || node.is === 'unknown') return [];
  const bound = (role: string, member: string, line: number): Binding => ({
    cloud: 'google',
    scope: t.address,
    role,
    member,
    subject: undefined,
    condition: '',
    place: at(t, side, line),
  });
  if (node.is === 'list') return node.items.flatMap((i) => loose(i, t, side, depth + 1));
  if (node.is === 'map')
    return node.entries.flatMap((e) =>
      ROLE.test(e.key) && e.value.is === 'list' ? e.value.items.map((m) => bound(e.key, written(m), m.line)) : loose(e.value, t, side, depth + 1),
    );
  const text = written(node);
  if (/^all(?:Authenticated)?Users$/.test(text)) return [bound('what it is given', text, node.line)];
  return ROLE.test(text) ? [{ ...bound(text, t.address, node.line), loose: true }] : [];
}
const ROLE = /^roles\/[\w.]{1,80}$/;

function google(t: Thing, side: Side, things: Things): readonly Binding[] {
  const scope = `${t.type.replace(/_iam_\w+$/, '')} ${entries(t.node)
    .filter((e) => !/^(?:role|members?|condition|policy_data|count|for_each|depends_on|provider|lifecycle)$/.test(e.key))
    .map((e) => written(e.value))
    .sort()
    .join(' ')}`;
  const condition = said(dig(t.node, 'condition', 0, 'expression'));
  const one = (role: DataNode | undefined, members: DataNode | undefined, asked: string): readonly Binding[] =>
    oneOrMore(members).map((m) => ({
      cloud: 'google',
      scope,
      role: said(role),
      member: written(m),
      subject: reference(m, t),
      condition: asked,
      place: at(t, side, m.line),
    }));
  if (!t.type.endsWith('_policy')) return one(dig(t.node, 'role'), dig(t.node, 'members') ?? dig(t.node, 'member'), condition);
  const data = things.get(reference(dig(t.node, 'policy_data'), t) ?? '');
  return items(dig(data?.node, 'binding')).flatMap((b) => one(dig(b, 'role'), dig(b, 'members'), said(dig(b, 'condition', 0, 'expression'))));
}

function azure(t: Thing, side: Side, things: Things): readonly Binding[] {
  const id = dig(t.node, 'role_definition_id');
  const definition = things.get(reference(id, t) ?? '');
  const role = said(dig(t.node, 'role_definition_name') ?? (definition?.kind === 'data' ? dig(definition.node, 'name') : undefined) ?? id);
  const principal = dig(t.node, 'principal_id');
  const scope = said(dig(t.node, 'scope'));
  return [{ cloud: 'azure', scope, role, member: said(principal), subject: reference(principal, t), condition: said(dig(t.node, 'condition')), place: at(t, side, t.line) }];
}

function cluster(t: Thing, side: Side): readonly Binding[] {
  const ref = dig(t.node, 'role_ref', 0);
  const scope = said(dig(t.node, 'metadata', 0, 'namespace'));
  return items(dig(t.node, 'subject')).map((s) => ({
    cloud: 'kubernetes',
    scope,
    role: `${said(dig(ref, 'kind'))} ${said(dig(ref, 'name'))}`,
    member: [said(dig(s, 'kind')), said(dig(s, 'namespace')), said(dig(s, 'name'))].join(' '),
    subject: reference(dig(s, 'name'), t),
    condition: '',
    place: at(t, side, s.line),
  }));
}
