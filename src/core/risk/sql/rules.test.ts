/**
 * Every rule of SQL migrations: a case that fires with its severity, and for each thing that makes it safe a case that is
 * silent, the same statements in another order included. `--` between files: each is a file of its own, in that order.
 */
import { describe, expect, it } from 'vitest';
import { languages } from '../../../adapters/languages/index.ts';
import { sampleTree } from '../../../testing/tree.ts';
import { detect } from '../detect.ts';
import { sql } from './sql.ts';

type Files = Parameters<typeof sampleTree>[0];

async function findings(files: Files): Promise<readonly string[]> {
  const { records, read } = sampleTree(files);
  return detect([sql], { files: await languages().parse(records, read), plan: null }).findings.map((f) => `${f.rule}:${f.severity}`);
}

/** Files that are added one after another; the schema as it was, if any, is a dump that stands beside them. */
async function of(rule: string, text: string, schema?: string): Promise<readonly string[]> {
  const added = text.split('\n--\n').map((part, i) => [`db/migrations/00${i + 1}_x.sql`, [null, part]] as const);
  const stood = schema === undefined ? [] : [['db/structure.sql', [schema, schema]] as const];
  return (await findings(Object.fromEntries([...stood, ...added]))).filter((f) => f.startsWith(rule));
}

const NEW = 'CREATE TABLE t (id bigint PRIMARY KEY, a int, b int); ';
const NEXT = '\n--\n';

describe.each<[string, { readonly fires: readonly (readonly [string, string])[]; readonly silent: readonly string[] }]>([
  [
    'SQL101',
    {
      fires: [
        ['DROP TABLE t', 'critical'],
        ['DROP TABLE t; CREATE TABLE t (id int)', 'critical'],
        ['CREATE TABLE IF NOT EXISTS t (id int); DROP TABLE t', 'critical'],
      ],
      silent: [`${NEW}DROP TABLE t`, 'CREATE TEMP TABLE t (id int); DROP TABLE t', `${NEW}${NEXT}DROP TABLE t`],
    },
  ],
  [
    'SQL102',
    { fires: [['ALTER TABLE t DROP COLUMN a', 'critical']], silent: [`${NEW}ALTER TABLE t DROP COLUMN a`, 'ALTER TABLE t ADD COLUMN a int; ALTER TABLE t DROP COLUMN a'] },
  ],
  [
    'SQL103',
    {
      fires: [
        ['DROP SCHEMA s', 'critical'],
        ['DROP DATABASE d', 'critical'],
        ['CREATE SCHEMA s; DROP SCHEMA s CASCADE', 'critical'],
      ],
      silent: ['CREATE SCHEMA s; DROP SCHEMA s'],
    },
  ],
  [
    'SQL104',
    {
      fires: [
        ['TRUNCATE t', 'critical'],
        [`${NEW}TRUNCATE t CASCADE`, 'critical'],
      ],
      silent: [`${NEW}TRUNCATE t`],
    },
  ],
  [
    'SQL105',
    {
      fires: [
        ['DELETE FROM t', 'critical'],
        ['UPDATE t SET a = 1 WHERE true', 'critical'],
        ['MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN DELETE', 'critical'],
      ],
      silent: [`${NEW}DELETE FROM t`, 'DELETE FROM t WHERE id = 1', 'ALTER TABLE t ADD COLUMN c int; UPDATE t SET c = 1'],
    },
  ],
  [
    'SQL106',
    {
      fires: [
        ['DROP TYPE m CASCADE', 'critical'],
        ['DROP VIEW v CASCADE', 'critical'],
        ['DROP OWNED BY r', 'critical'],
      ],
      silent: ["CREATE TYPE m AS ENUM ('a'); DROP TYPE m CASCADE", 'CREATE VIEW v AS SELECT 1; DROP VIEW v CASCADE', 'DROP TYPE m'],
    },
  ],
  [
    'SQL108',
    {
      fires: [
        ['ALTER TABLE t DROP CONSTRAINT c', 'high'],
        ['ALTER TABLE t ALTER a DROP NOT NULL', 'high'],
        ['ALTER TABLE t DISABLE TRIGGER g', 'high'],
        ['DROP TRIGGER g ON t', 'high'],
        ['DROP RULE r ON t', 'high'],
        ['BEGIN; ALTER TABLE t DROP CONSTRAINT c; COMMIT; BEGIN; ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0); COMMIT', 'high'],
        ['BEGIN; ALTER TABLE t DROP CONSTRAINT c; ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID; COMMIT', 'high'],
      ],
      silent: [
        `${NEW}ALTER TABLE t DROP CONSTRAINT t_pkey`,
        'BEGIN; ALTER TABLE t DROP CONSTRAINT c; ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0); COMMIT',
        'ALTER TABLE t DROP CONSTRAINT c, ADD CONSTRAINT c CHECK (a > 0)',
        'BEGIN; DROP TRIGGER g ON t; CREATE TRIGGER g AFTER INSERT ON t EXECUTE FUNCTION f(); COMMIT',
        'BEGIN; ALTER TABLE t DISABLE TRIGGER g; ALTER TABLE t ENABLE TRIGGER g; COMMIT',
        `ALTER TABLE t ADD CONSTRAINT n CHECK (a IS NOT NULL) NOT VALID${NEXT}ALTER TABLE t VALIDATE CONSTRAINT n${NEXT}ALTER TABLE t ALTER a SET NOT NULL; ALTER TABLE t DROP CONSTRAINT n`,
      ],
    },
  ],
  [
    'SQL109',
    {
      fires: [
        ['ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u ON DELETE CASCADE NOT VALID', 'high'],
        ['ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u ON DELETE SET NULL NOT VALID', 'high'],
        ['CREATE TABLE t (a int REFERENCES u ON DELETE CASCADE)', 'elevated'],
      ],
      silent: ['CREATE TABLE u (id int PRIMARY KEY); CREATE TABLE t (a int REFERENCES u ON DELETE CASCADE)', 'ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u NOT VALID'],
    },
  ],
  [
    'SQL110',
    {
      fires: [
        ['ALTER TABLE t SET UNLOGGED', 'critical'],
        ['DROP PUBLICATION p', 'critical'],
        ['DROP SUBSCRIPTION p', 'critical'],
        ['DROP EXTENSION e', 'critical'],
        ["SELECT pg_drop_replication_slot('x')", 'critical'],
      ],
      silent: [`${NEW}ALTER TABLE t SET UNLOGGED`],
    },
  ],
  [
    'SQL201',
    {
      fires: [
        ['CREATE INDEX i ON t (a)', 'high'],
        ['CREATE INDEX i ON ONLY t (a)', 'high'],
        ['CREATE TABLE IF NOT EXISTS t (a int); CREATE INDEX i ON t (a)', 'elevated'],
        ['CREATE INDEX i ON t (a); CREATE TABLE t (a int)', 'high'],
      ],
      silent: [`${NEW}CREATE INDEX i ON t (a)`, 'CREATE INDEX CONCURRENTLY i ON t (a)', `CREATE INDEX p ON ONLY t (a)${NEXT}`.replace(NEXT, '; ALTER INDEX p ATTACH PARTITION q')],
    },
  ],
  ['SQL202', { fires: [['DROP INDEX i', 'elevated']], silent: ['DROP INDEX CONCURRENTLY i', `${NEW}CREATE INDEX i ON t (a); DROP INDEX i`] }],
  [
    'SQL203',
    {
      fires: [
        ['VACUUM FULL t', 'high'],
        ['CLUSTER t USING i', 'high'],
        ['REINDEX TABLE t', 'high'],
        ['REINDEX (CONCURRENTLY false) INDEX i', 'high'],
        ['REFRESH MATERIALIZED VIEW m', 'high'],
      ],
      silent: [
        'VACUUM t',
        'VACUUM (FULL false) t',
        'REINDEX INDEX CONCURRENTLY i',
        'REFRESH MATERIALIZED VIEW CONCURRENTLY m',
        'CREATE MATERIALIZED VIEW m AS SELECT 1; REFRESH MATERIALIZED VIEW m',
        `${NEW}REINDEX TABLE t`,
      ],
    },
  ],
  [
    'SQL204',
    {
      fires: [
        ['ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)', 'high'],
        ['ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u', 'high'],
        ['ALTER TABLE t ADD COLUMN c int REFERENCES u', 'elevated'],
      ],
      silent: [
        'ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID',
        'ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u NOT VALID',
        `${NEW}ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u`,
      ],
    },
  ],
  [
    'SQL205',
    {
      fires: [
        ['ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT c', 'high'],
        ['BEGIN; ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT c; COMMIT', 'high'],
      ],
      silent: [
        'BEGIN; ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID; COMMIT; ALTER TABLE t VALIDATE CONSTRAINT c',
        `ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID${NEXT}ALTER TABLE t VALIDATE CONSTRAINT c`,
        'ALTER TABLE t VALIDATE CONSTRAINT c',
      ],
    },
  ],
  [
    'SQL206',
    {
      fires: [
        ['ALTER TABLE t ALTER a SET NOT NULL', 'high'],
        // not validated, of another column, dropped before, or of another table
        [`ALTER TABLE t ADD CONSTRAINT n CHECK (a IS NOT NULL) NOT VALID${NEXT}ALTER TABLE t ALTER a SET NOT NULL`, 'high'],
        [`ALTER TABLE t ADD CONSTRAINT n CHECK (b IS NOT NULL) NOT VALID${NEXT}ALTER TABLE t VALIDATE CONSTRAINT n; ALTER TABLE t ALTER a SET NOT NULL`, 'high'],
        [
          `ALTER TABLE t ADD CONSTRAINT n CHECK (a IS NOT NULL) NOT VALID${NEXT}ALTER TABLE t VALIDATE CONSTRAINT n${NEXT}ALTER TABLE t DROP CONSTRAINT n; ALTER TABLE t ALTER a SET NOT NULL`,
          'high',
        ],
        [`ALTER TABLE t ADD CONSTRAINT n CHECK (a IS NOT NULL OR b > 0) NOT VALID${NEXT}ALTER TABLE t VALIDATE CONSTRAINT n; ALTER TABLE t ALTER a SET NOT NULL`, 'high'],
        ['BEGIN; ALTER TABLE t ADD CONSTRAINT n CHECK (a IS NOT NULL); ROLLBACK; ALTER TABLE t ALTER a SET NOT NULL', 'high'],
        ['ALTER TABLE t VALIDATE CONSTRAINT t_a_null; ALTER TABLE t ALTER a SET NOT NULL', 'elevated'],
        ['ALTER TABLE t ADD CONSTRAINT n NOT NULL a', 'high'],
      ],
      silent: [
        `ALTER TABLE t ADD CONSTRAINT n CHECK (a IS NOT NULL) NOT VALID${NEXT}ALTER TABLE t VALIDATE CONSTRAINT n; ALTER TABLE t ALTER a SET NOT NULL; ALTER TABLE t DROP CONSTRAINT n`,
        `ALTER TABLE t ADD CONSTRAINT n NOT NULL a NOT VALID${NEXT}ALTER TABLE t VALIDATE CONSTRAINT n${NEXT}ALTER TABLE t ALTER a SET NOT NULL`,
        `${NEW}ALTER TABLE t ALTER a SET NOT NULL`,
      ],
    },
  ],
  [
    'SQL207',
    {
      fires: [
        ['ALTER TABLE t DETACH PARTITION p', 'high'],
        ['ALTER TABLE t ATTACH PARTITION p FOR VALUES IN (1)', 'high'],
        ['ALTER TABLE p ADD CHECK (a = 1); ALTER TABLE t ATTACH PARTITION p FOR VALUES IN (1)', 'high'],
      ],
      silent: [
        'ALTER TABLE t DETACH PARTITION p CONCURRENTLY',
        `ALTER TABLE p ADD CONSTRAINT c CHECK (a = 1) NOT VALID${NEXT}ALTER TABLE p VALIDATE CONSTRAINT c${NEXT}ALTER TABLE t ATTACH PARTITION p FOR VALUES IN (1)`,
        'CREATE TABLE p (a int); ALTER TABLE t ATTACH PARTITION p FOR VALUES IN (1)',
      ],
    },
  ],
  [
    'SQL208',
    {
      fires: [
        ['ALTER TABLE t ADD UNIQUE (a)', 'high'],
        ['ALTER TABLE t ADD PRIMARY KEY (a)', 'high'],
        ['ALTER TABLE t ADD COLUMN c int UNIQUE', 'high'],
        [`CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)${NEXT}ALTER TABLE t ADD PRIMARY KEY USING INDEX i`, 'high'],
        ['ALTER TABLE t ADD PRIMARY KEY USING INDEX i', 'elevated'],
      ],
      silent: [
        `CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)${NEXT}ALTER TABLE t ADD UNIQUE USING INDEX i`,
        `CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)${NEXT}ALTER TABLE t ALTER a SET NOT NULL${NEXT}ALTER TABLE t ADD PRIMARY KEY USING INDEX i`,
        `${NEW}ALTER TABLE t ADD UNIQUE (a)`,
      ],
    },
  ],
  ['SQL209', { fires: [['ALTER TABLE t ADD EXCLUDE USING gist (a WITH =)', 'high']], silent: [`${NEW}ALTER TABLE t ADD EXCLUDE USING gist (a WITH =)`] }],
  [
    'SQL211',
    {
      fires: [
        ['ALTER TABLE t ADD c uuid DEFAULT gen_random_uuid()', 'high'],
        ['ALTER TABLE t ADD c float DEFAULT random()', 'high'],
        ['ALTER TABLE t ADD c bigserial', 'high'],
        ['ALTER TABLE t ADD c int GENERATED BY DEFAULT AS IDENTITY', 'high'],
        ['ALTER TABLE t ADD c int GENERATED ALWAYS AS (a + 1) STORED', 'high'],
        ['ALTER TABLE t ADD c int DEFAULT our_own()', 'high'],
      ],
      silent: [
        'ALTER TABLE t ADD c timestamptz DEFAULT now()',
        'ALTER TABLE t ADD c int DEFAULT 1 + 1',
        'ALTER TABLE t ADD c int GENERATED ALWAYS AS (a + 1) VIRTUAL',
        'ALTER TABLE t ADD c uuid; ALTER TABLE t ALTER c SET DEFAULT gen_random_uuid()',
        `${NEW}ALTER TABLE t ADD c bigserial`,
      ],
    },
  ],
  [
    'SQL212',
    {
      fires: [
        ['ALTER TABLE t ADD c int NOT NULL', 'high'],
        ['ALTER TABLE t ADD c int NOT NULL DEFAULT NULL', 'high'],
      ],
      silent: ['ALTER TABLE t ADD c int NOT NULL DEFAULT 1', `${NEW}ALTER TABLE t ADD c int NOT NULL`, 'ALTER TABLE t ADD c int'],
    },
  ],
  [
    'SQL213',
    {
      fires: [
        ['ALTER DOMAIN d ADD CHECK (value > 0)', 'high'],
        ['LOCK TABLE t', 'high'],
        ['ALTER TABLE t SET TABLESPACE s', 'high'],
        ['ALTER TABLE t SET LOGGED', 'high'],
        ['ALTER TABLE t SET ACCESS METHOD heap', 'high'],
      ],
      silent: [
        'ALTER DOMAIN d ADD CHECK (value > 0) NOT VALID',
        'CREATE DOMAIN d AS int; ALTER DOMAIN d ADD CHECK (value > 0)',
        'LOCK TABLE t IN ACCESS SHARE MODE',
        `${NEW}LOCK TABLE t`,
      ],
    },
  ],
  [
    'SQL301',
    {
      fires: [
        ['ALTER TABLE t ADD c int', 'elevated'],
        ["SET LOCAL lock_timeout = '1s'; BEGIN; ALTER TABLE t ADD c int; COMMIT", 'elevated'],
        ["BEGIN; SET LOCAL lock_timeout = '1s'; COMMIT; ALTER TABLE t ADD c int", 'elevated'],
        ["SET lock_timeout = '1s'; RESET lock_timeout; ALTER TABLE t ADD c int", 'elevated'],
        ['SET lock_timeout = 0; ALTER TABLE t ADD c int', 'elevated'],
        ["SET lock_timeout = '5min'; ALTER TABLE t ADD c int", 'elevated'],
        ["ALTER TABLE t ADD c int; SET lock_timeout = '1s'", 'elevated'],
        ["BEGIN; SET lock_timeout = '1s'; ROLLBACK; ALTER TABLE t ADD c int", 'elevated'],
        [`SET lock_timeout = '1s'${NEXT}ALTER TABLE t ADD c int`, 'elevated'],
      ],
      silent: [
        "SET lock_timeout = '1s'; ALTER TABLE t ADD c int",
        "BEGIN; SET LOCAL lock_timeout = '1s'; ALTER TABLE t ADD c int; COMMIT",
        "SELECT set_config('lock_timeout', '1s', false); ALTER TABLE t ADD c int",
        `ALTER ROLE app SET lock_timeout = '1s'${NEXT}ALTER TABLE t ADD c int`,
        'CREATE INDEX CONCURRENTLY i ON t (a)',
        `${NEW}ALTER TABLE t ADD c int`,
      ],
    },
  ],
  [
    'SQL302',
    {
      fires: [
        ['ALTER TABLE t ADD c int; SELECT count(*) FROM u', 'high'],
        ['ALTER TABLE t ADD c int; CREATE INDEX i ON u (a)', 'high'],
        ['ALTER TABLE t ADD c int; ALTER TABLE t ADD d int', 'elevated'],
      ],
      silent: [
        'BEGIN; ALTER TABLE t ADD c int; COMMIT; SELECT count(*) FROM u',
        `ALTER TABLE t ADD c int${NEXT}SELECT count(*) FROM u`,
        "ALTER TABLE t ADD c int; COMMENT ON COLUMN t.c IS 'x'; SET ROLE r",
        `SELECT count(*) FROM u; ALTER TABLE t ADD c int`,
        `${NEW}ALTER TABLE t ADD c int; SELECT count(*) FROM u`,
        'ALTER TABLE t ADD c int; CREATE TABLE n (id int)',
      ],
    },
  ],
  [
    'SQL303',
    {
      fires: [
        ['BEGIN; CREATE INDEX CONCURRENTLY i ON t (a); COMMIT', 'high'],
        ['-- +goose Up\nCREATE INDEX CONCURRENTLY i ON t (a)', 'high'],
        ['-- migrate:up\nDROP INDEX CONCURRENTLY i', 'high'],
      ],
      silent: [
        'CREATE INDEX CONCURRENTLY i ON t (a)',
        '-- +goose NO TRANSACTION\n-- +goose Up\nCREATE INDEX CONCURRENTLY i ON t (a)',
        '-- migrate:up transaction:false\nDROP INDEX CONCURRENTLY i',
        '-- atlas:txmode none\nCREATE INDEX CONCURRENTLY i ON t (a)',
        '-- +goose Up\nREFRESH MATERIALIZED VIEW CONCURRENTLY m',
      ],
    },
  ],
  [
    'SQL304',
    {
      fires: [['CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)', 'elevated']],
      silent: ['DROP INDEX CONCURRENTLY IF EXISTS i; CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)', 'CREATE INDEX CONCURRENTLY i ON t (a)'],
    },
  ],
  [
    'SQL305',
    {
      fires: [
        ['ALTER TABLE t ADD c int; UPDATE t SET c = 1', 'high'],
        ['UPDATE t SET a = 1 WHERE a IS NULL', 'high'],
        ['ALTER TABLE t ADD c int; INSERT INTO t SELECT * FROM u', 'high'],
      ],
      silent: [
        'UPDATE t SET a = 1 WHERE id = 5',
        'UPDATE t SET a = 1 WHERE id BETWEEN 1 AND 1000',
        'UPDATE t SET a = 1 WHERE id IN (SELECT id FROM t WHERE a IS NULL LIMIT 1000)',
        `ALTER TABLE t ADD c int${NEXT}UPDATE t SET c = 1 WHERE id < 100`,
        `${NEW}UPDATE t SET a = 1 WHERE a IS NULL`,
      ],
    },
  ],
  [
    'SQL306',
    {
      fires: [
        ['BEGIN; BEGIN; SELECT 1; COMMIT', 'elevated'],
        ['BEGIN; SELECT 1', 'elevated'],
        ['-- +goose Up\nSELECT 1; COMMIT', 'elevated'],
        ['-- +goose NO TRANSACTION\nCREATE TABLE t (id int); CREATE TABLE u (id int)', 'elevated'],
      ],
      silent: [
        'BEGIN; SELECT 1; COMMIT',
        'BEGIN; SELECT 1; ROLLBACK; BEGIN; SELECT 2; COMMIT',
        '-- +goose NO TRANSACTION\nCREATE TABLE IF NOT EXISTS t (id int); CREATE TABLE IF NOT EXISTS u (id int)',
      ],
    },
  ],
  [
    'SQL307',
    {
      fires: [
        ["ALTER TYPE e ADD VALUE 'x' AFTER 'y'; INSERT INTO t VALUES ('x')", 'elevated'],
        ["ALTER TYPE e ADD VALUE 'x'", 'routine'],
      ],
      silent: [`ALTER TYPE e ADD VALUE 'x' AFTER 'y'${NEXT}INSERT INTO t VALUES ('x')`, "ALTER TYPE e ADD VALUE 'x' BEFORE 'y'"],
    },
  ],
  [
    'SQL308',
    {
      fires: [['ALTER TABLE t ADD c int; ALTER TABLE u ADD c int', 'elevated']],
      silent: [
        `ALTER TABLE t ADD c int${NEXT}ALTER TABLE u ADD c int`,
        `${NEW}ALTER TABLE t ADD c int; ALTER TABLE u ADD c int`,
        'BEGIN; ALTER TABLE t ADD c int; COMMIT; BEGIN; ALTER TABLE u ADD c int; COMMIT',
      ],
    },
  ],
  ['SQL309', { fires: [['DO $$ BEGIN EXECUTE q; END $$', 'elevated']], silent: ['SELECT 1'] }],
  [
    'SQL401',
    {
      fires: [
        ['ALTER TABLE t RENAME TO u', 'high'],
        ['ALTER TABLE t RENAME a TO b', 'high'],
        ['ALTER SCHEMA s RENAME TO r', 'high'],
        ["ALTER TYPE e RENAME VALUE 'a' TO 'b'", 'high'],
        [`ALTER TABLE t RENAME TO u${NEXT}CREATE VIEW t AS SELECT * FROM u`, 'high'],
      ],
      silent: [
        `${NEW}ALTER TABLE t RENAME TO u`,
        'BEGIN; ALTER TABLE t RENAME TO u; CREATE VIEW t AS SELECT * FROM u; COMMIT',
        "CREATE TYPE e AS ENUM ('a'); ALTER TYPE e RENAME VALUE 'a' TO 'b'",
        'ALTER TABLE t RENAME CONSTRAINT a TO b',
        'ALTER INDEX i RENAME TO j',
      ],
    },
  ],
  [
    'SQL403',
    {
      fires: [
        ['CREATE TABLE c (id bigint, p bigint REFERENCES q (id))', 'elevated'],
        ['CREATE TABLE c (id bigint, p bigint REFERENCES q (id)); CREATE INDEX i ON c (p) WHERE p > 0', 'elevated'],
        ['CREATE TABLE c (id bigint, p bigint REFERENCES q (id)); CREATE INDEX i ON c (id, p)', 'elevated'],
      ],
      silent: ['CREATE TABLE c (id bigint, p bigint REFERENCES q (id)); CREATE INDEX i ON c (p, id)', 'CREATE TABLE c (p bigint PRIMARY KEY REFERENCES q (id))'],
    },
  ],
  ['SQL404', { fires: [['CREATE TABLE c (id serial PRIMARY KEY)', 'routine']], silent: ['CREATE TABLE c (id bigint PRIMARY KEY)'] }],
  ['SQL405', { fires: [['ALTER TABLE t ADD c json', 'routine']], silent: ['ALTER TABLE t ADD c jsonb'] }],
  [
    'SQL406',
    {
      fires: [
        ['ALTER SEQUENCE s RESTART', 'elevated'],
        ['ALTER TABLE t ALTER a SET DEFAULT 3', 'elevated'],
        ['ALTER SEQUENCE s OWNED BY t.a', 'elevated'],
        ['ALTER TABLE t ALTER a TYPE text COLLATE "C"', 'elevated'],
      ],
      silent: [
        'CREATE SEQUENCE s; ALTER SEQUENCE s RESTART',
        `${NEW}ALTER TABLE t ALTER a SET DEFAULT 3`,
        `${NEW}ALTER SEQUENCE s OWNED BY t.a`,
        'ALTER TABLE t ADD c int; ALTER TABLE t ALTER c SET DEFAULT 3',
      ],
    },
  ],
  [
    'SQL501',
    {
      fires: [
        ['GRANT SELECT ON t TO PUBLIC', 'critical'],
        ['GRANT ALL ON t TO app', 'critical'],
        ['GRANT SELECT ON t TO app WITH GRANT OPTION', 'critical'],
        ['ALTER ROLE app SUPERUSER', 'critical'],
        ['CREATE ROLE app BYPASSRLS', 'critical'],
        ['CREATE ROLE app REPLICATION', 'critical'],
        ['GRANT admin TO app WITH ADMIN OPTION', 'critical'],
      ],
      silent: ['GRANT SELECT ON t TO app', `${NEW}GRANT ALL ON t TO app`, 'CREATE ROLE app LOGIN', 'ALTER ROLE app NOSUPERUSER', 'GRANT EXECUTE ON FUNCTION f() TO PUBLIC'],
    },
  ],
  [
    'SQL502',
    {
      fires: [
        ['ALTER TABLE t DISABLE ROW LEVEL SECURITY', 'critical'],
        ['DROP POLICY p ON t', 'critical'],
        ['CREATE POLICY p ON t USING (true)', 'critical'],
        ['DROP POLICY p ON t; CREATE POLICY p ON t USING (a = 1)', 'high'],
      ],
      silent: [`${NEW}CREATE POLICY p ON t USING (true)`, 'CREATE POLICY p ON t USING (a = 1)', 'CREATE POLICY p ON t AS RESTRICTIVE USING (true)'],
    },
  ],
  [
    'SQL503',
    {
      fires: [
        ['REVOKE SELECT ON t FROM app', 'high'],
        ['REVOKE admin FROM app', 'high'],
      ],
      silent: ['REVOKE ALL ON t FROM PUBLIC', 'CREATE ROLE app; REVOKE SELECT ON t FROM app', `${NEW}REVOKE SELECT ON t FROM app`],
    },
  ],
  [
    'SQL504',
    {
      fires: [["CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'", 'high']],
      silent: ["CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = s AS 'SELECT 1'", "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'"],
    },
  ],
  [
    'SQL505',
    {
      fires: [
        ["COPY t TO PROGRAM 'sh'", 'critical'],
        ["COPY t FROM '/etc/passwd'", 'critical'],
        ["CREATE FUNCTION f() RETURNS int LANGUAGE plpython3u AS 'x'", 'critical'],
        ['CREATE EXTENSION dblink', 'critical'],
        ["SELECT dblink_exec('x', 'y')", 'critical'],
        ["SELECT lo_import('/x')", 'critical'],
        ["SELECT pg_read_file('/x')", 'critical'],
        ["ALTER SYSTEM SET wal_level = 'minimal'", 'critical'],
        ['SET session_replication_role = replica', 'critical'],
      ],
      silent: ['COPY t FROM STDIN', "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS 'x'", 'CREATE EXTENSION pg_trgm', 'SET session_replication_role = origin'],
    },
  ],
])('%s', (rule, { fires, silent }) => {
  it.each(fires)('fires: %s', async (text, severity) => {
    expect(await of(rule, text)).toContain(`${rule}:${severity}`);
  });
  it.each(silent.map((text) => [text]))('silent: %s', async (text) => {
    expect(await of(rule, text)).toEqual([]);
  });
});

describe('types, by the schema that stood there', () => {
  const TABLE = 'CREATE TABLE public.t (a varchar(20), b numeric(10,2), c int, d timestamptz(3), e text, f bigint, g cidr, h citext);';
  it.each([
    ['a', 'varchar(30)', []],
    ['a', 'varchar', []],
    ['a', 'text', []],
    ['a', 'varchar(10)', ['SQL107:critical']],
    ['a', 'int', ['SQL210:high']],
    ['b', 'numeric(12,2)', []],
    ['b', 'numeric', []],
    ['b', 'numeric(12,4)', ['SQL210:high']],
    ['b', 'numeric(10,1)', ['SQL107:critical']],
    ['c', 'bigint', ['SQL210:high']],
    ['f', 'int', ['SQL107:critical']],
    ['d', 'timestamptz', []],
    ['d', 'timestamptz(1)', ['SQL107:critical']],
    ['d', 'timestamp(3)', []],
    ['e', 'varchar', []],
    ['e', 'varchar(5)', ['SQL107:critical']],
    ['g', 'inet', []],
    ['h', 'text', []],
  ])('%s to %s', async (column, type, expected) => {
    const found = [...(await of('SQL107', `ALTER TABLE t ALTER ${column} TYPE ${type}`, TABLE)), ...(await of('SQL210', `ALTER TABLE t ALTER ${column} TYPE ${type}`, TABLE))];
    expect(found).toEqual(expected);
    // a table of this change has nothing to lose and nobody who waits
    expect(await of('SQL', `${TABLE.replace('public.t', 'n')} ALTER TABLE n ALTER ${column} TYPE ${type}`)).toEqual([]);
  });

  it('an index over citext is built anew', async () =>
    expect(await of('SQL210', 'ALTER TABLE t ALTER h TYPE text', `${TABLE} CREATE INDEX i ON public.t (h);`)).toEqual(['SQL210:high']));
  it('an expression replaces the values', async () => {
    expect(await of('SQL107', 'ALTER TABLE t ALTER a TYPE text USING upper(a)')).toEqual(['SQL107:critical']);
    expect(await of('SQL107', 'ALTER TABLE t ALTER a TYPE text USING a::text')).toEqual([]);
  });
  it('an enum that is made anew with less', async () => {
    const made = "CREATE TYPE mood AS ENUM ('a', 'b');";
    expect(await of('SQL107', "ALTER TYPE mood RENAME TO mood_old; CREATE TYPE mood AS ENUM ('a')", made)).toEqual(['SQL107:critical']);
    expect(await of('SQL107', "ALTER TYPE mood RENAME TO mood_old; CREATE TYPE mood AS ENUM ('a', 'b', 'c')", made)).toEqual([]);
  });
  it('the virtual column of a table has no values', async () => {
    const virtual = 'CREATE TABLE public.t (a int, v int GENERATED ALWAYS AS (a + 1) VIRTUAL);';
    expect(await of('SQL102', 'ALTER TABLE t DROP COLUMN v', virtual)).toEqual([]);
    expect(await of('SQL102', 'ALTER TABLE t DROP COLUMN a', virtual)).toEqual(['SQL102:critical']);
  });
  it('names the tables that a TRUNCATE empties with it', async () => {
    const { records, read } = sampleTree({
      'db/structure.sql': ['CREATE TABLE public.a (x int REFERENCES public.t); CREATE TABLE public.b (x int REFERENCES public.a);', null],
      'db/m/1.sql': [null, 'TRUNCATE t CASCADE'],
    });
    const risk = detect([sql], { files: await languages().parse(records, read), plan: null });
    expect(risk.findings.find((f) => f.rule === 'SQL104')?.what).toContain('(a, b)');
  });
});

describe('what still reads it', () => {
  const lost: readonly [null, string] = [null, 'ALTER TABLE orders DROP COLUMN ship_to'];
  const still = async (files: Files): Promise<readonly string[]> => (await findings(files)).filter((f) => f.startsWith('SQL402'));
  it('as it runs now, in whatever case', async () => {
    expect(await still({ 'db/migrations/1.sql': lost, 'app/order.ts': ['const x = order.shipTo; // of orders', 'const x = 1;'] })).toEqual(['SQL402:critical']);
    expect(await still({ 'db/migrations/1.sql': [null, 'ALTER TABLE orders RENAME TO o'], 'app/order.py': ['x = 1', 'Order.objects.all()'] })).toEqual(['SQL402:critical']);
  });
  it('and not in prose, in tests, in other migrations, or where the table is not named', async () => {
    expect(
      await still({
        'db/migrations/1.sql': lost,
        'README.md': ['orders.ship_to', 'x'],
        'test/order.test.ts': ['orders ship_to', 'x'],
        'app/other.ts': ['ship_to', 'x'],
        'db/migrations/0.sql': ['SELECT ship_to FROM orders', 'SELECT 1'],
      }),
    ).toEqual([]);
  });
});

describe('history', () => {
  it('another copy of an old statement is new', async () => {
    expect(await findings({ 'ops/x.sql': ['DROP TABLE a;', 'DROP TABLE a;\nCREATE TABLE a (id int);\nDROP TABLE a;\n'] })).toContain('SQL101:critical');
    expect(await findings({ 'ops/x.sql': ['DROP TABLE a;\nDROP TABLE b;', 'DROP TABLE b;'] })).not.toContain('SQL101:critical');
  });
  it('another layout is no edit', async () => {
    expect(await findings({ 'migrations/001_a.sql': ['SELECT 1;', 'SELECT\n  1 ;\n'] })).toEqual([]);
    expect(await findings({ 'migrations/001_a.sql': ['SELECT 1;', 'SELECT 2;'] })).toEqual(['SQL310:high']);
  });
  it('a new file that sorts before one that ran', async () => {
    expect(await findings({ 'migrations/005_b.sql': ['SELECT 1;', 'SELECT 1;\n'], 'migrations/004_a.sql': [null, 'SELECT 1;'] })).toEqual(['SQL310:high']);
    expect(await findings({ 'migrations/005_b.sql': ['SELECT 1;', 'SELECT 1;\n'], 'migrations/006_a.sql': [null, 'SELECT 1;'] })).toEqual([]);
  });
});

describe('the way down', () => {
  const goose = (up: string, down: string): Files => ({ 'm/001_x.sql': [null, `-- +goose Up\n${up}\n-- +goose Down\n${down}\n`] });
  it('waits for nobody now', async () => {
    expect(await findings(goose("SET lock_timeout = '1s'; ALTER TABLE t ADD c int;", 'ALTER TABLE t DROP COLUMN c; CREATE INDEX i ON t (a);'))).toEqual([
      'SQL201:routine',
      'SQL301:routine',
      'SQL302:routine',
    ]);
  });
  it('takes away what the way up makes, there already or not', async () => {
    expect(await findings(goose('CREATE TABLE t (id bigint);', 'DROP TABLE t;'))).toEqual([]);
    expect((await findings(goose('CREATE TABLE IF NOT EXISTS t (id bigint);', 'DROP TABLE t;'))).filter((f) => f.startsWith('SQL101'))).toEqual(['SQL101:elevated']);
    expect((await findings(goose('CREATE EXTENSION IF NOT EXISTS e;', 'DROP EXTENSION e;'))).filter((f) => f.startsWith('SQL110'))).toEqual(['SQL110:elevated']);
  });
  it('and a mark makes no other loss smaller', async () => {
    expect(await findings(goose('SELECT 1;', 'DROP TABLE orders;'))).toContain('SQL101:critical');
    expect(await findings({ 'm/1_x.sql': [null, '-- +goose Down\nALTER TABLE orders ADD CHECK (a > 0);'] })).toContain('SQL204:high');
  });
  it('is not there for the next file', async () => {
    const first = '-- +goose Up\nCREATE TABLE t (id bigint);\n-- +goose Down\nDROP TABLE t;\n';
    expect(await findings({ 'm/001_x.sql': [null, first], 'm/002_y.sql': [null, 'CREATE INDEX i ON t (id);'] })).toEqual([]);
  });
});
