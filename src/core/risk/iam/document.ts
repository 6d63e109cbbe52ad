/**
 * A policy document out of data: the JSON grammar of AWS, and the same in the words of HCL blocks (`actions`, `principals { type
 * identifiers }`, `condition { test variable values }`) and of the modules and frameworks that hand it on. Names are read without
 * regard to case. Whoever writes it chooses what is a reference: actions and whole statements known only later make it opaque.
 */
import { canonical, type DataNode, entries, items, oneOrMore, scalar } from '../data.ts';
import type { Place } from '../risk.ts';
import { readJson } from './json.ts';
import { type Condition, joined, type Opaque, type Policy, type Statement } from './statement.ts';

type At = (line: number) => Place;

/** Undefined where it is no policy document. */
export function readPolicy(node: DataNode, at: At): Policy | undefined {
  const document = embedded(node) ?? node;
  const statements = field(document, 'statement', 'statements');
  if (statements === undefined) return undefined;
  const of = oneOrMore(statements);
  if (statements.is === 'unknown' || of.some((s) => s.is === 'unknown')) {
    const known = joined(of.flatMap((s) => readStatement(s, at) ?? []));
    return { ...known, opaque: [...known.opaque, ...of.filter((s) => s.is === 'unknown').map((s) => ({ text: written(s), place: at(s.line) }))] };
  }
  const read = of.map((s) => readStatement(s, at));
  return of.length > 0 && read.every((s) => s === undefined) ? undefined : joined(read.filter((s) => s !== undefined));
}

/** JSON in a string or a heredoc. */
export function embedded(node: DataNode): DataNode | undefined {
  if (node.is === 'unknown' && node.text.startsWith('<<')) {
    const start = node.text.indexOf('\n') + 1;
    return readJson(node.text.slice(start, node.text.lastIndexOf('\n')), node.line + 1);
  }
  if (node.is === 'unknown' && /^"\s*\{/.test(node.text)) return readJson(node.text.slice(1, -1).replace(/\\(["\\])/g, '$1'), node.line);
  const value = scalar(node);
  if (typeof value !== 'string' || !/^\s*\{/.test(value)) return undefined;
  // a string that ends in a new line is a heredoc or a block of YAML, whose text begins one line below
  return readJson(value, node.line + (value.endsWith('\n') ? 1 : 0));
}

/** Undefined where it is no statement. @returns a policy of one. */
export function readStatement(node: DataNode, at: At): Policy | undefined {
  const names = new Map(entries(node).map((e) => [e.key.toLowerCase().replaceAll('_', ''), e.value]));
  const get = (...keys: readonly string[]): DataNode | undefined => keys.map((k) => names.get(k)).find((v) => v !== undefined && !(v.is === 'scalar' && v.value === null));
  const [actions, notActions] = [get('action', 'actions'), get('notaction', 'notactions')];
  if (actions === undefined && notActions === undefined) return undefined;
  const effect = get('effect');
  if (effect !== undefined && effect.is === 'scalar' && !/^(?:allow|deny)$/i.test(String(effect.value))) return undefined;
  const each = get('foreach');
  const opaque: Opaque[] = [actions, notActions, effect].flatMap((n) =>
    later(n).map((u) => ({ text: `${written(u)}${each === undefined ? '' : ` for each of ${written(each)}`}`, place: at(u.line) })),
  );
  const sid = get('sid');
  const statement: Statement = {
    sid: sid?.is === 'scalar' ? String(sid.value) : undefined,
    effect: effect?.is === 'scalar' && /^deny$/i.test(String(effect.value)) ? 'Deny' : 'Allow',
    actions: texts(actions)?.map((a) => a.toLowerCase()),
    notActions: texts(notActions)?.map((a) => a.toLowerCase()),
    resources: texts(get('resource', 'resources')),
    notResources: texts(get('notresource', 'notresources')),
    principals: principals(get('principal', 'principals')),
    notPrincipals: principals(get('notprincipal', 'notprincipals')),
    conditions: conditions(get('condition', 'conditions')),
    place: at(node.line),
  };
  return { statements: [statement], opaque };
}

function field(node: DataNode, ...names: readonly string[]): DataNode | undefined {
  return entries(node).findLast((e) => names.includes(e.key.toLowerCase()))?.value;
}

const later = (node: DataNode | undefined): readonly DataNode[] => (node === undefined ? [] : oneOrMore(node).filter((n) => n.is === 'unknown'));

/** A name as it is written, references as `${...}`: a reference and a string of nothing but it are the same. */
export function written(node: DataNode): string {
  if (node.is === 'scalar') return String(node.value);
  if (node.is !== 'unknown') return canonical(node);
  if (/^".*"$/s.test(node.text)) return plainly(node.text.slice(1, -1));
  return node.text.startsWith('${') || node.text.startsWith('<<') || node.text.startsWith('!') ? plainly(node.text) : plainly(`\${${node.text}}`);
}

/** The only one of a list is what it is without a list, and a bucket by its name is the bucket. */
const plainly = (text: string): string =>
  text.length > 2_000
    ? text
    : text
        .replace(/\$\{ +/g, '${')
        .replace(/(\$\{[a-z]\w*\.[\w-]+)\[(?:0|\*)\]/g, '$1')
        .replace(/^arn:(?:aws|\$\{[^}]*\}):s3:::(\$\{aws_s3_bucket\.[\w-]+)\.(?:id|bucket)\}/, '$1.arn}');

export const texts = (node: DataNode | undefined): readonly string[] | undefined => (node === undefined ? undefined : oneOrMore(node).map(written));

/** `"*"`, `{ "AWS": [...] }`, or blocks of a type and its identifiers. */
function principals(node: DataNode | undefined): readonly string[] | undefined {
  if (node === undefined) return undefined;
  return oneOrMore(node).flatMap((n) => {
    if (n.is !== 'map') return [principal('AWS', written(n))];
    const [type, identifiers] = [field(n, 'type'), field(n, 'identifiers')];
    if (type !== undefined && identifiers !== undefined) return oneOrMore(identifiers).map((i) => principal(written(type), written(i)));
    return n.entries.flatMap((e) => (/^fn::|^ref$/i.test(e.key) ? [principal('AWS', canonical(n))] : oneOrMore(e.value).map((v) => principal(e.key, written(v)))));
  });
}

/** Of an account its id, its root and everybody in it are one. */
function principal(type: string, value: string): string {
  if (value === '*' && (type === 'AWS' || type === '*')) return '*';
  const account = /^(?:arn:aws[\w-]*:iam::)?(\d{12})(?::root)?$/.exec(value)?.[1];
  return type === 'AWS' && account !== undefined ? `AWS:${account}:root` : `${type}:${value}`;
}

function conditions(node: DataNode | undefined): readonly Condition[] {
  if (node === undefined) return [];
  if (node.is === 'unknown') return [{ operator: 'unknown', key: written(node), values: [] }];
  return oneOrMore(node).flatMap((n) => {
    if (n.is !== 'map') return [{ operator: 'unknown', key: written(n), values: [] }];
    const [test, variable, values] = [field(n, 'test'), field(n, 'variable'), field(n, 'values')];
    if (test !== undefined && variable !== undefined)
      return [{ operator: written(test).toLowerCase(), key: written(variable).toLowerCase(), values: oneOrMore(values).map(written) }];
    return n.entries.flatMap(({ key: operator, value }) =>
      value.is === 'map'
        ? value.entries.map((e) => ({ operator: operator.toLowerCase(), key: e.key.toLowerCase(), values: oneOrMore(e.value).map(written) }))
        : [{ operator: operator.toLowerCase(), key: written(value), values: [] }],
    );
  });
}

/** Whether it has the shape of a list of statements that no document holds (serverless frameworks). */
export const isStatements = (node: DataNode): boolean =>
  node.is === 'list' && node.items.length > 0 && items(node).every((s) => field(s, 'effect') !== undefined && field(s, 'action', 'notaction') !== undefined);
