/**
 * The audit: everything the folder says is made again from the entries, which are the truth. Whatever the database holds without
 * an entry behind it is a problem, and so is whatever an entry names and the database lacks. It reads one state of the file from
 * end to end, some hundred rows at a time. Problems: DATA_INVALID.
 */
import { setImmediate as breath } from 'node:timers/promises';
import type { Problem } from '../../core/base/result.ts';
import { openBySize } from '../../core/log/checkpoint.ts';
import type { NoteKey } from '../../core/log/note.ts';
import type { Inspected } from '../connection.ts';
import { Refused } from '../refused.ts';
import { auditLog } from './audit-log.ts';
import { auditProjections } from './audit-projections.ts';
import { type Findings, findings, type Seen } from './findings.ts';
import { holds } from './holds.ts';
import { everyKey } from './rotations.ts';

/** How far it is. `done` of `size` entries: once read against tiles, checkpoints and bodies, once replayed. */
export interface AuditStep {
  readonly part: 'file' | 'log' | 'projections';
  readonly done: number;
  readonly size: number;
}

/** One state of the database, held until it is closed. */
export interface Snapshot {
  readonly reader: Inspected;
  /** That signs the log now; undefined before genesis. */
  readonly key: NoteKey | undefined;
  /** Entries. */
  readonly size: number;
  /** What lies in `log.seen`, and what lay there before it was opened: opening writes one of its places anew. */
  readonly notes: Iterable<string>;
  /** Checkpoints that were kept elsewhere. */
  readonly known?: readonly string[];
  /** Those alone; absent: all. */
  readonly parts?: readonly AuditStep['part'][] | undefined;
}

const PARTS = ['file', 'log', 'projections'] as const;

export async function snapshot(reader: Inspected, key: NoteKey | undefined, notes: Iterable<string> = []): Promise<Snapshot> {
  const last = await reader.db.selectFrom('entries').select('idx').orderBy('idx', 'desc').limit(1).executeTakeFirst();
  return { reader, key, size: (last?.idx ?? -1) + 1, notes };
}

/** Closes the snapshot. */
export async function audit({ reader, key, size, notes, known = [], parts = PARTS }: Snapshot, progress: (step: AuditStep) => void = () => undefined): Promise<readonly Problem[]> {
  const found = findings();
  try {
    const walks = { file: auditTables, log: auditLog, projections: auditProjections } as const;
    for (const part of parts) {
      const seen: Seen = async (done) => {
        progress({ part, done, size });
        await breath();
      };
      await unlessBroken(reader, found, () => walks[part](reader, key, found, seen));
    }
    await unlessBroken(reader, found, () => auditSeen(reader, key, found, notes));
    const log = { reader, key, size };
    for (const note of new Set(notes)) await unlessBroken(reader, found, () => auditKept(log, note, 'log.seen', found));
    for (const note of known) await unlessBroken(reader, found, () => auditKept(log, note, 'the checkpoint that was kept elsewhere', found));
  } finally {
    await reader.close();
  }
  return found.all();
}

/** A page that cannot be read ends its part of the audit, not the audit. */
async function unlessBroken({ isOwn, apart }: Inspected, found: Findings, part: () => Promise<void>): Promise<void> {
  try {
    await apart(part);
  } catch (cause) {
    if (cause instanceof Refused) found.take(cause.problem);
    // Of a broken record SQLite answers null for a column that can hold none.
    else if (isOwn(cause) || cause instanceof TypeError) found.add('database', `cannot be read further: ${cause instanceof Error ? cause.message : ''}`);
    else throw cause;
  }
}

/** A power cut may tear one of the two; so may a hand. The next answers write both anew, and nothing else was lost by it. */
async function auditSeen({ db }: Inspected, key: NoteKey | undefined, found: Findings, notes: Iterable<string>): Promise<void> {
  if (key === undefined) return;
  const keys = await everyKey(db, key);
  for (const note of notes) if (!openBySize(note, keys).ok) found.add('log.seen', 'one of its two places holds something else than a checkpoint of this log');
}

/** One that does not open by the log's keys is named before; without a key no signature is asked for. */
async function auditKept({ reader: { db }, key, size }: Omit<Snapshot, 'notes'>, note: string, place: string, found: Findings): Promise<void> {
  if (key === undefined) return;
  const held = await holds(db, await everyKey(db, key), note, size);
  if (!held.ok && (held.error.code === 'LOG_FORK' || place !== 'log.seen')) found.take({ place, ...held.error });
}

const auditTables = (reader: Inspected, _: unknown, found: Findings, seen: Seen): Promise<void> => reader.auditTables(found, seen);
