/** K8118: which bytes run. */
import { dig, items, text } from '../data.ts';
import { rule } from '../finding.ts';
import type { Finding } from '../risk.ts';
import { type KubePair, type KubeSides, placeOf, title } from './objects.ts';
import { bothContainers } from './workload.ts';

const K8118 = rule('K8118', 'image', 'high', 'inferred', ['the image is named by digest', 'the registry is one that the organisation runs or mirrors']);

export const images = ({ pairs }: KubeSides): readonly Finding[] => pairs.flatMap((p) => [...ofContainers(p), ...ofKustomization(p)]);

function ofContainers(pair: KubePair): readonly Finding[] {
  return bothContainers(pair.before, pair.after).flatMap(({ name, was, is }) => {
    const [had, has] = [text(dig(was, 'image')), text(dig(is, 'image'))];
    if (had === undefined || has === undefined) return [];
    return finding(pair, `container ${name}`, had, has, dig(is, 'image')?.line);
  });
}

function finding({ after }: KubePair, what: string, had: string, has: string, line: number | undefined): readonly Finding[] {
  const why = worse(parts(had), parts(has));
  if (why === undefined) return [];
  return [K8118({ place: placeOf(after, 'head', line ?? after.line), because: [['image', `${had} -> ${has}`]], what: `${title(after)}: ${what} runs ${has} ${why}` })];
}

interface Image {
  readonly registry: string;
  readonly tag: string;
  readonly digest: boolean;
}

/** `registry.example/team/app:1.2@sha256:...`; no registry is Docker's own. */
export function parts(image: string): Image {
  const [named = '', digest] = image.split('@');
  const first = named.split('/')[0] ?? '';
  const registry = named.includes('/') && /[.:]|^localhost$/.test(first) ? first : 'docker.io';
  const last = named.slice(named.lastIndexOf('/') + 1);
  return { registry: FORMER[registry] ?? registry, tag: last.includes(':') ? last.slice(last.indexOf(':') + 1) : '', digest: digest !== undefined };
}
/** The same images under the name they have today. */
const FORMER: { readonly [registry: string]: string } = { 'k8s.gcr.io': 'registry.k8s.io', 'index.docker.io': 'docker.io', 'registry-1.docker.io': 'docker.io' };

const moves = (i: Image): boolean => !i.digest && (i.tag === '' || i.tag === 'latest');

function worse(was: Image, is: Image): string | undefined {
  if (was.registry !== is.registry) return `from another registry (${is.registry} instead of ${was.registry}): other people decide what it is`;
  if (was.digest && !is.digest) return 'by tag instead of by digest: what runs may change without a change here';
  return moves(is) && !moves(was) ? 'in whatever version is newest when a pod starts' : undefined;
}

/** What a kustomization writes in place of the images of others. */
function ofKustomization(pair: KubePair): readonly Finding[] {
  if (pair.after.kind !== 'Kustomization' || pair.after.group !== 'kustomize.config.k8s.io') return [];
  const had = new Map(items(dig(pair.before.node, 'images')).map((i) => [text(dig(i, 'name')) ?? '', i]));
  return items(dig(pair.after.node, 'images')).flatMap((i) => {
    const name = text(dig(i, 'name')) ?? '';
    const was = had.get(name);
    if (was === undefined) return [];
    const full = (n: typeof i): string => {
      const [newName, tag, digest] = [text(dig(n, 'newName')) ?? name, text(dig(n, 'newTag')), text(dig(n, 'digest'))];
      return `${newName}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
    };
    // without a tag of its own it takes the one of the base, which is not known here
    return dig(i, 'newTag') === undefined && dig(i, 'digest') === undefined && dig(was, 'digest') === undefined && dig(was, 'newTag') === undefined && !full(i).includes('/')
      ? []
      : finding(pair, `the image ${name}`, full(was), full(i), i.line);
  });
}
