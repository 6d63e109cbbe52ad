/** A store out of its place as one stream, and into an empty one. Keys are not part of it: they go by another way. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { err, ok, problem, type Result } from '../../core/base/result.ts';
import { formatVkey, type NoteKey } from '../../core/log/note.ts';
import { strangers } from '../audit.ts';
import type { Fill } from '../connection.ts';
import { inspectStore, problemOf } from '../inspect.ts';
import { besideIn } from '../ledger/beside.ts';
import { holds } from '../ledger/holds.ts';
import { keyOf, keysIn, originOf } from '../ledger/known-keys.ts';
import { openStored } from '../ledger/publisher.ts';
import { everyKey, readRotations } from '../ledger/rotations.ts';
import { seenFile } from '../ledger/seen.ts';
import { lock } from '../lock.ts';
import { DATABASE_FILE, ownFolder, type Place, twoLogs } from '../place.ts';
import { orRefuse, Refused } from '../refused.ts';
import type { Reading } from '../schema.ts';
import { fillSqlite } from '../sqlite/fill.ts';
import { exported, lastSigned } from './export.ts';
import type { Head } from './format.ts';
import { type Asked, type Imported, type ImportStep, imported } from './import.ts';

/** Bytes of an export, in order; each is waited for, so that none waits in memory. */
export type Write = (bytes: Uint8Array) => Promise<void>;

/**
 * One state of the store, while servers append. Refuses what an import would refuse, as far as it can be seen here: what is signed by another key than
 * the folder's, and what is an older copy than the folder has seen. Problems: NOT_FOUND, DATA_INVALID, LOG_FORK, LOG_SIG.
 */
export async function exportStore(place: Place, write: Write, progress: (done: number, size: number) => void): Promise<Result<Head>> {
  // Before the state that is read: it holds all of that.
  const notes = place.dir === undefined ? [] : seenFile(join(place.dir, 'log.seen')).read();
  const reader = await inspectStore(place);
  if (!reader.ok) return reader;
  try {
    const head = await headOf(reader.value.db, place, notes);
    for await (const bytes of exported(reader.value, head, (done) => progress(done, head.size))) await write(bytes);
    return ok(head);
  } catch (cause) {
    return err(problemOf(cause, place));
  } finally {
    await reader.value.close();
  }
}

async function headOf(db: Reading, place: Place, notes: readonly string[]): Promise<Head> {
  const [origin, last] = [await originOf(db), await lastSigned({ db })];
  if (origin === undefined || last === undefined) throw new Refused(problem('NOT_FOUND', 'nothing was signed here yet', { remedy: 'it begins with the first start of a server' }));
  const key = await keyOf(db, place.dir);
  if (key === undefined) return { origin, size: last.size };
  const opened = openStored(last, key, await readRotations(db));
  if ('fault' in opened)
    throw new Refused(problem('DATA_INVALID', `the last checkpoint ${opened.fault}`, { place: `checkpoint ${last.size}`, remedy: 'countersign audit --full' }));
  await seen(db, await everyKey(db, key), notes, last.size);
  return { origin, size: last.size };
}

export interface ImportOptions {
  /** With the keys of the log in it, and `log.seen` where there is one. */
  readonly place: Place & { readonly dir: string };
  readonly source: AsyncIterable<Uint8Array>;
  /** Of the log, where the folder has no file of its key. */
  readonly vkeys: readonly string[];
  /** Checkpoints that were kept elsewhere. */
  readonly known: readonly string[];
  readonly progress: (step: ImportStep) => void;
}

/** All of it, or nothing. Problems: DATA_LOCKED, DATA_INVALID, LOG_FORK, LOG_SIG. */
export async function importStore({ place, source, vkeys, known, progress }: ImportOptions): Promise<Result<Imported>> {
  const { dir, database } = place;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const unfit = ownFolder(dir) ?? twoLogs(place);
  if (unfit !== null) return err(unfit);
  const locked = lock(dir);
  if (!locked.ok) return locked;
  try {
    const keys: Asked['keys'] = (db, origin) => keysAt(db, { dir, origin, vkeys });
    const seenHere: Asked['holds'] = (db, all, size) => heldHere(db, { dir, all, size, known });
    return ok(await imported(source, await fillOf(dir, database), { keys, holds: seenHere, progress }));
  } catch (cause) {
    return err(problemOf(cause, place));
  } finally {
    locked.value.release();
  }
}

async function fillOf(dir: string, database: string | undefined): Promise<Fill> {
  if (database === undefined) return fillSqlite(join(dir, DATABASE_FILE));
  const { fillPostgresql } = await import('../postgresql/fill.ts');
  return fillPostgresql(database);
}

interface KeysAt {
  readonly dir: string;
  readonly origin: string;
  readonly vkeys: readonly string[];
}

/** A log can name its keys by itself from its first change of key on; that it is the one that is meant, only a key from elsewhere says. */
async function keysAt(db: Reading, { dir, origin, vkeys }: KeysAt): Promise<readonly NoteKey[]> {
  const refuse = (message: string, remedy: string): never => {
    throw new Refused(problem('DATA_INVALID', message, { place: join(dir, 'keys'), remedy }));
  };
  if ((await originOf(db)) !== origin) refuse('it is called after another log than its genesis', 'take another copy of the store; nothing was kept of this one');
  const files = orRefuse(keysIn(dir, origin));
  const key = files.length + vkeys.length === 0 ? undefined : await keyOf(db, dir, vkeys);
  if (key === undefined) return refuse('the key of this log is not here', 'put the folder keys/ here first, from the server that was exported; or name the key with --vkey');
  if (files.length > 0 && !files.some((file) => formatVkey(file) === formatVkey(key)))
    refuse(`the keys here are not those that sign ${origin}`, 'put the folder keys/ of the server that was exported in their place');
  const keys = await everyKey(db, key);
  const [stranger] = strangers(vkeys, keys.map(formatVkey));
  if (stranger !== undefined) throw new Refused(stranger);
  return keys;
}

interface Held {
  readonly dir: string;
  readonly all: readonly NoteKey[];
  readonly size: number;
  readonly known: readonly string[];
}

async function heldHere(db: Reading, { dir, all, size, known }: Held): Promise<void> {
  const beside = besideIn(dir);
  await seen(db, all, beside.seen.read(), size);
  for (const note of known) orRefuse(await holds(db, all, note, size));
  const [key] = all;
  const checked = key && beside.checked(key);
  if (checked !== undefined && checked.size > size)
    throw new Refused(
      problem('LOG_FORK', `the log holds ${size} entries and was read here with ${checked.size}: it is an older copy`, { place: join(dir, 'log.checked'), remedy: OLDER }),
    );
}

/** Of two notes one may be torn, never both. */
async function seen(db: Reading, keys: readonly NoteKey[], notes: readonly string[], size: number): Promise<void> {
  const answers = [];
  for (const note of notes) answers.push(await holds(db, keys, note, size));
  const forked = answers.find((a) => !a.ok && a.error.code === 'LOG_FORK') ?? (answers.some((a) => a.ok) ? undefined : answers[0]);
  if (forked?.ok === false) throw new Refused({ ...forked.error, place: 'log.seen', remedy: OLDER });
}

const OLDER = 'take a newer copy: docs/guides/backup.md says what to do where there is none';
