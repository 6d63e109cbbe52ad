/**
 * One sequencer: plans run one after another, each seeing what the one before it wrote. Appends that wait together share one
 * transaction, and so one fsync: within it a refused plan has written nothing, and a failing disk fails them all.
 * A plan must not append, and must not wait for anybody who does: it holds the only turn there is.
 */
import { ok, type Result } from '../../core/base/result.ts';
import type { AppendedEntry, EntryDraft, Projections } from '../../flows/ports.ts';
import type { Connection } from '../database.ts';
import { projectionsOver } from '../projections/questions.ts';
import type { Writing } from '../schema.ts';
import type { Publisher } from './publisher.ts';
import { appended } from './read.ts';
import { appendDrafts, type Head, readHead } from './write.ts';

type Plan = (state: Projections) => Promise<Result<readonly EntryDraft[]>> | Result<readonly EntryDraft[]>;
type Answer = Result<readonly AppendedEntry[]>;

interface Waiting {
  readonly plan: Plan;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (cause: unknown) => void;
}

export interface Sequencer {
  append(plan: Plan): Promise<Answer>;
  /** Runs alone on the writing connection, between appends. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when everything asked for before is done; later asks are refused. */
  stop(): Promise<void>;
}

const GROUP = 64;

export function sequencer(writer: Connection, publisher: Publisher, clock: () => number): Sequencer {
  const waiting: Waiting[] = [];
  let turn: Promise<unknown> = Promise.resolve();
  let stopped = false;
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    if (stopped) return Promise.reject(new Error('the store is closed'));
    const done = turn.then(work);
    turn = done.catch(() => undefined);
    return done;
  };
  const drain = async (): Promise<void> => {
    const group = waiting.splice(0, GROUP);
    if (group.length === 0) return;
    try {
      for (const settle of await commit(writer, publisher, clock, group)) settle();
    } catch (cause) {
      for (const w of group) w.reject(cause);
    }
  };
  return {
    append: (plan) =>
      new Promise((resolve, reject) => {
        if (!stopped) waiting.push({ plan, resolve, reject });
        alone(drain).catch(reject);
      }),
    alone,
    stop: async () => {
      stopped = true;
      await turn;
    },
  };
}

/** Commits the group, signs, and hands back what to tell each: nobody is answered before the signature. */
async function commit(writer: Connection, publisher: Publisher, clock: () => number, group: readonly Waiting[]): Promise<readonly (() => void)[]> {
  const { settled, head, grown } = await writer.db.transaction().execute(async (db) => {
    const start = await readHead(db);
    let head = start;
    const settled: (() => void)[] = [];
    for (const waiting of group) {
      const step = await attempt(db, head, waiting, clock);
      head = step.head;
      settled.push(step.settle);
    }
    return { settled, head, grown: head.tree.size > start.tree.size };
  });
  if (grown) await publisher.publish(head.tree);
  return settled;
}

async function attempt(db: Writing, head: Head, { plan, resolve, reject }: Waiting, clock: () => number): Promise<{ readonly head: Head; readonly settle: () => void }> {
  let drafts: Awaited<ReturnType<Plan>>;
  try {
    drafts = await plan(projectionsOver(db));
  } catch (cause) {
    return { head, settle: () => reject(cause) };
  }
  const answer = drafts.ok ? await appendDrafts(db, head, drafts.value, clock()) : drafts;
  if (!answer.ok) return { head, settle: () => resolve(answer) };
  return { head: answer.value.head, settle: () => resolve(ok(answer.value.rows.map(appended))) };
}
