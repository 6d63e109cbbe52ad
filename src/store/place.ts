/** Where a log is kept: in a data folder, or in a PostgreSQL beside it. */
import { chmodSync, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Problem, problem } from '../core/base/result.ts';

export const DATABASE_FILE = 'countersign.db';

export interface Place {
  /** The data folder. Of a database: of one of its servers, with the keys and `log.seen`. */
  readonly dir?: string | undefined;
  /** URL of a PostgreSQL; absent: `countersign.db` in the folder. */
  readonly database?: string | undefined;
}

/** What a place is called in messages: a URL may hold a password. */
export const placeName = ({ dir, database }: Place): string => (database === undefined ? (dir ?? '') : 'DATABASE_URL');

/** A problem where both are there: which of the two logs would be meant? */
export const twoLogs = ({ dir, database }: Place): Problem | null =>
  database !== undefined && dir !== undefined && existsSync(join(dir, DATABASE_FILE)) ? { ...TWO_LOGS, place: dir } : null;

const TWO_LOGS = problem('DATA_INVALID', 'the folder holds a log of its own, and DATABASE_URL names another place for one', {
  remedy: 'unset DATABASE_URL, or choose another folder',
});

/** Whoever can read the folder can lock it, and reads source and keys' names. Ours is made private; somebody else's is not touched. */
export function ownFolder(dir: string): Problem | null {
  if ((statSync(dir).mode & 0o077) === 0) return null;
  const names = readdirSync(dir);
  if (names.length > 0 && !names.some((name) => name === DATABASE_FILE || name === 'lock.db'))
    return problem('DATA_INVALID', 'the folder can be read by others, and holds other things', {
      place: dir,
      remedy: `choose a folder of its own for --data, or chmod 700 ${dir}`,
    });
  chmodSync(dir, 0o700);
  return null;
}
