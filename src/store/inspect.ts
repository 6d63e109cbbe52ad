/** One state of what is there, read beside whoever has it open: nothing is locked, written or made. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import type { Inspected } from './connection.ts';
import { DATABASE_FILE, type Place, placeName, twoLogs } from './place.ts';
import { Refused } from './refused.ts';
import { PROJECTIONS_VERSION, SCHEMA_VERSION } from './schema.ts';
import { inspected } from './sqlite/database.ts';

/** Closed by whoever is done with it. Problems: NOT_FOUND where there is nothing, DATA_INVALID. */
export async function inspectStore(place: Place): Promise<Result<Inspected>> {
  const missing = twoLogs(place) ?? nothingAt(place);
  if (missing !== null) return err(missing);
  let reader: Inspected | undefined;
  try {
    reader = await begun(place);
    const wrong = await unreadable(reader, place);
    if (wrong === null) return ok(reader);
    await reader.close();
    return err(wrong);
  } catch (cause) {
    await reader?.close();
    return err(problemOf(cause, place));
  }
}

/** Of what was thrown while a place was read. */
export function problemOf(cause: unknown, place: Place): Problem {
  if (cause instanceof Refused) return cause.problem;
  const said = cause instanceof Error ? cause.message : String(cause);
  return problem('DATA_INVALID', `${placeName(place)} cannot be read: ${said}`, {
    place: placeName(place),
    remedy: 'countersign audit --full says what is wrong with it; or name a copy',
  });
}

export const nothingAt = ({ dir, database }: Place): Problem | null =>
  (database !== undefined && (dir === undefined || existsSync(dir))) || (dir !== undefined && existsSync(join(dir, DATABASE_FILE)))
    ? null
    : problem('NOT_FOUND', 'there is no data folder here', {
        place: dir ?? '--data',
        remedy: 'name the one the server runs on with --data, or set DATABASE_URL where the log is in a PostgreSQL',
      });

/** Whatever is there. Throws `Refused`, and what the engine throws. */
export async function begun({ dir = '', database }: Place): Promise<Inspected> {
  if (database === undefined) return inspected(join(dir, DATABASE_FILE));
  const { inspectPostgresql } = await import('./postgresql/open.ts');
  return inspectPostgresql(database);
}

/** Tables of another version mean other things; projections of another version are no reason not to read the log. */
async function unreadable(reader: Inspected, place: Place): Promise<Problem | null> {
  const schema = (await reader.versions())?.get('schema');
  if (schema === undefined) return problem('NOT_FOUND', 'no log was begun here', { place: placeName(place), remedy: 'it begins with the first start of a server' });
  if (schema === String(SCHEMA_VERSION)) return null;
  return problem('DATA_INVALID', `the tables are of version ${schema}; this program reads ${SCHEMA_VERSION}`, {
    place: placeName(place),
    remedy: Number(schema) < SCHEMA_VERSION ? 'countersign store migrate brings them to this version' : 'use the program that wrote them, or a newer one',
  });
}

/** Whether the projections are those this program would make. */
export const ofThisVersion = async (reader: Inspected): Promise<boolean> => (await reader.versions())?.get('projections') === String(PROJECTIONS_VERSION);
