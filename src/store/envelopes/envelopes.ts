/** Bodies beside the log, by digest. The log holds the hash for ever; the body can be erased without touching the tree. */
import { sha256Hex } from '../../core/base/crypto.ts';
import type { Reading, Writing } from '../schema.ts';

/** Stores a body and names it; the same bytes twice are one body. */
export async function keepBody(db: Writing, bytes: Uint8Array): Promise<string> {
  const sha256 = sha256Hex(bytes);
  await db
    .insertInto('bodies')
    .values({ sha256, bytes })
    .onConflict((c) => c.doNothing())
    .execute();
  return sha256;
}

/** Null where it was erased or never was. What comes back has the digest it was asked by: a body changed on disk is as good as gone. */
export async function readBody(db: Reading, sha256: string): Promise<Uint8Array | null> {
  const row = await db.selectFrom('bodies').select('bytes').where('sha256', '=', sha256).executeTakeFirst();
  return row !== undefined && sha256Hex(row.bytes) === sha256 ? row.bytes : null;
}
