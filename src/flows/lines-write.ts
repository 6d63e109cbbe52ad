/**
 * Records whose hand made which lines of commits: ours under `refs/notes/countersign`, and a git-ai note beside it only where
 * it is asked for and none is there. A note of git-ai's is never edited: ours names its digest instead.
 */
import type { Bytes } from '../core/base/crypto.ts';
import { ok, type Result } from '../core/base/result.ts';
import type { Oid } from '../core/change/change.ts';
import { type Attached, attach, attributionOf } from '../core/provenance/lines/attach.ts';
import type { Run } from '../core/provenance/lines/fingerprint.ts';
import { writeGitAi } from '../core/provenance/lines/git-ai-write.ts';
import { FORMAT, LINES_REF, noteOf, signedBytes, writeRecord } from '../core/provenance/lines/record.ts';
import type { CommitLines, Lines, NoteRead, Notes, Repository } from './ports.ts';

export const GIT_AI_REF = 'refs/notes/ai';

export interface WritePorts {
  readonly notes: Notes;
  readonly lines: Lines;
  readonly repository: Repository;
}

export interface RecordAsk {
  readonly commits: readonly Oid[];
  /** What was seen, by a recorder or by records of other commits. */
  readonly runs: readonly Run[];
  /** Write git-ai's note too, where there is none. */
  readonly gitAi: boolean;
  /** A recorder's key, over exactly these bytes. Given, a commit none of whose lines are known is recorded too: nobody was seen. */
  readonly sign?: (bytes: Bytes) => Promise<{ readonly key: Bytes; readonly signature: Bytes }>;
  /** Leave alone what a commit already has. */
  readonly keep?: boolean;
}

export interface RecordedLines {
  readonly written: readonly { readonly commit: Oid; readonly attached: Attached }[];
  /** Commits that got a note of git-ai's format. */
  readonly gitAi: readonly Oid[];
  /** What could not be recorded, in words. */
  readonly left: readonly string[];
}

/** Problems: CONTENT_UNSEEN, GIT_FAILED. */
export async function recordLines(ports: WritePorts, ask: RecordAsk): Promise<Result<RecordedLines>> {
  const found: CommitLines[] = [];
  const [lost, notes] = [await ports.lines.each(ask.commits, Number.NEGATIVE_INFINITY, (c) => found.push(c)), await ports.notes.read(ask.commits)];
  if (!lost.ok) return lost;
  if (!notes.ok) return notes;
  const [ours, theirs, written]: [{ commit: Oid; text: string }[], { commit: Oid; text: string }[], { commit: Oid; attached: Attached }[]] = [[], [], []];
  const left = lost.value.map((id) => `commit ${id.slice(0, 12)} cannot be read here`);
  for (const commit of found) {
    const there = notes.value.filter((n) => n.commit === commit.commit);
    const attached = attach(commit.changed, ask.runs);
    if ((ask.keep === true && there.some((n) => n.ref === LINES_REF || n.ref === GIT_AI_REF)) || (attached.files.length === 0 && ask.sign === undefined)) continue;
    const text = await recorded(ports.repository, commit, attached, there, ask.sign);
    if (!text.ok) return text;
    ours.push({ commit: commit.commit, text: text.value });
    written.push({ commit: commit.commit, attached });
    if (!ask.gitAi || there.some((n) => n.ref === GIT_AI_REF) || attached.files.length === 0) continue;
    const note = writeGitAi(attributionOf(attached, commit.commit, FORMAT));
    theirs.push({ commit: commit.commit, text: note.text });
    left.push(...note.left.map((words) => `${commit.commit.slice(0, 12)}: ${words}`));
  }
  for (const [ref, all] of [[GIT_AI_REF, theirs] as const, [LINES_REF, ours] as const]) {
    const done = await ports.notes.write(ref, all);
    if (!done.ok) return done;
  }
  return ok({ written, gitAi: theirs.map((n) => n.commit), left });
}

async function recorded(repository: Repository, commit: CommitLines, attached: Attached, there: readonly NoteRead[], sign: RecordAsk['sign']): Promise<Result<string>> {
  const change = await repository.change({ repo: '', targetRef: '', base: commit.parent, head: commit.commit });
  if (!change.ok) return change;
  const gitAi = there.find((n) => n.ref === GIT_AI_REF && n.problem === undefined)?.text;
  const blobs = new Map(change.value.records.map((r) => [r.path, r.newId]));
  const json = writeRecord({ ...commit, manifest: change.value.manifest, blobs, ...(gitAi === undefined ? {} : { gitAi }) }, attached);
  return ok(noteOf(json, await sign?.(signedBytes(json))));
}
