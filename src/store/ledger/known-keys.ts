/**
 * Which key signs a log that is only read. The log's own entries say so from its first change of key on; before that it is one of those that
 * whoever reads has: the file in the folder, or what they brought.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ok, type Result } from '../../core/base/result.ts';
import { openCheckpoint } from '../../core/log/checkpoint.ts';
import { parseEntry } from '../../core/log/entry.ts';
import { type NoteKey, noteKey, parseVkey } from '../../core/log/note.ts';
import { LOG_KEY_FILES, openSigningKey } from '../keys/keys.ts';
import type { Reading } from '../schema.ts';
import { readRotations } from './rotations.ts';

/** Public keys of the files in a folder that a log may be signed with, under this name. Problems: DATA_INVALID, for a file that is none. */
export function keysIn(dir: string | undefined, origin: string): Result<readonly NoteKey[]> {
  const found: NoteKey[] = [];
  for (const file of dir === undefined ? [] : LOG_KEY_FILES.map((name) => join(dir, 'keys', name)).filter(existsSync)) {
    const key = openSigningKey(file, false);
    if (!key.ok) return key;
    const named = noteKey(origin, key.value.publicKey);
    if (named !== undefined) found.push(named);
  }
  return ok(found);
}

/** undefined where no key is known. Throws `Refused` where a change of key does not hold. @param brought vkeys, of any log. */
export async function keyOf(db: Reading, dir: string | undefined, brought: readonly string[] = []): Promise<NoteKey | undefined> {
  const sworn = (await readRotations(db)).at(-1)?.new;
  const origin = await originOf(db);
  if (sworn !== undefined || origin === undefined) return sworn;
  const files = keysIn(dir, origin);
  const given = brought.map(parseVkey).flatMap((key) => (key.ok && key.value.name === origin ? [key.value] : []));
  const known = [...(files.ok ? files.value : []), ...given];
  const last = await db.selectFrom('checkpoints').select('note').orderBy('size', 'desc').limit(1).executeTakeFirst();
  return known.find((key) => last !== undefined && openCheckpoint(last.note, [key]).ok) ?? known[0];
}

/** The log's name; undefined where it has no genesis. */
export async function originOf(db: Reading): Promise<string | undefined> {
  const row = await db.selectFrom('entries').select('bytes').where('idx', '=', 0).executeTakeFirst();
  const entry = row && parseEntry(row.bytes);
  return entry?.ok === true && entry.value.type === 'genesis' && typeof entry.value.fields.origin === 'string' ? entry.value.fields.origin : undefined;
}
