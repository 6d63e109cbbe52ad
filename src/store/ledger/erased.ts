/**
 * Erasure. Only what people wrote about a change may go, and what was found of it; whoever holds a right, and every word that was
 * signed, stays. Which bodies are gone the log says itself, so that a body missing without such an entry is a fault.
 */
import { err, ok, problem, type Result } from '../../core/base/result.ts';
import { parseEntry } from '../../core/log/entry.ts';
import type { EntryType } from '../../core/log/kinds.ts';
import { STICKY_MS } from '../../core/provenance/provenance.ts';
import { heed, type Said } from '../../core/signoff/authority.ts';
import { type Heeded, latest } from '../../core/signoff/fold.ts';
import type { EntryDraft } from '../../flows/ports.ts';
import { entriesNaming } from '../envelopes/envelopes.ts';
import type { Reading } from '../schema.ts';
import { type Erased, erasedBy, heededOf } from './heeded.ts';
import { findStatements } from './statements.ts';

const ERASABLE: readonly EntryType[] = ['decision', 'violation', 'request', 'incident'];

/** As the whole log says it, read anew. */
export const readErased = async (db: Reading): Promise<Erased> => erasedBy(heededOf(await findStatements(db)));

function bodiesOf(bytes: Uint8Array): readonly string[] {
  const entry = parseEntry(bytes);
  const bodies = entry.ok ? entry.value.fields.bodies : undefined;
  return Array.isArray(bodies) ? bodies.filter((b) => typeof b === 'string') : [];
}

/** Whether the erasure would hold at its place, by all that was said before. Problems: DATA_INVALID, SIG_*, ST_*, QUORUM. */
export function isHeld(heeded: Heeded | undefined, word: Omit<Said, 'type'>): Result<void> {
  const next = heeded === undefined ? undefined : heed(latest(heeded.states), { ...word, type: 'erasure' });
  if (next?.ok) return ok(undefined);
  return err(next?.error[0] ?? problem('DATA_INVALID', 'the log has no trustees who could erase anything'));
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
  const rows = await entriesNaming(db, digest);
  const named = rows.map((row) => row.idx);
  const held = rows.find((row) => !ERASABLE.some((type) => type === row.type));
  if (held !== undefined) return `belongs to entry ${held.idx} (${held.type}), which is never erased`;
  if (rows.length === 0) return 'is that of no entry';
  if ((await db.selectFrom('bodies').select('idx').where('idx', 'in', named).limit(1).executeTakeFirst()) === undefined) return 'was erased before';
  const mark = await db
    .selectFrom('sticky')
    .select('at')
    .where('idx', 'in', named)
    .where('at', '>=', now - STICKY_MS)
    .orderBy('at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return mark && `left a mark of AI that counts until ${new Date(mark.at + STICKY_MS).toISOString()}: without it what is asked there would be less`;
}

/** Deletes what these entries name, as far as it was brought before them. */
export async function eraseBodies(db: Reading, rulings: readonly { readonly idx: number; readonly bytes: Uint8Array }[]): Promise<void> {
  for (const { idx, bytes } of rulings) {
    for (const digest of bodiesOf(bytes)) {
      for (const named of await entriesNaming(db, digest)) if (named.idx < idx) await db.deleteFrom('bodies').where('idx', '=', named.idx).execute();
    }
  }
}
