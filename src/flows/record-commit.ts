/**
 * After a commit: which of its lines the recorded sessions made, as a signed note beside it. Runs inside `git commit`, often
 * inside an agent's own call, so calls that are under way are read up to here first. A commit nobody's session touched gets a
 * note as well, and its word is worth no more than an unsigned one: a recorder that was switched off saw nobody either.
 */
import { sha256Hex } from '../core/base/crypto.ts';
import { ok, type Problem, problem, type Result } from '../core/base/result.ts';
import type { Change, Oid } from '../core/change/change.ts';
import { identityOf } from '../core/provenance/identity.ts';
import { type Attached, attach, attributionOf } from '../core/provenance/lines/attach.ts';
import type { Run } from '../core/provenance/lines/fingerprint.ts';
import { writeGitAi } from '../core/provenance/lines/git-ai-write.ts';
import type { ChangedLines } from '../core/provenance/lines/hunk.ts';
import { FORMAT, LINES_REF, noteOf, signedBytes, writeRecord } from '../core/provenance/lines/record.ts';
import type { Draft, Entry } from '../core/provenance/session/entry.ts';
import { committerOf, trailOf } from '../core/provenance/session/sessions.ts';
import type { Lines, Notes, RecordedLog, Repository, WorkTree } from './ports.ts';
import { settle, snapshot } from './record-shell.ts';
import type { RecordWorld } from './record-world.ts';

export interface CommitWorld extends RecordWorld {
  readonly log: (common: string) => RecordedLog;
  /** The recorder's key. Problem: DATA_INVALID. */
  readonly signer: () => Result<{ readonly publicKey: Uint8Array; sign(message: Uint8Array): Uint8Array }>;
  readonly repository: Repository;
  readonly lines: Lines;
  readonly notes: Notes;
}

export interface CommitAsked {
  /** A folder of the work tree. */
  readonly dir: string;
  readonly revision: string;
  /** Write git-ai's note too, where there is none. */
  readonly gitAi: boolean;
}

export interface RecordedCommit {
  readonly commit: Oid;
  readonly attached: Attached;
  readonly note: string;
  readonly trail?: string;
}

/** Milliseconds: lines may lie in a work tree for this long before they are committed. */
const WINDOW = 30 * 86_400_000;
const GIT_AI_REF = 'refs/notes/ai';

/** Problems: NOT_FOUND, GIT_FAILED, CONTENT_UNSEEN, DATA_INVALID. */
export async function recordCommit(asked: CommitAsked, world: CommitWorld): Promise<Result<RecordedCommit>> {
  const here = world.trees.at(asked.dir);
  const commit = here === null ? null : await world.repository.resolve(asked.revision);
  if (here === null)
    return { ok: false, error: problem('GIT_FAILED', 'there is no work tree here', { place: asked.dir, remedy: 'go into a clone, or name a folder of one with --repo' }) };
  if (commit === null) return { ok: false, error: noCommit(asked.revision) };
  const settled = await settleOpen(here.tree, world);
  if (!settled.ok) return settled;
  const read = await gathered(commit, world);
  if (!read.ok) return read;
  const log = world.log(here.tree.common);
  const entries = await log.entries(world.clock() - WINDOW);
  const attached = attach(read.value.changed, prompted(await log.runs(world.clock() - WINDOW), read.value.change, commit));
  return written(asked, { ...read.value, commit, attached, entries, tree: here.tree }, world);
}

const noCommit = (name: string): Problem =>
  name === 'HEAD'
    ? problem('NOT_FOUND', 'there is no commit here yet', { place: 'HEAD', remedy: 'commit something first' })
    : problem('NOT_FOUND', `${JSON.stringify(name)} names no commit here`, { place: 'revision', remedy: 'name a commit that is here' });

/** Who commits on this machine is who prompted on it, and so stands behind the change: the hooks of agents say nothing of people. */
function prompted(runs: readonly Run[], change: Change, commit: Oid): readonly Run[] {
  const by = change.commits.find(({ id }) => id === commit)?.committer;
  if (by === undefined || identityOf(by.name, by.email).actor !== 'person') return runs;
  const person = `${by.name} <${by.email}>`;
  return runs.map((run) => (run.hand.by === 'ai' ? { ...run, hand: { ...run.hand, person } } : run));
}

/** Calls that may write anything and are not over: what they did so far is theirs, and they go on from here. */
async function settleOpen(tree: WorkTree, world: RecordWorld): Promise<Result<void>> {
  const recorder = world.recorder(tree.common);
  for (const { key, call } of recorder.held()) {
    if (call.kind !== 'shell' || call.tree !== tree.root) continue;
    const held = recorder.take(key);
    if (held === null || held === 'taken') continue;
    const { drafts, texts } = await settle({ held, tree, end: 'open' });
    const done = await recorder.append(drafts, texts);
    if (!done.ok) return done;
    const again = recorder.hold(key, (await snapshot(tree, { ...call, at: world.clock() })).held);
    if (!again.ok) return again;
  }
  return ok(undefined);
}

interface Gathered {
  readonly change: Change;
  readonly changed: readonly ChangedLines[];
  readonly gitAi: string | undefined;
}

async function gathered(commit: Oid, { repository, lines, notes }: CommitWorld): Promise<Result<Gathered>> {
  const parent = await repository.resolve(`${commit}^1`);
  const [change, changed, beside] = await Promise.all([
    repository.change({ repo: 'here', targetRef: 'HEAD', base: parent, head: commit }),
    lines.between(parent, commit),
    notes.read([commit]),
  ]);
  if (!change.ok) return change;
  if (!changed.ok) return changed;
  if (!beside.ok) return beside;
  return ok({ change: change.value, changed: changed.value, gitAi: beside.value.find((note) => note.ref === GIT_AI_REF)?.text });
}

interface Joined extends Gathered {
  readonly commit: Oid;
  readonly attached: Attached;
  readonly entries: readonly Entry[];
  readonly tree: WorkTree;
}

async function written(asked: CommitAsked, joined: Joined, world: CommitWorld): Promise<Result<RecordedCommit>> {
  const { commit, attached, entries, change, changed, gitAi } = joined;
  const key = world.signer();
  if (!key.ok) return key;
  const madeBy = committerOf(entries, commit);
  const hands = [...attached.hands.values(), ...(madeBy === undefined ? [] : [madeBy])];
  const trail = trailOf(entries, new Set(hands.flatMap(({ session }) => session ?? [])));
  const digest = trail === undefined ? {} : { trail: sha256Hex(trail) };
  const blobs = new Map(change.records.map((r) => [r.path, r.newId]));
  const at = change.commits.find(({ id }) => id === commit)?.committer.at ?? world.clock();
  const json = writeRecord(
    { commit, at, manifest: change.manifest, changed, blobs, ...(gitAi === undefined ? {} : { gitAi }), ...(madeBy === undefined ? {} : { madeBy }), ...digest },
    attached,
  );
  const note = noteOf(json, { key: key.value.publicKey, signature: key.value.sign(signedBytes(json)) });
  const done = await world.notes.write(LINES_REF, [{ commit, text: note }]);
  if (!done.ok) return done;
  const theirs = asked.gitAi && gitAi === undefined && attached.files.length > 0 ? [{ commit, text: writeGitAi(attributionOf(attached, commit, FORMAT)).text }] : [];
  const other = theirs.length === 0 ? ok(undefined) : await world.notes.write(GIT_AI_REF, theirs);
  if (!other.ok) return other;
  const draft: Draft = { what: 'record', commit, sha256: sha256Hex(note), ...digest };
  const logged = await world.recorder(joined.tree.common).append([draft], new Map(trail === undefined ? [] : [[sha256Hex(trail), trail]]));
  return logged.ok ? ok({ commit, attached, note, ...digest }) : logged;
}
