/** The jobs of a data folder or a database, for whoever runs the machine: no log is opened, and no key is read. */
import { join } from 'node:path';
import { err, ok, problem, type Result } from '../../core/base/result.ts';
import type { JobDesk } from '../../flows/ports-jobs.ts';
import { nothingAt } from '../inspect.ts';
import { lock } from '../lock.ts';
import { DATABASE_FILE, type Place, placeName, twoLogs } from '../place.ts';
import { connect, inspect } from '../sqlite/database.ts';
import { deskOver } from './jobs.ts';

export interface OpenDesk {
  readonly desk: JobDesk;
  close(): Promise<void>;
}

/** @param change false: read beside a server that runs. Problems: NOT_FOUND, DATA_LOCKED, DATA_INVALID. */
export async function openDesk(place: Place, change: boolean): Promise<Result<OpenDesk>> {
  const missing = twoLogs(place) ?? nothingAt(place);
  if (missing !== null) return err(missing);
  try {
    return place.database === undefined ? inFolder(place.dir ?? '', change) : await inDatabase(place.database);
  } catch (cause) {
    return err(
      problem('DATA_INVALID', `the jobs cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
        place: placeName(place),
        remedy: 'start the server once with this version',
      }),
    );
  }
}

function inFolder(dir: string, change: boolean): Result<OpenDesk> {
  const file = join(dir, DATABASE_FILE);
  if (!change) {
    const { db, close } = inspect(file);
    return ok({ desk: deskOver(db, () => Promise.reject(new Error('read beside a server: nothing is written')), Date.now), close: async () => close() });
  }
  const locked = lock(dir);
  if (!locked.ok) return locked;
  try {
    const { db, aside, close } = connect(file);
    return ok({
      desk: deskOver(db, aside, Date.now),
      close: async () => {
        close();
        locked.value.release();
      },
    });
  } catch (cause) {
    locked.value.release();
    throw cause;
  }
}

async function inDatabase(url: string): Promise<Result<OpenDesk>> {
  const { openPostgresql } = await import('../postgresql/open.ts');
  const { reader, writer, close } = openPostgresql(url);
  return ok({ desk: deskOver(reader, writer.aside, Date.now), close });
}
