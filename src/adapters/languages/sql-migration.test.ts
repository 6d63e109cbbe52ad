/** What the calls of a migration come to, by tool; samples are made up in the shape of each. */
import { describe, expect, it } from 'vitest';
import { detect } from '../../core/risk/detect.ts';
import type { Finding } from '../../core/risk/risk.ts';
import { sql } from '../../core/risk/sql/sql.ts';
import { sampleTree } from '../../testing/tree.ts';
import { languages } from './index.ts';
import { migrationLanguage } from './sql-migration.ts';

async function found(path: string, text: string, stood: { readonly [path: string]: readonly [string, string] } = {}): Promise<readonly Finding[]> {
  const { records, read } = sampleTree({ ...stood, [path]: [null, text] });
  return detect([sql], { files: await languages().parse(records, read), plan: null }).findings;
}
/** Without the lock timeout, which no migration of these sets, and what follows from one transaction. */
const rules = async (path: string, text: string, stood?: Parameters<typeof found>[2]): Promise<readonly string[]> =>
  (await found(path, text, stood)).filter((f) => !/^SQL30[1268]$/.test(f.rule)).map((f) => `${f.rule}:${f.severity}`);

const RAILS = 'db/migrate/20240101000000_x.rb';
const rails = (body: string, head = ''): string => `class X < ActiveRecord::Migration[7.1]\n${head}  def change\n    ${body}\n  end\nend\n`;

describe('Rails', () => {
  it.each<[string, readonly string[]]>([
    ['remove_column :orders, :total, :integer', ['SQL102:critical']],
    ['remove_columns(:orders, :a, :b)', ['SQL102:critical', 'SQL102:critical']],
    ['drop_table :orders', ['SQL101:critical']],
    ['rename_column :orders, :a, :b', ['SQL401:high']],
    ['rename_table :orders, :sales', ['SQL401:high']],
    ['change_column :orders, :a, :bigint', ['SQL210:high']],
    ['change_column_null :orders, :a, false', ['SQL206:high']],
    ['add_index :orders, :a', ['SQL201:high']],
    ['add_index :orders, [:a, :b], algorithm: :concurrently', ['SQL303:high']],
    ['add_reference :orders, :user', ['SQL201:high']],
    ['add_foreign_key :orders, :users', ['SQL204:high', 'SQL403:elevated']],
    ['add_foreign_key :orders, :users, validate: false', ['SQL403:elevated']],
    ['add_column :orders, :a, :uuid, default: "gen_random_uuid()"', ['SQL211:high']],
    ['add_column :orders, :a, :integer, null: false', ['SQL212:high']],
    ['add_column :orders, :a, :integer, null: false, default: 0', []],
    ['add_check_constraint :orders, "a > 0", name: "c", validate: false', []],
    ['create_table :orders, force: true do |t|\n    t.string :a\n    end', ['SQL101:critical']],
    ['create_table :orders do |t|\n    t.string :a\n    end\n    add_index :orders, :a', []],
    ['change_table :orders do |t|\n      t.remove :a\n      t.string :b\n    end', ['SQL102:critical']],
    ['execute "DROP TABLE orders"', ['SQL101:critical']],
    ['execute <<~SQL\n      TRUNCATE orders;\n    SQL', ['SQL104:critical']],
    ['safety_assured { execute("DROP SCHEMA s") }', ['SQL103:critical']],
    ['Order.update_all(a: 1)', ['SQL105:critical']],
    ['add_column :orders, :a, :integer\n    Order.update_all(a: 1)', ['SQL305:high']],
    ['# remove_column :orders, :total', []],
    ['puts "drop_table :orders"', []],
  ])('%s', async (body, expected) => {
    expect(await rules(RAILS, rails(body))).toEqual(expected);
  });

  it('opts out of its transaction', async () => expect(await rules(RAILS, rails('add_index :orders, :a, algorithm: :concurrently', '  disable_ddl_transaction!\n'))).toEqual([]));
  it('knows the way down', async () => {
    const text = 'class X < ActiveRecord::Migration[7.1]\n  def up\n    create_table :a\n  end\n\n  def down\n    drop_table :a\n  end\nend\n';
    expect(await rules(RAILS, text)).toEqual([]);
    expect(await rules(RAILS, text.replace('drop_table :a', 'add_index :b, :c'))).toEqual(['SQL201:routine']);
  });
  it('knows the columns of db/schema.rb', async () => {
    const schema = 'ActiveRecord::Schema[7.1].define(version: 1) do\n  create_table "orders", force: :cascade do |t|\n    t.string "a", limit: 20\n    t.text "b"\n  end\nend\n';
    const stood = { 'db/schema.rb': [schema, schema] as const };
    expect(await rules(RAILS, rails('change_column :orders, :a, :string, limit: 40'), stood)).toEqual([]);
    expect(await rules(RAILS, rails('change_column :orders, :a, :string, limit: 10'), stood)).toEqual(['SQL107:critical']);
    expect(await rules(RAILS, rails('change_column :orders, :b, :string'), stood)).toEqual([]);
  });
  it('says that it is inferred, and shows the call', async () => {
    const [first] = (await found(RAILS, rails('remove_column :orders, :total'))).filter((f) => f.rule === 'SQL102');
    expect(first).toMatchObject({ confidence: 'inferred', place: { line: 3, object: 'orders.total' }, because: [['statement', 'remove_column :orders, :total']] });
  });
});

const DJANGO = 'shop/migrations/0007_x.py';
const django = (operations: string, head = ''): string =>
  `from django.db import migrations, models\n\nclass Migration(migrations.Migration):\n${head}    operations = [\n        ${operations},\n    ]\n`;

describe('Django', () => {
  it.each<[string, readonly string[]]>([
    ["migrations.RemoveField(model_name='order', name='total')", ['SQL102:critical']],
    ["migrations.DeleteModel('Order')", ['SQL101:critical']],
    ["migrations.RenameField('order', 'a', 'b')", ['SQL401:high']],
    ["migrations.RenameModel(old_name='A', new_name='B')", ['SQL401:high']],
    ["migrations.AddField('order', 'a', models.IntegerField(null=True))", []],
    ["migrations.AddField('order', 'a', models.IntegerField())", ['SQL212:high']],
    ["migrations.AddField('order', 'a', models.IntegerField(default=0))", []],
    ["migrations.AddIndex('order', models.Index(fields=['a'], name='i'))", ['SQL201:high']],
    ["migrations.AddConstraint('order', models.CheckConstraint(check=models.Q(a__gt=0), name='c'))", ['SQL204:high']],
    ["migrations.AddConstraint('order', models.UniqueConstraint(fields=['a'], name='c'))", ['SQL208:high']],
    ["AddConstraintNotValid('order', models.CheckConstraint(check=models.Q(a__gt=0), name='c'))", []],
    ["migrations.RunSQL('DROP TABLE a', reverse_sql='CREATE TABLE a (id int)')", ['SQL101:critical']],
    ['migrations.RunPython(forwards)', ['SQL309:elevated']],
    ['migrations.RunPython(forwards, migrations.RunPython.noop)', []],
    ["migrations.AlterField('order', 'a', models.TextField())", ['SQL210:elevated']],
    ["migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel('Order')])", []],
    ["migrations.CreateModel('Order', []), migrations.AddIndex('order', models.Index(fields=['a'], name='i'))", []],
  ])('%s', async (operations, expected) => {
    expect(await rules(DJANGO, django(operations))).toEqual(expected);
  });
  it('opts out of its transaction', async () => {
    const add = "AddIndexConcurrently('order', models.Index(fields=['a'], name='i'))";
    expect(await rules(DJANGO, django(add))).toEqual(['SQL303:high']);
    expect(await rules(DJANGO, django(add, '    atomic = False\n'))).toEqual([]);
  });
});

const ALEMBIC = 'migrations/versions/ab12_x.py';
const alembic = (up: string, down = 'pass'): string => `from alembic import op\nimport sqlalchemy as sa\n\ndef upgrade():\n    ${up}\n\n\ndef downgrade():\n    ${down}\n`;

describe('Alembic', () => {
  it.each<[string, readonly string[]]>([
    ["op.drop_column('orders', 'total')", ['SQL102:critical']],
    ["op.drop_table('orders')", ['SQL101:critical']],
    ["op.add_column('orders', sa.Column('a', sa.Integer(), nullable=False))", ['SQL212:high']],
    ["op.add_column('orders', sa.Column('a', sa.Integer(), nullable=True))", []],
    ["op.alter_column('orders', 'a', nullable=False)", ['SQL206:high']],
    ["op.alter_column('orders', 'a', new_column_name='b')", ['SQL401:high']],
    ["op.alter_column('orders', 'a', type_=sa.BigInteger())", ['SQL210:high']],
    ["op.create_index('i', 'orders', ['a'])", ['SQL201:high']],
    ["op.create_unique_constraint('u', 'orders', ['a'])", ['SQL208:high']],
    ["op.create_foreign_key('f', 'orders', 'users', ['u'], ['id'], ondelete='CASCADE')", ['SQL109:high', 'SQL204:high', 'SQL403:elevated']],
    ["op.execute('DELETE FROM orders')", ['SQL105:critical']],
    ["with op.batch_alter_table('orders') as batch_op:\n        batch_op.drop_column('total')", ['SQL102:critical']],
    ["with op.get_context().autocommit_block():\n        op.create_index('i', 'orders', ['a'], postgresql_concurrently=True)", []],
    ["op.create_index('i', 'orders', ['a'], postgresql_concurrently=True)", ['SQL303:high']],
  ])('%s', async (up, expected) => {
    expect(await rules(ALEMBIC, alembic(up))).toEqual(expected);
  });
  it('knows the way down', async () => expect(await rules(ALEMBIC, alembic("op.create_table('a', sa.Column('id', sa.Integer()))", "op.drop_table('a')"))).toEqual([]));
});

describe('JavaScript', () => {
  it.each<[string, string, readonly string[]]>([
    [
      'TypeORM',
      'export class X { public async up(queryRunner) { await queryRunner.query(`ALTER TABLE "orders" DROP COLUMN "total"`); } public async down(queryRunner) { await queryRunner.query(`ALTER TABLE "orders" ADD "total" int`); } }',
      ['SQL102:critical'],
    ],
    ['TypeORM', 'export class X { async up(queryRunner) { await queryRunner.dropTable("orders"); } }', ['SQL101:critical']],
    ['Knex', "exports.up = (knex) => knex.schema.alterTable('orders', (t) => { t.dropColumn('total'); });", ['SQL102:critical']],
    [
      'Knex',
      "exports.up = (knex) => knex.schema.dropTable('orders');\nexports.down = (knex) => knex.schema.createTable('orders', (t) => { t.increments(); });",
      ['SQL101:critical'],
    ],
    ['Knex', "exports.up = async (knex) => { await knex.raw('TRUNCATE orders'); };", ['SQL104:critical']],
    ['Knex', "exports.up = (knex) => knex.schema.createTable('orders', (t) => { t.index('a'); });\nexports.down = (knex) => knex.schema.dropTable('orders');", []],
    ['Sequelize', "module.exports = { up: (queryInterface) => queryInterface.removeColumn('orders', 'total') };", ['SQL102:critical']],
    ['Sequelize', "module.exports = { up: (queryInterface) => queryInterface.addIndex('orders', ['a']) };", ['SQL201:high']],
    ['node-pg-migrate', "exports.up = (pgm) => { pgm.noTransaction(); pgm.createIndex('orders', 'a', { concurrently: true }); };", []],
    ['node-pg-migrate', "exports.up = (pgm) => { pgm.renameColumn('orders', 'a', 'b'); };", ['SQL401:high']],
    ['comments', "// knex.schema.dropTable('orders')\nexports.up = () => {};", []],
  ])('%s: %s', async (_, text, expected) => {
    expect(await rules('migrations/20240101_x.js', text)).toEqual(expected);
  });
});

it('only folders of migrations hold migrations', () => {
  expect([RAILS, DJANGO, ALEMBIC, 'migrations/1.ts', 'db/schema.rb'].map(migrationLanguage)).toEqual(['ruby', 'python', 'python', 'javascript', 'ruby']);
  expect(['app/models/order.rb', 'shop/migrations/__init__.py', 'shop/models.py', 'src/index.ts', 'migrations/x.test.ts', 'db/seeds.rb'].map(migrationLanguage)).toEqual(
    Array(6).fill(undefined),
  );
});
