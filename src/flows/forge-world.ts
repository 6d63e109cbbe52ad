/** What looking at a forge takes: the gate as it is, and the forge, with what is kept of it. */
import { sha256Hex } from '../core/base/crypto.ts';
import type { Oid } from '../core/change/change.ts';
import type { Worked } from './job-worker.ts';
import type { Forge, ForgeAnswer, ForgeInbox, ForgeRules, ForgeShelf, Mirror } from './ports-forge.ts';
import type { JobDraft, Jobs } from './ports-jobs.ts';
import type { GateWorld } from './site.ts';

/** How a forge puts a proposal on its branch. `squash`: as one commit, and never otherwise. */
export type Merges = 'squash' | 'any';

/** By move: what stands in the log of it (said-once.ts). */
export type Said = Readonly<Record<string, string>>;

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
  /** All that ever stood in this repository without a chain, and that nobody signed or landed again since; 'unknown' where that cannot be told. */
  violations(repo: string): Promise<readonly Open[] | 'unknown'>;
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

/** A branch went from one commit to another, and what is between them nobody let. */
export interface Open {
  readonly ref: string;
  /** null: the branch was nowhere. */
  readonly from: Oid | null;
  readonly to: Oid;
  /** What landed there later and took it away again; null: nothing did. */
  readonly undone: Oid | null;
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
