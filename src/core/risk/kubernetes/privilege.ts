/** K8115: what a pod may do to the machine it runs on. */
import { type DataNode, dig, entries, items, text } from '../data.ts';
import { rule } from '../finding.ts';
import type { Finding } from '../risk.ts';
import { type KubeObject, type KubePair, type KubeSides, labelOf, placeOf, title } from './objects.ts';
import { containersOf, isTrue, podSpec } from './workload.ts';

const K8115 = rule('K8115', 'pod-privilege', 'critical', 'inferred', ['the pod runs on machines that serve nothing else', 'an admission policy refuses it in this namespace']);

export const privilege = ({ pairs, added }: KubeSides): readonly Finding[] => [...pairs.flatMap(gained), ...added.flatMap(born), ...pairs.flatMap(enforcement)];

interface Power {
  readonly name: string;
  /** The container that may run as root, where that is all. */
  readonly root?: string;
  readonly line: number;
}

function gained({ before, after }: KubePair): readonly Finding[] {
  const had = new Set(powers(before).map((p) => p.name));
  const known = containersOf(before);
  // a container that is new loses no guard by saying nothing of root
  const fresh = powers(after).filter((p) => !had.has(p.name) && (p.root === undefined || known.has(p.root)));
  const [first] = fresh;
  if (first === undefined) return [];
  const what = `${title(after)} gains power over the machine it runs on (${names(fresh)}): whoever breaks into it has the machine`;
  return [K8115({ place: placeOf(after, 'head', first.line), because: fresh.map((p) => ['newly', p.name]), what })];
}

/** New as a whole: nothing that runs becomes more dangerous, and the machine does. */
function born(o: KubeObject): readonly Finding[] {
  const all = powers(o).filter((p) => p.root === undefined);
  const [first] = all;
  if (first === undefined) return [];
  const what = `${title(o)} is new, and has power over the machine it runs on (${names(all)})`;
  return [K8115({ place: placeOf(o, 'head', first.line), severity: 'high', because: all.map((p) => ['with', p.name]), what })];
}

const names = (all: readonly Power[]): string =>
  `${all
    .slice(0, 4)
    .map((p) => p.name)
    .join(', ')}${all.length > 4 ? ` and ${all.length - 4} more` : ''}`;

/** Every power of a pod, once. */
function powers(o: KubeObject): readonly Power[] {
  const spec = podSpec(o);
  if (spec === undefined) return [];
  const host = ['hostNetwork', 'hostPID', 'hostIPC'].flatMap((key) => (isTrue(dig(spec, key)) ? [{ name: key, line: dig(spec, key)?.line ?? o.line }] : []));
  const all = [...host, ...volumes(spec), ...[...containersOf(o)].flatMap(([name, c]) => [...ofContainer(name, c), ...asRoot(name, c, spec)])];
  return [...new Map(all.map((p) => [p.name, p])).values()];
}

function volumes(spec: DataNode): readonly Power[] {
  return items(dig(spec, 'volumes')).flatMap((v) => {
    const path = dig(v, 'hostPath', 'path');
    if (dig(v, 'hostPath') === undefined) return [];
    const what = text(path) ?? 'unknown';
    return [{ name: /(?:docker|containerd|crio|podman)\.sock/.test(what) ? `the socket of the container runtime (${what})` : `hostPath ${what}`, line: path?.line ?? v.line }];
  });
}

/** What the restricted profile lets everybody add is no power. */
const ALLOWED = /^(?:CAP_)?NET_BIND_SERVICE$/;

function ofContainer(name: string, container: DataNode): readonly Power[] {
  const context = dig(container, 'securityContext');
  const flags = ['privileged', 'allowPrivilegeEscalation'].flatMap((key) =>
    isTrue(dig(context, key)) ? [{ name: `${key} (${name})`, line: dig(context, key)?.line ?? container.line }] : [],
  );
  const capabilities = items(dig(context, 'capabilities', 'add')).flatMap((c) =>
    ALLOWED.test(text(c) ?? '') ? [] : [{ name: `capability ${text(c) ?? 'unknown'} (${name})`, line: c.line }],
  );
  return [...flags, ...capabilities];
}

/** The container's own word counts, then the pod's. */
function asRoot(name: string, container: DataNode, spec: DataNode): readonly Power[] {
  const said = dig(container, 'securityContext', 'runAsNonRoot') ?? dig(spec, 'securityContext', 'runAsNonRoot');
  return isTrue(said) ? [] : [{ root: name, name: `runs as root unless its image says otherwise (${name})`, line: said?.line ?? container.line }];
}

const LEVELS = ['privileged', 'baseline', 'restricted'];
const ENFORCE = 'pod-security.kubernetes.io/enforce';

function enforcement({ before, after }: KubePair): readonly Finding[] {
  if (after.kind !== 'Namespace') return [];
  const [was, is] = [before, after].map((o) => labelOf(o, ENFORCE) ?? 'privileged');
  if (was === undefined || is === undefined || LEVELS.indexOf(is) >= LEVELS.indexOf(was)) return [];
  return [
    K8115({
      place: placeOf(after, 'head', lineOf(after)),
      because: [[ENFORCE, `${was} -> ${is}`]],
      what: `${title(after)} enforces ${is} instead of ${was}: pods with more power are let in`,
    }),
  ];
}

const lineOf = (o: KubeObject): number => entries(dig(o.node, 'metadata', 'labels')).find((e) => e.key === ENFORCE)?.line ?? o.line;
