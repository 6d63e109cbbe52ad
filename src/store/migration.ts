/** `countersign store migrate`: brings tables to this version, and says what it found. A start of a server does the same, and says nothing. */
import { join } from 'node:path';
import { err, ok, problem, type Result } from '../core/base/result.ts';
import type { Engine } from './connection.ts';
import { begun, nothingAt, problemOf } from './inspect.ts';
import { lock } from './lock.ts';
import { DATABASE_FILE, type Place, placeName, twoLogs } from './place.ts';
import { PROJECTIONS_VERSION, SCHEMA_VERSION } from './schema.ts';
import { openSqlite } from './sqlite/open.ts';

/** Of ledger, projections, and in a database the turn that servers take; empty where nothing was begun. */
export interface Versions {
  readonly schema?: string;
  readonly projections?: string;
  readonly turn?: string;
}

export interface Migration {
  /** As they were found. */
  readonly found: Versions;
  /** As this program has them. */
  readonly meant: Versions;
  /** Whether they differed: then they are as meant now, unless it was only asked. */
  readonly differs: boolean;
}

const NAMES = ['schema', 'projections', 'turn'] as const;
const MEANT = { schema: String(SCHEMA_VERSION), projections: String(PROJECTIONS_VERSION) } as const;

/**
 * Brings the tables to this version, the log untouched, in one transaction with the version they have then. One process does it: in a folder
 * whoever has its lock, in a database whoever takes the row of its versions first. Problems: NOT_FOUND, DATA_LOCKED, DATA_INVALID.
 * @param check only says. @param progress told how many entries were replayed.
 */
export async function migrateStore(place: Place, check: boolean, progress: (done: number) => void = () => undefined): Promise<Result<Migration>> {
  const missing = twoLogs(place) ?? nothingAt(place);
  if (missing !== null) return err(missing);
  const locked = place.database === undefined && !check ? lock(place.dir ?? '') : null;
  if (locked?.ok === false) return locked;
  try {
    const [found, meant] = [await versionsAt(place), await meantAt(place)];
    const differs = NAMES.some((name) => found[name] !== meant[name]);
    const newer = (['schema', 'projections'] as const).find((name) => Number(found[name] ?? 0) > Number(MEANT[name]));
    if (newer === 'schema' || (newer !== undefined && place.database !== undefined))
      return err(
        problem('DATA_INVALID', `the tables are of version ${said(found)}; this program makes ${said(meant)}`, {
          place: placeName(place),
          remedy: 'use the program that wrote them, or a newer one',
        }),
      );
    if (differs && !check) await prepared(place, progress);
    return ok({ found, meant, differs });
  } catch (cause) {
    return err(problemOf(cause, place));
  } finally {
    if (locked?.ok) locked.value.release();
  }
}

const said = ({ schema = 'none', projections = 'none' }: Versions): string => `${schema} (projections ${projections})`;

async function versionsAt(place: Place): Promise<Versions> {
  const reader = await begun(place);
  try {
    return Object.fromEntries((await reader.versions()) ?? []);
  } finally {
    await reader.close();
  }
}

async function meantAt({ database }: Place): Promise<Versions> {
  return database === undefined ? MEANT : { ...MEANT, turn: (await import('./postgresql/writer.ts')).VERSION };
}

async function prepared(place: Place, progress: (done: number) => void): Promise<void> {
  const engine = await engineOf(place);
  try {
    await engine.prepare(progress);
  } finally {
    await engine.close();
  }
}

async function engineOf({ dir = '', database }: Place): Promise<Engine> {
  if (database === undefined) return openSqlite(join(dir, DATABASE_FILE));
  const { openPostgresql } = await import('./postgresql/open.ts');
  return openPostgresql(database);
}
