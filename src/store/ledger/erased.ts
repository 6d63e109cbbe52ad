/**
 * Erasure. Only what people wrote about a change may go, and what was found of it; whoever holds a right, and every word that was
 * signed, stays. Which bodies are gone the log says itself, so that a body missing without such an entry is a fault.
 */
import { err, ok, problem, type Result } from '../../core/base/result.ts';
import { parseEntry } from '../../core/log/entry.ts';
import type { EntryType } from '../../core/log/kinds.ts';
import { STICKY_MS } from '../../core/provenance/provenance.ts';
import type { EntryDraft } from '../../flows/ports.ts';
import type { Reading } from '../schema.ts';

const ERASABLE: readonly EntryType[] = ['decision', 'violation', 'request', 'incident'];

/** Digests of erased bodies, each with the entry that erased it last: the same bytes brought again after it are kept. */
export type Erased = ReadonlyMap<string, number>;

export async function readErased(db: Reading): Promise<Erased> {
  const rows = await db.selectFrom('entries').select(['idx', 'bytes']).where('type', '=', 'erasure').orderBy('idx').execute();
  return new Map(rows.flatMap(({ idx, bytes }) => bodiesOf(bytes).map((digest) => [digest, idx] as const)));
}

export const isErased = (erased: Erased, row: { readonly idx: number; readonly body: string }): boolean => row.idx < (erased.get(row.body) ?? -1);

function bodiesOf(bytes: Uint8Array): readonly string[] {
  const entry = parseEntry(bytes);
  const bodies = entry.ok ? entry.value.fields.bodies : undefined;
  return Array.isArray(bodies) ? bodies.filter((b) => typeof b === 'string') : [];
}

/** Refuses bodies that nobody brought, that are gone, and that may not go. Problems: DATA_INVALID, naming the body. */
export async function mayErase(db: Reading, { fields }: EntryDraft, now: number): Promise<Result<void>> {
  for (const digest of Array.isArray(fields.bodies) ? fields.bodies : []) {
    const fault = typeof digest === 'string' ? await faultOf(db, digest, now) : undefined;
    if (fault !== undefined) return err(problem('DATA_INVALID', `the body ${fault}`, { place: `body ${String(digest)}` }));
  }
  return ok(undefined);
}

async function faultOf(db: Reading, digest: string, now: number): Promise<string | undefined> {
  const rows = await db
    .selectFrom('entries')
    .leftJoin('bodies', 'bodies.idx', 'entries.idx')
    .select(['entries.idx', 'entries.type', 'bodies.idx as kept'])
    .where('entries.body', '=', digest)
    .orderBy('entries.idx')
    .execute();
  const held = rows.find((row) => !ERASABLE.some((type) => type === row.type));
  if (held !== undefined) return `belongs to entry ${held.idx} (${held.type}), which is never erased`;
  if (!rows.some((row) => row.kept !== null)) return rows.length === 0 ? 'is that of no entry' : 'was erased before';
  const mark = await db
    .selectFrom('sticky')
    .select('at')
    .where(
      'idx',
      'in',
      rows.map((row) => row.idx),
    )
    .where('at', '>=', now - STICKY_MS)
    .orderBy('at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return mark && `left a mark of AI that counts until ${new Date(mark.at + STICKY_MS).toISOString()}: without it what is asked there would be less`;
}

/** Deletes what these entries name, as far as it was brought before them. */
export async function eraseBodies(db: Reading, rulings: readonly { readonly idx: number; readonly bytes: Uint8Array }[]): Promise<void> {
  for (const { idx, bytes } of rulings) {
    const named = db.selectFrom('entries').select('idx').where('body', 'in', bodiesOf(bytes)).where('idx', '<', idx);
    await db.deleteFrom('bodies').where('idx', 'in', named).execute();
  }
}
