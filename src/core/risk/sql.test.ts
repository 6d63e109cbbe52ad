import { describe, expect, it } from 'vitest';
import { languages } from '../../adapters/languages/index.ts';
import { sampleTree } from '../../testing/tree.ts';
import { detect } from './detect.ts';
import type { Risk } from './risk.ts';
import { sql } from './sql.ts';

type Files = Parameters<typeof sampleTree>[0];
async function look(files: Files): Promise<Risk> {
  const { records, read } = sampleTree(files);
  return detect([sql], { files: await languages().parse(records, read), plan: null });
}
const rules = async (text: string): Promise<readonly string[]> => (await look({ 'db/007_x.sql': [null, text] })).findings.map((f) => f.rule);

describe('dangerous statements', () => {
  it.each([
    ['DROP TABLE orders', ['SQL101']],
    ['drop table if exists a, b cascade', ['SQL101', 'SQL101']],
    ['DROP TABLE orders; CREATE TABLE orders (id bigint)', ['SQL101']],
    ['CREATE TABLE IF NOT EXISTS orders (id bigint); DROP TABLE orders', ['SQL101']],
    ['ALTER TABLE orders RENAME TO o; CREATE TABLE orders (id int); DROP TABLE o', ['SQL101', 'SQL401']],
    ['CREATE TABLE x (id int); ALTER TABLE x RENAME TO y; ALTER TABLE orders RENAME TO x; DROP TABLE x', ['SQL101', 'SQL401']],
    ['BEGIN; CREATE TABLE orders (id int); ROLLBACK; DROP TABLE orders', ['SQL101']],
    ['SET search_path = scratch; CREATE TABLE orders (id int); DROP TABLE public.orders', ['SQL101']],
    ['ALTER TABLE orders DROP COLUMN total', ['SQL102']],
    ['DROP SCHEMA billing CASCADE', ['SQL103']],
    ['DROP DATABASE prod', ['SQL103']],
    ['TRUNCATE orders, lines', ['SQL104', 'SQL104']],
    ['DELETE FROM orders', ['SQL105']],
    ['DELETE FROM orders WHERE true', ['SQL105']],
    ['DELETE FROM orders WHERE 1 = 1', ['SQL105']],
    ['DELETE FROM orders WHERE id = id', ['SQL105']],
    ['DELETE FROM orders WHERE id = 3 OR 1 = 1', ['SQL105']],
    ['DELETE FROM orders WHERE id IS NULL OR id IS NOT NULL', ['SQL105']],
    ['DELETE FROM orders WHERE NOT false', ['SQL105']],
    ["DELETE FROM orders WHERE 'x' <> 'y'", ['SQL105']],
    ["DELETE FROM orders WHERE 't'::boolean", ['SQL105']],
    ['UPDATE orders SET total = 0', ['SQL105']],
    ['WITH gone AS (DELETE FROM orders RETURNING *) SELECT count(*) FROM gone', ['SQL105']],
    ['DROP TYPE mood CASCADE', ['SQL106']],
    ['DROP OWNED BY app', ['SQL106']],
    ['ALTER TABLE orders DROP CONSTRAINT orders_pkey', ['SQL108']],
    ['ALTER TABLE orders ALTER COLUMN a DROP NOT NULL', ['SQL108']],
    ['DROP TRIGGER t ON orders', ['SQL108']],
    ['ALTER TABLE orders SET UNLOGGED', ['SQL110']],
    ['CREATE INDEX i ON orders (a)', ['SQL201']],
    ['ALTER TABLE orders ALTER COLUMN a SET NOT NULL', ['SQL206']],
    ['ALTER TABLE orders ALTER COLUMN a TYPE int', ['SQL210']],
    ["DO $$ BEGIN EXECUTE 'DROP TABLE orders'; END $$", ['SQL309']],
    ['ALTER TABLE orders RENAME COLUMN a TO b', ['SQL401']],
    ['ALTER TABLE orders DISABLE ROW LEVEL SECURITY', ['SQL502']],
    ["COPY orders TO PROGRAM 'sh'", ['SQL505']],
  ] as const)('%s', async (text, expected) => {
    expect(await rules(text)).toEqual(expected);
  });
});

describe('safe forms', () => {
  it.each([
    'CREATE TABLE t (id int); INSERT INTO t VALUES (1); DELETE FROM t; TRUNCATE t; DROP TABLE t',
    'CREATE TABLE t (id int); CREATE INDEX i ON t (id); ALTER TABLE t ALTER COLUMN id SET NOT NULL',
    'CREATE TEMP TABLE t AS SELECT 1; DROP TABLE t',
    'ALTER TABLE orders ADD COLUMN note text; ALTER TABLE orders DROP COLUMN note',
    'DELETE FROM orders WHERE id = 7',
    'UPDATE orders SET total = 0 WHERE total IS NULL',
    'DELETE FROM orders WHERE a = b',
    'CREATE INDEX CONCURRENTLY i ON orders (a)',
    "SELECT 'DROP TABLE orders'",
    '-- DROP TABLE orders\nSELECT 1',
    'DROP VIEW v',
  ])('%s', async (text) => {
    expect(await rules(text)).toEqual([]);
  });

  it('a down script may undo what its up script made, and nothing else', async () => {
    const up: readonly [null, string] = [null, 'CREATE TABLE t (id int)'];
    expect((await look({ 'm/1.down.sql': [null, 'DROP TABLE t'], 'm/1.up.sql': up })).tier).toBe('routine');
    expect((await look({ 'm/1.down.sql': [null, 'DROP TABLE orders'], 'm/1.up.sql': up })).tier).toBe('critical');
    expect((await look({ 'other/2.sql': [null, 'DROP TABLE t'], 'm/1.up.sql': up })).tier).toBe('critical');
  });
});

describe('reading', () => {
  it('names the table, the line and the consequence', async () => {
    const [finding] = (await look({ 'db/007_x.sql': [null, '-- é\n\nDROP TABLE orders;\n'] })).findings;
    expect(finding).toMatchObject({
      what: 'the table orders is dropped: its rows are gone unless a backup is restored',
      place: { path: 'db/007_x.sql', side: 'head', line: 3, object: 'table orders' },
    });
  });

  it('one bad statement hides no other', async () => {
    const { findings } = await look({ 'db/007_x.sql': [null, 'ALTER TABEL x;\nDROP TABLE orders;\n\\i more.sql\n'] });
    expect(findings.map((f) => f.rule)).toEqual(['SQL101', 'META001']);
    expect(findings[1]?.what).toContain('2 statements');
  });

  it('a statement that stood there before is not this change', async () => {
    const { findings } = await look({ 'views/x.sql': ['DROP TABLE a;', 'DROP TABLE a;\nDROP TABLE b;'] });
    expect(findings.map((f) => f.place.object)).toEqual(['table b']);
  });

  it('a long statement is told by all of it', async () => {
    const long = (table: string): string => `UPDATE orders SET note = '${'x'.repeat(2_500)}' WHERE id IN (SELECT id FROM ${table});`;
    expect((await look({ 'q.sql': [long('a'), `${long('b')}\nDELETE FROM orders;`] })).findings.map((f) => f.rule)).toEqual(['SQL105']);
  });

  it('an edited or deleted migration is seen', async () => {
    expect((await look({ 'migrations/001_a.sql': ['SELECT 1;', 'SELECT 2;'] })).findings.map((f) => f.rule)).toEqual(['SQL310']);
    expect((await look({ 'migrations/001_a.sql': ['SELECT 1;', null] })).findings.map((f) => f.rule)).toEqual(['SQL310']);
  });
});
