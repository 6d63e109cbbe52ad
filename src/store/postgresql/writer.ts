/** What appends to a PostgreSQL that several servers share. */
import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { problem } from '../../core/base/result.ts';
import type { Left, Writer } from '../connection.ts';
import { say } from '../insert.ts';
import { Refused } from '../refused.ts';
import { type Database, PROJECTIONS_VERSION, type Reading, SCHEMA_VERSION, type Writing } from '../schema.ts';
import { again, codeOf, isAway, isOfOne, isTooLong } from './connection.ts';
import { inPostgresql, TURN_VERSION } from './ddl.ts';
import { openSession, type Session } from './session.ts';

const UNIQUE_VIOLATION = '23505';

/** Of ledger with turn, and of projections, as it stands in the turn. */
export const VERSION = `${SCHEMA_VERSION + TURN_VERSION}.${PROJECTIONS_VERSION}`;

/** @param light connections that do not wait for the disk. */
export function postgresqlWriter(url: string, db: Database, light: Database): Writer & { end(): Promise<void> } {
  const session = keptSession(url);
  /** Of the last turn of this process that was committed for certain. */
  let last: string | undefined;
  const turned = async <T>(work: (db: Writing, others: boolean) => Promise<T>, found: string | undefined): Promise<T> => {
    const token = randomBytes(8).toString('hex');
    const done = await again(async (committing) => {
      const { db: appending } = await session.now();
      return appending
        .transaction()
        .setIsolationLevel('read committed')
        .execute(async (all) => {
          const before = await takeTurn(all, token);
          const answer = await work(all, found === undefined || before !== found);
          committing();
          return answer;
        });
    });
    last = token;
    return done;
  };
  return {
    db,
    ddl: inPostgresql,
    shared: { left: leftIn, leave: (db, note) => say(db, sql`update turn set head = ${note} where id = 1`.compile(db)) },
    append: async (work) => {
      const found = last;
      last = undefined;
      try {
        return await turned(work, found);
      } catch (cause) {
        // Something stands where this was to stand, put there by somebody who took no turn: it is looked at.
        if (found === undefined || codeOf(cause) !== UNIQUE_VIOLATION) throw told(cause);
        return turned(work, undefined);
      }
    },
    rewrite: async (work) => {
      const done = await turned(work, undefined);
      last = undefined;
      return done;
    },
    aside: (work) =>
      again((committing) =>
        db
          .transaction()
          .setIsolationLevel('read committed')
          .execute(async (all) => {
            await sql`select ${DURABLY}`.execute(all);
            const answer = await work(all);
            committing();
            return answer;
          }),
      ),
    // The same row twice is the same row: it may be said again.
    lightly: (write) => again(() => write(light)),
    // A file that is not there is called the same as a socket that is not.
    away: (cause) => isTooLong(cause) || (isAway(cause) && (codeOf(cause) !== 'ENOENT' || (cause as NodeJS.ErrnoException).syscall === 'connect')),
    hindered: async () => {
      const [found] = (await standing.execute(db)).rows;
      if (found?.replica !== false) return 'is a replica, and takes no writes';
      if (found.reads) return 'takes no writes';
      return found.version === VERSION ? null : 'is of another version of the program';
    },
    intruders: async () => (await intruders.execute(db)).rows.map(({ name }) => name),
    ofOne: isOfOne,
    // The space of a deleted row is the database's own to give back: docs/guides/postgresql.md.
    scrub: async () => undefined,
    end: session.end,
  };
}

/** Of a database that is away or busy, in words for whoever asked; anything else stays what it is. */
function told(cause: unknown): unknown {
  if (isTooLong(cause))
    return new Refused(problem('STORE_UNAVAILABLE', 'a turn to append took too long: another server has it, or this one did not get done', { remedy: 'ask again in a moment' }));
  if (!isAway(cause)) return cause;
  return new Refused(
    problem('STORE_UNAVAILABLE', 'the database went away, and what was being written may have been committed or not', { remedy: 'ask again: nothing is done twice' }),
  );
}

/** The session, made anew where it was lost. */
function keptSession(url: string): { now(): Promise<Session>; end(): Promise<void> } {
  let kept: Session | undefined;
  return {
    now: async () => {
      if (kept?.lost() === false) return kept;
      await kept?.end();
      kept = await openSession(url);
      return kept;
    },
    end: async () => kept?.end(),
  };
}

/** A commit that is answered is on the disk, whatever the database was told by default. */
const DURABLY = sql`set_config('synchronous_commit', case when current_setting('synchronous_commit') in ('off', 'local') then 'on' else current_setting('synchronous_commit') end, true)`;

/** Answers the token that was there. */
async function takeTurn(db: Writing, token: string): Promise<string> {
  const turn = sql<{ version: string; before: string }>`update turn set before = token, token = ${token} where id = 1 returning version, before, ${DURABLY}`;
  const [row] = (await turn.execute(db)).rows;
  if (row?.version !== VERSION)
    throw new Refused(problem('DATA_INVALID', 'another version of the program has changed the tables meanwhile', { remedy: 'start this server again, with that version' }));
  return row.before;
}

const standing = sql<{ replica: boolean; reads: boolean; version: string | null }>`select pg_is_in_recovery() as replica,
  current_setting('default_transaction_read_only') = 'on' as reads, (select version from turn where id = 1) as version`;

const left = sql<{ size: number; note: string; signed: number | null; checkpoint: string | null }>`
  select coalesce((select max(idx) from entries), -1) + 1 as size, head as note, c.size as signed, c.note as checkpoint
    from turn left join lateral (select size, note from checkpoints order by size desc limit 1) c on true where id = 1`;

/** One statement sees one state. */
async function leftIn(db: Reading): Promise<Left> {
  const [row] = (await left.execute(db)).rows;
  if (row === undefined) throw new Refused(problem('DATA_INVALID', 'the row by which servers take turns is gone', { remedy: 'put the database back from a backup' }));
  const { size, note, signed, checkpoint } = row;
  return { size, note, checkpoint: signed === null || checkpoint === null ? undefined : { size: signed, note: checkpoint } };
}

const intruders = sql<{ name: string }>`
  select 'trigger ' || t.tgname as name from pg_trigger t join pg_class c on c.oid = t.tgrelid where not t.tgisinternal and c.relnamespace = current_schema()::regnamespace
  union all select 'rule ' || r.rulename from pg_rewrite r join pg_class c on c.oid = r.ev_class where c.relkind in ('r', 'p') and c.relnamespace = current_schema()::regnamespace
  union all select 'policy on ' || c.relname from pg_class c where c.relrowsecurity and c.relnamespace = current_schema()::regnamespace`;
