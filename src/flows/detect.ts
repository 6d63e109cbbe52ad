/**
 * Where an AI had a hand, over a whole history. It is read once, newest first, and what is found is handed on batch by batch:
 * nothing is kept but what notes say, so memory stays flat however long the history is.
 */
import { ok, type Result } from '../core/base/result.ts';
import { type Detected, type Detector, detectorOf, withNotes } from './detect-commit.ts';
import { NO_NOTES, type NoteIndex, noteIndex } from './detect-notes.ts';
import type { CommitMessage, Messages, MessagesAsked, Notes } from './ports.ts';

export interface DetectWorld {
  readonly messages: Messages;
  /** null: nobody asks for them. */
  readonly notes: Notes | null;
}

export interface Found {
  readonly commit: CommitMessage;
  readonly detected: Detected;
}

/** @returns what was not seen, in words. Problems as `Messages.read` has them: what was found until then was handed on. */
export async function detectHistory(world: DetectWorld, asked: MessagesAsked, take: (batch: readonly Found[]) => void | Promise<void>): Promise<Result<readonly string[]>> {
  const notes = world.notes === null ? NO_NOTES : await noteIndex(world.notes);
  const detect = detectorOf();
  const seen = await world.messages.read(asked, (commits) => take(commits.map((commit) => ({ commit, detected: one(detect, commit, notes) }))));
  return seen.ok ? ok([...notes.notSeen, ...seen.value]) : seen;
}

function one(detect: Detector, { id, author, committer, message }: CommitMessage, notes: NoteIndex): Detected {
  const found = detect({ sha: id, author, committer, message });
  const beside = notes.of(id);
  return beside.length === 0 ? found : withNotes(found, beside);
}
