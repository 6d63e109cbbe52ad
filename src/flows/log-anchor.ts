/**
 * The checkpoint of a log into a git repository that whoever runs the log does not hold. What is anchored only ever grows: a checkpoint
 * that does not go on from the last one is a fork, and is told instead of pushed.
 */
import { equal } from '../core/base/bytes.ts';
import { err, ok, problem, type Result } from '../core/base/result.ts';
import type { NoteKey } from '../core/log/note.ts';
import { checkpointOf, continues, openSigned, type SignedCheckpoint } from './log-read.ts';
import type { Anchor, LogSource } from './ports-log.ts';

export interface Anchored {
  readonly origin: string;
  /** Entries anchored before; null: it is the first time. */
  readonly from: number | null;
  readonly size: number;
  /** null where nothing was new. */
  readonly commit: string | null;
}

/** Problems: LOG_FORK, LOG_INCLUSION, LOG_SIG, LOG_ORIGIN, LOG_FORMAT, NOT_FOUND, LOG_UNREACHABLE, REF_CHANGED, GIT_FAILED. */
export async function anchorLog(source: LogSource, anchor: Anchor, keys: readonly NoteKey[]): Promise<Result<Anchored>> {
  const now = await checkpointOf(source, keys);
  if (!now.ok) return now;
  const last = await lastAnchored(anchor, now.value.origin, keys);
  if (!last.ok) return last;
  const on = last.value === null ? ok(undefined) : await continues(source, last.value, now.value);
  if (!on.ok) return on;
  const { origin, size, note, root } = now.value;
  const from = last.value?.size ?? null;
  if (last.value !== null && last.value.size === size && equal(last.value.root, root)) return ok({ origin, from, size, commit: null });
  const commit = await anchor.put(origin, note, `${origin} at ${size}\n`);
  return commit.ok ? ok({ origin, from, size, commit: commit.value }) : commit;
}

/** null where nothing is anchored of this log. Problems: GIT_FAILED, LOG_FORMAT, LOG_ORIGIN, LOG_SIG. */
export async function lastAnchored(anchor: Anchor, origin: string, keys: readonly NoteKey[]): Promise<Result<SignedCheckpoint | null>> {
  const bytes = await anchor.last(origin);
  if (!bytes.ok || bytes.value === null) return bytes.ok ? ok(null) : bytes;
  const opened = openSigned(bytes.value, keys, 'the anchored checkpoint');
  if (!opened.ok || opened.value.origin === origin) return opened;
  return err(problem('LOG_ORIGIN', `what is anchored is of ${opened.value.origin}, not of ${origin}`, { place: 'the anchored checkpoint' }));
}
