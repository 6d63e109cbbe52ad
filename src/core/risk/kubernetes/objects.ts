/**
 * Kubernetes objects of both sides of a change, joined by group, kind, namespace and name over all changed files: moving an object
 * between files is no change. A file counts by its content (apiVersion and kind), wherever it lies. Whoever writes the change
 * chooses names and places: so what is laid among samples is never taken for what stood among what runs.
 */
import { type DataNode, dig, items, text } from '../data.ts';
import type { FileEvidence, Parsed } from '../evidence.ts';
import { type Finding, type Place, TIERS } from '../risk.ts';

export interface KubeObject {
  readonly path: string;
  readonly line: number;
  /** '' for the core group. */
  readonly group: string;
  readonly kind: string;
  /** '' where the object does not say. */
  readonly namespace: string;
  readonly name: string;
  /** It lies where samples and test data lie. */
  readonly sample: boolean;
  readonly node: DataNode;
}

export interface KubePair {
  readonly before: KubeObject;
  readonly after: KubeObject;
}

export interface KubeSides {
  readonly base: readonly KubeObject[];
  readonly head: readonly KubeObject[];
  readonly pairs: readonly KubePair[];
  /** Objects of files that can still be read, and are in none of them any more. */
  readonly gone: readonly KubeObject[];
  readonly added: readonly KubeObject[];
}

/** Several detectors ask for the same change. */
const known = new WeakMap<readonly FileEvidence[], KubeSides>();

export function kubeSides(files: readonly FileEvidence[]): KubeSides {
  const before = known.get(files);
  if (before !== undefined) return before;
  const base = files.flatMap((f) => objectsOf(f.path, f.base));
  const head = files.flatMap((f) => objectsOf(f.path, f.head));
  const sides = { base, head, ...joined(base, head, new Set(files.filter(leftView).map((f) => f.path))) };
  known.set(files, sides);
  return sides;
}

/** The file is still there, and what is in it cannot be read, or not to its end: nothing in it is known to be gone. */
const leftView = ({ head }: FileEvidence): boolean => head !== undefined && (head.kind !== 'data' || head.problem !== undefined);

function joined(base: readonly KubeObject[], head: readonly KubeObject[], unseen: ReadonlySet<string>): Pick<KubeSides, 'pairs' | 'gone' | 'added'> {
  const pairs: KubePair[] = [];
  let [left, free]: [readonly KubeObject[], readonly KubeObject[]] = [base, head];
  // in its own file first: many folders of one repository may hold an object of the same name, each for a cluster of its own
  for (const keyOf of [(o: KubeObject) => `${o.path}\0${keyed(o)}`, folderKey, keyed, (o: KubeObject) => `${o.path}\0${keyed({ ...o, namespace: '' })}`]) {
    const taken = matched(left, free, keyOf);
    pairs.push(...taken);
    const [was, is] = [new Set(taken.map((p) => p.before)), new Set(taken.map((p) => p.after))];
    left = left.filter((o) => !was.has(o));
    free = free.filter((o) => !is.has(o));
  }
  // the same object twice: whichever is applied last is the one that runs, so each is held against what was there
  const was = new Map(pairs.map((p) => [folderKey(p.after), p.before]));
  const again = free.flatMap((after) => {
    const before = was.get(folderKey(after));
    return before === undefined ? [] : [{ before, after }];
  });
  return { pairs: [...pairs, ...again], gone: left.filter((o) => !unseen.has(o.path)), added: free.filter((o) => !was.has(folderKey(o))) };
}

/**
 * Two namespaces are two objects; one that is not said may be set by whoever applies the file. So are two of which one stands in a
 * folder of another environment, or of what nobody applies any more: whatever applied it there prunes it.
 */
const mayBeOne = (a: KubeObject, b: KubeObject): boolean => (a.namespace === b.namespace || a.namespace === '' || b.namespace === '') && stageOf(a.path) === stageOf(b.path);

const STAGE =
  /^(?:(?:non-?)?prod(?:uction)?|live|stag(?:e|ing)|dev(?:elopment)?|test|qa|uat|sandbox|preview|canary|dr|archived?|attic|old|disabled|deprecated|retired|unused|backup)(?:[-_.].*)?$|[-_.](?:prod|production|live|staging|dev|test|qa|uat)$/i;
const stageOf = (path: string): string =>
  path.includes('/')
    ? path
        .slice(0, path.lastIndexOf('/'))
        .split('/')
        .filter((part) => STAGE.test(part))
        .join('/')
    : '';

function matched(base: readonly KubeObject[], head: readonly KubeObject[], keyOf: (o: KubeObject) => string): readonly KubePair[] {
  const waiting = new Map<string, KubeObject[]>();
  for (const o of head.toReversed()) {
    const twins = waiting.get(keyOf(o));
    if (twins === undefined) waiting.set(keyOf(o), [o]);
    else twins.push(o);
  }
  return base.flatMap((before) => {
    const twins = waiting.get(keyOf(before));
    const after = twins?.at(-1);
    if (after === undefined || !mayBeOne(before, after)) return [];
    twins?.pop();
    return [{ before, after }];
  });
}

/** Objects without a name (a kustomization) are told apart by their file. */
const keyed = (o: KubeObject): string => [o.group, o.kind, o.namespace, o.name === '' ? o.path : o.name, o.sample].join('\0');
const folderKey = (o: KubeObject): string => `${o.path.slice(0, o.path.lastIndexOf('/') + 1)}\0${keyed(o)}`;

/** Helm renders no file of a chart that begins so. */
const PARTIAL = /(?:^|\/)templates\/(?:[^/]+\/){0,8}_[^/]*$/;

/** By its own words no tool applies it: what was applied before is pruned. */
const isLeftOut = (node: DataNode): boolean =>
  text(dig(node, 'metadata', 'annotations', 'config.kubernetes.io/local-config')) === 'true' ||
  /^skip$/i.test(text(dig(node, 'metadata', 'annotations', 'argocd.argoproj.io/hook')) ?? '');

/** Of one side of a file. Objects whose name is a template are not known, and left out. */
export function objectsOf(path: string, side: Parsed | undefined): readonly KubeObject[] {
  return side?.kind === 'data' && !PARTIAL.test(path) ? side.documents.flatMap((d) => objectOf(path, d, 0)) : [];
}

function objectOf(path: string, node: DataNode, depth: number): readonly KubeObject[] {
  const [apiVersion, kind] = [text(dig(node, 'apiVersion')), text(dig(node, 'kind'))];
  if (apiVersion === undefined || kind === undefined || depth > 2) return [];
  const list = dig(node, 'items') ?? (kind === 'Template' ? dig(node, 'objects') : undefined);
  if (list?.is === 'list' && /^(?:\w*List|Template)$/.test(kind)) return items(list).flatMap((item) => objectOf(path, item, depth + 1));
  const [name, namespace] = [nameIn(node, 'name'), nameIn(node, 'namespace')];
  if (isLeftOut(node)) return [];
  return name === undefined || namespace === undefined ? [] : [{ path, line: node.line, group: groupOf(apiVersion, kind), kind, namespace, name, sample: isSample(path), node }];
}

/** '' where there is none; undefined where it is known only when rendered. */
function nameIn(node: DataNode, key: string): string | undefined {
  const at = dig(node, 'metadata', key);
  return at === undefined || (at.is === 'scalar' && at.value === null) ? '' : text(at);
}

/** The group by which an object is the same before and after it left `extensions`. */
function groupOf(apiVersion: string, kind: string): string {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return group !== 'extensions' ? group : /^(?:Ingress|NetworkPolicy)$/.test(kind) ? 'networking.k8s.io' : kind === 'PodSecurityPolicy' ? 'policy' : 'apps';
}

/** `Deployment shop/orders`. */
export const title = (o: KubeObject): string => `${o.kind} ${o.namespace === '' ? '' : `${o.namespace}/`}${o.name}`.trim();
export const placeOf = (o: KubeObject, side: 'base' | 'head', line = o.line): Place => ({ path: o.path, side, line, object: title(o) });

/** Places that by what they are called hold samples and test data: nothing is applied from there, or nothing that people use. */
export const isSample = (path: string): boolean => SAMPLE.test(path.slice(-MAX_PATH));
/** Characters of a path that patterns are tried on, from its end. */
export const MAX_PATH = 1_024;
const SAMPLE =
  /(?:^|\/)(?:testdata|test-data|test_data|tests?|__tests__|e2e|fixtures?|__fixtures__|mocks?|golden|examples?|samples?|demos?|docs?|documentation|tutorials?|hack|contrib)(?:\/|$)|(?:^|\/)(?:test|example|sample)[-_][^/]*$|[-_](?:golden|examples?|samples?|tests?)\.(?:ya?ml|json|conf|cfg)$|\.golden[^/]*$|\.(?:example|sample)$/i;

/** What lies among samples and test data runs nowhere that people use: it is shown, and asks for no more than a second look. */
export const amongSamples = (f: Finding): Finding => (isSample(f.place.path) && TIERS.above(f.severity, 'elevated') ? { ...f, severity: 'elevated' } : f);

export const annotation = (o: KubeObject, name: string): string | undefined => text(dig(o.node, 'metadata', 'annotations', name));
export const labelOf = (o: KubeObject, name: string): string | undefined => text(dig(o.node, 'metadata', 'labels', name));
