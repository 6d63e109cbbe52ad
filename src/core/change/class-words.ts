/** The classes of a moved change as one line for a person: what differs first, and what does not last. */
import { CHANGE_CLASSES, type ChangeClass, type ClassedChange, type Classified } from './classes.ts';

/** Paths named in one line; the rest is counted. */
const SHOWN = 5;

/** `db/a.sql was reworked; db/b.sql is new; docs/a.md and 3 more are unchanged` */
export function classWords(signed: ClassedChange, now: ClassedChange, { paths }: Classified): string {
  const [before, after] = [new Set(signed.records.map((r) => r.path)), new Set(now.records.map((r) => r.path))];
  const of = (path: string, c: ChangeClass): Fate => (c !== 'rework' ? plain(c) : !before.has(path) ? 'new' : !after.has(path) ? 'gone' : 'reworked');
  const fates = Map.groupBy(paths, ([path, c]) => of(path, c));
  let left = SHOWN;
  const parts = FATES.flatMap((fate) => {
    const own = (fates.get(fate) ?? []).map(([path]) => path).sort();
    const named = own.slice(0, left);
    left -= named.length;
    return own.length === 0 ? [] : [phrase(named, own.length, fate)];
  });
  return parts.join('; ');
}

type Fate = keyof typeof WORDS;

const plain = (c: ChangeClass): Fate => (CHANGE_CLASSES.above(c, 'trivial-rebase') ? 'context' : 'unchanged');

/** Of one path, and of several. */
const WORDS = {
  reworked: ['was reworked', 'were reworked'],
  new: ['is new', 'are new'],
  gone: ['is no longer changed', 'are no longer changed'],
  context: ['moved with its base, which changed in the same file', 'moved with their base, which changed in the same files'],
  unchanged: ['is unchanged', 'are unchanged'],
} as const;
const FATES = ['reworked', 'new', 'gone', 'context', 'unchanged'] as const;

function phrase(named: readonly string[], all: number, fate: Fate): string {
  const more = all - named.length;
  const who = named.length === 0 ? `${all} ${all === 1 ? 'file' : 'files'}` : `${named.join(', ')}${more === 0 ? '' : ` and ${more} more`}`;
  return `${who} ${WORDS[fate][all === 1 ? 0 : 1]}`;
}
