/** A history read once for all that onboarding asks of it: people, marks, what landed lately. The replay is handed the same reading. */
import { ok, type Problem, type Result } from '../core/base/result.ts';
import type { Commit, Oid } from '../core/change/change.ts';
import { type Landing, landings } from '../core/simulate/landings.ts';
import type { BlobRead, Contents, History } from './ports.ts';

export interface ReadHistory {
  readonly commits: readonly Commit[];
  /** Every landing that was read, oldest first. */
  readonly landings: readonly Landing[];
  /** Raw differences of the newest landings: those of a year, and some before where a year is quiet. */
  readonly diffs: ReadonlyMap<Oid, Uint8Array>;
  readonly notSeen: readonly string[];
}

export interface Watched {
  readonly signal: AbortSignal;
  readonly progress: (done: number) => void;
}

export const YEAR_MS = 365 * 86_400_000;
/** Landings whose difference is kept whenever they landed, and at most. */
const [LEAST_KEPT, MOST_KEPT] = [1_000, 30_000];
/** Bytes of differences that are kept: who lands a million files in one commit decides nothing about memory. */
const MOST_BYTES = 256 << 20;

export async function readHistory(history: History, tip: Oid, { signal, progress }: Watched): Promise<Result<ReadHistory, Problem>> {
  const commits: Commit[] = [];
  const diffs = new Map<Oid, Uint8Array>();
  let next: Oid | undefined = tip;
  let newest = Number.NEGATIVE_INFINITY;
  let bytes = 0;
  const seen = await history.walk({
    tip,
    signal,
    each: (commit, diff) => {
      commits.push(commit);
      if (commits.length % 1_000 === 0) progress(commits.length);
      if (commit.id !== next) return;
      next = commit.parents[0];
      if (diffs.size < LEAST_KEPT) newest = Math.max(newest, commit.committer.at);
      const wanted = diffs.size < LEAST_KEPT || (diffs.size < MOST_KEPT && commit.committer.at >= newest - YEAR_MS);
      const raw = wanted && bytes < MOST_BYTES ? diff() : undefined;
      if (raw === undefined) return;
      bytes += raw.length;
      diffs.set(commit.id, raw);
    },
  });
  if (!seen.ok) return seen;
  const stopped = signal.aborted ? [`reading was ended after ${commits.length} commits, to stay within a minute: what came before was not seen`] : [];
  return ok({ commits, landings: landings(commits, tip), diffs, notSeen: [...seen.value, ...stopped] });
}

/** Bytes of one file a first look takes in: what a build wrote is larger, and takes longer than all the rest. */
export const MOST_OPENED_BYTES = 1_000_000;

/**
 * What was read, as the port a replay reads: nothing is asked of git again but contents. Once the signal is given no more of
 * them is read, so that a landing of a whole library does not hold up the end.
 * @param tooLarge called where one was left unopened.
 */
export const rereading = (read: ReadHistory, history: History, signal: AbortSignal, tooLarge: () => void): History => ({
  walk: async ({ each }) => {
    for (const commit of read.commits) each(commit, () => read.diffs.get(commit.id));
    return ok(read.notSeen);
  },
  contents: async () => {
    const opened = await history.contents();
    if (!opened.ok) return opened;
    const reader = opened.value;
    return ok({ read: (ids, cap) => (signal.aborted ? Promise.reject(new Error('the time for it is over')) : capped(reader, ids, cap, tooLarge)), close: () => reader.close() });
  },
});

async function capped(reader: Contents, ids: readonly Oid[], cap: number, tooLarge: () => void): Promise<readonly BlobRead[]> {
  const blobs = await reader.read(ids, Math.min(cap, MOST_OPENED_BYTES));
  if (blobs.some((b) => 'problem' in b && b.problem === 'too-large')) tooLarge();
  return blobs;
}

/**
 * When the newest landing landed: of those that claim no future, so that one false date does not empty the year before it.
 * Where all claim it, the clock here is the one that is wrong. @param now milliseconds since 1970.
 */
export function newestOf(all: readonly Landing[], now: number): number | null {
  const lately = all.slice(-50).map((l) => l.at);
  const past = lately.filter((at) => at <= now + 86_400_000);
  return lately.length === 0 ? null : Math.max(...(past.length > 0 ? past : lately));
}
