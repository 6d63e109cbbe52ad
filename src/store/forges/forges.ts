/** The ports `ForgeInbox` and `ForgeShelf` over the store's own tables. */
import { type ForgeEvent, type ForgeInbox, type ForgeMove, type ForgeShelf, type ForgeSubject, subjectKey } from '../../flows/ports-forge.ts';
import type { JobDraft } from '../../flows/ports-jobs.ts';
import type { Writer } from '../connection.ts';
import { addJobs, jobRow } from '../jobs/add.ts';
import type { Sequencer } from '../ledger/sequencer.ts';
import type { Database, Reading, Writing } from '../schema.ts';
import type { ForgeTables } from './tables.ts';
import { together } from './together.ts';

type Row = ForgeTables['forge_events'];

interface Put {
  readonly repo: string;
  readonly event: ForgeEvent;
  readonly jobs: readonly JobDraft[];
  readonly moves: readonly ForgeMove[];
}

export function inboxOver(reader: Database, writer: Writer, sequencer: Pick<Sequencer, 'alone'>, clock: () => number): ForgeInbox {
  const put = together<Put, boolean>(sequencer, (all) => writer.aside((db) => putAll(db, all, clock())), writer.away);
  // Lost in a power cut, what was looked at is looked at again: the job that says so ended after it.
  const lightly = <T>(work: (db: Reading) => Promise<T>): Promise<T> => sequencer.alone(() => writer.lightly(work));
  return {
    put: (repo, event, jobs, moves = []) => put({ repo, event, jobs, moves }),
    moves: async (repo, after) => {
      const rows: ForgeTables['forge_moves'][] = [];
      for (let at = 0; at < after.length; at += PIECE) rows.push(...(await movesIn(reader, repo, after.slice(at, at + PIECE))));
      return rows.sort((a, b) => a.at - b.at).map(({ account, ref, before_oid, after_oid }) => ({ account, ref, before: before_oid === '' ? null : before_oid, after: after_oid }));
    },
    remember: (repo, moves, at) => sequencer.alone(() => writer.aside((db) => rememberIn(db, repo, moves, at))),
    waiting: async (repo, subject) => (await waitingIn(reader, repo, subject)).map(read),
    worked: (repo, subject, seq) => lightly((db) => workedIn(db, repo, subject, seq)),
    prune: async (before) => {
      for (let all = 0; ; ) {
        const gone = await lightly((db) => pruneIn(db, before));
        all += gone;
        if (gone < PIECE) return all;
      }
    },
  };
}

/** By repository: of two servers that each have several, neither waits for what the other holds. Within one they stay in their order. */
async function putAll(db: Writing, all: readonly Put[], now: number): Promise<readonly boolean[]> {
  const answers = new Map<Put, boolean>();
  for (const one of all.toSorted((a, b) => (a.repo < b.repo ? -1 : a.repo > b.repo ? 1 : 0))) answers.set(one, await putIn(db, one, now));
  return all.map((one) => answers.get(one) === true);
}

async function putIn(db: Writing, { repo, event, jobs, moves }: Put, now: number): Promise<boolean> {
  const counted = db
    .insertInto('forge_counts')
    .values({ repo, last: 1 })
    .onConflict((c) => c.column('repo').doUpdateSet((e) => ({ last: e('forge_counts.last', '+', 1) })))
    .returning('last');
  const { last } = await counted.executeTakeFirstOrThrow();
  const row = written(repo, event, last);
  const first = await db
    .insertInto('forge_events')
    .values(row)
    .onConflict((c) => c.doNothing())
    .returning('seq')
    .execute();
  if (first.length === 0) return false;
  await rememberIn(db, repo, moves, Math.trunc(event.at));
  await addJobs(
    db,
    jobs.map((job) => jobRow(job, now, null)),
  );
  return true;
}

export const waitingIn = (db: Reading, repo: string, subject: string): Promise<readonly Row[]> =>
  db.selectFrom('forge_events').selectAll().where('repo', '=', repo).where('subject', '=', subject).where('looked', '=', 0).orderBy('seq').execute();

export async function workedIn(db: Reading, repo: string, subject: string, seq: number): Promise<void> {
  await db.updateTable('forge_events').set({ looked: 1 }).where('repo', '=', repo).where('subject', '=', subject).where('looked', '=', 0).where('seq', '<=', seq).execute();
}

/** By the key of its rows. */
export const movesIn = (db: Reading, repo: string, after: readonly string[]) =>
  db.selectFrom('forge_moves').selectAll().where('repo', '=', repo).where('after_oid', 'in', after).execute();

async function rememberIn(db: Writing, repo: string, moves: readonly ForgeMove[], at: number): Promise<void> {
  if (moves.length === 0) return;
  const rows = moves.map(({ account, ref, before, after }) => ({ repo, after_oid: after, ref, account, before_oid: before ?? '', at }));
  await db
    .insertInto('forge_moves')
    .values(rows)
    .onConflict((c) => c.doNothing())
    .execute();
}

/** Rows asked for, or deleted, in one go: nobody's append waits for more. */
const PIECE = 500;

export async function pruneIn(db: Reading, before: number): Promise<number> {
  const old = db.selectFrom('forge_events').select(['repo', 'delivery']).where('looked', '=', 1).where('at', '<', before).orderBy('at').limit(PIECE).$asTuple('repo', 'delivery');
  const gone = await db
    .deleteFrom('forge_events')
    .where((e) => e(e.refTuple('repo', 'delivery'), 'in', old))
    .returning('seq')
    .execute();
  return gone.length;
}

const written = (repo: string, { delivery, name, at, forgeId, place, account, brings, subject }: ForgeEvent, seq: number): Row => ({
  ...{ repo, delivery, seq, name, at: Math.trunc(at), forge_id: forgeId, place, account, brings: brings ? 1 : 0 },
  ...{ subject: subjectKey(subject), said: JSON.stringify(known(subject)), looked: 0 },
});

/** What the forge said beside it is not kept. */
function known(subject: ForgeSubject): ForgeSubject {
  switch (subject.kind) {
    case 'pull': {
      const { number, targetRef, head, before, open, branch, owner, fork } = subject;
      return { kind: 'pull', number, targetRef, head, before, open, branch, owner, fork };
    }
    case 'queue':
      return { kind: 'queue', ref: subject.ref, targetRef: subject.targetRef, head: subject.head, open: subject.open };
    case 'ref':
      return { kind: 'ref', ref: subject.ref, old: subject.old, new: subject.new };
    case 'deploy':
      return { kind: 'deploy', runId: subject.runId, environment: subject.environment, sha: subject.sha };
    case 'head':
      return { kind: 'head', head: subject.head };
    case 'repository':
      return { kind: 'repository' };
  }
}

const read = ({ delivery, seq, name, at, forge_id, place, account, brings, said }: Row): ForgeEvent & { readonly seq: number } => ({
  ...{ delivery, seq, name, at, forgeId: forge_id, place, account, brings: brings === 1 },
  subject: JSON.parse(said) as ForgeSubject,
});

export function shelfOver(reader: Database, writer: Writer, { alone }: Pick<Sequencer, 'alone'>): ForgeShelf {
  const durably = <T>(work: (db: Writing) => Promise<T>): Promise<T> => alone(() => writer.aside(work));
  return {
    get: async (repo, kind, id) => {
      const row = await onShelf(reader, repo, kind).where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : JSON.parse(row.value);
    },
    list: async (repo, kind) => (await onShelf(reader, repo, kind).orderBy('id').execute()).map(({ id, value }) => ({ id, value: JSON.parse(value) as unknown })),
    put: (repo, kind, id, value) => {
      const row = { value: JSON.stringify(value) };
      return durably(async (db) => {
        await db
          .insertInto('forge_shelf')
          .values({ repo, kind, id, ...row })
          .onConflict((c) => c.columns(['repo', 'kind', 'id']).doUpdateSet(row))
          .execute();
      });
    },
    drop: (repo, kind, id) => durably(async (db) => void (await db.deleteFrom('forge_shelf').where('repo', '=', repo).where('kind', '=', kind).where('id', '=', id).execute())),
  };
}

export const onShelf = (db: Reading, repo: string, kind: string) => db.selectFrom('forge_shelf').select(['id', 'value']).where('repo', '=', repo).where('kind', '=', kind);
