/** K8110: how Kubernetes learns that a container is ready, alive and started. */
import { canonical, type DataNode, dig, entries, items, number, text } from '../data.ts';
import { rule } from '../finding.ts';
import type { Finding } from '../risk.ts';
import { type KubePair, type KubeSides, placeOf, title } from './objects.ts';
import { bothContainers } from './workload.ts';

const K8110 = rule('K8110', 'probe', 'high', 'inferred', ['the new address answers in every version that runs', 'a startup probe covers the time until the first answer']);

const MEANING: { readonly [probe: string]: string } = {
  readinessProbe: 'traffic reaches it before it can answer',
  livenessProbe: 'it is not restarted when it hangs',
  startupProbe: 'it is judged alive or dead while it is still starting',
};

export const probes = ({ pairs }: KubeSides): readonly Finding[] => pairs.flatMap(ofPair);

function ofPair(pair: KubePair): readonly Finding[] {
  return bothContainers(pair.before, pair.after).flatMap(({ name, was, is }) => [
    ...Object.keys(MEANING).flatMap((probe) => ofProbe(pair, name, probe, was, is)),
    ...impatient(pair, name, was, is),
  ]);
}

function ofProbe({ after }: KubePair, name: string, probe: string, was: DataNode, is: DataNode): readonly Finding[] {
  const [had, has] = [dig(was, probe), dig(is, probe)];
  if (had === undefined) return [];
  const because = [['container', name] as const, ['probe', probe] as const];
  if (has === undefined) return [K8110({ place: placeOf(after, 'head', is.line), because, what: `${title(after)}: container ${name} loses its ${probe}: ${MEANING[probe]}` })];
  const [asked, asks] = [target(had, was), target(has, is)];
  if (asked === asks || asked === '' || asks === '') return [];
  return [
    K8110({
      place: placeOf(after, 'head', has.line),
      because: [...because, ['asks', `${asked} -> ${asks}`]],
      what: `${title(after)}: the ${probe} of container ${name} asks something else from now on: where that does not answer, the container counts as failed`,
    }),
  ];
}

/** What a probe asks, with the names of ports put into numbers: calling a port by its name is no change. */
function target(probe: DataNode, container: DataNode): string {
  const port = (node: DataNode | undefined): string => {
    const named = items(dig(container, 'ports')).find((p) => text(dig(p, 'name')) === text(node));
    return text(dig(named, 'containerPort')) ?? text(node) ?? canonical(node);
  };
  const handler = entries(probe).find((e) => /^(?:httpGet|tcpSocket|exec|grpc)$/.test(e.key));
  if (handler === undefined) return '';
  const rest = entries(handler.value)
    .filter((e) => e.key !== 'port' && !(e.key === 'scheme' && text(e.value) === 'HTTP'))
    .map((e) => `${e.key}=${canonical(e.value)}`)
    .sort();
  return `${handler.key} ${port(dig(handler.value, 'port'))} ${rest.join(' ')}`.trim();
}

/** Seconds of silence after which a container is killed that may only be slow. */
const SHORT = 30;

/** A new liveness probe, or one made less patient, without a startup probe before it. */
function impatient({ after }: KubePair, name: string, was: DataNode, is: DataNode): readonly Finding[] {
  const [had, has] = [dig(was, 'livenessProbe'), dig(is, 'livenessProbe')];
  if (has === undefined || dig(is, 'startupProbe') !== undefined || patience(has) >= SHORT || (had !== undefined && patience(had) < SHORT)) return [];
  return [
    K8110({
      place: placeOf(after, 'head', has.line),
      because: [
        ['container', name],
        ['seconds until it is killed', String(patience(has))],
      ],
      what: `${title(after)}: container ${name} is killed after ${patience(has)} s without an answer: a slow start or a slow moment becomes a restart`,
    }),
  ];
}

/** From the start; the numbers Kubernetes takes where none are said. */
const patience = (probe: DataNode): number =>
  (number(dig(probe, 'initialDelaySeconds')) ?? 0) + (number(dig(probe, 'periodSeconds')) ?? 10) * (number(dig(probe, 'failureThreshold')) ?? 3);
