/** Migrations of Django and Alembic as the SQL that their operations come to on PostgreSQL. */
import type { Call, Reading, Source, Spoken } from './sql-source.ts';
import { callsOf, flag, literalsIn, named, positional, quoted, rawOf, sqlOf, text, word, words } from './sql-source.ts';

const DJANGO =
  /(?<![\w])(?:migrations\.|operations\.)?(CreateModel|DeleteModel|RenameModel|AlterModelTable|AddField|RemoveField|RenameField|AlterField|AddIndexConcurrently|AddIndex|RemoveIndexConcurrently|RemoveIndex|AddConstraintNotValid|AddConstraint|ValidateConstraint|RemoveConstraint|AlterUniqueTogether|RunSQL|RunPython)(?=\s{0,20}\()/g;
const ALEMBIC =
  /(?<![\w.])(?:op|batch_op|batch)\.(create_table|drop_table|rename_table|add_column|drop_column|alter_column|create_index|drop_index|create_foreign_key|create_unique_constraint|create_check_constraint|create_primary_key|create_exclude_constraint|drop_constraint|execute)(?=\s{0,20}\()/g;

export const python = (source: Source): Reading => (/\bmigrations\.Migration\b|\bdjango\b/.test(source.masked) ? django(source) : alembic(source));

interface Asked {
  readonly source: Source;
  readonly call: Call;
  arg(n: number, key: string): string;
}

type Translation = { readonly [name: string]: (a: Asked) => readonly (string | { readonly sql: string; readonly unsure?: boolean; readonly down?: boolean })[] };

function spokenOf(source: Source, calls: readonly Call[], table: Translation, down: (at: number) => boolean): readonly Spoken[] {
  return calls.flatMap((call) => {
    const arg = (n: number, key: string): string => word(source, named(call, key) ?? positional(call, n));
    const as = source.text.slice(call.at, call.end + 1).trim();
    return (table[call.name]?.({ source, call, arg }) ?? []).map((one) => {
      const said = typeof one === 'string' ? { sql: one } : one;
      return { at: call.at, as, down: down(call.at), ...said };
    });
  });
}

const alter = (table: string, what: string): string => `ALTER TABLE ${quoted(table.toLowerCase())} ${what}`;

function django(source: Source): Reading {
  const states = spans(source, /(?<!\w)state_operations\s{0,5}=\s{0,5}\[/g);
  // operations on the state alone touch no database
  const calls = callsOf(source, DJANGO, false).filter((c) => !states.some(([from, to]) => c.at >= from && c.at < to));
  return { wrapped: !/^\s{0,40}atomic\s{0,5}=\s{0,5}False\b/m.test(source.masked), spoken: spokenOf(source, calls, MODELS, () => false) };
}

/** From a bracket to the one that closes it; at most 50 of them. */
function spans(source: Source, opening: RegExp): readonly (readonly [number, number])[] {
  return [...source.masked.matchAll(opening)].slice(0, 50).map((m) => {
    const [call] = callsOf({ ...source, masked: `x(${source.masked.slice(m.index + m[0].length, m.index + 20_000)}` }, /^x/g, false);
    return [m.index, m.index + m[0].length + (call?.end ?? 0)] as const;
  });
}

const FIELDS: { readonly [field: string]: string } = {
  BigAutoField: 'bigserial',
  AutoField: 'serial',
  BigIntegerField: 'int8',
  IntegerField: 'int4',
  PositiveIntegerField: 'int4',
  SmallIntegerField: 'int2',
  BooleanField: 'bool',
  DateTimeField: 'timestamptz',
  DateField: 'date',
  JSONField: 'jsonb',
  UUIDField: 'uuid',
  FloatField: 'float8',
  ForeignKey: 'int8',
  OneToOneField: 'int8',
  DecimalField: 'numeric',
  CharField: 'varchar',
};

interface Field {
  readonly type: string;
  readonly kind: string;
  readonly text: string;
}

function fieldOf(source: Source, call: Call, n: number): Field {
  const raw = rawOf(source, named(call, 'field') ?? positional(call, n));
  const kind = /(\w{1,60})\s{0,5}\(/.exec(raw.slice(0, 200))?.[1] ?? '';
  return { kind, text: raw, type: FIELDS[kind] ?? 'text' };
}

const has = (field: Field, what: RegExp): boolean => what.test(field.text.slice(0, 4_000));

function addField({ source, call, arg }: Asked): readonly (string | { sql: string; unsure: boolean })[] {
  const field = fieldOf(source, call, 2);
  if (field.kind === 'ManyToManyField') return [];
  const related = field.kind === 'ForeignKey' || field.kind === 'OneToOneField';
  const name = `${arg(1, 'name').toLowerCase()}${related ? '_id' : ''}`;
  const table = arg(0, 'model_name');
  const required = has(field, /\bnull\s{0,5}=\s{0,5}True\b/) || field.kind === 'NullBooleanField' ? '' : ' NOT NULL';
  const computed = has(field, /\bdb_default\s{0,5}=\s{0,5}[^,\n]{0,100}(?:Random|RandomUUID)\b/);
  const filled = computed ? ' DEFAULT random()' : has(field, /\b(?:db_)?default\s{0,5}=/) || /Auto/.test(field.kind) ? (/Auto/.test(field.kind) ? '' : " DEFAULT 'x'") : '';
  const to = /["'](?:\w{1,60}\.)?(\w{1,60})["']/.exec(field.text)?.[1] ?? /\bto\s{0,5}=\s{0,5}([\w.]{1,100})/.exec(field.text)?.[1] ?? 'unknown_here';
  const unique = field.kind === 'OneToOneField' || has(field, /\bunique\s{0,5}=\s{0,5}True\b/) ? ' UNIQUE' : '';
  const add = alter(
    table,
    `ADD COLUMN ${quoted(name)} ${field.type}${filled}${required}${unique}${related && has(field, /db_constraint\s{0,5}=\s{0,5}False/) === false ? ` REFERENCES ${quoted(to.toLowerCase())}` : ''}`,
  );
  // Django adds the index by itself, without CONCURRENTLY
  const indexed = (field.kind === 'ForeignKey' && !has(field, /db_index\s{0,5}=\s{0,5}False/)) || has(field, /db_index\s{0,5}=\s{0,5}True/);
  return [add, ...(indexed ? [{ sql: `CREATE INDEX ON ${quoted(table.toLowerCase())} (${quoted(name)})`, unsure: true }] : [])];
}

function indexOn({ source, call, arg }: Asked, quiet: boolean): readonly string[] {
  const raw = named(call, 'index') ?? positional(call, 1);
  const fields = /fields\s{0,5}=\s{0,5}[[(]([^\])]{0,1000})/.exec(rawOf(source, raw))?.[1] ?? '';
  const columns = [...fields.matchAll(/["']-?(\w{1,63})["']/g)].map((m) => quoted(m[1] ?? ''));
  return [`CREATE INDEX ${quiet ? 'CONCURRENTLY ' : ''}ON ${quoted(arg(0, 'model_name').toLowerCase())} (${columns.join(', ') || '(1)'})`];
}

function constraintOn({ source, call, arg }: Asked, valid: boolean): readonly string[] {
  const raw = rawOf(source, named(call, 'constraint') ?? positional(call, 1));
  const name = /\bname\s{0,5}=\s{0,5}["'](\w{1,63})/.exec(raw)?.[1] ?? 'unknown_here';
  const table = arg(0, 'model_name');
  if (/UniqueConstraint/.test(raw.slice(0, 100)))
    return [
      /\bcondition\s{0,5}=/.test(raw)
        ? `CREATE UNIQUE INDEX ${quoted(name)} ON ${quoted(table.toLowerCase())} ((1)) WHERE true`
        : alter(table, `ADD CONSTRAINT ${quoted(name)} UNIQUE ("?")`),
    ];
  if (/ExclusionConstraint/.test(raw.slice(0, 100))) return [alter(table, `ADD CONSTRAINT ${quoted(name)} EXCLUDE USING gist ("?" WITH =)`)];
  return [alter(table, `ADD CONSTRAINT ${quoted(name)} CHECK ("?" > 0)${valid ? '' : ' NOT VALID'}`)];
}

const MODELS: Translation = {
  CreateModel: ({ arg }) => [`CREATE TABLE ${quoted(arg(0, 'name').toLowerCase())} (id int8)`],
  DeleteModel: ({ arg }) => [`DROP TABLE ${quoted(arg(0, 'name').toLowerCase())} CASCADE`],
  RenameModel: ({ arg }) => [alter(arg(0, 'old_name'), `RENAME TO ${quoted(arg(1, 'new_name').toLowerCase())}`)],
  AlterModelTable: ({ arg }) => [alter(arg(0, 'name'), `RENAME TO ${quoted(arg(1, 'table') || 'unknown_here')}`)],
  AddField: addField,
  RemoveField: ({ arg }) => [alter(arg(0, 'model_name'), `DROP COLUMN ${quoted(arg(1, 'name').toLowerCase())}`)],
  RenameField: ({ arg }) => [alter(arg(0, 'model_name'), `RENAME COLUMN ${quoted(arg(1, 'old_name').toLowerCase())} TO ${quoted(arg(2, 'new_name').toLowerCase())}`)],
  // what it was before is not written here: most change nothing in the database
  AlterField: ({ source, call, arg }) => [
    { sql: alter(arg(0, 'model_name'), `ALTER COLUMN ${quoted(arg(1, 'name').toLowerCase())} TYPE ${fieldOf(source, call, 2).type}`), unsure: true },
  ],
  AddIndex: (a) => indexOn(a, false),
  AddIndexConcurrently: (a) => indexOn(a, true),
  RemoveIndex: ({ arg }) => [`DROP INDEX ${quoted(arg(1, 'name') || 'unknown_here')}`],
  RemoveIndexConcurrently: ({ arg }) => [`DROP INDEX CONCURRENTLY ${quoted(arg(1, 'name') || 'unknown_here')}`],
  AddConstraint: (a) => constraintOn(a, true),
  AddConstraintNotValid: (a) => constraintOn(a, false),
  ValidateConstraint: ({ arg }) => [alter(arg(0, 'model_name'), `VALIDATE CONSTRAINT ${quoted(arg(1, 'name'))}`)],
  RemoveConstraint: ({ arg }) => [alter(arg(0, 'model_name'), `DROP CONSTRAINT ${quoted(arg(1, 'name'))}`)],
  AlterUniqueTogether: ({ source, call, arg }) => (/\(\s{0,20}["']/.test(rawOf(source, named(call, 'unique_together'))) ? [alter(arg(0, 'name'), 'ADD UNIQUE ("?")')] : []),
  RunSQL: ({ source, call }) => {
    const [forward, back] = [named(call, 'sql') ?? positional(call, 0), named(call, 'reverse_sql') ?? positional(call, 1)];
    const list = /^[[(]/.test(rawOf(source, forward));
    const statements = forward === undefined ? [] : list ? literalsIn(source, forward.from, forward.to) : [sqlOf(source, forward)];
    return [...statements, ...(back === undefined ? [] : [{ sql: sqlOf(source, back), down: true }])];
  },
  RunPython: ({ call }) => ((named(call, 'reverse_code') ?? positional(call, 1)) === undefined ? ['DO $$ BEGIN PERFORM 1; END $$'] : []),
};

function alembic(source: Source): Reading {
  const back = /^(?:async )?def downgrade\b/m.exec(source.masked)?.index ?? Number.POSITIVE_INFINITY;
  const forth = /^(?:async )?def upgrade\b/m.exec(source.masked)?.index ?? 0;
  const calls = callsOf(source, ALEMBIC, false);
  const batches = [...source.masked.matchAll(/\bbatch_alter_table\s{0,5}\(/g)].map((m) => ({ at: m.index, table: literalsIn(source, m.index, m.index + 200)[0] ?? '' }));
  let next = 0;
  const placed = calls.map((call) => {
    for (; (batches[next + 1]?.at ?? Number.POSITIVE_INFINITY) < call.at; next++);
    const batch = /^(?:batch_op|batch)\./.test(source.masked.slice(call.at, call.at + 12));
    return { call, table: batch ? (batches[next]?.table ?? '') : undefined };
  });
  const down = (at: number): boolean => at >= back && (forth < back || at < forth);
  return { wrapped: !/\bautocommit_block\s{0,5}\(/.test(source.masked), spoken: placed.flatMap(({ call, table }) => spokenOf(source, [call], operations(table), down)) };
}

/** In a batch the table is that of the batch, and the first argument is what comes second elsewhere. */
function operations(batch: string | undefined): Translation {
  const of = (a: Asked, n: number, key: string): string => (batch === undefined ? a.arg(n, key) : a.arg(n - 1, key));
  const table = (a: Asked): string => (batch === undefined ? a.arg(0, 'table_name') : batch);
  const at = (a: Asked, n: number): string => (batch === undefined ? a.arg(n, 'table_name') : batch);
  const put = (t: string, what: string): string => `ALTER TABLE ${quoted(t)} ${what}`;
  const list = (a: Asked, n: number, key: string): string =>
    words(a.source, named(a.call, key) ?? positional(a.call, batch === undefined ? n : n - 1))
      .map(quoted)
      .join(', ') || '(1)';
  const not = (a: Asked): string => (flag(a.source, named(a.call, 'postgresql_not_valid')) === true ? ' NOT VALID' : '');
  const quiet = (a: Asked): string => (flag(a.source, named(a.call, 'postgresql_concurrently')) === true ? 'CONCURRENTLY ' : '');
  return {
    create_table: (a) => [`CREATE TABLE ${quoted(a.arg(0, 'table_name'))} (id int8)`],
    drop_table: (a) => [`DROP TABLE ${quoted(a.arg(0, 'table_name'))}`],
    rename_table: (a) => [put(a.arg(0, 'old_table_name'), `RENAME TO ${quoted(a.arg(1, 'new_table_name'))}`)],
    add_column: (a) => [put(table(a), `ADD COLUMN ${saColumn(a.source, named(a.call, 'column') ?? positional(a.call, batch === undefined ? 1 : 0))}`)],
    drop_column: (a) => [put(table(a), `DROP COLUMN ${quoted(of(a, 1, 'column_name'))}`)],
    alter_column: (a) => altered(a, table(a), of(a, 1, 'column_name')),
    create_index: (a) => [
      `CREATE ${flag(a.source, named(a.call, 'unique')) === true ? 'UNIQUE ' : ''}INDEX ${quiet(a)}${named(a.call, 'if_not_exists') === undefined ? '' : 'IF NOT EXISTS '}${quoted(a.arg(0, 'index_name') || 'unknown_here')} ON ${quoted(at(a, 1))} (${list(a, 2, 'columns')})`,
    ],
    drop_index: (a) => [`DROP INDEX ${quiet(a)}${quoted(a.arg(0, 'index_name') || 'unknown_here')}`],
    create_foreign_key: (a) => {
      const action = word(a.source, named(a.call, 'ondelete')).toUpperCase();
      const on = /^(?:CASCADE|SET NULL)$/.test(action) ? ` ON DELETE ${action}` : '';
      return [
        put(
          at(a, 1),
          `ADD CONSTRAINT ${quoted(a.arg(0, 'constraint_name') || 'unknown_here')} FOREIGN KEY (${list(a, 3, 'local_cols')}) REFERENCES ${quoted(of(a, 2, 'referent_table'))}${on}${not(a)}`.replace(
            '((1))',
            '("?")',
          ),
        ),
      ];
    },
    create_unique_constraint: (a) => [
      put(at(a, 1), `ADD CONSTRAINT ${quoted(a.arg(0, 'constraint_name') || 'unknown_here')} UNIQUE (${list(a, 2, 'columns').replace('(1)', '"?"')})`),
    ],
    create_primary_key: (a) => [put(at(a, 1), `ADD PRIMARY KEY (${list(a, 2, 'columns').replace('(1)', '"?"')})`)],
    create_check_constraint: (a) => [put(at(a, 1), `ADD CONSTRAINT ${quoted(a.arg(0, 'constraint_name') || 'unknown_here')} CHECK (${of(a, 2, 'condition') || 'true'})${not(a)}`)],
    create_exclude_constraint: (a) => [put(at(a, 1), 'ADD EXCLUDE USING gist ("?" WITH =)')],
    drop_constraint: (a) => [put(at(a, 1), `DROP CONSTRAINT ${quoted(a.arg(0, 'constraint_name'))}`)],
    execute: (a) => [sqlOf(a.source, named(a.call, 'sqltext') ?? positional(a.call, 0))],
  };
}

const SA: { readonly [type: string]: string } = {
  BigInteger: 'int8',
  Integer: 'int4',
  SmallInteger: 'int2',
  Boolean: 'bool',
  DateTime: 'timestamp',
  TIMESTAMP: 'timestamp',
  Date: 'date',
  JSON: 'json',
  JSONB: 'jsonb',
  UUID: 'uuid',
  Float: 'float8',
  Numeric: 'numeric',
  String: 'varchar',
  Text: 'text',
  LargeBinary: 'bytea',
};
const saType = (raw: string): string => {
  const found = /(?:\w{1,30}\.){0,3}(\w{1,40})\s{0,5}(?:\(\s{0,5}(?:length\s{0,5}=\s{0,5})?(\d{1,8})?)?/.exec(raw.slice(0, 200));
  const base = SA[found?.[1] ?? ''] ?? 'text';
  return base === 'varchar' && found?.[2] !== undefined ? `varchar(${found[2]})` : base;
};

function saColumn(source: Source, a: Parameters<typeof rawOf>[1]): string {
  const raw = rawOf(source, a);
  const name = /["'](\w{1,63})["']/.exec(raw)?.[1] ?? 'unknown_here';
  const type = saType(raw.slice(raw.indexOf(',') + 1).trimStart());
  const filled = /\bserver_default\s{0,5}=\s{0,5}([^\n]{0,200})/.exec(raw);
  const value =
    filled === null
      ? ''
      : /gen_random_uuid|uuid_generate|random\(|clock_timestamp|nextval/.test(filled[1] ?? '')
        ? ' DEFAULT random()'
        : /^None/.test(filled[1] ?? '')
          ? ''
          : " DEFAULT 'x'";
  const identity = /\b(?:sa\.)?Identity\s{0,5}\(/.test(raw) ? ' GENERATED BY DEFAULT AS IDENTITY' : /\bComputed\s{0,5}\(/.test(raw) ? ' GENERATED ALWAYS AS (1) STORED' : '';
  const to = /\bForeignKey\s{0,5}\(\s{0,5}["']([\w.]{1,120})["']/.exec(raw)?.[1]?.replace(/\.\w+$/, '');
  return `${quoted(name)} ${type}${value}${identity}${/\bnullable\s{0,5}=\s{0,5}False\b/.test(raw) ? ' NOT NULL' : ''}${/\bunique\s{0,5}=\s{0,5}True\b/.test(raw) ? ' UNIQUE' : ''}${to === undefined ? '' : ` REFERENCES ${quoted(to)}`}`;
}

function altered(a: Asked, table: string, column: string): readonly string[] {
  const put = (what: string): string => `ALTER TABLE ${quoted(table)} ${what}`;
  const nullable = flag(a.source, named(a.call, 'nullable'));
  const was = flag(a.source, named(a.call, 'existing_nullable'));
  const renamed = word(a.source, named(a.call, 'new_column_name'));
  const using = word(a.source, named(a.call, 'postgresql_using'));
  return [
    ...(named(a.call, 'type_') === undefined
      ? []
      : [put(`ALTER COLUMN ${quoted(column)} TYPE ${saType(rawOf(a.source, named(a.call, 'type_')))}${using === '' ? '' : ` USING ${using}`}`)]),
    ...(nullable === undefined || nullable === was ? [] : [put(`ALTER COLUMN ${quoted(column)} ${nullable ? 'DROP' : 'SET'} NOT NULL`)]),
    ...(named(a.call, 'server_default') === undefined ? [] : [put(`ALTER COLUMN ${quoted(column)} SET DEFAULT ${text('x')}`)]),
    ...(renamed === '' ? [] : [put(`RENAME COLUMN ${quoted(column)} TO ${quoted(renamed)}`)]),
  ];
}
