/** What looking at a forge takes: the gate as it is, and the forge, with what is kept of it. */
import { sha256Hex } from '../core/base/crypto.ts';
import type { Oid } from '../core/change/change.ts';
import type { Merges, Said } from './forge-proposal.ts';
import type { Worked } from './job-worker.ts';
import type { Forge, ForgeAnswer, ForgeInbox, ForgePlace, ForgeRules, ForgeShelf, Mirror } from './ports-forge.ts';
import type { JobDraft, Jobs } from './ports-jobs.ts';
import type { GateWorld } from './site.ts';

/** A repository that lies at a forge, as the site's file says. */
export interface ForgeSource {
  /** `owner/name` when the file was written. */
  readonly name: string;
  readonly merges: Merges;
}

export interface ForgeWorld {
  readonly gate: GateWorld;
  readonly forge: Forge;
  readonly rules: ForgeRules;
  /** Commits that stand on this branch without a chain, and are not settled. */
  violations(repo: string, ref: string): Promise<readonly Oid[]>;
  readonly inbox: ForgeInbox;
  readonly shelf: ForgeShelf;
  readonly mirror: Mirror;
  readonly jobs: Pick<Jobs, 'add'>;
  /** By our id. */
  readonly sources: ReadonlyMap<string, ForgeSource>;
  /** There may be something to do. */
  wake(): void;
  log(line: string): void;
}

export const [LOOK, CHANGED, RECONCILE] = ['forge.look', 'forge.change', 'forge.reconcile'] as const;

/** Names of jobs are short, and of few letters; what a forge calls things is not. */
const slug = (text: string): string => sha256Hex(text).slice(0, 32);

/** One subject is looked at by one at a time; asked for again meanwhile, once more afterwards. */
export const lookJob = (org: string, repo: string, subject: string, due?: number): JobDraft => ({
  ...{ org, id: `forge-look-${slug(`${repo} ${subject} ${due ?? ''}`)}`, kind: LOOK, body: { repo, subject }, tries: 30 },
  ...(due === undefined ? {} : { due }),
});

/** @param all whatever is open is judged again, moved or not: who may sign is not who it was. @param due of one that comes again and again. */
export const reconcileJob = (org: string, repo: string, { due, all = false }: { readonly due?: number; readonly all?: boolean } = {}): JobDraft => ({
  ...{ org, id: `forge-reconcile-${slug(`${repo} ${due ?? ''} ${all}`)}`, kind: RECONCILE, body: { repo, periodic: due !== undefined, all }, tries: 5 },
  ...(due === undefined ? {} : { due }),
});

export const changedJob = (org: string, change: string): JobDraft => ({ org, id: `forge-change-${change}`, kind: CHANGED, body: { change }, tries: 30 });

/** How a call that failed ends the job it was made for. */
export function afterwards(answer: ForgeAnswer<unknown> & { readonly ok: false }): Worked {
  const { error, after, gone } = answer;
  const why = `${error.message}${error.remedy === undefined ? '' : `: ${error.remedy}`}`;
  if (gone) return { do: 'give-up', why };
  return { do: 'retry', why, ...(after === null ? {} : { after }) };
}

/** A proposal as it is remembered: what the forge said of it, and what was reported there. */
export interface KnownPull extends Looked {
  readonly number: number;
  readonly targetRef: string;
  readonly head: Oid;
  /** Who brought any of it, the last one last. */
  readonly accounts: readonly string[];
}

/** What a queue made to land. */
export interface KnownGroup extends Looked {
  readonly ref: string;
  readonly targetRef: string;
  readonly head: Oid;
}

/** What came of the last look. */
export interface Looked {
  /** Where it stood then; null: nobody looked yet. */
  readonly looked: Oid | null;
  readonly reported: Reported | null;
  readonly said: Said;
  /** Its change, as it was weighed; null: it was not. */
  readonly change: string | null;
  /** Milliseconds since 1970 when the first signature it rests on runs out; null: it rests on none. */
  readonly until: number | null;
}

export const NOT_LOOKED: Looked = { looked: null, reported: null, said: {}, change: null, until: null };

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
  /** It was answered for good, or waits no more. */
  readonly ended: boolean;
}

export interface Reported {
  readonly head: Oid;
  readonly name: string;
  /** The forge's id of it. */
  readonly run: string;
  /** Of all that was said. */
  readonly digest: string;
}

const [PLACE, PULL, GROUP, BRANCH, CHANGE, DEPLOY] = ['place', 'pull', 'group', 'branch', 'change', 'deploy'];

/** The shelf, by what lies on it. What does not read as it should is not there: it is asked for again. */
export function onShelf(shelf: ForgeShelf, repo: string) {
  const all = async <T>(kind: string, read: (value: unknown) => T | null): Promise<readonly T[]> => (await shelf.list(repo, kind)).flatMap(({ value }) => read(value) ?? []);
  return {
    place: async (): Promise<ForgePlace | null> =>
      having<ForgePlace>(await shelf.get(repo, PLACE, 'place'), { repo: 'string', forgeId: 'number', name: 'string', installation: 'number' }),
    setPlace: (place: ForgePlace) => shelf.put(repo, PLACE, 'place', place),
    pull: async (number: number): Promise<KnownPull | null> => pullIn(await shelf.get(repo, PULL, String(number))),
    pulls: () => all(PULL, pullIn),
    setPull: (pull: KnownPull) => shelf.put(repo, PULL, String(pull.number), pull),
    dropPull: (number: number) => shelf.drop(repo, PULL, String(number)),
    group: async (head: Oid): Promise<KnownGroup | null> => groupIn(await shelf.get(repo, GROUP, head)),
    groups: () => all(GROUP, groupIn),
    setGroup: (group: KnownGroup) => shelf.put(repo, GROUP, group.head, group),
    dropGroup: (head: Oid) => shelf.drop(repo, GROUP, head),
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
    setDeploy: (id: string, deploy: KnownDeploy) => shelf.put(repo, DEPLOY, id, deploy),
    branches: async (): Promise<ReadonlyMap<string, Oid>> =>
      new Map((await shelf.list(repo, BRANCH)).flatMap(({ id, value }) => (typeof value === 'string' ? [[id, value] as const] : []))),
    setBranch: (ref: string, at: Oid) => shelf.put(repo, BRANCH, ref, at),
    setChange: (change: string, subject: string) => shelf.put(EVERYWHERE, CHANGE, change, { repo, subject }),
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

export const subjectOfChange = async (shelf: ForgeShelf, change: string): Promise<{ readonly repo: string; readonly subject: string } | null> =>
  having<{ readonly repo: string; readonly subject: string }>(await shelf.get(EVERYWHERE, CHANGE, change), { repo: 'string', subject: 'string' });

const SHARED = { targetRef: 'string', head: 'string', reported: 'object', said: 'object' } as const;
const pullIn = (value: unknown): KnownPull | null => having<KnownPull>(value, { ...SHARED, number: 'number', accounts: 'object' });
const groupIn = (value: unknown): KnownGroup | null => having<KnownGroup>(value, { ...SHARED, ref: 'string' });

/** We wrote it ourselves, perhaps as another version. */
function having<T>(value: unknown, fields: { readonly [name in keyof T]?: 'string' | 'number' | 'object' | 'boolean' }): T | null {
  if (typeof value !== 'object' || value === null) return null;
  const said = value as { readonly [name: string]: unknown };
  return Object.entries(fields).every(([name, type]) => typeof said[name] === type) ? (value as T) : null;
}
