/**
 * NET106: which of several matches takes a request. VirtualService: the first one that matches, so that order is meaning. Gateway
 * API, Ingress and nginx prefixes: the longest one, wherever it stands; of those only the loss of the default counts.
 */
import { canonical, type DataNode, dig, entries, items, text } from '../data.ts';
import { type KubePair, placeOf, title } from '../kubernetes/objects.ts';
import type { Finding } from '../risk.ts';
import { NET106 } from './rules.ts';

/** Conditions compared with conditions; an author decides how many there are. */
const MAX_WORK = 250_000;

export function order({ before, after }: KubePair): readonly Finding[] {
  const say = (line: number, what: string, because: readonly (readonly [string, string])[], severity: 'high' | 'critical' = 'high'): Finding =>
    NET106({ place: placeOf(after, 'head', line), severity, because, what: `${title(after)}: ${what}` });
  if (after.kind === 'VirtualService')
    return ['http', 'tls', 'tcp'].flatMap((p) => {
      const [was, is] = [items(dig(before.node, 'spec', p)).map(route), items(dig(after.node, 'spec', p)).map(route)];
      return [...firstMatch(was, is, say), ...defaultGone(was.at(-1), is.at(-1), after.line, say)];
    });
  const [was, is] = [catchAll(before.node, before.kind), catchAll(after.node, after.kind)];
  return was && !is ? [say(after.line, 'nothing answers any more for what no other rule takes', [['default route', 'removed']], 'critical')] : [];
}

type Say = (line: number, what: string, because: readonly (readonly [string, string])[], severity?: 'high' | 'critical') => Finding;

interface Route {
  readonly key: string;
  /** Any of them is enough; none at all takes everything. */
  readonly conditions: readonly Condition[];
  readonly line: number;
}

/** By name of what is asked: as data, and as text to be compared. */
type Condition = ReadonlyMap<string, { readonly node: DataNode; readonly text: string }>;

const route = (node: DataNode): Route => ({
  key: canonical(dig(node, 'match')),
  conditions: items(dig(node, 'match')).map((c) => new Map(entries(c).flatMap((e) => (e.key === 'name' ? [] : [[e.key, { node: e.value, text: canonical(e.value) }] as const])))),
  line: node.line,
});

/** Matches that a broader one before them takes, and did not at base. */
function firstMatch(was: readonly Route[], is: readonly Route[], say: Say): readonly Finding[] {
  const size = (all: readonly Route[]): number => all.reduce((n, r) => n + Math.max(1, r.conditions.length), 0);
  if (size(was) ** 2 + size(is) ** 2 > MAX_WORK) return [say(is[0]?.line ?? 1, 'its order cannot be judged: there are too many matches', [['matches', String(size(is))]])];
  const before = new Set(shadowed(was).map((s) => s.hidden.key));
  const known = new Set(was.map((r) => r.key));
  return shadowed(is)
    .filter((s) => !before.has(s.hidden.key))
    .map((s) =>
      say(
        s.hidden.line,
        s.by.conditions.length === 0
          ? 'a route that takes everything stands before this one, which is never reached'
          : 'a broader match stands before this one, which is never reached',
        [
          ['taken by the route of line', String(s.by.line)],
          ['match', s.hidden.key === '' ? 'everything' : s.hidden.key],
          ['at base', known.has(s.hidden.key) ? 'reached' : 'not there'],
        ],
      ),
    );
}

function shadowed(routes: readonly Route[]): readonly { readonly hidden: Route; readonly by: Route }[] {
  return routes.flatMap((hidden, i) => {
    const by = routes.slice(0, i).find((r) => covers(r, hidden));
    return by === undefined ? [] : [{ hidden, by }];
  });
}

const covers = (a: Route, b: Route): boolean =>
  a.conditions.length === 0 ||
  (b.conditions.length > 0 && b.conditions.every((narrow) => a.conditions.some((broad) => [...broad].every(([key, is]) => implied(key, is, narrow.get(key))))));

type Demand = { readonly node: DataNode; readonly text: string };

/** Whether whatever the narrow one takes satisfies this demand of the broad one. */
function implied(key: string, broad: Demand, narrow: Demand | undefined): boolean {
  if (narrow === undefined) return false;
  if (broad.text === narrow.text) return true;
  const prefix = key === 'uri' ? text(dig(broad.node, 'prefix')) : undefined;
  const path = text(dig(narrow.node, 'prefix')) ?? text(dig(narrow.node, 'exact'));
  return prefix !== undefined && path?.startsWith(prefix) === true;
}

function defaultGone(was: Route | undefined, is: Route | undefined, line: number, say: Say): readonly Finding[] {
  const takesAll = (r: Route | undefined): boolean =>
    r !== undefined && (r.conditions.length === 0 || r.conditions.some((c) => c.size === 1 && text(dig(c.get('uri')?.node, 'prefix')) === '/'));
  return takesAll(was) && is !== undefined && !takesAll(is)
    ? [say(line, 'nothing answers any more for what no other route takes', [['default route', 'removed']], 'critical')]
    : [];
}

/** For kinds where the longest match wins. */
function catchAll(node: DataNode, kind: string): boolean {
  if (kind === 'Ingress')
    return (
      dig(node, 'spec', 'defaultBackend') !== undefined ||
      items(dig(node, 'spec', 'rules')).some((r) => items(dig(r, 'http', 'paths')).some((p) => (text(dig(p, 'path')) ?? '/') === '/'))
    );
  return (
    kind === 'HTTPRoute' &&
    items(dig(node, 'spec', 'rules')).some(
      (r) => items(dig(r, 'matches')).length === 0 || items(dig(r, 'matches')).some((m) => text(dig(m, 'path', 'value')) === '/' && entries(m).length === 1),
    )
  );
}
