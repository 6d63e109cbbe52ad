import { describe, expect, it } from 'vitest';
import { FILES, read } from './files.ts';
import { notEverywhere, statements } from './sql.ts';

const inProgram = FILES.filter((f) => /^(?:src|web)\//.test(f) && !/\.test\.tsx?$/.test(f));
/** They judge SQL that others wrote, or are a sample of it. */
const ABOUT_SQL = ['src/core/risk/sql/', 'src/adapters/languages/', 'src/testing/'];

/** An audit looks at a table that may be broken, in a transaction that only reads: nothing is kept by it, and it serves nobody meanwhile. */
const APART = 'src/store/postgresql/inspect.ts a savepoint';

const said = (files: readonly string[], look: typeof statements): readonly string[] => files.flatMap((f) => look(f, read(f)).map(({ line, what }) => `${f}:${line} ${what}`));

describe('SQL', () => {
  it('stands in the store alone', () => {
    const elsewhere = inProgram.filter((f) => !f.startsWith('src/store/') && !ABOUT_SQL.some((room) => f.startsWith(room)));
    expect(elsewhere.length).toBeGreaterThan(900);
    expect(said(elsewhere, statements)).toEqual([]);
  });

  it('asks for nothing that only one engine has', () => {
    const store = inProgram.filter((f) => f.startsWith('src/store/'));
    expect(store.length).toBeGreaterThan(60);
    const found = store.flatMap((f) => notEverywhere(f, read(f)).map(({ what }) => `${f} ${what}`));
    expect(new Set(found)).toEqual(new Set([APART]));
  });
});

describe('a statement elsewhere is found', () => {
  it.each([
    "run('select idx from entries');",
    `run(\`select idx\nfrom entries where idx = \${1}\`);`,
    "run('SELECT count(*)');",
    "run('insert into entries values (1)');",
    "run('insert or ignore into entries values (1)');",
    "run('update turn set token = 1');",
    `run(\`delete from \${table}\`);`,
    "run('with a as (select 1) select 2');",
    "run('create table t (a text)');",
    "run('create unique index i on t (a)');",
    "run('pragma journal_mode');",
    "run('begin immediate');",
    "import { sql } from 'kysely';",
    "import type { Kysely } from 'kysely';",
    "import pg from 'pg';",
    "const { DatabaseSync } = await import('node:sqlite');",
    "export * from 'kysely/helpers/postgres';",
  ])('%s', (source) => {
    expect(statements('src/flows/x.ts', source)).not.toEqual([]);
  });

  it('and prose is none', () => {
    for (const text of ['select another branch', 'update the clone and push again', 'delete what is not needed', 'with a key as before', 'begin again', 'create an enrolment'])
      expect(statements('src/flows/x.ts', `say(${JSON.stringify(text)}); // select a from b`)).toEqual([]);
  });
});

describe('what not every engine has is found', () => {
  it.each([
    ['an advisory lock', `sql\`select pg_advisory_xact_lock(\${1})\``],
    ['an advisory lock', "run('select pg_try_advisory_lock(1)')"],
    ['LISTEN', "run('listen entries')"],
    ['LISTEN', "run('begin; LISTEN entries')"],
    ['NOTIFY', "run('NOTIFY entries')"],
    ['NOTIFY', "run('select pg_notify($1, $2)')"],
    ['SKIP LOCKED', 'sql`select 1 from jobs for update skip\n locked`'],
    ['SKIP LOCKED', "db.selectFrom('jobs').forUpdate().skipLocked()"],
    ['a serial', "run('create table t (a bigserial primary key)')"],
    ['a serial', "run('create table t (a integer primary key autoincrement)')"],
    ['a serial', "run('create table t (a bigint generated always as identity)')"],
    ['a trigger', "run('create or replace trigger t after insert on a')"],
    ['a savepoint', "run('savepoint apart')"],
    ['a savepoint', "run('rollback to apart')"],
    ['a savepoint', "run('release savepoint apart')"],
    ['a savepoint', "all.savepoint('apart')"],
  ])('%s: %s', (what, source) => {
    expect(notEverywhere('src/store/x.ts', source).map((s) => s.what)).toContain(what);
  });

  it('and what only speaks of it is not', () => {
    for (const source of ["select(`select name from pg_trigger where type = 'trigger'`)", "say('who listens')", '// create trigger', "say('the log serialises')"])
      expect(notEverywhere('src/store/x.ts', source)).toEqual([]);
  });
});
