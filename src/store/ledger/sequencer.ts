/**
 * One sequencer: plans run one after another, each seeing what the one before it wrote. Appends that wait together share one
 * transaction, and so one fsync: within it a refused plan has written nothing, and a failing disk fails them all.
 * A plan must not append, and must not wait for anybody who does: it holds the only turn there is.
 */
import { err, ok, problem, type Result } from '../../core/base/result.ts';
import { parseEntry } from '../../core/log/entry.ts';
import type { HeededLog } from '../../core/signoff/heed-log.ts';
import type { AppendedEntry, EntryDraft, Projections } from '../../flows/ports.ts';
import type { Writer } from '../connection.ts';
import { type ByHeart, projectionsOver } from '../projections/questions.ts';
import { Refused } from '../refused.ts';
import type { EntryTable, Writing } from '../schema.ts';
import { after } from './after.ts';
import { type Beside, NOTHING_BESIDE } from './beside.ts';
import { isHeld, mayErase } from './erased.ts';
import { type Growth, growth, type Head } from './head.ts';
import type { Publisher } from './publisher.ts';
import { appended } from './read.ts';
import { unwritten } from './recover.ts';
import { signed } from './signed.ts';
import { type Standing, standing } from './standing.ts';
import { type Deciding, type Found, isDeciding, isSaid, type Statements } from './statements.ts';
import { type Prepared, prepareDrafts, timeOf, writePrepared } from './write.ts';

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
  /** Where others append too: what they did until now is known here when it resolves. */
  follow(): Promise<void>;
}

/** Appends of one transaction. */
const GROUP = 256;

/** @param opened where the log stands, and what decides in it. @param beside told after each group. */
export function sequencer(writer: Writer, publisher: Publisher, clock: () => number, opened = unwritten(), beside = NOTHING_BESIDE): Sequencer {
  const waiting: Waiting[] = [];
  const site: Site = { writer, publisher, clock, beside, log: standing(writer, publisher, opened) };
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
      for (const settle of await commit(site, group)) settle();
    } catch (cause) {
      // A database may give up a whole transaction for what one plan asked: nothing of it is written, and the others go on without it.
      if (cause instanceof Unwritten && group.length > 1) for (const one of group) await write([one]);
      else for (const w of group) lost(w, cause instanceof Unwritten ? cause.cause : cause);
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
    follow: () => site.log.follow(),
  };
}

function lost({ resolve, reject }: Waiting, cause: unknown): void {
  if (cause instanceof Refused) resolve(err(cause.problem));
  else reject(cause);
}

/** Nothing was committed, for what one statement said. */
class Unwritten extends Error {}

interface Site {
  readonly writer: Writer;
  readonly publisher: Publisher;
  readonly clock: () => number;
  readonly beside: Beside;
  readonly log: Standing;
}

/** Commits the group, signs, and hands back what to tell each: nobody is answered before the signature. */
async function commit(site: Site, group: readonly Waiting[]): Promise<readonly (() => void)[]> {
  const { writer, publisher, beside, log } = site;
  const { settled, head, grown, found } = await written(site, group);
  await log.left(head, found);
  if (group.some((w) => w.rules)) await publisher.start();
  if (grown) await publisher.publish(head.tree);
  if (grown) await beside.grew({ head, statements: log.statements }, publisher);
  if (found.deciding.some((d) => d.type === 'erasure')) await writer.scrub();
  return settled;
}

async function written({ writer, publisher, clock, log }: Site, group: readonly Waiting[]) {
  try {
    return await writer.append(async (db, others) => {
      const start = await log.now(db, others);
      // What another server left unsigned is signed here first: only what is signed can be sworn over, and a plan reads what is signed.
      if (writer.shared && start.tree.size > (publisher.latest()?.size ?? 0)) await publisher.publish(start.tree);
      const written = writing(db, start, log.statements);
      const settled: (() => void)[] = [];
      for (const waiting of group) settled.push(await attempt(written, waiting, clock));
      await written.flush();
      const head = written.log.head();
      const grown = head.tree.size > start.tree.size;
      if (grown && writer.shared) await writer.shared.leave(db, await publisher.leaving(db, head.tree));
      return { settled, head, grown, found: written.found };
    });
  } catch (cause) {
    throw writer.ofOne(cause) ? new Unwritten('', { cause }) : cause;
  }
}

/** What a group has appended so far. */
interface Written {
  readonly db: Writing;
  readonly log: Growth;
  readonly state: Projections;
  add(prepared: readonly Prepared[]): void;
  /** What is kept of it. */
  readonly found: Found;
  /** What holds of all statements, these among them. */
  heeded(): Result<HeededLog>;
  /** Rejects for ever once it failed: half of it may be written, so the group is lost whatever a plan made of the failure. */
  flush(): Promise<void>;
}

function writing(db: Writing, start: Head, before: Statements): Written {
  const log = growth(start);
  let pending: Prepared[] = [];
  let flushed: Promise<void> = Promise.resolve();
  const deciding: Deciding[] = [];
  const found: Found = { deciding, signed: signed() };
  const add = (prepared: readonly Prepared[]): void => {
    pending.push(...prepared);
    deciding.push(...prepared.filter((p) => isDeciding(p.row.type)).map(({ row, body }) => ({ type: row.type, index: row.idx, bytes: row.bytes, body })));
    for (const { row } of prepared) keepSigned(found, row);
  };
  const flush = (): Promise<void> => {
    if (pending.length === 0) return flushed;
    const now = pending;
    pending = [];
    flushed = flushed.then(() => writePrepared(db, now));
    return flushed;
  };
  const byHeart: ByHeart = {
    said: () => {
      const more = deciding.filter(isSaid);
      return more.length === 0 ? before.said() : [...before.said(), ...more];
    },
    signed: (change) => [...before.signed(change), ...found.signed.of(change)],
    signedAfter: (index) => [...before.signedAfter(index), ...found.signed.after(index)],
    violations: (repo) => [...before.violations(repo), ...found.signed.violations(repo)],
  };
  return { db, log, state: after(flush, projectionsOver(db, byHeart)), add, found, heeded: () => before.heeded(deciding), flush };
}

function keepSigned({ signed }: Found, { type, idx, bytes }: EntryTable): void {
  const entry = type === 'signoff' || type === 'violation' ? parseEntry(bytes) : undefined;
  if (entry?.ok) signed.add(entry.value, idx);
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
async function erasable({ db, flush, log, heeded }: Written, drafts: readonly EntryDraft[], now: number): Promise<Result<readonly EntryDraft[]>> {
  for (const [i, draft] of drafts.entries()) {
    if (draft.type !== 'erasure') continue;
    if (i > 0) return ALONE;
    await flush();
    const held = isHeld(heeded(), { index: log.tree.size, at: timeOf(log, now), body: draft.body });
    const may = held.ok ? await mayErase(db, draft, now) : held;
    if (!may.ok) return may;
  }
  return ok(drafts);
}

const ALONE = err(problem('DATA_INVALID', 'an erasure is appended by itself: it speaks of what was there before'));

const KEYLESS = err(problem('DATA_INVALID', 'a new log key is not appended but made: nothing else could sign what follows', { remedy: 'rotate the key' }));
