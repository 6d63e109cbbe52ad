/**
 * The ports: what flows need of the world, in the fewest methods. Adapters and store implement them; tests bring fakes
 * that really sign and really refuse. Every promise rejects only for our own bugs or a broken machine.
 */
import type { Json } from '../core/base/json.ts';
import type { Result } from '../core/base/result.ts';
import type { Change, Commit, Oid, TreeRecord } from '../core/change/change.ts';
import type { FileMerge } from '../core/change/classes.ts';
import type { EntryType } from '../core/log/kinds.ts';
import type { Decision } from '../core/policy/decision.ts';
import type { Run } from '../core/provenance/lines/fingerprint.ts';
import type { ChangedLines } from '../core/provenance/lines/hunk.ts';
import type { Draft, Entry } from '../core/provenance/session/entry.ts';
import type { ToolKind, Who } from '../core/provenance/session/event.ts';
import type { TrailText } from '../core/provenance/session/trail.ts';
import type { FileEvidence } from '../core/risk/evidence.ts';
import type { PersonId } from '../core/roster/roster.ts';
import type { JobDraft } from './ports-jobs.ts';
import type { LandingRow, Memory } from './ports-memory.ts';
import type { OwnershipRow } from './ports-ownership.ts';
import type { Landed } from './ports-risk.ts';
import type { Trains } from './ports-train.ts';

export type { CarryRow, LandingRow, Memory } from './ports-memory.ts';

/** Reads one git repository. Implemented by adapters/git over spawned `git` with a fixed environment. */
export interface Repository {
  /** The object id a revision names, peeled to a commit; null where there is none. */
  resolve(revision: string): Promise<Oid | null>;
  /**
   * The change from base to head against their merge base. With `base` null: from the empty tree.
   * Problems: CONTENT_DUPLICATE, CONTENT_UNSEEN, GIT_FAILED, PUSH_TOO_LARGE over `most` files. An empty difference is a
   * change with no records.
   */
  change(of: { repo: string; targetRef: string; base: Oid | null; head: Oid; most?: number }): Promise<Result<Change>>;
  /** Every commit of old..head, oldest first; undefined where old is not on the first-parent chain of head. */
  steps(old: Oid | null, head: Oid): Promise<readonly Step[] | undefined>;
  /** The best common ancestors, all of them; none where the histories never met. A commit that the other one contains is the only one. Problem: GIT_FAILED. */
  mergeBases(one: Oid, other: Oid): Promise<Result<readonly Oid[]>>;
  /** Bytes of a file at a revision; null where it is absent. Symlinks are not followed. */
  file(revision: Oid, path: string): Promise<Uint8Array | null>;
  /** Blob contents by id, each at most `cap` bytes; larger or missing ones say so. Order of the answer follows the ask. */
  blobs(ids: readonly Oid[], cap: number): Promise<readonly BlobRead[]>;
}

export interface Step {
  readonly commit: Oid;
  /** Its first parent; null for a root. */
  readonly parent: Oid | null;
  /** On the first-parent chain: the ref itself goes there. Otherwise a merge brought it. */
  readonly onChain: boolean;
}

export type BlobRead = { readonly id: Oid; readonly bytes: Uint8Array } | { readonly id: Oid; readonly problem: 'missing' | 'too-large' };

/** Reads a whole history at once: what `Repository` answers for one change, without a spawn for each. Implemented by adapters/git. */
export interface History {
  /**
   * Every commit reachable from a tip: first its first-parent chain from the tip down, with what it changes, then all others.
   * Answers what was not seen (shallow, missing objects), in words; a stop by signal is no problem.
   * Problems: CONTENT_UNSEEN, GIT_FAILED where nothing could be read.
   */
  walk(walk: Walk): Promise<Result<readonly string[]>>;
  /** One reader of contents, for as long as it is open. Problem: GIT_FAILED. */
  contents(): Promise<Result<Contents>>;
}

export interface Walk {
  readonly tip: Oid;
  /**
   * Called once for each commit. @param diff of a commit on the chain its raw difference against its first parent, as
   * `parseTreeDiff` reads it, copied when asked for and only during the call; undefined where it cannot be known, and off the chain.
   */
  each(commit: Commit, diff: () => Uint8Array | undefined): void;
  /** Ends the walk with what it has. */
  readonly signal?: AbortSignal;
}

export interface Contents {
  /** As `Repository.blobs`. Rejects where git ended, or was ended by a signal of the terminal. */
  readonly read: Repository['blobs'];
  /** Always call it. */
  close(): void;
}

/** Reads who made the commits of a history and what they said of them, and nothing else. Implemented by adapters/git over one `git log`. */
export interface Messages {
  /**
   * Every commit asked for, newest first, in batches; the next one is read when `take` is done. Answers what was not seen
   * (shallow), in words; a stop by signal is no problem. Problems: NOT_FOUND, and CONTENT_UNSEEN or GIT_FAILED where it ended
   * early: what was read until then was handed over.
   */
  read(asked: MessagesAsked, take: (commits: readonly CommitMessage[]) => void | Promise<void>): Promise<Result<readonly string[]>>;
}

export interface MessagesAsked {
  /** As git reads it: a revision, `a..b` or `a...b`. HEAD unless told. */
  readonly range?: string;
  /** Everything any branch, tag or pull request reaches, instead of a range. */
  readonly all?: boolean;
  /** Milliseconds since 1970: committed at or after it, as the commits claim. */
  readonly since?: number;
  readonly signal?: AbortSignal;
}

/** People are the same object wherever they are the same person: what is known of one need not be worked out again. */
export interface CommitMessage {
  readonly id: Oid;
  readonly author: { readonly name: string; readonly email: string };
  readonly committer: { readonly name: string; readonly email: string };
  /** Milliseconds since 1970, as the author claims. */
  readonly at: number;
  /** Bytes that are not UTF-8 are replaced by U+FFFD; at least the first 64 KiB of characters. */
  readonly message: string;
}

/** Line records beside commits. Implemented by adapters/git. */
export interface Notes {
  /** Some ref that may hold records is there. Most repositories have none, and nothing more is asked of them. Problem: GIT_FAILED. */
  any(): Promise<Result<boolean>>;
  /**
   * What is kept of these commits under every ref that may hold line records (`refs/notes/ai`, `refs/ai/authorship/*`,
   * `refs/notes/exceeds-ink`, `refs/notes/countersign`). Capped in bytes each and in all: what is over is a problem of that
   * note, never a silence. Problem: GIT_FAILED.
   */
  read(commits: readonly Oid[]): Promise<Result<readonly NoteRead[]>>;
  /**
   * The same of every commit that has any, one at a time and in no order: memory stays flat. Of a ref that cannot be read at
   * all one problem comes, with an empty `commit`. Problem: GIT_FAILED.
   */
  each(take: (note: NoteRead) => void): Promise<Result<void>>;
  /** Writes our own under `ref`, replacing what it says of these commits. Retries where somebody else wrote meanwhile. Problem: GIT_FAILED. */
  write(ref: string, notes: readonly { readonly commit: Oid; readonly text: string }[]): Promise<Result<void>>;
}

/** `problem`: in words, where it is too large, missing or not text. */
export interface NoteRead {
  readonly commit: Oid;
  readonly ref: string;
  readonly text: string;
  readonly problem?: string;
}

/** What changes line by line. Implemented by adapters/git, with git's own difference and no configuration of anybody's. */
export interface Lines {
  /** @param base null: the empty tree. Binary files and those over the cap have no lines. Problems: CONTENT_UNSEEN, GIT_FAILED. */
  between(base: Oid | null, head: Oid): Promise<Result<readonly ChangedLines[]>>;
  /** What is staged against HEAD. */
  staged(): Promise<Result<readonly ChangedLines[]>>;
  /**
   * What each of these commits changes against its first parent, one at a time and in the order of the ask: memory stays that
   * of one. @param since milliseconds since 1970: commits made before are passed over. Answers those that cannot be read here.
   * Problem: GIT_FAILED.
   */
  each(commits: readonly Oid[], since: number, take: (commit: CommitLines) => void): Promise<Result<readonly Oid[]>>;
}

export interface CommitLines {
  readonly commit: Oid;
  /** Its first parent; null for a root. */
  readonly parent: Oid | null;
  /** When it was made, as the commit claims: milliseconds since 1970. */
  readonly at: number;
  readonly changed: readonly ChangedLines[];
}

/** What recorders on this machine saw in one work tree. Implemented by store/recorder. */
export interface Recorded {
  /** Oldest first. @param since milliseconds since 1970. */
  runs(since: number): Promise<readonly Run[]>;
}

/** Rewords commits of a clone and moves its branch to them. Implemented by adapters/git: no index and no work tree is touched. */
export interface Rewording {
  /** Problem: GIT_FAILED. */
  standing(): Promise<Result<Standing>>;
  /** What `tip` reaches and `not` does not, parents before children. Problems: PUSH_TOO_LARGE over the cap, CONTENT_UNSEEN, GIT_FAILED. */
  commits(tip: Oid, not: readonly Oid[]): Promise<Result<readonly WordedCommit[]>>;
  /**
   * Writes the commit again with these trailers and parents: everything else of it stays to the byte. One that was signed is
   * signed again as the user's git says. Problem: GIT_FAILED.
   */
  reword(commit: WordedCommit, parents: readonly Oid[], trailers: readonly string[]): Promise<Result<WordedCommit>>;
  /** Moves a branch from where it was read, with an entry in its reflog. Problems: REF_CHANGED where it is elsewhere by now, GIT_FAILED. */
  move(branch: string, from: Oid, to: Oid, why: string): Promise<Result<void>>;
}

/** `raw`: the object as git keeps it. */
export interface WordedCommit extends Commit {
  readonly raw: Uint8Array;
  readonly signed: boolean;
}

/** Where a clone stands. */
export interface Standing {
  /** Full name of the branch HEAD is on; null where it is on none. */
  readonly branch: string | null;
  /** null before the first commit. */
  readonly head: Oid | null;
  /** What is not finished here, such as `rebase`; null: nothing. */
  readonly underway: string | null;
  /** Full name of what the branch follows; null: nothing. */
  readonly upstream: string | null;
  /** Branches, and what is known of those of remotes. */
  readonly refs: readonly { readonly name: string; readonly id: Oid }[];
  /** The user's git signs commits (`commit.gpgSign`). */
  readonly signs: boolean;
}

/** The work tree of a repository as it lies on the disk, for the recorder. Implemented by adapters/git. */
export interface WorkTrees {
  /** The work tree this absolute path stands in, links followed; null outside any, and inside a git directory. Starts no git. */
  at(path: string): { readonly tree: WorkTree; readonly path: string } | null;
}

export interface WorkTree {
  /** Absolute, without a slash at its end. */
  readonly root: string;
  /** Absolute path of the git directory all work trees of the repository share. */
  readonly common: string;
  /** HEAD, and every path that differs from it, untracked ones included. Problems: PUSH_TOO_LARGE over the caps of files and time, GIT_FAILED. */
  state(): Promise<Result<TreeState>>;
  /** What lies on the disk: null where no plain file does. Problem: PUSH_TOO_LARGE over the cap. */
  read(path: string): Result<Uint8Array | null>;
  /** The same paths as a commit has them; null where it has none. Problems: GIT_FAILED, CONTENT_UNSEEN. */
  committed(commit: Oid | null, paths: readonly string[]): Promise<Result<ReadonlyMap<string, Uint8Array | null>>>;
  /** Commits that `to` has and `from` has not, at most 200, newest first. Problem: GIT_FAILED. */
  made(from: Oid | null, to: Oid): Promise<Result<readonly MadeCommit[]>>;
}

export interface TreeState {
  /** null before the first commit. */
  readonly head: Oid | null;
  readonly dirty: readonly string[];
}

export interface MadeCommit {
  readonly id: Oid;
  /** Milliseconds since 1970. */
  readonly committed: number;
  readonly authored: number;
  /** What it changes against its first parent. */
  readonly paths: readonly string[];
}

/** The log of one repository on this machine, and what is held between the two halves of a call. Implemented by store/recorder. */
export interface Recorder {
  /** Appends in one step. @param texts to keep beside, by SHA-256. Safe beside other processes. Problem: DATA_INVALID. */
  append(drafts: readonly Draft[], texts?: ReadonlyMap<string, string>): Promise<Result<void>>;
  /** Keeps the first half of a call; false where that call is held or was taken already. Problem: DATA_INVALID. */
  hold(key: string, held: Held): Result<boolean>;
  /** Takes it out, once; `taken` where somebody did before, null where it was never held. */
  take(key: string): Held | 'taken' | null;
  /** What is held now, oldest first, without contents. */
  held(): readonly { readonly key: string; readonly call: HeldCall }[];
}

export interface HeldCall {
  readonly who: Who;
  readonly call: string;
  readonly name: string;
  readonly kind: ToolKind;
  readonly tree: string;
  readonly at: number;
  /** Of a tool that may write anything: HEAD then. */
  readonly head?: Oid | null;
  /** What was there before and could not be kept. `all`: nothing is known but the command. */
  readonly unseen?: readonly string[] | 'all';
  readonly trail?: TrailText;
}

export interface Held {
  readonly call: HeldCall;
  /** By path; null where there was no file. */
  readonly contents: ReadonlyMap<string, Uint8Array | null>;
}

/** Reads the log of one repository. Implemented by store/recorder. */
export interface RecordedLog extends Recorded {
  /** Oldest first. @param since milliseconds since 1970. */
  entries(since: number): Promise<readonly Entry[]>;
  /** A text of the reasoning trail; null where it was thrown away. */
  text(sha256: string): string | null;
}

/** What a clone calls things. Implemented by adapters/git; shown, and matched by conditions of policy: never evidence. */
export interface Naming {
  /**
   * Full name of the branch a revision stands for, as its own repository knows it: `refs/heads/main` for `origin/HEAD`.
   * null where it is no branch. Problem: GIT_FAILED where there is no repository.
   */
  branch(revision: string): Promise<Result<string | null>>;
  /** Last part of the address of `origin`, without `.git`; else the folder's name. */
  repository(): Promise<string>;
}

/** Turns changed files into typed trees. Implemented by adapters/languages. Never rejects: failures are `unreadable`. */
export interface Parsers {
  parse(records: readonly TreeRecord[], read: Repository['blobs']): Promise<readonly FileEvidence[]>;
}

/** Keeps pushed objects before git throws them away. Implemented by adapters/git. */
export interface ObjectStore {
  /**
   * Packs what the push brought into our own store, pinned by a ref. Size and time capped: PUSH_TOO_LARGE.
   * `quarantine` is the folder name git made (`tmp_objdir-incoming-*`), already validated; undefined: take from the repository itself.
   */
  keep(repo: string, tips: readonly Oid[], quarantine: string | undefined): Promise<Result<void>>;
  /** Our own copy, to read from. */
  open(repo: string): Repository;
  /** The same copy, to merge files of. */
  merges(repo: string): Merges;
  /** The same copy, for what its refs went through. */
  trains(repo: string): Trains;
  /** The same copy, for the score. */
  landed(repo: string): Landed;
}

/** Git's own three-way merge, of single files or of all, from objects alone: no merge driver, attribute or configuration of any clone. */
export interface Merges {
  /**
   * The blob that each clean merge gives; null where it conflicts, is no text, is too large or misses an object. Nothing is
   * written to the repository. Order of the answer follows the ask. Problems: PUSH_TOO_LARGE over the caps of count, size
   * and time, GIT_FAILED where this git cannot merge so.
   */
  files(asked: readonly FileMerge[]): Promise<Result<readonly (Oid | null)[]>>;
  /**
   * What a merge of `head` would bring where `onto` stands: the manifest of the difference from `onto` to the tree that git makes of both
   * by itself, renames and all. null: it makes none without a person. Nothing is kept of it. Problems: GIT_FAILED, CONTENT_UNSEEN.
   */
  landing(onto: Oid, head: Oid): Promise<Result<string | null>>;
}

/** A use of break-glass, its taking back, the review after it. */
export type GlassEntry = 'break-glass' | 'break-glass-cancel' | 'break-glass-review';

/** One entry to append. `fields` are small and public (no personal data); `body` is kept beside the log, by digest; `jobs` are there if and only if it is. */
export interface EntryDraft {
  readonly type: EntryType;
  readonly fields: { readonly [name: string]: Json };
  readonly body: Uint8Array;
  readonly jobs?: readonly JobDraft[];
}

export interface AppendedEntry {
  readonly index: number;
  /** The exact leaf bytes. */
  readonly bytes: Uint8Array;
  /** Lowercase hex SHA-256 of the body. */
  readonly body: string;
  /** Milliseconds since 1970; never before the previous entry's. */
  readonly at: number;
}

/** An entry's bytes, and those of its body; null where they were erased, or lost. */
export interface LoggedBody {
  readonly index: number;
  readonly bytes: Uint8Array;
  readonly body: Uint8Array | null;
}

export interface Ledger {
  /**
   * Plans and appends in one transaction: `plan` reads the projections as they stand and names the entries; entries,
   * leaf hashes, bodies and the projections they change commit together. Resolves after the commit is durable and the
   * checkpoint is signed. One sequencer: plans run one after another, so a plan is a compare-and-swap.
   */
  append(plan: (state: Projections) => Promise<Result<readonly EntryDraft[]>> | Result<readonly EntryDraft[]>): Promise<Result<readonly AppendedEntry[]>>;
  /** Signed note of the latest published size (C2SP tlog-checkpoint). */
  checkpoint(): Promise<string>;
  /**
   * Signed note (core/signoff/snapshot.ts): that, as of now, these are all the statements about who may sign. The log's key signs
   * checkpoints and this and nothing else. @param at milliseconds since 1970. @param statements `statementsDigest` of them.
   */
  snapshot(at: number, statements: string): Promise<string>;
  /** C2SP tlog-proof of an entry against the latest checkpoint; null beyond the log. */
  proof(index: number): Promise<string | null>;
  /** Entries [from, from+count), oldest first, as the database has them. */
  entries(from: number, count: number): Promise<readonly AppendedEntry[]>;
  /**
   * The entries at these places, each shown by its bytes to be in the tree that was signed: for whoever decides by them, for the database may be
   * another's to write in. null: nothing that far is signed yet. Problem: LOG_DAMAGED.
   */
  proven(places: readonly number[]): Promise<readonly (Result<AppendedEntry> | null)[]>;
  /** The body by digest; null where it was erased or never was. @param index of an entry that may have brought it: then it is found at once. */
  body(sha256: string, index?: number): Promise<Uint8Array | null>;
  /** The same of many, in the order of the ask, found together. */
  bodies(asked: readonly { readonly body: string; readonly index: number }[]): Promise<readonly (Uint8Array | null)[]>;
}

export interface ChangeRow {
  /** `changeId` of core/change/change-id: 16 hex digits over repository, ref and manifest. */
  readonly id: string;
  /** Log index of its latest decision. */
  readonly index: number;
  readonly state: 'open' | 'signed' | 'passed' | 'refused' | 'landed';
  readonly decision: Decision;
  /** Subject of the head commit. */
  readonly title: string;
  readonly pusher: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface SignoffRow {
  readonly index: number;
  readonly body: string;
  readonly repo: string;
  readonly targetRef: string;
  readonly manifest: string;
  readonly manifest256: string;
  readonly signer: string;
  readonly decision: string;
  readonly tier: string;
  readonly nonce: string;
  readonly expires: number;
  readonly at: number;
}

/** An enrolled key, effective only because humans signed it in. */
export interface KeyRow {
  /** Log index of the entry that says so: 0 is genesis. */
  readonly index: number;
  readonly person: string;
  readonly name: string;
  /** Level the enrolment vouches for; the roster may say less, never more. */
  readonly level: string;
  /** OpenSSH fingerprint, `SHA256:...`. */
  readonly keyid: string;
  /** base64 of the OpenSSH public key blob. */
  readonly blob: string;
  readonly kind: 'webauthn' | 'sk-ssh' | 'demo';
  /** base64url; empty for `sk-ssh`. */
  readonly credentialId: string;
  readonly backupEligible: boolean;
  readonly counter: number;
  readonly since: number;
}

/** Questions to the projections. Rebuildable from the ledger at any time. */
export interface Projections {
  /** The latest decision first. @param before only decisions of the log before this index. */
  changes(where: { state?: ChangeRow['state']; repo?: string; id?: string; ids?: readonly string[]; before?: number; limit: number }): Promise<readonly ChangeRow[]>;
  /**
   * In the order of the log. @param manifests of any of these contents. @param places of these entries. @param since logged at or after this time.
   * @param unlanded their content has not landed on their ref.
   */
  signoffs(where: {
    repo?: string;
    targetRef?: string;
    manifest?: string;
    manifests?: readonly string[];
    nonce?: string;
    body?: string;
    places?: readonly number[];
    since?: number;
    unlanded?: true;
  }): Promise<readonly SignoffRow[]>;
  keys(where: { person?: string; keyid?: string }): Promise<readonly KeyRow[]>;
  /** Genesis and every statement about who may sign, oldest first, from the entries themselves: no projection stands between. */
  authority(): Promise<readonly LoggedBody[]>;
  readonly memory: Memory;
  /** What authors said of their own changes, oldest first. */
  ownerships(where: { repo?: string; manifest?: string; nonce?: string; body?: string }): Promise<readonly OwnershipRow[]>;
  /** What people signed about break-glass, oldest first. */
  breakGlass(where: { type?: GlassEntry; repo?: string; change?: string; nonce?: string; landed?: boolean }): Promise<readonly GlassRow[]>;
  /** Pushes that were allowed; `index` is the log index of `landed`, null while only allowed. A nonce is spent by landing. */
  landings(where: { nonce?: string; change?: string; repo?: string; targetRef?: string; pending?: boolean }): Promise<readonly LandingRow[]>;
}

/** What the row does not say, the signed envelope does. */
export interface GlassRow {
  readonly type: GlassEntry;
  readonly index: number;
  readonly body: string;
  readonly change: string;
  readonly repo: string;
  readonly targetRef: string;
  readonly signer: PersonId;
  readonly nonce: string;
  readonly at: number;
  /** Of a use: the entry that says its change landed by it, and when; null while it has not. */
  readonly landed: { readonly index: number; readonly at: number } | null;
}
