import { describe, expect, it } from 'vitest';
import { languages } from '../../../adapters/languages/index.ts';
import { sampleTree } from '../../../testing/tree.ts';
import { detect } from '../detect.ts';
import type { Risk } from '../risk.ts';
import { sql } from './sql.ts';
import { all } from './tree.ts';

type Files = Parameters<typeof sampleTree>[0];
async function look(files: Files): Promise<Risk> {
  const { records, read } = sampleTree(files);
  return detect([sql], { files: await languages().parse(records, read), plan: null });
}
/** Without how it waits: SQL301 to SQL308 have a test of their own. */
const lasting = (risk: Risk): Risk['findings'] => risk.findings.filter((f) => !/^SQL30[1-8]$/.test(f.rule));
const rules = async (text: string): Promise<readonly string[]> => lasting(await look({ 'db/007_x.sql': [null, text] })).map((f) => f.rule);

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
    ['DELETE FROM orders WHERE EXISTS (SELECT 1)', ['SQL105']],
    ['DELETE FROM orders WHERE random() < 2', ['SQL105']],
    ['CREATE TABLE orders (id int); DROP TABLE public.orders', ['SQL101']],
    ['SET search_path = a; CREATE TABLE orders (id int); SET search_path = b; DROP TABLE orders', ['SQL101']],
    ['SET ROLE app; CREATE TABLE orders (id int); RESET ROLE; DROP TABLE orders', ['SQL101']],
    ["SELECT set_config('search_path', 'a', false); CREATE TABLE orders (id int); RESET ALL; DROP TABLE orders", ['SQL101']],
    ['CREATE TEMP TABLE orders (id int) ON COMMIT DROP; DROP TABLE orders', ['SQL101']],
    ['CREATE TEMP TABLE orders (id int); DISCARD TEMP; DROP TABLE orders', ['SQL101']],
    ['CREATE TABLE p (id int) PARTITION BY RANGE (id); ALTER TABLE p ATTACH PARTITION orders DEFAULT; TRUNCATE p', ['SQL104', 'SQL207']],
    ['CREATE TABLE p (id int); ALTER TABLE orders INHERIT p; DELETE FROM p', ['SQL105']],
    ['ALTER TABLE orders ADD COLUMN x int; UPDATE orders SET x = 0, total = 0', ['SQL105']],
    ['EXPLAIN ANALYZE DELETE FROM orders', ['SQL105']],
    ['DROP POLICY p ON orders', ['SQL502']],
    ["DO $$ BEGIN EXECUTE 'DROP TABLE orders'; END $$", ['SQL101', 'SQL309']],
    ['ALTER TABLE orders RENAME COLUMN a TO b', ['SQL401']],
    ['ALTER TABLE orders DISABLE ROW LEVEL SECURITY', ['SQL502']],
    ["COPY orders TO PROGRAM 'sh'", ['SQL505']],
  ] as const)('%s', async (text, expected) => {
    expect(await rules(text)).toEqual(expected);
  });
});

const tiers = async (text: string): Promise<readonly string[]> => lasting(await look({ 'db/007_x.sql': [null, text] })).map((f) => `${f.rule}:${f.severity}`);
const fn = (body: string): string => `CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN ${body} END $$`;

describe('code that no parser reads', () => {
  it.each([
    ['DO $$ BEGIN DROP TABLE orders; END $$', ['SQL101:critical', 'SQL309:elevated']],
    ['DO $$ BEGIN DELETE /* some */ FROM "Orders"; END $$', ['SQL105:critical', 'SQL309:elevated']],
    ['DO $$ BEGIN -- tidy\n TRUNCATE public.orders; END $$', ['SQL104:critical', 'SQL309:elevated']],
    ['DO $$ BEGIN DELETE FROM orders WHERE id = 1; END $$', ['SQL309:elevated']],
    ['DO $$ BEGIN EXECUTE q; DELETE FROM orders WHERE id = 1; END $$', ['SQL309:high']],
    ['DO $$ BEGIN UPDATE public.orders SET a = 1; END $$', ['SQL105:critical', 'SQL309:elevated']],
    ['DO $$ BEGIN UPDATE ONLY "Orders" o SET a = 1 WHERE b; END $$', ['SQL309:elevated']],
    ["DO $$ BEGIN EXECUTE 'DROP TABLE orders'; END $$", ['SQL101:critical', 'SQL309:elevated']],
    ["DO $$ BEGIN EXECUTE 'DROP TABLE ' || q; END $$", ['SQL309:high']],
    ['DO $$ BEGIN PERFORM 1; END $$', ['SQL309:elevated']],
    ['DO $$ BEGIN CREATE TEMP TABLE t AS SELECT 1; DROP TABLE t; END $$', ['SQL309:elevated']],
    ['CREATE TABLE t (id int); DO $$ BEGIN DROP TABLE t; END $$', ['SQL309:elevated']],
    [fn('DROP TABLE orders;'), ['SQL309:high']],
    [`${fn('DROP TABLE orders;')}; SELECT f()`, ['SQL309:critical', 'SQL309:high']],
    [`${fn("EXECUTE 'TRUNCATE orders';")}; SELECT public.f()`, ['SQL309:high', 'SQL309:high']],
    ['CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN TRUNCATE orders; END $$; CALL p()', ['SQL309:critical', 'SQL309:high']],
    ["CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DELETE FROM orders'; SELECT f()", ['SQL309:critical', 'SQL309:high']],
    ['CREATE FUNCTION f() RETURNS void LANGUAGE sql BEGIN ATOMIC DELETE FROM orders; END', ['SQL105:critical']],
    [fn('EXECUTE q;'), ['SQL309:elevated']],
    [fn('UPDATE orders SET a = 1 WHERE id = 1;'), ['SQL309:elevated']],
    [fn('UPDATE orders SET a = 1;'), ['SQL309:high']],
    ['CALL purge_everything()', ['SQL309:elevated']],
    [fn('NEW.updated_at = now(); RETURN NEW;'), []],
    [fn('-- never DROP TABLE here\n RETURN;'), []],
  ] as const)('%s', async (text, expected) => {
    expect(await tiers(text)).toEqual(expected);
  });

  it('is read once, however much of it there is', async () => {
    const many = Array.from({ length: 60_000 }, (_, i) => `DROP TABLE a${i};`).join(' ');
    expect((await tiers(`DO $$ BEGIN ${many} END $$`))[0]).toBe('SQL309:critical');
    expect(await tiers(`DO $$ ${'/* '.repeat(200_000)} $$`)).toEqual(['SQL309:elevated']);
    expect(await tiers(`DO $$ ${'update "'.repeat(100_000)} $$`)).toEqual(['SQL309:elevated']);
  });
});

describe('safe forms', () => {
  it.each([
    'ALTER TABLE orders ADD COLUMN x int; UPDATE orders SET x = 0',
    'EXPLAIN DELETE FROM orders',
    'CREATE TABLE p (id int) PARTITION BY RANGE (id); CREATE TABLE q (id int); ALTER TABLE p ATTACH PARTITION q DEFAULT; DROP TABLE p',
    'SET search_path = app; CREATE TABLE t (id int); DROP TABLE t',
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
    const findings = lasting(await look({ 'db/007_x.sql': [null, 'ALTER TABEL x;\nDROP TABLE orders;\n\\i more.sql\n'] }));
    expect(findings.map((f) => f.rule)).toEqual(['SQL101', 'META001']);
    expect(findings[1]?.what).toContain('2 statements');
  });

  it('finds a node wherever it stands', () => {
    const drop = { objects: [] };
    expect(all([undefined, { a: [null, { DropStmt: drop }] }], 'DropStmt')).toEqual([drop]);
    expect([all(undefined, 'DropStmt'), all('DropStmt', 'DropStmt')]).toEqual([[], []]);
  });

  it('a statement that stood there before is not this change', async () => {
    const findings = lasting(await look({ 'views/x.sql': ['DROP TABLE a;', 'DROP TABLE a;\nDROP TABLE b;'] }));
    expect(findings.map((f) => f.place.object)).toEqual(['table b']);
  });

  it('and is, where what it does is decided anew', async () => {
    const fired = async (before: string, after: string) => lasting(await look({ 'ops/x.sql': [before, after] })).map((f) => f.rule);
    expect(await fired('BEGIN; DELETE FROM orders; ROLLBACK;', 'BEGIN; DELETE FROM orders; COMMIT;')).toEqual(['SQL105']);
    expect(await fired('TRUNCATE events;', 'SET search_path = prod;\nTRUNCATE events;')).toEqual(['SQL104']);
    expect(await fired('CREATE TABLE s (id int);\nTRUNCATE s;', 'TRUNCATE s;')).toEqual(['SQL104']);
    expect(await fired('\\if :dev\nDROP TABLE a;\n\\endif\n', 'DROP TABLE a;\n')).toEqual(['SQL101']);
    expect(await fired('CREATE TABLE s (id int);\nTRUNCATE s;', 'CREATE TABLE IF NOT EXISTS s (id int);\nTRUNCATE s;')).toEqual(['SQL104']);
    expect(await fired('CREATE TABLE s (id int);\nTRUNCATE s;', 'TRUNCATE s;\nCREATE TABLE s (id int);')).toEqual(['SQL104']);
    expect(await fired('DROP TABLE a;', 'CREATE TABLE b (id int);\nDROP TABLE a;')).toEqual([]);
    expect(await fired('DROP TABLE a;\nCREATE TABLE a (id int);', 'DROP TABLE a;\nCREATE TABLE a (id int, b int);')).toEqual([]);
  });

  it('only what ran before can have made a table', async () => {
    const made: readonly [null, string] = [null, 'CREATE TABLE orders (id int)'];
    const lost: readonly [null, string] = [null, 'DROP TABLE orders'];
    expect((await look({ 'm/V2__x.sql': lost, 'm/V10__y.sql': made })).tier).toBe('critical');
    expect((await look({ 'm/V2__x.sql': made, 'm/V10__y.sql': lost })).tier).toBe('routine');
    expect((await look({ 'm/1.sql': [null, 'CREATE TEMP TABLE orders (id int)'], 'm/2.sql': lost })).tier).toBe('critical');
    const path = (rest: string): readonly [null, string] => [null, `SET search_path = x; ${rest}`];
    expect((await look({ 'm/1.sql': path('CREATE TABLE orders (id int)'), 'm/2.sql': path('DROP TABLE orders') })).tier).toBe('critical');
  });

  it('what is only written elsewhere now, or made for another database, is not new', async () => {
    const all: readonly [null, string] = [null, 'CREATE TABLE orders (id int)'];
    expect((await look({ 'm/a.sql': all, 'm/b.sql': [null, 'DROP TABLE orders'], 'm/schema.sql': [all[1], null] })).tier).toBe('critical');
    expect((await look({ 'm/a.sql': [null, 'CREATE TABLE orders (id int);\n\\c prod\nDROP TABLE orders;'] })).tier).toBe('critical');
  });

  it('a policy that is made anew is no policy that is gone', async () => {
    expect(await tiers('DROP POLICY p ON orders; CREATE POLICY p ON orders USING (owner = 1)')).toEqual(['SQL502:high']);
    expect(await tiers('CREATE POLICY p ON orders USING (true); DROP POLICY p ON orders')).toEqual(['SQL502:critical']);
    expect(await tiers('DROP POLICY p ON orders; CREATE POLICY p ON other USING (true)')).toEqual(['SQL502:critical', 'SQL502:critical']);
  });

  it('a long statement is told by all of it', async () => {
    const long = (table: string): string => `UPDATE orders SET note = '${'x'.repeat(2_500)}' WHERE id IN (SELECT id FROM ${table});`;
    expect(lasting(await look({ 'q.sql': [long('a'), `${long('b')}\nDELETE FROM orders;`] })).map((f) => f.rule)).toEqual(['SQL105']);
  });

  it('an edited or deleted migration is seen', async () => {
    expect((await look({ 'migrations/001_a.sql': ['SELECT 1;', 'SELECT 2;'] })).findings.map((f) => f.rule)).toEqual(['SQL310']);
    expect((await look({ 'migrations/001_a.sql': ['SELECT 1;', null] })).findings.map((f) => f.rule)).toEqual(['SQL310']);
  });
});
