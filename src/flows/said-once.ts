/** A question that is asked again and again, and whose answer is the same, is written down once. */
import { sha256Hex } from '../core/base/crypto.ts';
import { digest } from '../core/base/json.ts';
import { ok, type Result } from '../core/base/result.ts';
import type { EntryDraft, Ledger } from './ports.ts';

/** Nothing was written down yet. */
export const UNSAID = '';

export interface Recording extends Ledger {
  /** Digest of the decision and verdict the last plan wrote, or would have; `UNSAID` before any. */
  readonly said: string;
  /** Entries that were written by it. */
  readonly appended: number;
}

/** Says nothing twice: a decision and verdict that stand in the log to the byte, for this question, are not appended again. @param before what was said of it last. */
export function saidOnce(ledger: Ledger, before: string | undefined): Recording {
  const recording = {
    ...ledger,
    said: UNSAID,
    appended: 0,
    append: async (plan: Parameters<Ledger['append']>[0]): ReturnType<Ledger['append']> => {
      let said = recording.said;
      const done = await ledger.append(async (state) => {
        const drafts = await plan(state);
        if (!drafts.ok || !drafts.value.some((d) => d.type === 'verdict')) return drafts;
        said = basisOf(drafts.value);
        return said === before ? (ok([]) as Result<readonly EntryDraft[]>) : drafts;
      });
      // What could not be written down is not said.
      if (done.ok) [recording.said, recording.appended] = [said, recording.appended + done.value.length];
      return done;
    },
  };
  return recording;
}

const basisOf = (drafts: readonly EntryDraft[]): string => digest(drafts.map((d) => [d.type, d.fields, sha256Hex(d.body)]));
