/**
 * Rules of SQL migrations from SQL301 on, each with what fires it and what makes it safe; `sql/rules.test.ts` tries them, and has the
 * earlier ones. `--` between files: each is a file of its own, in that order.
 */

export type SqlCase = readonly [rule: string, cases: { readonly fires: readonly (readonly [text: string, severity: string])[]; readonly silent: readonly string[] }];

/** A table that the migration itself makes, and the end of a file. */
export const NEW = 'CREATE TABLE t (id bigint PRIMARY KEY, a int, b int); ';
export const NEXT = '\n--\n';

export const LATER_SQL_CASES: readonly SqlCase[] = [
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
];
