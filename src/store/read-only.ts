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
import { type Connection, inspect } from './database.ts';
import { readBody } from './envelopes/envelopes.ts';
import { openSigningKey } from './keys/keys.ts';
import { filesOver } from './ledger/files.ts';
import { readEntries } from './ledger/read.ts';
import { DATABASE_FILE } from './store.ts';

export interface ReadOnlyLog {
  readonly files: LogFiles;
  body(sha256: string): Promise<Uint8Array | null>;
  /** Of the key file in the folder; empty where there is none, as with a key service. */
  readonly vkey: string;
  close(): void;
}

/** As of now: what is appended later is not seen. Problems: NOT_FOUND, DATA_INVALID. */
export async function readOnlyLog(dir: string): Promise<Result<ReadOnlyLog>> {
  if (!existsSync(join(dir, DATABASE_FILE)))
    return err(problem('NOT_FOUND', 'there is no data folder here', { place: dir, remedy: 'name the one the server runs on with --data' }));
  let connection: Connection | undefined;
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

async function over({ db, close }: Connection, dir: string): Promise<Result<ReadOnlyLog>> {
  const last = await db.selectFrom('checkpoints').selectAll().orderBy('size', 'desc').limit(1).executeTakeFirst();
  const [genesis] = await readEntries(db, 0, 1);
  if (last === undefined || genesis === undefined)
    return err(problem('NOT_FOUND', 'the folder holds no log yet', { place: dir, remedy: 'it begins with the first start of a server' }));
  return ok({ files: filesOver(db, { latest: () => last }), body: (sha256) => readBody(db, sha256), vkey: vkeyIn(dir, genesis.bytes), close });
}

function vkeyIn(dir: string, genesis: Uint8Array): string {
  const entry = parseEntry(genesis);
  const origin = entry.ok ? entry.value.fields.origin : undefined;
  const key = openSigningKey(join(dir, 'keys', 'log.pem'), false);
  const named = key.ok && typeof origin === 'string' ? noteKey(origin, key.value.publicKey) : undefined;
  return named === undefined ? '' : formatVkey(named);
}
