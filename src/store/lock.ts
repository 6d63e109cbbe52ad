/**
 * One process a data folder. The lock is an exclusive SQLite transaction on a file of its own: the operating system drops it
 * when the process dies, whatever it dies of. The pid beside it is for words only, and never decides.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { err, ok, problem, type Result } from '../core/base/result.ts';

export interface Lock {
  release(): void;
}

/** Problems: DATA_LOCKED naming the folder and, where it is known, the holder's pid; DATA_INVALID when the folder cannot be written. */
export function lock(dir: string): Result<Lock> {
  const pidFile = join(dir, 'lock.pid');
  let held: DatabaseSync | undefined;
  try {
    held = new DatabaseSync(join(dir, 'lock.db'));
    held.exec('pragma busy_timeout = 0; begin exclusive');
    writeFileSync(pidFile, `${process.pid}\n`);
  } catch (cause) {
    held?.close();
    if (isBusy(cause))
      return err(problem('DATA_LOCKED', `the data folder is open in another process${holder(pidFile)}`, { place: dir, remedy: 'stop that process, or use another data folder' }));
    return err(
      problem('DATA_INVALID', `${dir} cannot be locked: ${cause instanceof Error ? cause.message : String(cause)}`, { place: dir, remedy: 'the folder must be writable' }),
    );
  }
  const db = held;
  return ok({ release: () => db.close() });
}

const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;

const isBusy = (cause: unknown): boolean => cause instanceof Error && 'errcode' in cause && (cause.errcode === SQLITE_BUSY || cause.errcode === SQLITE_LOCKED);

function holder(pidFile: string): string {
  try {
    const pid = readFileSync(pidFile, 'utf8').trim();
    return /^[0-9]+$/.test(pid) ? ` (pid ${pid})` : '';
  } catch {
    return '';
  }
}
