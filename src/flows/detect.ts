/**
 * Where an AI had a hand, over a whole history. It is read once, newest first, and what is found is handed on batch by batch:
 * nothing is kept but what notes say, so memory stays flat however long the history is.
 */
import type { Result } from '../core/base/result.ts';
import { type Detected, type Detector, detectorOf } from './detect-commit.ts';
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

/** Notes that speak of one commit are held as text up to this, for all commits together; beyond it they are read again when they are asked for. */
export async function detectHistory(world: DetectWorld, asked: MessagesAsked, take: (batch: readonly Found[]) => void | Promise<void>): Promise<Result<readonly string[]>> {
  const detect = detectorOf();
  return world.messages.read(asked, (commits) => take(commits.map((commit) => ({ commit, detected: one(detect, commit) }))));
}

const one = (detect: Detector, { id, author, committer, message }: CommitMessage): Detected => detect({ sha: id, author, committer, message });
