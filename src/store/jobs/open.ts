/** The jobs of a data folder or a database, for whoever runs the machine: no log is opened, and no key is read. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { err, ok, problem, type Result } from '../../core/base/result.ts';
import type { JobDesk } from '../../flows/ports-jobs.ts';
import type { Writer } from '../connection.ts';
import { lock } from '../lock.ts';
import type { Database } from '../schema.ts';
import { connect, inspect } from '../sqlite/database.ts';
import { jobsOver } from './jobs.ts';

export interface OpenDesk {
  readonly desk: JobDesk;
  close(): Promise<void>;
}

/** @param change false: read beside a server that runs. Problems: NOT_FOUND, DATA_LOCKED, DATA_INVALID. */
export async function openDesk(file: { readonly dir: string; readonly name: string }, database: string | undefined, change: boolean): Promise<Result<OpenDesk>> {
  try {
    return database === undefined ? inFolder(file, change) : await inDatabase(database);
  } catch (cause) {
    return err(
      problem('DATA_INVALID', `the jobs cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
        place: file.dir,
        remedy: 'start the server once with this version',
      }),
    );
  }
}

function inFolder({ dir, name }: { readonly dir: string; readonly name: string }, change: boolean): Result<OpenDesk> {
  const file = join(dir, name);
  if (!existsSync(file)) return err(problem('NOT_FOUND', 'there is no data folder here', { place: dir, remedy: 'name the one the server runs on with --data' }));
  if (!change) {
    const { db, close } = inspect(file);
    return ok({ desk: deskOn(db, NOBODY), close: async () => close() });
  }
  const locked = lock(dir);
  if (!locked.ok) return locked;
  try {
    const writer = connect(file);
    return ok({
      desk: deskOn(writer.db, writer),
      close: async () => {
        writer.close();
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
  return ok({ desk: deskOn(reader, writer), close });
}

const deskOn = (db: Database, writer: Pick<Writer, 'aside'>): JobDesk => jobsOver(db, writer as Writer, { alone: (work) => work() }, Date.now).desk;

const NOBODY: Pick<Writer, 'aside'> = { aside: () => Promise.reject(new Error('read beside a server: nothing is written')) };
