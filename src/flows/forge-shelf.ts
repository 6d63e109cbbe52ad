/** What is remembered of a forge's things, by what it is of. What does not read as it should is not there: it is asked for again. */
import type { Oid } from '../core/change/change.ts';
import type { Said } from './forge-world.ts';
import type { CheckReport, ForgePlace, ForgeShelf } from './ports-forge.ts';

/** A proposal as it is remembered: what the forge said of it, and what was reported there. */
export interface KnownPull extends Looked {
  readonly number: number;
  readonly targetRef: string;
  readonly head: Oid;
  /** `github:login`; null: nobody said yet. */
  readonly opener: string | null;
  /** Name of its branch, without `refs/heads/`; empty where it cannot be asked for. */
  readonly branch: string;
  readonly fork: boolean;
  /** Who was behind it at the last look; `unknown`: and somebody nobody knows. */
  readonly accounts: readonly string[];
  readonly unknown: boolean;
}

/** What a queue made to land. */
export interface KnownGroup extends Looked {
  readonly ref: string;
  readonly targetRef: string;
  readonly head: Oid;
}

/** What came of the last look. */
export interface Looked {
  /** Where it stood then; null: nobody looked yet, or what was reported may not be so any more. */
  readonly looked: Oid | null;
  /** When, in milliseconds since 1970. */
  readonly at: number;
  readonly reported: Reported | null;
  readonly said: Said;
  /** Its changes, as they were weighed, and those whose sign-offs were counted for it. */
  readonly changes: readonly string[];
  /** Milliseconds since 1970 when the first signature it rests on runs out; null: it rests on none. */
  readonly until: number | null;
}

export const NOT_LOOKED: Looked = { looked: null, at: 0, reported: null, said: {}, changes: [], until: null };

/** One nobody brought anything to yet. */
export const UNKNOWN_PULL = { ...NOT_LOOKED, opener: null, accounts: [], unknown: false } as const;

/** A deployment that waits for us, or waited. */
export interface KnownDeploy {
  readonly runId: number;
  readonly environment: string;
  readonly sha: Oid;
  /** Milliseconds since 1970: when it was asked; when we said something last. */
  readonly since: number;
  readonly told: number;
  /** How often we did. */
  readonly words: number;
  /** The last answer that stands in the log; not given: none does. */
  readonly recorded?: string;
  /** It was answered for good, or waits no more. */
  readonly ended: boolean;
}

export interface Reported {
  readonly head: Oid;
  readonly name: string;
  /** The forge's id of it. */
  readonly run: string;
  readonly verdict: CheckReport['verdict'];
  /** Of all that was said. */
  readonly digest: string;
}

/** A yes that stands at the forge where nothing is proposed any more (forge-stray.ts). */
export interface Stray extends Reported, Pick<Looked, 'changes' | 'until' | 'at'> {}

/** Where a guarded branch stood at the last look, and where it stood last with all in it let in, or found there at the first; null: never. */
export interface Stand {
  readonly at: Oid;
  readonly let: Oid | null;
}

const [PLACE, PULL, GROUP, BRANCH, DEPLOY, RULES, UNKNOWN, STRAY] = ['place', 'pull', 'group', 'branch', 'deploy', 'rules', 'unknown', 'stray'];

export function onShelf(shelf: ForgeShelf, repo: string) {
  const all = async <T>(kind: string, read: (value: unknown) => T | null): Promise<readonly T[]> => (await shelf.list(repo, kind)).flatMap(({ value }) => read(value) ?? []);
  return {
    place: async (): Promise<ForgePlace | null> =>
      having<ForgePlace>(await shelf.get(repo, PLACE, 'place'), { repo: 'string', forgeId: 'number', name: 'string', installation: 'number' }),
    setPlace: (place: ForgePlace) => shelf.put(repo, PLACE, 'place', place),
    pull: async (number: number): Promise<KnownPull | null> => pullIn(await shelf.get(repo, PULL, String(number))),
    pulls: () => all(PULL, pullIn),
    setPull: (pull: KnownPull) => shelf.put(repo, PULL, String(pull.number), pull),
    dropPull: async (number: number) => {
      await forget(shelf, repo, pullIn(await shelf.get(repo, PULL, String(number)))?.changes ?? [], `pull-${number}`);
      await shelf.drop(repo, PULL, String(number));
    },
    group: async (head: Oid): Promise<KnownGroup | null> => groupIn(await shelf.get(repo, GROUP, head)),
    groups: () => all(GROUP, groupIn),
    setGroup: (group: KnownGroup) => shelf.put(repo, GROUP, group.head, group),
    dropGroup: async (head: Oid) => {
      await forget(shelf, repo, groupIn(await shelf.get(repo, GROUP, head))?.changes ?? [], `queue-${head}`);
      await shelf.drop(repo, GROUP, head);
    },
    deploy: async (id: string): Promise<KnownDeploy | null> =>
      having<KnownDeploy>(await shelf.get(repo, DEPLOY, id), {
        runId: 'number',
        environment: 'string',
        sha: 'string',
        since: 'number',
        told: 'number',
        words: 'number',
        ended: 'boolean',
      }),
    deploys: async (): Promise<readonly string[]> =>
      (await shelf.list(repo, DEPLOY)).flatMap(({ id, value }) => (having<KnownDeploy>(value, { ended: 'boolean' })?.ended === false ? [id] : [])),
    setDeploy: (id: string, deploy: KnownDeploy) => shelf.put(repo, DEPLOY, id, deploy),
    branches: async (): Promise<ReadonlyMap<string, Stand>> =>
      new Map(
        (await shelf.list(repo, BRANCH)).flatMap(({ id, value }) => [having<Stand>(value, { at: 'string' })].flatMap((stand) => (stand === null ? [] : [[id, stand] as const]))),
      ),
    setBranch: (ref: string, stand: Stand) => shelf.put(repo, BRANCH, ref, stand),
    stray: async (id: string): Promise<Stray | null> => strayIn(await shelf.get(repo, STRAY, id)),
    strays: () => all(STRAY, strayIn),
    setStray: (id: string, stray: Stray) => shelf.put(repo, STRAY, id, stray),
    dropStray: (id: string) => shelf.drop(repo, STRAY, id),
    /** The subject rests on these now, and not on those before. */
    setChanges: async (before: readonly string[], changes: readonly string[], subject: string) => {
      const gone = before.filter((change) => !changes.includes(change));
      await forget(shelf, repo, gone, subject);
      for (const change of changes) if (!before.includes(change)) await shelf.put(EVERYWHERE, ofChange(change), `${repo} ${subject}`, { repo, subject });
    },
    /** Somebody unknown brought part of this content, as it was proposed. Outlives the proposal. */
    setUnknown: (number: number, manifest: string, commits: readonly Oid[], at: number) => shelf.put(repo, UNKNOWN, `${number} ${manifest}`, { manifest, commits, at }),
    dropUnknown: (number: number, manifest: string) => shelf.drop(repo, UNKNOWN, `${number} ${manifest}`),
    isUnknown: async (manifest: string, commits: readonly Oid[]): Promise<boolean> =>
      (await all(UNKNOWN, unknownIn)).some((one) => one.manifest === manifest || one.commits.some((commit) => commits.includes(commit))),
    /** Forgets who is unknown, and what was left behind, before then. */
    prune: async (before: number) => {
      for (const { id, value } of await shelf.list(repo, UNKNOWN)) if ((unknownIn(value)?.at ?? 0) < before) await shelf.drop(repo, UNKNOWN, id);
      for (const { id, value } of await shelf.list(repo, STRAY)) if ((strayIn(value)?.at ?? 0) < before) await shelf.drop(repo, STRAY, id);
    },
    /** By branch, what the forge's rules were said to leave open there; empty: nothing. */
    rules: async (): Promise<ReadonlyMap<string, string>> =>
      new Map((await shelf.list(repo, RULES)).flatMap(({ id, value }) => (typeof value === 'string' ? [[id, value] as const] : []))),
    setRules: (ref: string, open: string) => shelf.put(repo, RULES, ref, open),
    tag: async (): Promise<string | null> => {
      const tag = await shelf.get(repo, 'tag', 'pulls');
      return typeof tag === 'string' ? tag : null;
    },
    setTag: (tag: string | null) => shelf.put(repo, 'tag', 'pulls', tag),
  };
}
export type Shelf = ReturnType<typeof onShelf>;

/** Changes are found without a repository. */
const EVERYWHERE = '';
const ofChange = (change: string): string => `change-${change}`;

async function forget(shelf: ForgeShelf, repo: string, changes: readonly string[], subject: string): Promise<void> {
  for (const change of changes) await shelf.drop(EVERYWHERE, ofChange(change), `${repo} ${subject}`);
}

const strayIn = (value: unknown): Stray | null => having<Stray>(value, { head: 'string', name: 'string', run: 'string', changes: 'object', at: 'number' });

interface Unknown {
  readonly manifest: string;
  readonly commits: readonly Oid[];
  readonly at: number;
}
const unknownIn = (value: unknown): Unknown | null => having<Unknown>(value, { manifest: 'string', commits: 'object', at: 'number' });

interface Subject {
  readonly repo: string;
  readonly subject: string;
}

/** One content may be proposed more than once, and be in a queue beside. */
export const subjectsOfChange = async (shelf: ForgeShelf, change: string): Promise<readonly Subject[]> =>
  (await shelf.list(EVERYWHERE, ofChange(change))).flatMap(({ value }) => having<Subject>(value, { repo: 'string', subject: 'string' }) ?? []);

const SHARED = { targetRef: 'string', head: 'string', at: 'number', reported: 'object', said: 'object', changes: 'object' } as const;
const pullIn = (value: unknown): KnownPull | null =>
  having<KnownPull>(value, { ...SHARED, number: 'number', branch: 'string', fork: 'boolean', accounts: 'object', unknown: 'boolean' });
const groupIn = (value: unknown): KnownGroup | null => having<KnownGroup>(value, { ...SHARED, ref: 'string' });

/** We wrote it ourselves, perhaps as another version. */
function having<T>(value: unknown, fields: { readonly [name in keyof T]?: 'string' | 'number' | 'object' | 'boolean' }): T | null {
  if (typeof value !== 'object' || value === null) return null;
  const said = value as { readonly [name: string]: unknown };
  return Object.entries(fields).every(([name, type]) => typeof said[name] === type) ? (value as T) : null;
}
