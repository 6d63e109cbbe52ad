/**
 * Work that is done later, at least once: a row until it is done, held under a lease while somebody does it. Implemented by store/jobs.
 * Handlers are idempotent: a worker that dies, or is cut off from the database, leaves its jobs to another.
 */
import type { Json } from '../core/base/json.ts';

export interface JobDraft {
  /** Whose: no organisation waits for the jobs of another. */
  readonly org: string;
  /**
   * Its name within the organisation: `[a-z0-9-]`, at most 100. One that waits under this name is this job; one that is being done is
   * done once more afterwards; one that was given up begins anew.
   */
  readonly id: string;
  readonly kind: string;
  /** What its handler is told. Never a secret: whoever may see jobs reads it. */
  readonly body: Json;
  /** How often it is begun before it is given up. */
  readonly tries: number;
  /** Milliseconds since 1970, before which it is not begun; absent: at once. */
  readonly due?: number;
}

export interface TakenJob extends Pick<JobDraft, 'org' | 'id' | 'kind' | 'body' | 'tries'> {
  /** Log index of the last entry it was appended with; null: of none. It is committed, and perhaps not signed and shown yet. */
  readonly entry: number | null;
  /** This time included. */
  readonly attempts: number;
  /** Goes up whenever somebody else gets it: what was held under an earlier turn can be neither renewed nor ended. */
  readonly turn: number;
}

export type JobEnd =
  | { readonly do: 'done' }
  /** @param counted false: handed back untouched. */
  | { readonly do: 'later'; readonly due: number; readonly error: string | null; readonly counted: boolean }
  | { readonly do: 'dead'; readonly error: string };

/** What a worker asks. None of it waits for the disk: lost in a power cut, a job is done again. */
export interface Leases {
  /** Sorted: who has jobs of these kinds that are due. */
  waiting(kinds: readonly string[]): Promise<readonly string[]>;
  /**
   * At most `most` due jobs of one organisation, held until then. A lease that ran out is due like any other. What was begun as often as it may
   * is given up instead. Of two workers that ask at once each job goes to one.
   */
  take(asked: { org: string; kinds: readonly string[]; holder: string; most: number; until: number }): Promise<readonly TakenJob[]>;
  /** False: it is held by somebody else by now, or gone. */
  renew(job: TakenJob, until: number): Promise<boolean>;
  /** False as `renew`, and nothing changed. */
  end(job: TakenJob, end: JobEnd): Promise<boolean>;
}

export const JOB_STATES = ['waiting', 'held', 'dead'] as const;
export type JobState = (typeof JOB_STATES)[number];

export interface JobRow extends Omit<TakenJob, 'turn'> {
  readonly state: JobState;
  /** When it is begun, or the end of the lease; null: given up. */
  readonly due: number | null;
  readonly holder: string | null;
  /** What went wrong last, in words. */
  readonly error: string | null;
  readonly created: number;
}

/** For people who look after jobs. Changes are durable when they resolve. */
export interface JobDesk {
  /** Sorted: who has any. */
  organisations(): Promise<readonly string[]>;
  /** By id. @param after the last id of the page before. */
  list(where: { org: string; id?: string; state?: JobState; after?: string; limit: number }): Promise<readonly JobRow[]>;
  count(org: string): Promise<{ readonly [state in JobState]: number }>;
  /** Begun at once, with all its tries. False: it is being done, or there is none. */
  retry(org: string, id: string): Promise<boolean>;
  /** False as `retry`. */
  drop(org: string, id: string): Promise<boolean>;
}

export interface Jobs {
  /** All or none; durable. Together with entries of the log: name them in a draft of the entry. */
  add(jobs: readonly JobDraft[]): Promise<void>;
  readonly leases: Leases;
  readonly desk: JobDesk;
}
