/** NET105: how much of the traffic goes where. */
import { canonical, type DataNode, dig, items, number, text } from '../data.ts';
import { annotation, type KubePair, placeOf, title } from '../kubernetes/objects.ts';
import type { Finding } from '../risk.ts';
import { NET105 } from './rules.ts';

/** Where traffic goes, by destination, in weights that need not sum to anything. */
export interface Split {
  readonly weights: ReadonlyMap<string, number>;
  readonly line: number;
}

/** Points of a hundred that may move in one step. */
const STEP = 25;

export interface Moved {
  readonly points: number;
  readonly severity: 'high' | 'critical';
  readonly facts: readonly (readonly [string, string])[];
}

/** What a step moves; undefined where it is small. The whole of the traffic is critical, and so is sending all of it nowhere. */
export function moved(was: ReadonlyMap<string, number>, is: ReadonlyMap<string, number>): Moved | undefined {
  const [before, after] = [shares(was), shares(is)];
  if (before.size === 0) return undefined;
  const names = [...new Set([...before.keys(), ...after.keys()])];
  const points = Math.max(...names.map((n) => Math.abs((after.get(n) ?? 0) - (before.get(n) ?? 0))));
  if (points <= STEP) return undefined;
  const facts = names.filter((n) => (before.get(n) ?? 0) !== (after.get(n) ?? 0)).map((n) => [n, `${round(before.get(n) ?? 0)} -> ${round(after.get(n) ?? 0)}`] as const);
  return { points: round(points), severity: points > 99.5 ? 'critical' : 'high', facts };
}

/** Of a hundred. None at all where every weight is none: then nothing answers. */
function shares(weights: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const sum = [...weights.values()].reduce((a, b) => a + b, 0);
  return new Map([...weights].map(([name, w]) => [name, sum === 0 ? 0 : (w * 100) / sum]));
}
const round = (n: number): number => Math.round(n * 10) / 10;

export function weights(pair: KubePair): readonly Finding[] {
  const { before, after } = pair;
  const had = splits(before.kind, before.node);
  const jumps = [...splits(after.kind, after.node)].flatMap(([key, is]) => {
    const was = had.get(key);
    const jump = was === undefined ? undefined : moved(was.weights, is.weights);
    return jump === undefined ? [] : [say(pair, is.line, jump)];
  });
  return [...jumps, ...canary(pair), ...unsummed(pair, had)];
}

const say = ({ after }: KubePair, line: number, { severity, facts, points }: Moved): Finding =>
  NET105({
    place: placeOf(after, 'head', line),
    severity,
    because: facts,
    what: `${title(after)} moves ${points} of 100 points of traffic in one step (${facts.map(([n, how]) => `${n} ${how}`).join(', ')})`,
  });

/** By what is matched, so that a rule keeps its past wherever it stands. */
function splits(kind: string, node: DataNode): ReadonlyMap<string, Split> {
  if (kind === 'VirtualService')
    return new Map(
      ['http', 'tls', 'tcp'].flatMap((p) => items(dig(node, 'spec', p)).map((r) => [`${p} ${canonical(dig(r, 'match'))}`, ofList(dig(r, 'route'), istio, 100)] as const)),
    );
  if (/^(?:HTTP|GRPC|TLS|TCP|UDP)Route$/.test(kind))
    return new Map(items(dig(node, 'spec', 'rules')).map((r) => [canonical(dig(r, 'matches')), ofList(dig(r, 'backendRefs'), gateway, 1)] as const));
  if (kind === 'TrafficSplit') return new Map([['backends', ofList(dig(node, 'spec', 'backends'), (b) => text(dig(b, 'service')) ?? '', 0)]]);
  if (kind !== 'Route' || dig(node, 'spec', 'to') === undefined) return new Map();
  const all = [dig(node, 'spec', 'to'), ...items(dig(node, 'spec', 'alternateBackends'))].flatMap((n) => n ?? []);
  return new Map([['to', ofList({ is: 'list', items: all, line: node.line }, (b) => text(dig(b, 'name')) ?? '', 100)]]);
}

const istio = (n: DataNode): string =>
  ['host', 'subset']
    .map((k) => text(dig(n, 'destination', k)) ?? '')
    .join(' ')
    .trim();
const gateway = (n: DataNode): string => [text(dig(n, 'namespace')), text(dig(n, 'name'))].filter((p) => p !== undefined).join('/');

/** A weight that is not known takes the whole list out of the comparison. */
function ofList(list: DataNode | undefined, name: (n: DataNode) => string, silent: number): Split {
  const out = new Map<string, number>();
  for (const n of items(list)) {
    const said = dig(n, 'weight');
    const weight = said === undefined ? silent : number(said);
    if (weight === undefined || weight < 0) return { weights: new Map(), line: n.line };
    out.set(name(n), (out.get(name(n)) ?? 0) + weight);
  }
  return { weights: out, line: list?.line ?? 1 };
}

const CANARY = 'nginx.ingress.kubernetes.io/canary-weight';

function canary(pair: KubePair): readonly Finding[] {
  const [was, is] = [pair.before, pair.after].map((o) => annotation(o, CANARY));
  if (was === undefined || is === undefined || !/^\d{1,3}$/.test(was) || !/^\d{1,3}$/.test(is)) return [];
  const jump = moved(
    new Map([
      ['canary', Number(was)],
      ['stable', 100 - Number(was)],
    ]),
    new Map([
      ['canary', Number(is)],
      ['stable', 100 - Number(is)],
    ]),
  );
  return jump === undefined ? [] : [say(pair, pair.after.line, jump)];
}

/** Weights that made a hundred before and do not now: one of them was forgotten. */
function unsummed({ before, after }: KubePair, had: ReadonlyMap<string, Split>): readonly Finding[] {
  if (before.kind !== 'VirtualService') return [];
  const total = (s: Split | undefined): number => [...(s?.weights.values() ?? [])].reduce((a, b) => a + b, 0);
  return [...splits(after.kind, after.node)].flatMap(([key, is]) =>
    had.has(key) && total(had.get(key)) === 100 && is.weights.size > 1 && total(is) !== 100
      ? [
          NET105({
            place: placeOf(after, 'head', is.line),
            because: [['sum', `100 -> ${total(is)}`]],
            what: `${title(after)}: the weights of a route sum to ${total(is)}, and to 100 before: one of them is not what it was meant to be`,
          }),
        ]
      : [],
  );
}
