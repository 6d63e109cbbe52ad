/** What recording needs of the world, and how the two halves of a call find each other. */
import { sha256Hex } from '../core/base/crypto.ts';
import type { Who } from '../core/provenance/session/event.ts';
import type { Recorder, WorkTrees } from './ports.ts';

export interface RecordWorld {
  readonly trees: WorkTrees;
  /** @param common as `WorkTree.common`; empty outside any repository. */
  readonly recorder: (common: string) => Recorder;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly wait: (milliseconds: number) => Promise<void>;
}

export const callKey = (who: Who, call: string): string => sha256Hex(`${who.session}:${call}`).slice(0, 32);
