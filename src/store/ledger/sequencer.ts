/**
 * One sequencer: plans run one after another, each seeing what the one before it wrote. Appends that wait together share one
 * transaction, and so one fsync: within it a refused plan has written nothing, and a failing disk fails them all.
 * A plan must not append, and must not wait for anybody who does: it holds the only turn there is.
 */
import { err, ok, problem, type Result } from '../../core/base/result.ts';
import type { AppendedEntry, EntryDraft, Projections } from '../../flows/ports.ts';
import type { Connection } from '../database.ts';
import { answerer } from '../insert.ts';
import { projectionsOver } from '../projections/questions.ts';
import type { Writing } from '../schema.ts';
import { mayErase } from './erased.ts';
import { type Growth, growth, type Head, readHead } from './head.ts';
import type { Publisher } from './publisher.ts';
import { appended } from './read.ts';
import { type Prepared, prepareDrafts, writePrepared } from './write.ts';

type Plan = (state: Projections, size: number) => Promise<Result<readonly EntryDraft[]>> | Result<readonly EntryDraft[]>;
type Answer = Result<readonly AppendedEntry[]>;

interface Waiting {
  readonly plan: Plan;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (cause: unknown) => void;
  /** Not asked for by a flow: it may say which key signs. */
  readonly rules?: true;
}

export interface Sequencer {
  append(plan: Plan): Promise<Answer>;
  /** Appends this one entry, which no plan may, in a group of its own. */
  rule(draft: (size: number) => Promise<EntryDraft>): Promise<Answer>;
  /** Runs alone on the writing connection, between appends. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when everything asked for before is done; later asks are refused. */
  stop(): Promise<void>;
}

/** Appends of one transaction. */
const GROUP = 256;

export function sequencer(writer: Connection, publisher: Publisher, clock: () => number): Sequencer {
  const waiting: Waiting[] = [];
  const heads = lastHead();
  let turn: Promise<unknown> = Promise.resolve();
  let stopped = false;
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    if (stopped) return Promise.reject(new Error('the store is closed'));
    const done = turn.then(work);
    turn = done.catch(() => undefined);
    return done;
  };
  const write = async (group: readonly Waiting[]): Promise<void> => {
    try {
      for (const settle of await commit(writer, publisher, clock, heads, group)) settle();
    } catch (cause) {
      for (const w of group) w.reject(cause);
    }
  };
  const drain = async (): Promise<void> => {
    const group = waiting.splice(0, GROUP);
    if (group.length > 0) await write(group);
  };
  return {
    append: (plan) =>
      new Promise((resolve, reject) => {
        if (!stopped) waiting.push({ plan, resolve, reject });
        alone(drain).catch(reject);
      }),
    rule: (draft) =>
      new Promise((resolve, reject) => {
        const plan = async (_: Projections, size: number): Promise<Result<readonly EntryDraft[]>> => ok([await draft(size)]);
        alone(() => write([{ plan, resolve, reject, rules: true }])).catch(reject);
      }),
    alone,
    stop: async () => {
      stopped = true;
      await turn;
    },
  };
}

interface Heads {
  /** Read anew where the log is not where it was left: another connection may have written, or the last commit failed. */
  now(db: Writing): Promise<Head>;
  left(head: Head): void;
}

const lastEntry = answerer((db) => db.selectFrom('entries').select('idx').orderBy('idx', 'desc').limit(1));

function lastHead(): Heads {
  let known: Head | undefined;
  return {
    now: async (db) => {
      const [last] = await lastEntry(db);
      return known !== undefined && known.tree.size === (last?.idx ?? -1) + 1 ? known : readHead(db);
    },
    left: (head) => {
      known = head;
    },
  };
}

/** Commits the group, signs, and hands back what to tell each: nobody is answered before the signature. */
async function commit(writer: Connection, publisher: Publisher, clock: () => number, heads: Heads, group: readonly Waiting[]): Promise<readonly (() => void)[]> {
  const { settled, head, grown, erased } = await writer.db.transaction().execute(async (db) => {
    const start = await heads.now(db);
    const written = writing(db, start);
    const settled: (() => void)[] = [];
    for (const waiting of group) settled.push(await attempt(written, waiting, clock));
    await written.flush();
    const head = written.log.head();
    return { settled, head, grown: head.tree.size > start.tree.size, erased: written.erased() };
  });
  heads.left(head);
  if (group.some((w) => w.rules)) await publisher.start();
  if (grown) await publisher.publish(head.tree);
  // What was erased still stands in the write-ahead log.
  if (erased) writer.exec('pragma wal_checkpoint(truncate)');
  return settled;
}

/** What a group has appended so far. */
interface Written {
  readonly db: Writing;
  readonly log: Growth;
  readonly state: Projections;
  add(prepared: readonly Prepared[]): void;
  /** Whether an erasure was among it. */
  erased(): boolean;
  /** Rejects for ever once it failed: half of it may be written, so the group is lost whatever a plan made of the failure. */
  flush(): Promise<void>;
}

function writing(db: Writing, start: Head): Written {
  const log = growth(start);
  let pending: Prepared[] = [];
  let flushed: Promise<void> = Promise.resolve();
  let erased = false;
  const add = (prepared: readonly Prepared[]): void => {
    pending.push(...prepared);
    erased ||= prepared.some((p) => p.row.type === 'erasure');
  };
  const flush = (): Promise<void> => {
    if (pending.length === 0) return flushed;
    const now = pending;
    pending = [];
    flushed = flushed.then(() => writePrepared(db, now));
    return flushed;
  };
  return { db, log, state: after(flush, projectionsOver(db)), add, erased: () => erased, flush };
}

/** The same questions, each asked after what was appended before is there to be seen. */
function after<T extends object>(ready: () => Promise<void>, questions: T): T {
  const asked = Object.entries(questions).map(([name, question]) => [
    name,
    typeof question === 'function'
      ? async (...where: unknown[]) => {
          await ready();
          return question(...where);
        }
      : after(ready, question),
  ]);
  return Object.fromEntries(asked);
}

/** What to tell whoever waits, once the group is committed and signed. */
async function attempt(written: Written, waiting: Waiting, clock: () => number): Promise<() => void> {
  const { plan, resolve, reject, rules } = waiting;
  let drafts: Awaited<ReturnType<Plan>>;
  try {
    drafts = await plan(written.state, written.log.tree.size);
  } catch (cause) {
    return () => reject(cause);
  }
  if (drafts.ok && rules === undefined && drafts.value.some((d) => d.type === 'log-key')) return () => resolve(KEYLESS);
  const now = clock();
  const allowed = drafts.ok ? await erasable(written, drafts.value, now) : drafts;
  const step = allowed.ok ? prepareDrafts(written.log, allowed.value, now) : allowed;
  if (!step.ok) return () => resolve(step);
  written.add(step.value);
  return () => resolve(ok(step.value.map((p) => appended(p.row))));
}

/** Asked of the log as this draft would find it; of bodies that come in the same append nothing is there yet. */
async function erasable({ db, flush }: Written, drafts: readonly EntryDraft[], now: number): Promise<Result<readonly EntryDraft[]>> {
  for (const draft of drafts.filter((d) => d.type === 'erasure')) {
    await flush();
    const may = await mayErase(db, draft, now);
    if (!may.ok) return may;
  }
  return ok(drafts);
}

const KEYLESS = err(problem('DATA_INVALID', 'a new log key is not appended but made: nothing else could sign what follows', { remedy: 'rotate the key' }));
