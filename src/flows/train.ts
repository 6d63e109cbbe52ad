/** Gathers what landed on the files of a change within the window, so that the sum of small changes is judged too. */
import type { Result } from '../core/base/result.ts';
import type { Change, Oid, TreeRecord } from '../core/change/change.ts';
import type { FileEvidence } from '../core/risk/evidence.ts';
import type { Train } from '../core/risk/train.ts';
import type { Memory, Parsers, Repository } from './ports.ts';
import type { TrainStep, Trains } from './ports-train.ts';

/** How long what landed counts together with what comes. */
export const TRAIN_MS = 7 * 24 * 3_600_000;
/** Earlier changes that are looked at one by one; of more, everything the sum shows is new. */
const MOST_STEPS = 20;

export interface Window {
  readonly trains: Trains;
  /** Where the target ref stood when the window began: null before its first commit, undefined where it did not move since. */
  readonly from: () => Promise<Result<Oid | null | undefined>>;
}

/** In a clone, by what commits claim of their time. */
export const windowOfClone = (trains: Trains, tip: Oid, now: number): Window => ({ trains, from: () => trains.stood(tip, now - TRAIN_MS) });

/** At a gate, by when the ledger says they landed: nobody who pushes chooses that. */
export const windowOfLedger = (trains: Trains, memory: Memory, where: { repo: string; targetRef: string }, now: number): Window => ({
  trains,
  from: async () => ({ ok: true, value: (await memory.landed({ ...where, since: now - TRAIN_MS }))[0]?.old }),
});

/** undefined: nothing landed on these files. null: what did cannot be read, as in a shallow clone. */
export async function trainOf(repository: Repository, parsers: Parsers, window: Window, change: Change): Promise<Train | null | undefined> {
  const from = await window.from();
  if (!from.ok) return null;
  if (from.value === undefined || from.value === change.mergeBase || change.mergeBase === null || change.records.length === 0) return undefined;
  const of = { repo: change.repo, targetRef: change.targetRef };
  const sum = await repository.change({ ...of, base: from.value, head: change.head });
  if (!sum.ok) return null;
  const before = new Map(change.records.map((r) => [r.path, r.oldId]));
  const records = sum.value.records.filter((r) => before.has(r.path));
  const moved = records.filter((r) => before.get(r.path) !== r.oldId).map((r) => r.path);
  if (moved.length === 0) return undefined;
  const steps = await window.trains.touching({ from: from.value, to: change.mergeBase, paths: moved, most: MOST_STEPS });
  const few = steps.ok && steps.value.length <= MOST_STEPS ? steps.value : null;
  const parse = (some: readonly TreeRecord[]): Promise<readonly FileEvidence[]> => parsers.parse(some, repository.blobs);
  const each = few === null ? null : await Promise.all(few.map((step) => stepRecords(repository, of, step, before)));
  const read = each === null || each.includes(null) ? null : (each as readonly (readonly TreeRecord[])[]);
  const parsed: (readonly FileEvidence[])[] = [];
  for (const some of read ?? []) parsed.push(await parse(some));
  return { since: from.value, earlier: few?.length ?? MOST_STEPS + 1, whole: await parse(records), each: read === null ? null : parsed };
}

async function stepRecords(
  repository: Repository,
  of: { repo: string; targetRef: string },
  step: TrainStep,
  paths: ReadonlyMap<string, unknown>,
): Promise<readonly TreeRecord[] | null> {
  const change = await repository.change({ ...of, base: step.parent, head: step.commit });
  return change.ok ? change.value.records.filter((r) => paths.has(r.path)) : null;
}
