/**
 * What flows need of a forge that keeps repositories elsewhere, and merges there. Its events are hints which subject to look at again, and its word
 * who brought commits only adds people who may not sign: what is judged is read from git and from the log. Whoever holds a token of the forge can set a check there; nobody takes one for a verdict.
 */
import type { Problem } from '../core/base/result.ts';
import type { Oid } from '../core/change/change.ts';
import type { JobDraft } from './ports-jobs.ts';

/** One repository as the forge knows it. The id stays when its name or owner changes; a name may become another repository's. */
export interface ForgePlace {
  /** `[a-z0-9][a-z0-9._-]*`: what it is called here. */
  readonly repo: string;
  readonly forgeId: number;
  /** `owner/name`, as it was called last. */
  readonly name: string;
  /** What the forge calls our right to act there. */
  readonly installation: number;
}

/** What a call came to. `after`: milliseconds the forge asks to be left alone. `gone`: the repository, or our right to it, is no more. */
export type ForgeAnswer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: Problem; readonly after: number | null; readonly gone: boolean };

/** One line of a change, with what was found there. */
export interface Annotation {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly severity: 'notice' | 'warning' | 'failure';
  readonly title: string;
  readonly message: string;
}

/** What a check says of one commit for one target. */
export interface CheckReport {
  readonly place: ForgePlace;
  /** With the target in it: one commit may be proposed to several, and each has a policy of its own. */
  readonly name: string;
  readonly head: Oid;
  /** The forge's id of what was reported for this head and name before; null: nothing was. */
  readonly run: string | null;
  /** Only `allow` may satisfy a required check. */
  readonly verdict: 'allow' | 'wait' | 'deny';
  /** One sentence. */
  readonly title: string;
  /** Markdown, with all that others wrote escaped. */
  readonly summary: string;
  readonly annotations: readonly Annotation[];
  /** Our page. */
  readonly url: string;
  /** `changeId`; empty where nothing was weighed. */
  readonly change: string;
}

/** Where a proposal comes from. Whoever opens it chooses all of this, and a fork is theirs: its branch is moved by nobody we may ask about. */
export interface PullSource {
  /** What the branch is called where it lies, without `refs/heads/`. Empty: as no branch can be called that is asked for by name. */
  readonly branch: string;
  /** `github:login` of whoever owns the repository it lies in, as far as the forge still says; null: nobody is named. */
  readonly owner: string | null;
  /** It lies in another repository, or in one that is gone. */
  readonly fork: boolean;
}

/** An open proposal at the forge, as it lists them. */
export interface ListedPull extends PullSource {
  readonly number: number;
  readonly targetRef: string;
  readonly head: Oid;
  /** `github:login` of who opened it. */
  readonly account: string;
}

/** One move of a branch, as the forge wrote it down. */
export interface Move {
  /** `github:login`; `github:ghost` where the account is gone. null: the forge itself, for its queue. */
  readonly account: string | null;
  /** Zeros where there was no branch before. */
  readonly before: Oid;
  /** Zeros where there was none afterwards. */
  readonly after: Oid;
  readonly kind: 'push' | 'force_push' | 'branch_creation' | 'branch_deletion' | 'pr_merge' | 'merge_queue_merge' | 'other';
}

/** What a deployment that waits for us is told. */
export interface DeployReport {
  readonly place: ForgePlace;
  readonly runId: number;
  readonly environment: string;
  /** `waiting` leaves it waiting, with the comment shown. */
  readonly state: 'waiting' | 'approved' | 'rejected';
  /** Markdown, at most 1,024 characters. */
  readonly comment: string;
}

/** Implemented by adapters/github. No method rejects for anything the forge does. Each is one call, but for pages of a list. */
export interface Forge {
  /** Who we are there for `owner/name`. */
  find(repo: string, name: string): Promise<ForgeAnswer<ForgePlace>>;
  /** A user name and a password for git over HTTP, and where to fetch from. Kept until they are about to expire. */
  remote(place: ForgePlace): Promise<ForgeAnswer<{ readonly url: string; readonly user: string; readonly password: string }>>;
  /** Answers the forge's id of the report. */
  report(check: CheckReport): Promise<ForgeAnswer<string>>;
  /** Every open proposal; `unchanged` where the forge says that nothing moved since `tag`. */
  pulls(
    place: ForgePlace,
    tag: string | null,
  ): Promise<ForgeAnswer<{ readonly unchanged: true } | { readonly unchanged: false; readonly tag: string | null; readonly pulls: readonly ListedPull[] }>>;
  /** `gone` too where nothing waits for us there any more: it was cancelled, or answered. */
  deploy(report: DeployReport): Promise<ForgeAnswer<void>>;
  /**
   * Who moved a branch, newest first: since it stood at `until` last, or as far back as a few pages go. Each move begins where the next one of the
   * list ends. Where the last of them begins neither at `until` nor with no branch, what came before it is not known.
   * @param ref `refs/heads/...`
   */
  moves(place: ForgePlace, ref: string, asked?: { readonly until?: Oid }): Promise<ForgeAnswer<readonly Move[]>>;
}

/** What the forge's own rules leave open. Implemented by adapters/github. */
export interface ForgeRules {
  /** Whether administrators may deploy there without us. */
  environment(place: ForgePlace, name: string): Promise<ForgeAnswer<{ readonly bypass: boolean }>>;
  /** Whether the check of this name, set by us and by nobody else, is required on the branch. */
  required(place: ForgePlace, ref: string, check: string): Promise<ForgeAnswer<{ readonly required: boolean; readonly pinned: boolean; readonly bypass: readonly string[] }>>;
}

/** What an event says may have changed. Nothing in it decides anything but which subject is looked at, and who brought it. */
export type ForgeSubject =
  | ({
      readonly kind: 'pull';
      readonly number: number;
      readonly targetRef: string;
      readonly head: Oid;
      /** Where the head was before commits came to it; null: the event is of something else. */
      readonly before: Oid | null;
      readonly open: boolean;
    } & PullSource)
  | { readonly kind: 'queue'; readonly ref: string; readonly targetRef: string; readonly head: Oid; readonly open: boolean }
  | { readonly kind: 'ref'; readonly ref: string; readonly old: Oid; readonly new: Oid }
  | { readonly kind: 'deploy'; readonly runId: number; readonly environment: string; readonly sha: Oid }
  /** A person asks for another look at what was reported for this commit. */
  | { readonly kind: 'head'; readonly head: Oid }
  /** Renamed, moved, deleted, its rules or our rights changed: all of it is looked at. */
  | { readonly kind: 'repository' };

export interface ForgeEvent {
  /** The forge's id of the delivery. */
  readonly delivery: string;
  /** `pull_request.synchronize`. */
  readonly name: string;
  /** Milliseconds since 1970, by our clock. */
  readonly at: number;
  readonly forgeId: number;
  /** `owner/name`. */
  readonly place: string;
  /** `github:login` of who caused it; null: the forge itself. */
  readonly account: string | null;
  /** The account brought commits by it. Who labels, edits or reviews a proposal brings none; who opens one brings none of a branch that was here already. */
  readonly brings: boolean;
  readonly subject: ForgeSubject;
}

/** Somebody moved a ref at the forge: what `after` has and `before` had not is brought by them. */
export interface ForgeMove {
  readonly account: string;
  /** Full name; empty where it is no ref of this repository, as the branch of a fork. */
  readonly ref: string;
  /** null: the ref was not there, or nobody says where it stood. */
  readonly before: Oid | null;
  readonly after: Oid;
}

/** What forges said, kept before anything is done about it. Implemented by store/forges; durable when it resolves. */
export interface ForgeInbox {
  /** The event, who brought what by it, and the jobs that look at it, all or none. False: this delivery is here already, and nothing was put down. */
  put(repo: string, event: ForgeEvent, jobs: readonly JobDraft[], moves?: readonly ForgeMove[]): Promise<boolean>;
  /** Every move to one of these commits that was ever told, in the order it was; never forgotten, because what was brought may land at any time. */
  moves(repo: string, after: readonly Oid[]): Promise<readonly ForgeMove[]>;
  /** What the forge answered when it was asked; told again, it is there once. @param at milliseconds since 1970. */
  remember(repo: string, moves: readonly ForgeMove[], at: number): Promise<void>;
  /** What waits to be looked at of one subject, in the order it came. @param subject `subjectKey`. */
  waiting(repo: string, subject: string): Promise<readonly (ForgeEvent & { readonly seq: number })[]>;
  /** Looked at, up to this one. They stay to be known again, until `prune`. */
  worked(repo: string, subject: string, seq: number): Promise<void>;
  /** Forgets what was looked at and came before. Answers how many. */
  prune(before: number): Promise<number>;
}

/**
 * What is remembered of a forge's things: JSON by kind and id. None of it lets anything pass: who brought what is held against whoever signs, and a
 * pinned repository or a branch's last place refuses what does not fit it. Lost, most is found again from the forge; who brought what as far
 * as the forge still says. Implemented by store/forges.
 */
export interface ForgeShelf {
  get(repo: string, kind: string, id: string): Promise<unknown>;
  /** By id. */
  list(repo: string, kind: string): Promise<readonly { readonly id: string; readonly value: unknown }[]>;
  /** Durable when it resolves. */
  put(repo: string, kind: string, id: string, value: unknown): Promise<void>;
  drop(repo: string, kind: string, id: string): Promise<void>;
}

/** One name for all that is said of one thing: what is said of it is looked at together. */
export function subjectKey(subject: ForgeSubject): string {
  switch (subject.kind) {
    case 'pull':
      return `pull-${subject.number}`;
    case 'queue':
      return `queue-${subject.head}`;
    case 'ref':
      return 'refs';
    case 'deploy':
      return `deploy-${subject.runId}-${subject.environment}`;
    case 'head':
      return `head-${subject.head}`;
    case 'repository':
      return 'repository';
  }
}

/** Branches that a queue makes and takes away, in our copy. */
export const QUEUE = 'refs/heads/gh-readonly-queue/';
export const isQueue = (ref: string): boolean => ref.startsWith(QUEUE);
/** The head of a proposal, in our copy. */
export const pullRef = (number: number): string => `refs/pull/${number}/head`;

/** Our own copy of a repository that lies elsewhere. Implemented by adapters/git. */
export interface Mirror {
  /**
   * Branches, proposals and their queues as the forge has them now, all of them, deleted ones gone. One at a time for each repository: who asks
   * meanwhile shares the next. What cannot be taken (too large, too slow, refused by fsck) has no ref then, and keeps nobody else's back; of the default
   * branch and of what is protected that is a failure, and it stands where it stood.
   * HEAD is the forge's default branch; it names nothing where that is unknown.
   * Problems: GIT_FAILED (refused, not reached, too slow), PUSH_TOO_LARGE over the cap of bytes.
   */
  fetch(
    repo: string,
    from: { readonly url: string; readonly user: string; readonly password: string },
    signal?: AbortSignal,
  ): Promise<{ readonly ok: true } | { readonly ok: false; readonly error: Problem }>;
  /** Ref names (full) under a prefix, and where they stand. */
  refs(repo: string, prefix: string): Promise<ReadonlyMap<string, Oid>>;
}
