/**
 * Migrations that whoever pushes writes, long and odd: each would keep a walk whose work goes by the square of its statements
 * far beyond the limit of a test. Nothing here reads a clock.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { languages } from '../../../adapters/languages/index.ts';
import { sampleTree } from '../../../testing/tree.ts';
import { detect } from '../detect.ts';
import type { Risk } from '../risk.ts';
import { sql } from './sql.ts';

async function look(path: string, before: string | null, after: string | null): Promise<Risk> {
  const { records, read } = sampleTree({ [path]: [before, after] });
  return detect([sql], { files: await languages().parse(records, read), plan: null });
}
const failed = (risk: Risk): readonly string[] => risk.findings.filter((f) => f.rule === 'META000').map((f) => f.what);
const many = (n: number, one: (i: number) => string): string => Array.from({ length: n }, (_, i) => one(i)).join('');

describe('work that goes by the length of a migration', () => {
  it.each<[string, string, string]>([
    ['tables that are altered in one transaction', 'm/1.sql', many(2_000, (i) => `ALTER TABLE t${i} ADD c int;`)],
    [
      'constraints of one table that are proofs',
      'm/1.sql',
      many(1_000, (i) => `ALTER TABLE t ADD CONSTRAINT c${i} CHECK (a IS NOT NULL) NOT VALID;ALTER TABLE t ALTER a SET NOT NULL;`),
    ],
    ['truncations behind foreign keys', 'm/1.sql', many(1_000, (i) => `CREATE TABLE t${i} (a int REFERENCES t0);TRUNCATE t0 CASCADE;`)],
    ['partitions behind checks', 'm/1.sql', many(1_000, (i) => `ALTER TABLE p ADD CONSTRAINT c${i} CHECK (a > 0);ALTER TABLE t ATTACH PARTITION p DEFAULT;`)],
    ['blocks', 'm/1.sql', many(1_000, () => 'DO $$ BEGIN DROP TABLE a; END $$;')],
    ['words of control flow', 'm/1.sql', `DO $$ ${'IF x THEN '.repeat(10_000)} $$;`],
    ['brackets', 'm/1.sql', `SELECT ${'('.repeat(50_000)}`],
    ['comments of another server', 'm/1.sql', '/*!50000 DROP TABLE a */;\n'.repeat(1_000)],
    ['templates', 'm/1.sql', '{{ a '.repeat(30_000)],
    ['marks of tools', 'm/1.sql', '-- +goose Up\n-- +goose Down\n'.repeat(6_000)],
    ['calls that never close', 'db/migrate/20240101000000_x.rb', 'add_index('.repeat(15_000)],
    ['ways down that never end', 'db/migrate/20240101000000_x.rb', 'def down\n'.repeat(20_000)],
    ['heredocs that never end', 'db/migrate/20240101000000_x.rb', 'execute <<~A, <<~B\n'.repeat(4_000)],
    ['blocks of tables', 'db/migrate/20240101000000_x.rb', `change_table :t do |t|\n${'t.index('.repeat(10_000)}`],
    ['names of classes', 'db/migrate/20240101000000_x.rb', `${'A'.repeat(250)} `.repeat(1_000)],
    ['operations in one another', 'app/migrations/0001_x.py', `from django import x\n${'migrations.AddField('.repeat(8_000)}`],
    ['states of operations', 'app/migrations/0001_x.py', `from django import x\n${'state_operations=['.repeat(8_000)}`],
    ['strings that never end', 'migrations/versions/a_x.py', 'op.execute("""'.repeat(10_000)],
    ['chains of calls', 'migrations/1.ts', `knex.schema${'.dropTable('.repeat(10_000)}`],
    ['functions of tables', 'migrations/1.ts', 'x.alterTable("t", (t) => t.dropColumn('.repeat(4_000)],
  ])('%s', async (_, path, text) => {
    expect(failed(await look(path, null, text))).toEqual([]);
    expect(failed(await look(path, text, 'x\n'))).toEqual([]);
  });

  it('many files in one folder', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 400 }, (_, i) => [`m/${i}_x.sql`, [null, `-- +goose Up\nCREATE TABLE t${i} (id int);\n-- +goose Down\nDROP TABLE t${i};\n`] as const]),
    );
    const { records, read } = sampleTree(files);
    expect(detect([sql], { files: await languages().parse(records, read), plan: null }).tier).toBe('routine');
  });
});

describe('whatever stands in a migration', () => {
  const word = fc.constantFrom(
    'ALTER TABLE',
    't',
    'a',
    'DROP',
    'COLUMN',
    'ADD',
    ';',
    'BEGIN;',
    'COMMIT;',
    'ROLLBACK;',
    '(',
    ')',
    "'x'",
    '$$',
    '--',
    '\n',
    'DO',
    'CREATE',
    'INDEX',
    'ON',
    'CONCURRENTLY',
    'remove_column',
    ':users',
    'op.drop_column(',
    '"',
    '#{',
    'def down',
    'end',
    'migrations.RunSQL(',
    '/*!',
    '*/',
    '{{',
    '}}',
  );
  it.each(['m/1.sql', 'db/migrate/20240101000000_x.rb', 'app/migrations/0001_x.py', 'migrations/1.ts'])('is an answer: %s', async (path) => {
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 40 }), fc.array(word, { maxLength: 40 }), async (before, after) => {
        expect(failed(await look(path, before.join(' '), after.join(' ')))).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });
});
