/** Which key signs the log, as its entries `log-key` say; before the first of them, the key it was begun with. */
import type { SigningKey } from '../../core/log/checkpoint.ts';
import type { NoteKey } from '../../core/log/note.ts';
import { followRotations, openRotation, type Rotation, signersOf, turnOf } from '../../core/log/rotation.ts';
import { orRefuse } from '../refused.ts';
import type { Reading } from '../schema.ts';
import { placed } from './broken.ts';

/** Oldest first, each by the key the one before it brought. Throws `Refused` for one that is not. */
export async function readRotations(db: Reading): Promise<readonly Rotation[]> {
  const rows = await db
    .selectFrom('entries')
    .leftJoin('bodies', 'bodies.idx', 'entries.idx')
    .select(['entries.idx as index', 'entries.bytes as entry', 'bodies.bytes as body'])
    .where('entries.type', '=', 'log-key')
    .orderBy('entries.idx')
    .execute();
  const entries = rows.map((row) => ({ ...row, body: row.body ?? new Uint8Array(0) }));
  const rotations = entries.map((entry) => orRefuse(placed(`entry ${entry.index}`, openRotation(entry))));
  for (const [i, entry] of entries.entries()) {
    const before = rotations[i - 1];
    if (before !== undefined) orRefuse(placed(`entry ${entry.index}`, followRotations(before.new, [entry])));
  }
  return rotations;
}

/** Every key that ever signed this log, the newest first; none before genesis. */
export const everyKey = async (db: Reading, now: NoteKey | undefined): Promise<readonly SigningKey[]> =>
  now === undefined ? [] : [now, ...(await readRotations(db)).map((r) => ({ ...r.old, until: turnOf(r) })).reverse()];

/** Those whose signatures a checkpoint of this size carries. @param now signs the log now: known from elsewhere, so that a log cannot name it by itself. */
export const signersAt = <K extends NoteKey | undefined>(size: number, now: K, rotations: readonly Rotation[]): readonly (NoteKey | K)[] =>
  signersOf(size, [...rotations.map((r) => r.old), now], rotations.map(turnOf));
