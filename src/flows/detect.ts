/**
 * Where an AI had a hand, over a whole history. It is read once, newest first, and what is found is handed on batch by batch:
 * nothing is kept but what notes say, so memory stays flat however long the history is.
 */
import { ok, type Result } from '../core/base/result.ts';
import type { Registry } from '../core/provenance/registry.ts';
import { type Detected, type Detector, detectorOf } from './detect-commit.ts';
import { NO_NOTES, type NoteIndex, noteIndex, notesOf } from './detect-notes.ts';
import type { CommitMessage, Messages, MessagesAsked, Notes } from './ports.ts';

export interface DetectWorld {
  readonly messages: Messages;
  /** null: nobody asks for them. */
  readonly notes: Notes | null;
  /** The organisation's own agents; read while git begins to print. null: they could not be read, and nothing is answered. */
  readonly registry?: Registry | Promise<Registry | null>;
}

export interface Found {
  readonly commit: CommitMessage;
  readonly detected: Detected;
}

type Take = (batch: readonly Found[]) => void | Promise<void>;

/** Of so few commits the notes are asked for by name; of more, all notes there are. */
const FEW = 500;

/** @returns what was not seen, in words. Problems as `Messages.read` has them: what was found until then was handed on. */
export async function detectHistory(world: DetectWorld, asked: MessagesAsked, take: Take): Promise<Result<readonly string[]>> {
  let detect: Detector | undefined;
  const ready = async (): Promise<Detector | null> => {
    const registry = await world.registry;
    return registry === null ? null : detectorOf(registry);
  };
  const first: CommitMessage[] = [];
  let notes: NoteIndex | null = world.notes === null ? NO_NOTES : null;
  const hand = async (commits: readonly CommitMessage[], beside: NoteIndex): Promise<void> => {
    const known = detect ?? (await ready());
    if (known === null) return;
    detect = known;
    await take(commits.map((commit) => ({ commit, detected: one(known, commit, beside) })));
  };
  const flush = async (of: Notes, few: boolean): Promise<NoteIndex> => {
    notes = few
      ? await notesOf(
          of,
          first.map((c) => c.id),
        )
      : await noteIndex(of);
    await hand(first.splice(0), notes);
    return notes;
  };
  const seen = await world.messages.read(asked, async (commits) => {
    if (notes !== null || world.notes === null) return hand(commits, notes ?? NO_NOTES);
    first.push(...commits);
    if (first.length > FEW) await flush(world.notes, false);
  });
  if (notes === null && world.notes !== null && first.length > 0) await flush(world.notes, true);
  return seen.ok ? ok([...(notes ?? NO_NOTES).notSeen, ...seen.value]) : seen;
}

const one = (detect: Detector, { id, author, committer, message }: CommitMessage, notes: NoteIndex): Detected => detect({ sha: id, author, committer, message }, notes.of(id));
