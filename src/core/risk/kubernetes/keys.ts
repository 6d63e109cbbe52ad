/** K8120: keys of configuration that a workload names, and objects that may not be edited. */
import { canonical, type DataNode, dig, entries, items, text } from '../data.ts';
import { rule } from '../finding.ts';
import type { Finding } from '../risk.ts';
import { type KubeObject, type KubePair, type KubeSides, placeOf, title } from './objects.ts';
import { containersOf, isTrue, podSpec } from './workload.ts';

const K8120 = rule('K8120', 'key-vanished', 'high', 'inferred', ['the workload says that the key is optional', 'the new object has another name, and the workload names it']);

export function keys({ head, pairs, gone }: KubeSides): readonly Finding[] {
  const used = uses(head);
  return [...pairs.flatMap((p) => [...vanished(p, used), ...frozen(p)]), ...gone.flatMap((o) => lost(o, keysOf(o), used, 'base'))];
}

/** What each of these kinds makes, and under which names. */
function keysOf({ kind, node }: KubeObject): readonly string[] {
  const names = (at: DataNode | undefined): readonly string[] => entries(at).map((e) => e.key);
  if (kind === 'ConfigMap') return [...names(dig(node, 'data')), ...names(dig(node, 'binaryData'))];
  if (kind === 'Secret') return [...names(dig(node, 'data')), ...names(dig(node, 'stringData'))];
  if (kind === 'SealedSecret') return names(dig(node, 'spec', 'encryptedData'));
  return kind === 'ExternalSecret' ? items(dig(node, 'spec', 'data')).flatMap((d) => text(dig(d, 'secretKey')) ?? []) : [];
}
const family = (kind: string): string => (kind === 'ConfigMap' ? 'ConfigMap' : 'Secret');

/** By `kind name`: who asks for which key; every key where it takes them all. */
interface Use {
  readonly by: KubeObject;
  readonly key: string | undefined;
}
type Uses = ReadonlyMap<string, readonly Use[]>;

function uses(head: readonly KubeObject[]): Uses {
  const out = new Map<string, Use[]>();
  const put = (by: KubeObject, kind: string, ref: DataNode | undefined, nameKey: string, key: string | undefined): void => {
    const name = text(dig(ref, nameKey));
    if (name === undefined || isTrue(dig(ref, 'optional'))) return;
    const at = out.get(`${kind} ${name}`);
    if (at === undefined) out.set(`${kind} ${name}`, [{ by, key }]);
    // whoever asks first is named; a thousand others change nothing
    else if (at.length < MAX_USES) at.push({ by, key });
  };
  for (const o of head) {
    for (const c of containersOf(o).values()) {
      for (const e of items(dig(c, 'env')))
        for (const [ref, kind] of [
          ['configMapKeyRef', 'ConfigMap'],
          ['secretKeyRef', 'Secret'],
        ] as const)
          put(o, kind, dig(e, 'valueFrom', ref), 'name', text(dig(e, 'valueFrom', ref, 'key')));
      for (const e of items(dig(c, 'envFrom')))
        for (const [ref, kind] of [
          ['configMapRef', 'ConfigMap'],
          ['secretRef', 'Secret'],
        ] as const)
          put(o, kind, dig(e, ref), 'name', undefined);
    }
    for (const v of items(dig(podSpec(o), 'volumes')))
      for (const [ref, kind, nameKey] of [
        ['configMap', 'ConfigMap', 'name'],
        ['secret', 'Secret', 'secretName'],
      ] as const) {
        const only = items(dig(v, ref, 'items'));
        for (const key of only.length === 0 ? [undefined] : only.map((i) => text(dig(i, 'key')))) put(o, kind, dig(v, ref), nameKey, key);
      }
  }
  return out;
}
const MAX_USES = 1_000;

function vanished({ before, after }: KubePair, used: Uses): readonly Finding[] {
  const has = new Set(keysOf(after));
  return lost(
    after,
    keysOf(before).filter((k) => !has.has(k)),
    used,
    'head',
  );
}

function lost(o: KubeObject, missing: readonly string[], used: Uses, side: 'base' | 'head'): readonly Finding[] {
  if (missing.length === 0) return [];
  const gone = new Set(missing);
  const hit = (used.get(`${family(o.kind)} ${o.name}`) ?? []).find((u) => u.by.sample === o.sample && (u.key === undefined || gone.has(u.key)) && sameSpace(u.by, o));
  if (hit === undefined) return [];
  const what = `${title(o)} loses ${[...gone].slice(0, 4).join(', ')}, which ${title(hit.by)} takes: its next start fails, or runs without`;
  return [
    K8120({
      place: placeOf(o, side),
      because: [
        ['keys', [...gone].join(', ')],
        ['taken by', title(hit.by)],
      ],
      what,
    }),
  ];
}
const sameSpace = (a: KubeObject, b: KubeObject): boolean => a.namespace === b.namespace || a.namespace === '' || b.namespace === '';

function frozen({ before, after }: KubePair): readonly Finding[] {
  if (!/^(?:ConfigMap|Secret)$/.test(after.kind) || !isTrue(dig(before.node, 'immutable'))) return [];
  const changed = ['data', 'binaryData', 'stringData', 'immutable'].filter((k) => canonical(dig(before.node, k)) !== canonical(dig(after.node, k)));
  return changed.length === 0
    ? []
    : [
        K8120({
          place: placeOf(after, 'head'),
          because: changed.map((k) => ['changed', k]),
          what: `${title(after)} may not be edited: applying the change fails, and what comes with it does not arrive`,
        }),
      ];
}
