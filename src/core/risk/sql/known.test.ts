/** What the walk knows beside the statements: the schema as it was, readers, what stood there before, the way down. */
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
