/** One file before and after a tool call, as the log keeps it: digests, and the lines that came and went, by hash. */
import { sha256Hex } from '../../base/crypto.ts';
import { fingerprint } from '../lines/fingerprint.ts';
import { difference, linesOf } from './difference.ts';
import { packed, type Stretch, type TouchedFile } from './entry.ts';

/** Lines added and removed in one file, over which it is a gap. */
export const MOST_LINES = 50_000;

/** @param fromBlob `before` is as git keeps it, and git may have turned line ends. */
export interface Sides {
  readonly path: string;
  readonly before: Uint8Array | null;
  readonly after: Uint8Array | null;
  readonly fromBlob?: boolean;
}

/** undefined where nothing changed; a string says why it cannot be told, in words. */
export function touched({ path, before, after, fromBlob = false }: Sides): TouchedFile | string | undefined {
  const digests = { before: before === null ? null : sha256Hex(before), after: after === null ? null : sha256Hex(after) };
  if (digests.before === digests.after) return undefined;
  const [old, now] = [before === null ? [] : linesOf(before, fromBlob), after === null ? [] : linesOf(after, fromBlob)];
  // A binary file has no lines, and that it was written is known all the same.
  if (old === undefined || now === undefined) return { path, ...digests, added: [], removed: [] };
  const { edits, coarse } = difference(old, now);
  const stretch = (lines: readonly string[], from: number, count: number): readonly Stretch[] =>
    count === 0 ? [] : [{ start: from + 1, lines: packed(lines.slice(from, from + count).map(fingerprint)) }];
  if (edits.reduce((sum, e) => sum + e.added + e.removed, 0) > MOST_LINES) return `it changes over ${MOST_LINES} lines`;
  if (fromBlob && edits.length === 0) return undefined;
  return {
    path,
    ...digests,
    ...(coarse ? { coarse: true as const } : {}),
    added: edits.flatMap((e) => stretch(now, e.to, e.added)),
    removed: edits.flatMap((e) => stretch(old, e.from, e.removed)),
  };
}
