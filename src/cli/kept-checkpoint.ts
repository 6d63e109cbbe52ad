/** A checkpoint in a file of the user's: the one thing a watcher has to remember. Replaced whole, or not at all. */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { text } from '../core/base/bytes.ts';
import { err, ok, problem, type Result } from '../core/base/result.ts';
import type { NoteKey } from '../core/log/note.ts';
import { openSigned, type SignedCheckpoint } from '../flows/log-read.ts';
import { fileOf } from './named-file.ts';
import { unreadable } from './unreadable.ts';

/** Problems: NOT_FOUND, LOG_FORMAT, LOG_ORIGIN, LOG_SIG. */
export function readCheckpoint(file: string, keys: readonly NoteKey[]): Result<SignedCheckpoint> {
  try {
    return openSigned(new Uint8Array(readFileSync(file)), keys, file);
  } catch (error) {
    const remedy = existsSync(file) ? 'check the file' : `to begin: countersign log verify LOG --vkey KEY --keep ${file}`;
    return err(problem('NOT_FOUND', `cannot be read: ${unreadable(error)}`, { place: file, remedy }));
  }
}

/** What `--known FILE` names, as it stands: whose log it is of, the folder says. Problem: USAGE. */
export async function keptCheckpoints(files: readonly string[] = []): Promise<Result<readonly string[]>> {
  const notes: string[] = [];
  for (const name of files) {
    const file = await fileOf('--known', name);
    if (!file.ok) return file;
    notes.push(text(file.value?.bytes ?? new Uint8Array(0)) ?? '');
  }
  return ok(notes);
}

/** Problem: DATA_INVALID; then the old one is still there. */
export function keepCheckpoint(file: string, note: string): Result<void> {
  const half = `${file}.new`;
  try {
    rmSync(half, { force: true });
    synced(half, 'wx', note);
    renameSync(half, file);
    synced(dirname(file), 'r');
    return ok(undefined);
  } catch (error) {
    return err(
      problem('DATA_INVALID', `the checkpoint cannot be kept: ${error instanceof Error ? error.message : String(error)}`, {
        place: file,
        remedy: 'what was there is still there; make room and run it again',
      }),
    );
  }
}

function synced(path: string, flags: string, text?: string): void {
  const fd = openSync(path, flags, 0o644);
  try {
    if (text !== undefined) writeSync(fd, text);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
