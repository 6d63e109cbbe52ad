/**
 * The log of a data folder as it stands, read beside whoever has it open: nothing is locked, written or repaired. Whoever has a question
 * at night has a server that runs. What is read is checked by whoever reads: nothing here recomputes a root.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { err, ok, problem, type Result } from '../core/base/result.ts';
import { parseEntry } from '../core/log/entry.ts';
import { formatVkey, noteKey } from '../core/log/note.ts';
import type { LogFiles } from '../flows/ports-log.ts';
import { readBody } from './envelopes/envelopes.ts';
import { openSigningKey } from './keys/keys.ts';
import { filesOver } from './ledger/files.ts';
import { readEntries } from './ledger/read.ts';
import { everyKey, readRotations } from './ledger/rotations.ts';
import { inspect, type SqliteConnection } from './sqlite/database.ts';
import { DATABASE_FILE } from './store.ts';

export interface ReadOnlyLog {
  readonly files: LogFiles;
  body(sha256: string): Promise<Uint8Array | null>;
  /**
   * Every key the log's own entries say it was ever signed with, the one that signs it from now on first. Before the first rotation:
   * that of the key file in the folder; none where there is no such file, as with a key service.
   */
  readonly vkeys: readonly string[];
  close(): void;
}

/** As of now: what is appended later is not seen. Problems: NOT_FOUND, DATA_INVALID. */
export async function readOnlyLog(dir: string): Promise<Result<ReadOnlyLog>> {
  if (!existsSync(join(dir, DATABASE_FILE)))
    return err(problem('NOT_FOUND', 'there is no data folder here', { place: dir, remedy: 'name the one the server runs on with --data' }));
  let connection: SqliteConnection | undefined;
  try {
    connection = inspect(join(dir, DATABASE_FILE));
    const log = await over(connection, dir);
    if (!log.ok) connection.close();
    return log;
  } catch (cause) {
    connection?.close();
    return err(problem('DATA_INVALID', `${dir} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, { place: dir, remedy: 'name a copy of it' }));
  }
}

async function over({ db, close }: SqliteConnection, dir: string): Promise<Result<ReadOnlyLog>> {
  const last = await db.selectFrom('checkpoints').selectAll().orderBy('size', 'desc').limit(1).executeTakeFirst();
  const [genesis] = await readEntries(db, 0, 1);
  if (last === undefined || genesis === undefined)
    return err(problem('NOT_FOUND', 'the folder holds no log yet', { place: dir, remedy: 'it begins with the first start of a server' }));
  const begun = vkeyIn(dir, genesis.bytes);
  const rotations = await readRotations(db);
  const vkeys = rotations.length === 0 ? begun : (await everyKey(db, rotations.at(-1)?.new)).map(formatVkey);
  return ok({ files: filesOver(db, { latest: () => last }), body: (sha256) => readBody(db, sha256), vkeys, close });
}

/** Whichever file lies there is believed only of a log that never changed its key: during a change it is the old one, and after a torn one too. */
function vkeyIn(dir: string, genesis: Uint8Array): readonly string[] {
  const entry = parseEntry(genesis);
  const origin = entry.ok ? entry.value.fields.origin : undefined;
  const key = openSigningKey(join(dir, 'keys', 'log.pem'), false);
  const named = key.ok && typeof origin === 'string' ? noteKey(origin, key.value.publicKey) : undefined;
  return named === undefined ? [] : [formatVkey(named)];
}
