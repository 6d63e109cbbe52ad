/**
 * Which lines of a commit whose hand made, as some record says: a note of git-ai, a trace, our own. Readers of each format
 * fill this one shape. A record is written by whoever may push it: it counts for AI, and for a human only where a managed
 * recorder signed it (trust 4).
 */
import type { Oid } from '../../change/change.ts';
import type { Trust } from '../trust.ts';

/** 1-based, both ends included. */
export interface LineRange {
  readonly start: number;
  readonly end: number;
}

export interface Hand {
  readonly by: 'ai' | 'human';
  /** Name in the catalogue, or as the record says where the catalogue knows none; empty for a human. */
  readonly tool: string;
  readonly model?: string;
  /** `sessionId`: the same in a note, in a trailer and in our own records, so that they join without a table. */
  readonly session?: string;
  /** `Name <mail>`: who prompted, or who wrote. */
  readonly person?: string;
}

/** `hand`: a key of `Attribution.hands`. */
export interface AttributedRange extends LineRange {
  readonly hand: string;
}

/** Lines that are gone: nothing hurts more, and no range of the new file can name them. */
export interface RemovedLines {
  /** Where they were, 1-based in the file before the commit. */
  readonly start: number;
  readonly count: number;
  readonly hand: string;
}

export interface FileLines {
  readonly path: string;
  /** Ascending and not overlapping, of the file as the commit leaves it. */
  readonly ranges: readonly AttributedRange[];
  readonly removed: readonly RemovedLines[];
}

export interface Attribution {
  readonly commit: Oid;
  readonly source: 'git-ai' | 'agent-trace' | 'countersign';
  /** As the record says it. */
  readonly version: string;
  /** 3 unsigned; 4 where a managed recorder of the organisation signed it. */
  readonly trust: Trust;
  readonly hands: ReadonlyMap<string, Hand>;
  readonly files: readonly FileLines[];
  /** Who ran `git commit`, where that was an agent: then the whole commit is an agent's. */
  readonly madeBy?: Hand;
  /** What of the record could not be read or does not fit the commit, in words: it never reads as "no AI". */
  readonly unreadable: readonly string[];
}
