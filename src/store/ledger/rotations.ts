/** Which key signs the log, as its entries `log-key` say; before the first of them, the key it was begun with. */
import { openRotation, type Rotation } from '../../core/log/rotation.ts';
import { orRefuse } from '../refused.ts';
import type { Reading } from '../schema.ts';

/** Oldest first. Throws `Refused` for one that the key before it did not sign. */
export async function readRotations(db: Reading): Promise<readonly Rotation[]> {
  const rows = await db
    .selectFrom('entries')
    .leftJoin('bodies', 'bodies.idx', 'entries.idx')
    .select(['entries.idx as index', 'entries.bytes as entry', 'bodies.bytes as body'])
    .where('entries.type', '=', 'log-key')
    .orderBy('entries.idx')
    .execute();
  return rows.map((row) => orRefuse(openRotation({ ...row, body: row.body ?? new Uint8Array(0) })));
}

/** The rotation whose checkpoint is of this size: it carries both signatures. */
export const rotationAt = (rotations: readonly Rotation[], size: number): Rotation | undefined => rotations.find((r) => r.size + 1 === size);
