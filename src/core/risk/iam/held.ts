/**
 * Who holds which statements: policies of Terraform and CloudFormation joined to the role, user, group, bucket or key they are for.
 * What is held by nobody in view is held by the document itself. A policy whose text this change does not show is opaque.
 */
import { type DataEntry, type DataNode, dig, entries, items, oneOrMore, scalar } from '../data.ts';
import type { Place } from '../risk.ts';
import { readPolicy, readStatement, written } from './document.ts';
import { roleOfCloud } from './roles-of.ts';
import { joined, NOTHING, type Policy } from './statement.ts';
import { placeAt, reference, type Thing } from './things.ts';

/** `limit`: nobody is given anything by it (a service control policy, a boundary, an endpoint's policy). */
export type Use = 'grant' | 'trust' | 'key' | 'limit';

export interface Held {
  /** Keys of those who hold it. */
  readonly holders: readonly string[];
  readonly use: Use;
  /** What a reader calls it. */
  readonly name: string;
  readonly policy: Policy;
}

/** Ends the key of who may take a role on, beside what the role may do. */
export const TRUST = '\0trust';

type Side = 'base' | 'head';
type Documents = (key: string) => Policy | undefined;

const POLICY =
  /^(?:(?:iam|inline|assume_role|access|resource|bucket|key|repository|registry|secret|role|queue|topic|source|override)_)?polic(?:y|ies)(?:_json|_documents?|_text)?$|PolicyDocument$|^(?:KeyPolicy|PolicyText|ResourcePolicy)$/;
const SUBJECT: readonly string[] =
  `role user group permission_set_arn bucket key_id queue_url arn secret_arn repository repository_name function_name resource_arn file_system_id rest_api_id event_bus_name vault_name domain_name topic_arn
  Bucket SecretId`.split(/\s+/);
const SUBJECTS: readonly string[] = 'roles users groups Roles Users Groups Queues Topics'.split(' ');

/** @param read paths of the files of this side that are judged on their own. */
export function heldOf(side: Side, things: ReadonlyMap<string, Thing>, consumed: Set<string>, read: ReadonlySet<string>): readonly Held[] {
  const documents = documentsOf(side, things, consumed);
  const attached = attachments(things);
  return [...things.values()]
    .filter((t) => t.kind !== 'variable' && t.type !== 'aws_iam_policy_document')
    .flatMap((t) => ofThing(t, side, documents, attached, consumed).map((h) => withoutFiles(h, t, things, read)));
}

/** What no policy in view uses, on either side, is held by itself. */
export function unclaimed(side: Side, things: ReadonlyMap<string, Thing>, consumed: ReadonlySet<string>): readonly Held[] {
  const documents = documentsOf(side, things, new Set());
  return [...things.values()]
    .filter((t) => t.type === 'aws_iam_policy_document' && !consumed.has(t.key))
    .map((t) => {
      const policy = documents(t.key) ?? NOTHING;
      return { holders: [t.key], use: purposeOf('', t, policy), name: t.address, policy };
    });
}

/** Statements of one document, with what it is made of. */
const MOST = 1_000;
/** Documents made of documents made of documents. */
const MAX_DEPTH = 32;

/** Documents may be made of documents: each is read once, one that contains itself ends, and a part that comes twice counts once. */
function documentsOf(side: Side, things: ReadonlyMap<string, Thing>, consumed: Set<string>): Documents {
  const done = new Map<string, Policy>();
  let depth = 0;
  const read: Documents = (key) => {
    const thing = things.get(key);
    if (thing?.type !== 'aws_iam_policy_document') return undefined;
    const before = done.get(key);
    if (before !== undefined) return before;
    const at = placeAt(thing.path, side, thing.address);
    if (depth > MAX_DEPTH) return { statements: [], opaque: [{ text: thing.address, place: at(thing.line) }] };
    done.set(key, NOTHING);
    depth++;
    const own = readPolicy(thing.node, at) ?? NOTHING;
    const parts = ['source_json', 'override_json', 'source_policy_documents', 'override_policy_documents'].flatMap((name) => oneOrMore(dig(thing.node, name)));
    const policy = bounded(joined([own, ...parts.map((p) => resolved(p, thing, at, read, consumed))]), thing, at);
    depth--;
    done.set(key, policy);
    return policy;
  };
  return read;
}

function bounded({ statements, opaque }: Policy, thing: Thing, at: (line: number) => Place): Policy {
  const [all, later] = [[...new Set(statements)], [...new Set(opaque)]];
  if (all.length + later.length <= MOST) return { statements: all, opaque: later };
  return { statements: all.slice(0, MOST), opaque: [{ text: `${thing.address}, of more statements than are read`, place: at(thing.line) }] };
}

/** The policy that a value is or names. */
function resolved(node: DataNode, thing: Thing, at: (line: number) => Place, documents: Documents, consumed: Set<string>): Policy {
  const read = readPolicy(node, at);
  if (read !== undefined) return read;
  // one of several, by a condition, is any of them
  const keys = documentsNamed(node, thing);
  const found = keys.flatMap((key) => documents(key) ?? []);
  if (found.length > 0 && found.length === keys.length) {
    for (const key of keys) consumed.add(key);
    return joined(found);
  }
  return scalar(node) === undefined || String(scalar(node)).includes('Statement') ? { statements: [], opaque: [{ text: written(node), place: at(node.line) }] } : NOTHING;
}

/** A policy in a file that changes too is judged there. */
function withoutFiles(h: Held, t: Thing, things: ReadonlyMap<string, Thing>, read: ReadonlySet<string>): Held {
  const opaque = h.policy.opaque.filter((o) => {
    const named = /^\$\{data\.template_file\.([\w-]+)/.exec(o.text)?.[1];
    const template = named === undefined ? undefined : dig(things.get(`${t.within}\0data.template_file.${named}`)?.node, 'template');
    const file = /\bfile\(\s*"(?:\$\{path\.module\}\/|\.\/)?([\w./-]+)"|^\$\{templatefile\(\s*"(?:\$\{path\.module\}\/|\.\/)?([\w./-]+)"/.exec(
      template === undefined ? o.text : written(template),
    );
    return file === null || !read.has([t.within, file[1] ?? file[2]].filter((part) => part !== '').join('/'));
  });
  return opaque.length === h.policy.opaque.length ? h : { ...h, policy: { ...h.policy, opaque } };
}

const documentsNamed = (node: DataNode, thing: Thing): readonly string[] =>
  node.is !== 'unknown' ? [] : [...new Set([...node.text.slice(0, 2_000).matchAll(/\bdata\.aws_iam_policy_document\.[\w-]+/g)].map(([address]) => `${thing.within}\0${address}`))];

/** Of policies that are attached in view: to whom. */
function attachments(things: ReadonlyMap<string, Thing>): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const t of things.values())
    for (const name of ['policy_arn', 'managed_policy_arns', 'managed_policy_arn', 'ManagedPolicyArns'])
      for (const node of oneOrMore(dig(t.node, name))) {
        const key = reference(node, t);
        if (key === undefined) continue;
        const holders = found.get(key) ?? [];
        found.set(key, holders);
        holders.push(...subjects(t));
      }
  return found;
}

/** Whom a resource is for; itself where it does not say. */
export function subjects(t: Thing): readonly string[] {
  if (/^(?:aws_iam_(?:role|user|group|policy)|aws_kms_key|aws_s3_bucket|aws_ssoadmin_permission_set)$|^AWS::IAM::(?:Role|User|Group)$/.test(t.type) || t.kind !== 'resource')
    return [t.key];
  const one = SUBJECT.flatMap((name) => subject(dig(t.node, name), t)).slice(0, 1);
  const many = SUBJECTS.flatMap((name) => oneOrMore(dig(t.node, name)).flatMap((n) => subject(n, t)));
  return one.length + many.length === 0 ? [t.key] : [...one, ...many];
}

function subject(node: DataNode | undefined, t: Thing): readonly string[] {
  if (node === undefined || node.is === 'list' || (node.is === 'map' && t.language === 'terraform')) return [];
  const key = reference(node, t);
  return [key ?? (node.is === 'scalar' ? `=${written(node)}` : `${t.within}\0${written(node)}`)];
}

function ofThing(t: Thing, side: Side, documents: Documents, attached: ReadonlyMap<string, readonly string[]>, consumed: Set<string>): readonly Held[] {
  const role = roleOfCloud(t, side);
  if (role !== undefined) return [{ holders: [t.key], use: 'grant', name: t.address, policy: role }];
  const at = placeAt(t.path, side, t.address);
  const found: Held[] = [];
  const to =
    (t.type === 'aws_iam_policy' && t.kind === 'resource') || t.type === 'AWS::IAM::ManagedPolicy'
      ? [...(attached.get(t.key) ?? []), ...subjects(t).filter((s) => s !== t.key)]
      : subjects(t);
  const holders = to.length === 0 ? [t.key] : to;
  const walk = (node: DataNode, name: string): void => {
    const shaped = readPolicy(node, at) ?? handedOn(node, t, at);
    const policy =
      shaped ??
      (isAws(t) && !/lifecycle|dlm|scaling|autoscaling|_lb|_elb/.test(t.type) && POLICY.test(name) && node.is === 'unknown'
        ? resolved(node, t, at, documents, consumed)
        : undefined);
    if (policy !== undefined) {
      const use = purposeOf(name, t, policy);
      found.push({ holders: use === 'trust' ? holders.map((h) => h + TRUST) : holders, use, name: t.address, policy });
      return;
    }
    for (const e of entries(node)) walk(e.value, e.key);
    for (const i of items(node)) walk(i, name);
  };
  if (t.type !== 'aws_iam_policy_document') walk(t.node, '');
  return found;
}

const isAws = (t: Thing): boolean => /^(?:aws_|AWS::)/.test(t.type);

/** Statements in the arguments of modules and among locals: named actions of AWS, or an effect or resources beside them. */
function handedOn(node: DataNode, t: Thing, at: (line: number) => Place): Policy | undefined {
  if (node.is !== 'map' || (t.kind === 'resource' && !/^AWS::Serverless/.test(t.type)) || t.kind === 'data') return undefined;
  const policy = readStatement(node, at);
  const [statement] = policy?.statements ?? [];
  const named = [...(statement?.actions ?? []), ...(statement?.notActions ?? [])];
  const told = entries(node).some((e: DataEntry) => /^(?:effect|resources?)$/i.test(e.key));
  return named.some((a) => /^[a-z0-9-]+:[a-z*?]+$/.test(a)) || (told && named.includes('*')) ? policy : undefined;
}

function purposeOf(name: string, t: Thing, { statements }: Policy): Use {
  if (/^assume_?role_?policy/i.test(name)) return 'trust';
  if (/^(?:aws_organizations_policy|aws_vpc_endpoint|AWS::Organizations::Policy|AWS::EC2::VPCEndpoint)/.test(t.type)) return 'limit';
  if (/^(?:aws_kms_|AWS::KMS::)/.test(t.type)) return 'key';
  return isTrust(statements) ? 'trust' : 'grant';
}

export const isTrust = (statements: Policy['statements']): boolean =>
  statements.length > 0 && statements.every((s) => s.principals !== undefined && (s.actions ?? []).length > 0 && (s.actions ?? []).every((a) => a.startsWith('sts:')));
