/**
 * One append: first everything is worked out without touching a table, then it waits with others of its group and is written in
 * one go, before the next plan asks anything and at the latest before the commit.
 */
import { sha256Hex } from '../../core/base/crypto.ts';
import { err, ok, problem, type Result } from '../../core/base/result.ts';
import { formatEntry } from '../../core/log/entry.ts';
import { leafHash } from '../../core/log/merkle.ts';
import type { EntryDraft } from '../../flows/ports.ts';
import { keepBodies } from '../envelopes/envelopes.ts';
import { inserter } from '../insert.ts';
import { addJobs, jobRow } from '../jobs/add.ts';
import { applyAll } from '../projections/apply.ts';
import type { Effect } from '../projections/effects.ts';
import { project } from '../projections/project.ts';
import type { EntryTable, TileTable, Writing } from '../schema.ts';
import { eraseBodies } from './erased.ts';
import type { Growth } from './head.ts';

export interface Prepared {
  readonly row: EntryTable;
  readonly body: Uint8Array;
  /** That this entry filled. */
  readonly tiles: readonly TileTable[];
  readonly effects: readonly Effect[];
  readonly jobs: Parameters<typeof addJobs>[1];
}

/** All drafts of one append carry one time. The log grows by all of them or, with a Problem, by none. Problems: DATA_INVALID. */
export function prepareDrafts(log: Growth, drafts: readonly EntryDraft[], now: number): Result<readonly Prepared[]> {
  const at = timeOf(log, now);
  const read: Read[] = [];
  for (const draft of drafts) {
    const said = readDraft(log.tree.size + read.length, draft, at, now);
    if (!said.ok) return said;
    read.push(said.value);
  }
  return ok(read.map((said) => ({ ...said, tiles: log.add(said.row.leaf, at) })));
}

/** Never before the entry it follows. */
export const timeOf = (log: Pick<Growth, 'at'>, now: number): number => Math.max(log.at, Math.trunc(now));

type Read = Omit<Prepared, 'tiles'>;

function readDraft(index: number, { type, fields, body, jobs = [] }: EntryDraft, at: number, now: number): Result<Read> {
  const entry = { type, at, envelope: sha256Hex(body), fields };
  const bytes = formatEntry(entry);
  if (!bytes.ok) return err(problem('DATA_INVALID', `the entry cannot be written: ${bytes.error.message}`, { place: `entry ${index} (${type})` }));
  const effects = project({ ...entry, index, body });
  if (!effects.ok) return effects;
  const row = { idx: index, type, at, body: entry.envelope, leaf: leafHash(bytes.value), bytes: bytes.value };
  return ok({ row, body, effects: effects.value, jobs: jobs.map((job) => jobRow(job, now, index)) });
}

const insertEntries = inserter('entries', ['idx', 'type', 'at', 'body', 'leaf', 'bytes']);
export const insertTiles = inserter('tiles', ['level', 'pos', 'root', 'hashes']);

/** In the order they were prepared; throws what the database throws. */
export async function writePrepared(db: Writing, prepared: readonly Prepared[]): Promise<void> {
  await insertEntries(
    db,
    prepared.map((p) => p.row),
  );
  await keepBodies(
    db,
    prepared.map((p) => ({ idx: p.row.idx, bytes: p.body })),
  );
  await insertTiles(
    db,
    prepared.flatMap((p) => p.tiles),
  );
  await eraseBodies(
    db,
    prepared.map((p) => p.row).filter((row) => row.type === 'erasure'),
  );
  await applyAll(
    db,
    prepared.flatMap((p) => p.effects),
  );
  await addJobs(
    db,
    prepared.flatMap((p) => p.jobs),
  );
}
