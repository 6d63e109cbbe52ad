/**
 * Bodies beside the log, by the entry that brought them and found by digest. The log holds the hash for ever; the body can be
 * erased without touching the tree. The same bytes brought twice are kept twice, so that erasing the one is not undone by the other.
 */
import { sha256Hex } from '../../core/base/crypto.ts';
import { inserter } from '../insert.ts';
import type { Reading } from '../schema.ts';

export const keepBodies = inserter('bodies', ['idx', 'bytes']);

/** Null where it was erased or never was. What comes back has the digest it was asked by: a body changed on disk is as good as gone. */
export async function readBody(db: Reading, sha256: string): Promise<Uint8Array | null> {
  const rows = db
    .selectFrom('entries')
    .innerJoin('bodies', 'bodies.idx', 'entries.idx')
    .select('bodies.bytes')
    .where('entries.body', '=', sha256)
    .orderBy('entries.idx', 'desc')
    .limit(1);
  const row = await rows.executeTakeFirst();
  return row !== undefined && sha256Hex(row.bytes) === sha256 ? row.bytes : null;
}
