/**
 * Erasure. Only what people wrote about a change may go, and what was found of it; whoever holds a right, and every word that was
 * signed, stays. Which bodies are gone the log says itself, so that a body missing without such an entry is a fault.
 */
import { err, ok, problem, type Result } from '../../core/base/result.ts';
import { parseEntry } from '../../core/log/entry.ts';
import type { EntryType } from '../../core/log/kinds.ts';
import { STICKY_MS } from '../../core/provenance/provenance.ts';
import { heed, type Said } from '../../core/signoff/authority.ts';
import { latest } from '../../core/signoff/fold.ts';
import { type HeededLog, lostWord } from '../../core/signoff/heed-log.ts';
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

/** Whether the erasure would hold at its place, by all that was said before. Problems: DATA_INVALID, TRUST_FORMAT, SIG_*, ST_*, QUORUM. */
export function isHeld(log: Result<HeededLog>, word: Omit<Said, 'type'>): Result<void> {
  if (!log.ok) return log;
  const { heeded, lost } = log.value;
  // What is lost may have taken back the key that says this.
  if (lost[0] !== undefined) return err(lostWord(lost[0]));
  const next = heed(latest(heeded.states), { ...word, type: 'erasure' });
  return next.ok ? ok(undefined) : err(next.error[0] ?? problem('DATA_INVALID', 'the erasure does not hold'));
}

/** Refuses bodies that nobody brought, that are gone, that may not go, and that something is still decided by. Problems: DATA_INVALID, naming the body. */
export async function mayErase(db: Reading, { fields }: EntryDraft, now: number): Promise<Result<void>> {
  for (const digest of Array.isArray(fields.bodies) ? fields.bodies : []) {
    const fault = typeof digest === 'string' ? await faultOf(db, digest, now) : undefined;
    if (fault !== undefined)
      return err(problem('DATA_INVALID', `the body ${fault.why}`, { place: `body ${String(digest)}`, ...(fault.remedy === undefined ? {} : { remedy: fault.remedy }) }));
  }
  return ok(undefined);
}

interface Fault {
  readonly why: string;
  readonly remedy?: string;
}

async function faultOf(db: Reading, digest: string, now: number): Promise<Fault | undefined> {
  const rows = await entriesNaming(db, digest);
  const named = rows.map((row) => row.idx);
  const held = rows.find((row) => !ERASABLE.some((type) => type === row.type));
  if (held !== undefined) return { why: `belongs to entry ${held.idx} (${held.type}), which is never erased` };
  if (rows.length === 0) return { why: 'is that of no entry' };
  if ((await db.selectFrom('bodies').select('idx').where('idx', 'in', named).limit(1).executeTakeFirst()) === undefined) return { why: 'was erased before' };
  return (await marking(db, named, now)) ?? (await deciding(db, named, now));
}

async function marking(db: Reading, named: readonly number[], now: number): Promise<Fault | undefined> {
  const since = now - STICKY_MS;
  const mark = await db.selectFrom('sticky').select('at').where('idx', 'in', named).where('at', '>=', since).orderBy('at', 'desc').limit(1).executeTakeFirst();
  if (mark === undefined) return undefined;
  const until = new Date(mark.at + STICKY_MS).toISOString();
  return { why: `left a mark of AI that counts until ${until}: without it what is asked there would be less`, remedy: 'erase it after that' };
}

/** A change that has not landed is over when nobody spoke of it for as long. */
export const QUIET_MS = 30 * 86_400_000;

/**
 * What is asked of a change, who stood behind it and which paths an emergency touched is read from these bodies: gone too soon, somebody could
 * sign what they wrote, and a review that is due would block nobody.
 */
async function deciding(db: Reading, named: readonly number[], now: number): Promise<Fault | undefined> {
  for (const change of await changesOf(db, named)) {
    const row = await db.selectFrom('changes').select(['state', 'updated_at']).where('id', '=', change).executeTakeFirst();
    const over = (row?.updated_at ?? 0) + QUIET_MS;
    if (row !== undefined && row.state !== 'landed' && now < over)
      return {
        why: `is what change ${change} is decided by, which has not landed`,
        remedy: `erase it after it has landed, or after ${new Date(over).toISOString()}, when nobody spoke of it for 30 days`,
      };
    if (await unreviewed(db, change))
      return { why: `is what change ${change} is reviewed by, which landed by break-glass`, remedy: 'erase it after the review: countersign break-glass review' };
  }
  return undefined;
}

async function changesOf(db: Reading, named: readonly number[]): Promise<readonly string[]> {
  const rows = await db.selectFrom('entries').select('bytes').where('idx', 'in', named).orderBy('idx').execute();
  const ids = rows
    .map(({ bytes }) => parseEntry(bytes))
    .flatMap((entry) => (entry.ok && (entry.value.type === 'decision' || entry.value.type === 'request') ? [entry.value.fields.change] : []));
  return [...new Set(ids.filter((id) => typeof id === 'string'))];
}

/** It landed by break-glass more often than it was reviewed: each review that was accepted closed one landing. */
async function unreviewed(db: Reading, change: string): Promise<boolean> {
  const words = await db.selectFrom('break_glass').select(['type', 'idx', 'landed']).where('change', '=', change).execute();
  const landings = new Set(words.flatMap((w) => w.landed ?? []));
  return landings.size > words.filter((w) => w.type === 'break-glass-review').length;
}

/** Deletes what these entries name, as far as it was brought before them. */
export async function eraseBodies(db: Reading, rulings: readonly { readonly idx: number; readonly bytes: Uint8Array }[]): Promise<void> {
  for (const { idx, bytes } of rulings) {
    for (const digest of bodiesOf(bytes)) {
      for (const named of await entriesNaming(db, digest)) if (named.idx < idx) await db.deleteFrom('bodies').where('idx', '=', named.idx).execute();
    }
  }
}
