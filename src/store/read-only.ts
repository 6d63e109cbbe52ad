/**
 * A log as it stands, read beside whoever has it open: nothing is locked, written or repaired. Whoever has a question at night has a server
 * that runs. What is read is checked by whoever reads: nothing here recomputes a root.
 */
import { err, ok, problem, type Result } from '../core/base/result.ts';
import { formatVkey } from '../core/log/note.ts';
import type { LogFiles } from '../flows/ports-log.ts';
import type { Inspected } from './connection.ts';
import { readBody } from './envelopes/envelopes.ts';
import { inspectStore, problemOf } from './inspect.ts';
import { filesOver } from './ledger/files.ts';
import { keyOf } from './ledger/known-keys.ts';
import { everyKey } from './ledger/rotations.ts';
import { type Place, placeName } from './place.ts';

export interface ReadOnlyLog {
  readonly files: LogFiles;
  /** @param index of an entry that may have brought it: there it is found at once. */
  body(sha256: string, index?: number): Promise<Uint8Array | null>;
  /**
   * Every key the log's own entries say it was ever signed with, the one that signs it from now on first. Before the first rotation:
   * that of the key file in the folder; none where there is no such file, as with a key service.
   */
  readonly vkeys: readonly string[];
  close(): Promise<void>;
}

/** As of now: what is appended later is not seen. Problems: NOT_FOUND, DATA_INVALID; LOG_FORMAT, LOG_SIG where a change of key does not hold. */
export async function readOnlyLog(place: Place): Promise<Result<ReadOnlyLog>> {
  const reader = await inspectStore(place);
  if (!reader.ok) return reader;
  try {
    const log = await over(reader.value, place);
    if (!log.ok) await reader.value.close();
    return log;
  } catch (cause) {
    await reader.value.close();
    return err(problemOf(cause, place));
  }
}

async function over({ db, close }: Inspected, place: Place): Promise<Result<ReadOnlyLog>> {
  const last = await db.selectFrom('checkpoints').selectAll().orderBy('size', 'desc').limit(1).executeTakeFirst();
  if (last === undefined) return err(problem('NOT_FOUND', 'there is no log here yet', { place: placeName(place), remedy: 'it begins with the first start of a server' }));
  const vkeys = (await everyKey(db, await keyOf(db, place.dir))).map(formatVkey);
  return ok({ files: filesOver(db, { latest: () => last }), body: (sha256, index) => readBody(db, sha256, index), vkeys, close });
}
