/**
 * What everybody in view holds, before and after. Those who were renamed (a `moved` block, a file that moved, or the same
 * statements under another name) are one and the same.
 */
import type { FileEvidence } from '../evidence.ts';
import { documentsIn } from './documents.ts';
import { type Held, heldOf, TRUST, type Use, unclaimed } from './held.ts';
import { fingerprint, joined, type Policy } from './statement.ts';
import { type Things, thingsOf } from './things.ts';

export interface Principal {
  readonly key: string;
  readonly name: string;
  readonly use: Use;
  readonly base: Policy;
  readonly head: Policy;
  /** It did not exist before, as far as this change shows. */
  readonly fresh: boolean;
  /** It does not exist any more: nothing is taken from it. */
  readonly gone: boolean;
}

const known = new WeakMap<readonly FileEvidence[], readonly Principal[]>();

export function principalsIn(files: readonly FileEvidence[]): readonly Principal[] {
  const before = known.get(files);
  if (before !== undefined) return before;
  const things = thingsOf(files);
  const consumed = new Set<string>();
  const read = (side: 'base' | 'head'): ReadonlySet<string> => new Set(files.filter((f) => f[side]?.kind === 'data').map((f) => f.path));
  const [base, head] = [heldOf('base', things.base, consumed, read('base')), heldOf('head', things.head, consumed, read('head'))];
  const found = paired(
    byHolder([...base, ...unclaimed('base', things.base, consumed), ...files.flatMap((f) => documentsIn(f, 'base'))]),
    byHolder([...head, ...unclaimed('head', things.head, consumed), ...files.flatMap((f) => documentsIn(f, 'head'))]),
    things,
    files,
  );
  known.set(files, found);
  return found;
}

interface Holding {
  readonly name: string;
  readonly use: Use;
  readonly policy: Policy;
}

function byHolder(held: readonly Held[]): ReadonlyMap<string, Holding> {
  const parts = new Map<string, Held[]>();
  for (const h of held)
    for (const key of new Set(h.holders)) {
      const known = parts.get(key);
      if (known === undefined) parts.set(key, [h]);
      else known.push(h);
    }
  return new Map([...parts].map(([key, all]) => [key, { name: all[0]?.name ?? key, use: all[0]?.use ?? 'grant', policy: joined(all.map((h) => h.policy)) }]));
}

type Side = ReadonlyMap<string, Holding>;
const EMPTY: Policy = { statements: [], opaque: [] };

function paired(base: Side, head: Side, things: Things, files: readonly FileEvidence[]): readonly Principal[] {
  const names = renames(base, head, things);
  const old = new Map([...base].map(([key, holding]) => [names.get(key) ?? key, { key, holding }]));
  const [paths, removed] = [new Set(files.map((f) => f.path)), new Set(files.filter((f) => f.head === undefined).map((f) => f.path))];
  return [...new Set([...old.keys(), ...head.keys()])].map((key): Principal => {
    const [was, is] = [old.get(key), head.get(key)];
    const [before, after] = [bare(was?.key ?? key), bare(key)];
    const path = after.slice(0, after.indexOf('\0'));
    const inView = things.base.has(before) || things.head.has(after);
    return {
      key,
      name: is?.name ?? was?.holding.name ?? key,
      use: is?.use ?? was?.holding.use ?? 'grant',
      base: was?.holding.policy ?? EMPTY,
      head: is?.policy ?? EMPTY,
      // whoever stands in a file that did not change was there before
      fresh: was === undefined && (inView ? !things.base.has(before) : paths.has(path)),
      gone: is === undefined && (inView ? !things.head.has(after) : removed.has(path)),
    };
  });
}

/** Without the mark that a key is about who may take the role on. */
const bare = (key: string): string => (key.endsWith(TRUST) ? key.slice(0, -TRUST.length) : key);

/** Old keys to new ones, for those that are on one side only. */
function renames(base: Side, head: Side, things: Things): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const taken = new Set<string>();
  const lost = [...base].filter(([key]) => !head.has(key) && !things.head.has(bare(key)));
  const fresh = [...head].filter(([key]) => !base.has(key) && !things.base.has(bare(key)));
  const link = (from: string, to: string | undefined): void => {
    if (to === undefined || found.has(from) || taken.has(to)) return;
    found.set(from, to);
    taken.add(to);
  };
  for (const [key] of lost) {
    const moved = things.renamed.get(bare(key));
    const to = moved === undefined ? undefined : moved + key.slice(bare(key).length);
    link(key, to !== undefined && head.has(to) ? to : undefined);
  }
  for (const alike of [content, lastName]) {
    const waiting = new Map<string, string[]>();
    for (const [key, holding] of fresh) {
      if (taken.has(key)) continue;
      const same = waiting.get(alike(key, holding)) ?? [];
      waiting.set(alike(key, holding), same);
      same.push(key);
    }
    for (const [key, holding] of lost) {
      if (found.has(key)) continue;
      const same = waiting.get(alike(key, holding)) ?? [];
      // one of several of the same content is as good as another; of the same name it is not
      if (alike === content || same.length === 1) link(key, same.pop());
    }
  }
  return found;
}

const content = (_: string, { use, policy }: Holding): string =>
  JSON.stringify([use, [...new Set(policy.statements.map(fingerprint))].sort(), policy.opaque.map((o) => o.text).sort()]);
/** Its address, in whatever folder; of a document in a file the name of the file. */
const lastName = (key: string, { use }: Holding): string => {
  const [place = '', ...rest] = key.split('\0');
  return JSON.stringify([use, rest.join('\0').startsWith('/') || rest.join('') === '' ? `${place.slice(place.lastIndexOf('/') + 1)} ${rest.join('\0')}` : rest.join('\0')]);
};
