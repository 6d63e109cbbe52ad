/** The changes of the log's key as its readers get them: those that a published checkpoint covers. */
import type { RotationEntry } from '../core/log/rotation.ts';
import type { Reading } from './schema.ts';

/** The n-th, from 0 on; null where there is none, or no longer its body. */
export async function rotationNumber(db: Reading, n: number, published: number): Promise<RotationEntry | null> {
  const row = await db
    .selectFrom('entries')
    .innerJoin('bodies', 'bodies.idx', 'entries.idx')
    .select(['entries.idx as index', 'entries.bytes as entry', 'bodies.bytes as body'])
    .where('entries.type', '=', 'log-key')
    .where('entries.idx', '<', published)
    .orderBy('entries.idx')
    .offset(n)
    .limit(1)
    .executeTakeFirst();
  return row ?? null;
}
