/**
 * Every rule of SQL migrations: a case that fires with its severity, and for each thing that makes it safe a case that is
 * silent, the same statements in another order included. `--` between files: each is a file of its own, in that order.
 */
import { describe, expect, it } from 'vitest';
import { languages } from '../../../adapters/languages/index.ts';
import { LATER_SQL_CASES, NEW, NEXT, type SqlCase } from '../../../testing/sql-cases.ts';
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

const CASES: readonly SqlCase[] = [
  ...LATER_SQL_CASES,
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
];

describe.each(CASES)('%s', (rule, { fires, silent }) => {
  it.each(fires)('fires: %s', async (text, severity) => {
    expect(await of(rule, text)).toContain(`${rule}:${severity}`);
  });
  it.each(silent.map((text) => [text]))('silent: %s', async (text) => {
    expect(await of(rule, text)).toEqual([]);
  });
});
