/**
 * Does jobs as they come due, in turns between organisations, a few at once. A job is held under a lease that is renewed while its handler
 * works; where the worker dies, the lease runs out and another takes it. So a handler may run twice, and has to bear it.
 */
import type { JobEnd, Leases, TakenJob } from './ports-jobs.ts';

/** How a handler ended. `after`: milliseconds it asks to wait at least. */
export type Worked = { readonly do: 'done' } | { readonly do: 'retry'; readonly why: string; readonly after?: number } | { readonly do: 'give-up'; readonly why: string };

export const DONE: Worked = { do: 'done' };

/** Milliseconds: the first wait, which grows by the factor with each further one, up to the last. */
export interface BackOff {
  readonly first: number;
  readonly factor: number;
  readonly last: number;
}

export interface Handler {
  readonly kind: string;
  readonly backOff: BackOff;
  /** @param signal aborted where the job is no longer ours, or the server ends. A throw is a bug, and is tried again as a failure is. */
  run(job: TakenJob, signal: AbortSignal): Promise<Worked>;
}

export interface WorkerWorld {
  readonly leases: Leases;
  readonly handlers: readonly Handler[];
  /** Of this worker and no other. */
  readonly name: string;
  now(): number;
  /** Calls back once, that many milliseconds from now, unless taken back. */
  after(milliseconds: number, act: () => void): () => void;
  /** From 0 up to 1. */
  random(): number;
  log(line: string): void;
  readonly terms?: WorkerTerms;
}

export interface WorkerTerms {
  /** Jobs at once; and of one organisation, so that whoever has thousands leaves room for whoever has one. */
  readonly slots: number;
  readonly ofOne: number;
  /** Milliseconds. Clocks of servers may differ by two thirds of it. */
  readonly lease: number;
  /** Milliseconds between looks where nobody wakes it. */
  readonly poll: number;
}

const TERMS: WorkerTerms = { slots: 16, ofOne: 12, lease: 30_000, poll: 1_000 };

export interface Worker {
  /** There may be something to do. Returns at once. */
  wake(): void;
  /** Jobs under way. */
  working(): number;
  /** Begins nothing more, and gives what is under way so many milliseconds; what is not done by then is handed back for others. */
  stop(grace: number): Promise<void>;
}

/** Half of it is chance: those that failed together do not come back together. @param attempt from 1. @param random from 0 up to 1. */
export const waitFor = ({ first, factor, last }: BackOff, attempt: number, random: number): number =>
  Math.round(Math.min(last, first * factor ** (attempt - 1)) * (0.5 + random / 2));

interface Held {
  readonly job: TakenJob;
  readonly abort: AbortController;
  /** Of the lease. */
  until: number;
  /** Somebody else has it by now, or it was handed back. */
  lost: boolean;
  cancel: () => void;
}

export function startWorker(world: WorkerWorld): Worker {
  const { leases, terms = TERMS, now, after } = world;
  const handlers = new Map(world.handlers.map((h) => [h.kind, h]));
  const kinds = [...handlers.keys()];
  const held = new Map<Held, Promise<void>>();
  let served = '';
  let stopped = false;
  let cancelPoll = (): void => undefined;
  let looking: Promise<void> | undefined;
  let woken = false;

  const free = (): number => terms.slots - held.size;
  const roomOf = (org: string): number => Math.min(free(), terms.ofOne - [...held.keys()].filter((h) => h.job.org === org).length);

  const wake = (): void => {
    woken = true;
    if (stopped || looking !== undefined) return;
    looking = look().finally(() => {
      looking = undefined;
      if (stopped) return;
      if (woken) return wake();
      cancelPoll();
      cancelPoll = after(terms.poll * (0.5 + world.random()), wake);
    });
  };

  const look = async (): Promise<void> => {
    try {
      do {
        woken = false;
        // Where the database is in this process nothing here ever waits: others have to come to their turn.
        await new Promise<void>((resolve) => void after(0, resolve));
      } while ((await takeSome()) > 0);
    } catch (cause) {
      world.log(`jobs cannot be looked for: ${wordsOf(cause)}`);
    }
  };

  /** One round: whoever was served last comes last, and nobody gets more than a share of what is free. */
  const takeSome = async (): Promise<number> => {
    if (stopped || free() === 0) return 0;
    const waiting = (await leases.waiting(kinds)).filter((org) => roomOf(org) > 0);
    const turns = [...waiting.filter((org) => org > served), ...waiting.filter((org) => org <= served)];
    const share = Math.max(1, Math.floor(free() / Math.max(1, turns.length)));
    let taken = 0;
    for (const org of turns) {
      const most = Math.min(share, roomOf(org));
      if (stopped || most < 1) continue;
      const until = now() + terms.lease;
      const jobs = await leases.take({ org, kinds, holder: world.name, most, until });
      for (const job of jobs) begin(job, until);
      taken += jobs.length;
      served = org;
    }
    return taken;
  };

  const begin = (job: TakenJob, until: number): void => {
    const one: Held = { job, abort: new AbortController(), until, lost: false, cancel: () => undefined };
    renewLater(one);
    held.set(
      one,
      work(one).finally(() => {
        held.delete(one);
        wake();
      }),
    );
  };

  const work = async (one: Held): Promise<void> => {
    const end = await endOf(one);
    one.cancel();
    if (one.lost) return;
    one.lost = true;
    try {
      await leases.end(one.job, end);
    } catch (cause) {
      world.log(`job ${one.job.id} cannot be ended, and will be done again: ${wordsOf(cause)}`);
    }
  };

  const endOf = async ({ job, abort }: Held): Promise<JobEnd> => {
    const handler = handlers.get(job.kind);
    const worked = await handler?.run(job, abort.signal).catch((cause: unknown): Worked => {
      world.log(`job ${job.id} (${job.kind}) failed by our own bug: ${wordsOf(cause)}`);
      return { do: 'retry', why: wordsOf(cause) };
    });
    if (handler === undefined || worked === undefined || worked.do === 'done') return { do: 'done' };
    if (worked.do === 'retry' && job.attempts < job.tries)
      return { do: 'later', due: now() + Math.max(waitFor(handler.backOff, job.attempts, world.random()), worked.after ?? 0), error: worked.why, counted: true };
    world.log(`job ${job.id} (${job.kind}) is given up after ${job.attempts} of ${job.tries} tries: ${worked.why}`);
    return { do: 'dead', error: worked.why };
  };

  const renewLater = (one: Held): void => {
    one.cancel = after(terms.lease / 3, () => void renew(one));
  };

  const renew = async (one: Held): Promise<void> => {
    if (one.lost) return;
    const until = now() + terms.lease;
    let ours = now() < one.until;
    try {
      ours = await leases.renew(one.job, until);
      if (ours) one.until = until;
    } catch (cause) {
      world.log(`the lease of job ${one.job.id} cannot be renewed: ${wordsOf(cause)}`);
    }
    if (one.lost) return;
    if (ours) return renewLater(one);
    one.lost = true;
    one.abort.abort();
  };

  const handBack = async (one: Held): Promise<void> => {
    if (one.lost) return;
    one.lost = true;
    one.cancel();
    one.abort.abort();
    try {
      await leases.end(one.job, { do: 'later', due: now(), error: null, counted: false });
    } catch (cause) {
      world.log(`job ${one.job.id} cannot be handed back: its lease has to run out: ${wordsOf(cause)}`);
    }
  };

  wake();
  return {
    wake,
    working: () => held.size,
    stop: async (grace) => {
      stopped = true;
      cancelPoll();
      await looking;
      await new Promise<void>((resolve) => {
        const cancel = after(grace, resolve);
        void Promise.allSettled(held.values()).then(() => {
          cancel();
          resolve();
        });
      });
      await Promise.all([...held.keys()].map(handBack));
    },
  };
}

const wordsOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
