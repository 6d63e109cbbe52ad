/**
 * K8122: what Helm and Kustomize make objects of. What it changes in the cluster is seen only when it is rendered, and nobody
 * hands a rendered difference in yet: so everything but comments and pinned versions is unknown.
 */
import { canonical, type DataNode, dig, entries, items, oneOrMore, text } from '../data.ts';
import type { FileEvidence, Parsed } from '../evidence.ts';
import { rule } from '../finding.ts';
import { textOf } from '../lines.ts';
import type { Finding, Place, Tier } from '../risk.ts';
import { type KubePair, type KubeSides, MAX_PATH, placeOf, title } from './objects.ts';
import { isTemplate } from './templates.ts';

const K8122 = rule('K8122', 'unrendered', 'high', 'inferred', ['the rendered difference was read']);

export function unrendered(files: readonly FileEvidence[], { pairs }: KubeSides): readonly Finding[] {
  return [...files.flatMap(ofFile), ...pairs.flatMap(ofDeployer)];
}

/** No file system takes a longer name, and patterns are tried on it. */
const base = (path: string): string => path.slice(path.lastIndexOf('/') + 1).slice(0, 255);
const isChart = (path: string): boolean => /^(?:chart|requirements)\.ya?ml$/i.test(base(path));
const isKustomization = (path: string): boolean => /^kustomization(?:\.ya?ml)?$/i.test(base(path));
const isHelmfile = (path: string): boolean => /^helmfile\b.*\.ya?ml(?:\.gotmpl)?$/i.test(base(path));
const isValues = (path: string): boolean => /^(?:[\w.-]*[-_.])?values(?:[-_.][\w.-]*)?\.ya?ml$/i.test(base(path));
const isHelmTemplate = (path: string): boolean => /(?:^|\/)templates\//.test(path.slice(-MAX_PATH)) && /\.(?:ya?ml|tpl)$/i.test(path);

/** How Helm writes: Jinja (Ansible, Salt) begins with a name, and has its statements in other brackets. */
const HELM = /\{\{-?[ \t]{0,8}(?:[.$(]|\/\*|(?:include|template|if|range|with|define|end|else|toYaml|tpl)\b)/;

/** Whether this rule looks at a file, and so says what there is to say of it. */
export const isInput = (file: FileEvidence): boolean =>
  [isChart, isKustomization, isHelmfile, isValues].some((test) => test(file.path)) ||
  (isTemplate(file) && ((isHelmTemplate(file.path) && [file.base, file.head].some((side) => HELM.test(textOf(side)))) || namesObject(file)));
const namesObject = (file: FileEvidence): boolean => [file.base, file.head].some((side) => /^kind:/m.test(textOf(side)) && /^apiVersion:/m.test(textOf(side)));

function ofFile(file: FileEvidence): readonly Finding[] {
  const { path, status } = file;
  if (!isInput(file) || content(file.base) === content(file.head)) return [];
  const place: Place = { path, side: file.head === undefined ? 'base' : 'head' };
  const say = (severity: Tier, how: string, because: readonly (readonly [string, string])[] = []): readonly Finding[] => [
    K8122({ place, severity, because: [['file', path], ...because], what: `${path} ${how}: what the cluster gets from it is seen only when it is rendered` }),
  ];
  if (status === 'A') return say('elevated', 'is new');
  if (isChart(path)) return chart(file, say);
  const facts = versionsOnly(documents(file.base), documents(file.head));
  if (facts !== undefined && facts.length > 0) return isKustomization(path) ? [] : say('elevated', 'names other versions', facts);
  return say('high', status === 'D' ? 'is removed' : 'changes');
}

type Say = (severity: Tier, how: string, because?: readonly (readonly [string, string])[]) => readonly Finding[];

/** A chart's own version is a name; what it takes in is content. */
function chart({ base: was, head: is }: FileEvidence, say: Say): readonly Finding[] {
  const [had, has] = [dependencies(was), dependencies(is)];
  const changed = [...new Set([...had.keys(), ...has.keys()])].filter((k) => had.get(k) !== has.get(k));
  if (changed.length === 0) return say('elevated', 'changes');
  const facts = changed.map((k) => [k, `${had.get(k) ?? 'none'} -> ${has.get(k) ?? 'none'}`] as const);
  const known = changed.every((k) => had.has(k) && has.has(k) && !isMajor(had.get(k) ?? '', has.get(k) ?? ''));
  return say(known ? 'elevated' : 'high', known ? 'takes in other versions of charts' : 'takes in other charts, or charts of another major version', facts);
}

const dependencies = (side: Parsed | undefined): ReadonlyMap<string, string> =>
  new Map(
    documents(side).flatMap((d) =>
      items(dig(d, 'dependencies')).map(
        (x) => [`${text(dig(x, 'repository')) ?? ''} ${text(dig(x, 'alias')) ?? text(dig(x, 'name')) ?? ''}`.trim(), text(dig(x, 'version')) ?? ''] as const,
      ),
    ),
  );

/** Another major version, or one that cannot be compared. */
function isMajor(was: string, is: string): boolean {
  const major = (v: string): string | undefined => /^[v^~=<> ]{0,4}(\d+)\.(?:\d+|x)/.exec(v)?.[1];
  return major(was) === undefined || major(was) !== major(is);
}

const documents = (side: Parsed | undefined): readonly DataNode[] => (side?.kind === 'data' ? side.documents : []);

/** Without comments and the places of things. */
function content(side: Parsed | undefined): string {
  if (side?.kind === 'data' && side.problem === undefined) return side.documents.map(canonical).join('\n');
  return textOf(side)
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '' && !line.trimStart().startsWith('#'))
    .join('\n');
}

/** The scalars that differ, where all of them name a version of something; undefined where anything else does. */
function versionsOnly(was: readonly DataNode[], is: readonly DataNode[]): readonly (readonly [string, string])[] | undefined {
  const out: [string, string][] = [];
  const same = (a: DataNode | undefined, b: DataNode | undefined, key: string, depth: number): boolean => {
    if (a === undefined || b === undefined || a.is !== b.is || depth > 100) return false;
    if (a.is === 'list' && b.is === 'list') return a.items.length === b.items.length && a.items.every((n, i) => same(n, b.items[i], key, depth + 1));
    if (a.is === 'map' && b.is === 'map')
      return a.entries.length === b.entries.length && a.entries.every((e, i) => e.key === b.entries[i]?.key && same(e.value, b.entries[i]?.value, e.key, depth + 1));
    if (canonical(a) === canonical(b)) return true;
    out.push([key, `${text(a) ?? ''} -> ${text(b) ?? ''}`]);
    return /(?:tag|version|digest|revision|commit|sha)$/i.test(key) && VERSION.test(text(a) ?? '') && VERSION.test(text(b) ?? '');
  };
  return was.length === is.length && was.every((d, i) => same(d, is[i], '', 0)) ? out : undefined;
}
const VERSION = /^(?:sha256:)?[0-9a-f]{7,64}$|^[\w.-]{0,40}?v?\d+(?:[.-]\w+)*$|^[\w.-]{1,60}-[0-9a-f]{7,40}$/;

/** Charts and values that Argo CD and Flux are told to take. */
function ofDeployer({ before, after }: KubePair): readonly Finding[] {
  const [had, has] = [before, after].map((o) => charts(o.node, o.kind));
  if (had === undefined || has === undefined) return [];
  const changed = [...has].filter(([name, is]) => had.has(name) && had.get(name)?.version !== is.version);
  const values = [...has].some(([name, is]) => had.has(name) && had.get(name)?.values !== is.values);
  if (changed.length === 0 && !values) return [];
  const major = values || changed.some(([name, is]) => isMajor(had.get(name)?.version ?? '', is.version));
  const facts = changed.map(([name, is]) => [name, `${had.get(name)?.version ?? ''} -> ${is.version}`] as const);
  const what = `${title(after)} is given ${values ? 'other values' : 'another version of what it deploys'}: what the cluster gets from it is seen only when it is rendered`;
  return [K8122({ place: placeOf(after, 'head'), severity: major ? 'high' : 'elevated', because: facts.length === 0 ? [['values', 'changed']] : facts, what })];
}

interface Chart {
  readonly version: string;
  readonly values: string;
}

function charts(node: DataNode, kind: string): ReadonlyMap<string, Chart> {
  const spec = kind === 'ApplicationSet' ? dig(node, 'spec', 'template', 'spec') : dig(node, 'spec');
  if (/^Application(?:Set)?$/.test(kind))
    return new Map(
      [...oneOrMore(dig(spec, 'source')), ...items(dig(spec, 'sources'))].map((s, i) => [
        text(dig(s, 'chart')) ?? `source ${i}`,
        {
          version: text(dig(s, 'targetRevision')) ?? '',
          values: entries(s)
            .filter((e) => /^(?:helm|kustomize|plugin|directory)$/.test(e.key))
            .map((e) => canonical(e.value))
            .join('\n'),
        },
      ]),
    );
  const of = dig(spec, 'chart', 'spec');
  return kind === 'HelmRelease' && of !== undefined
    ? new Map([[text(dig(of, 'chart')) ?? '', { version: text(dig(of, 'version')) ?? '', values: canonical(dig(spec, 'values')) }]])
    : new Map();
}
