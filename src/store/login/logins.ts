/** The port `Logins` over the store's own tables. Writes take their turn between this server's appends, as everything that writes does. */
import type { Ceilings, Logins, Role, Scope, SessionRow, Sessions, Spent, TokenRow, Tokens } from '../../flows/ports-login.ts';
import { ROLES, SCOPES } from '../../flows/ports-login.ts';
import type { Writer } from '../connection.ts';
import type { Sequencer } from '../ledger/sequencer.ts';
import type { Database, Reading, Writing } from '../schema.ts';
import type { LoginTables } from './tables.ts';

/** How one thing is written: in a transaction of its own, on disk before it resolves. */
type Write = <T>(work: (db: Writing) => Promise<T>) => Promise<T>;
/** What may be lost in a power cut, one statement. */
type WriteLightly = (work: (db: Reading) => Promise<void>) => Promise<void>;

export function loginsOver(reader: Database, writer: Writer, sequencer: Sequencer, clock: () => number): Logins {
  const write: Write = (work) => sequencer.alone(() => writer.aside(work));
  const lightly: WriteLightly = (work) => sequencer.alone(() => writer.lightly(work));
  return { sessions: sessionsOver(reader, write, lightly, clock), spent: spentOver(write, clock), tokens: tokensOver(reader, write, clock), ceilings: ceilingsOver(reader, write) };
}

function sessionsOver(reader: Database, write: Write, lightly: WriteLightly, clock: () => number): Sessions {
  return {
    put: (digest, row) =>
      write(async (db) => {
        await db.deleteFrom('sessions').where('until', '<=', clock()).execute();
        await db.insertInto('sessions').values(sessionOut(digest, row)).execute();
      }),
    find: async (digest) => {
      const row = await reader.selectFrom('sessions').selectAll().where('digest', '=', digest).executeTakeFirst();
      return row === undefined ? null : sessionIn(row);
    },
    end: (digest) => write(async (db) => void (await db.deleteFrom('sessions').where('digest', '=', digest).execute())),
    endAll: (person) => write(async (db) => (await db.deleteFrom('sessions').where('person', '=', person).returning('digest').execute()).length),
    // Never brings back what ended meanwhile, and never moves backwards.
    seen: (digest, at) => lightly(async (db) => void (await db.updateTable('sessions').set({ seen: at }).where('digest', '=', digest).where('seen', '<', at).execute())),
  };
}

const spentOver = (write: Write, clock: () => number): Spent => ({
  spend: (digest, until) =>
    write(async (db) => {
      await db.deleteFrom('spent').where('until', '<=', clock()).execute();
      const first = await db
        .insertInto('spent')
        .values({ digest, until })
        .onConflict((c) => c.doNothing())
        .returning('digest')
        .execute();
      return first.length > 0;
    }),
});

function tokensOver(reader: Database, write: Write, clock: () => number): Tokens {
  return {
    put: (digest, { scopes, ...row }) =>
      write(async (db) => {
        await db.deleteFrom('tokens').where('until', '<=', clock()).execute();
        await db
          .insertInto('tokens')
          .values({ digest, ...row, scopes: JSON.stringify(scopes) })
          .execute();
      }),
    find: async (digest) => {
      const row = await reader.selectFrom('tokens').selectAll().where('digest', '=', digest).executeTakeFirst();
      return row === undefined ? null : tokenIn(row);
    },
    of: async (person) => (await reader.selectFrom('tokens').selectAll().where('person', '=', person).orderBy('created').orderBy('id').execute()).map(tokenIn),
    end: (person, id) => write(async (db) => (await db.deleteFrom('tokens').where('person', '=', person).where('id', '=', id).returning('digest').execute()).length > 0),
    endAll: (person) => write(async (db) => (await db.deleteFrom('tokens').where('person', '=', person).returning('digest').execute()).length),
  };
}

const ceilingsOver = (reader: Database, write: Write): Ceilings => ({
  put: (person, { levels, teams, roles }, at) =>
    write(async (db) => {
      const row = { levels: listed(levels), teams: listed(teams), at };
      const left = { roles: listed(roles), at };
      await db
        .insertInto('roles_left')
        .values({ person, ...left })
        .onConflict((c) => c.column('person').doUpdateSet(left))
        .execute();
      await db
        .insertInto('ceilings')
        .values({ person, ...row })
        .onConflict((c) => c.column('person').doUpdateSet(row))
        .execute();
    }),
  find: async (person) => {
    const row = await reader.selectFrom('ceilings').select(['levels', 'teams']).where('person', '=', person).executeTakeFirst();
    const left = await reader.selectFrom('roles_left').select('roles').where('person', '=', person).executeTakeFirst();
    if (row === undefined && left === undefined) return null;
    const roles = words(left?.roles ?? null);
    return { levels: words(row?.levels ?? null), teams: words(row?.teams ?? null), roles: roles === null ? null : ROLES.filter((role) => roles.includes(role)) };
  },
});

const listed = (said: readonly string[] | null): string | null => (said === null ? null : JSON.stringify(said));

/** What is no list of words names nothing, and leaves the least. */
function words(json: string | null): readonly string[] | null {
  if (json === null) return null;
  const said = parsed(json);
  return Array.isArray(said) ? said.filter((word) => typeof word === 'string') : [];
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

const sessionOut = (digest: string, { roles, ...row }: SessionRow): LoginTables['sessions'] => ({ digest, ...row, roles: roles === null ? null : JSON.stringify(roles) });

const sessionIn = ({ digest: _, roles, ...row }: LoginTables['sessions']): SessionRow => ({ ...row, roles: roles === null ? null : among<Role>(ROLES, roles) });

const tokenIn = ({ digest: _, scopes, ...row }: LoginTables['tokens']): TokenRow => ({ ...row, scopes: among<Scope>(SCOPES, scopes) });

/** What another version wrote and this one does not know gives nothing. */
function among<T extends string>(known: readonly T[], json: string): readonly T[] {
  const said: unknown = JSON.parse(json);
  return Array.isArray(said) ? known.filter((k) => said.includes(k)) : [];
}
