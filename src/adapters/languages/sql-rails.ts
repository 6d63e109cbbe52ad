/** Migrations of Rails as the SQL that their calls come to (ActiveRecord::ConnectionAdapters::SchemaStatements, PostgreSQL). */
import type { Call, Reading, Source, Spoken } from './sql-source.ts';
import { callsOf, flag, literalsIn, named, positional, quoted, rawOf, sqlOf, text, word, words } from './sql-source.ts';

const NAMES =
  /(?<![\w:@$])(?:(?:ActiveRecord::Base\.)?connection\.|[a-z]\w{0,20}\.)?(create_table|create_join_table|drop_table|drop_join_table|rename_table|rename_column|rename_enum_value|rename_schema|drop_schema|add_column|add_timestamps|remove_timestamps|remove_columns?|remove_reference|remove_belongs_to|change_column_null|change_column_default|change_column|add_index|add_concurrent_index|remove_index|add_reference|add_belongs_to|add_foreign_key|add_concurrent_foreign_key|validate_foreign_key|validate_constraint|validate_check_constraint|remove_foreign_key|add_check_constraint|remove_check_constraint|add_unique_constraint|remove_unique_constraint|add_exclusion_constraint|execute|exec_query|exec_update|exec_delete|enable_extension|disable_extension|truncate_tables?|add_enum_value)(?![\w?!=])/g;
const BLOCK =
  /(?<![\w:])(\w{1,20})\.(remove|rename|change_null|change_default|change|index|remove_index|references|belongs_to|remove_references|string|text|integer|bigint|boolean|datetime|timestamptz|date|decimal|float|json|jsonb|uuid|binary|citext|inet|cidr|xml|bit|bit_varying|interval|time|timestamp|column)(?![\w?!=])/g;
const MODELS = /(?<![\w:.])(?:[A-Z]\w{0,60}::){0,3}[A-Z]\w{0,60}\.(?:unscoped\.)?(update_all|delete_all|destroy_all)(?![\w?!=])/g;

export function rails(source: Source): Reading {
  const dump = /(?<!\w)ActiveRecord::Schema(?:\[[^\]\n]{1,20}\])?\.define\b/.test(source.masked);
  const down = downSpans(source.masked);
  let span = 0;
  const inDown = (at: number): boolean => {
    while (span < down.length && (down[span]?.[1] ?? 0) <= at) span++;
    return at >= (down[span]?.[0] ?? Number.POSITIVE_INFINITY);
  };
  const say = (call: Call, sql: readonly string[]): readonly Spoken[] =>
    sql.map((one) => ({ at: call.at, sql: one, as: source.text.slice(call.at, call.end).trim(), down: false }));
  const plain = callsOf(source, NAMES, true).flatMap((c) =>
    say(
      c,
      translate(source, c).filter((one) => !dump || !one.startsWith('DROP ')),
    ),
  );
  const blocks = inBlocks(source, dump).flatMap(({ call, table }) => say(call, inTable(source, call, table)));
  const models = callsOf(source, MODELS, true).flatMap((c) => say(c, model(source, c)));
  return {
    wrapped: !/^[ \t]{0,80}disable_ddl_transaction!/m.test(source.masked),
    spoken: [...plain, ...blocks, ...models].sort((a, b) => a.at - b.at).map((one) => ({ ...one, down: inDown(one.at) })),
    ...(dump ? { dump } : {}),
  };
}

/** From `def down` to the next method that begins as far to the left. */
function downSpans(masked: string): readonly (readonly [number, number])[] {
  const out: (readonly [number, number])[] = [];
  for (const m of masked.matchAll(/^([ \t]{0,40})def (?:self\.)?down\b/gm)) {
    if (m.index < (out.at(-1)?.[1] ?? 0)) continue;
    const rest = masked.slice(m.index + m[0].length);
    const end = new RegExp(`^${m[1] ?? ''}end\\b`, 'm').exec(rest);
    out.push([m.index, end === null ? masked.length : m.index + m[0].length + end.index]);
  }
  return out;
}

const TYPES: { readonly [type: string]: string } = {
  string: 'varchar',
  text: 'text',
  integer: 'int4',
  bigint: 'int8',
  boolean: 'bool',
  datetime: 'timestamp',
  timestamp: 'timestamp',
  timestamptz: 'timestamptz',
  date: 'date',
  time: 'time',
  float: 'float8',
  json: 'json',
  jsonb: 'jsonb',
  uuid: 'uuid',
  binary: 'bytea',
  citext: 'citext',
  inet: 'inet',
  cidr: 'cidr',
  primary_key: 'bigserial',
  serial: 'serial',
  bigserial: 'bigserial',
  interval: 'interval',
  decimal: 'numeric',
  numeric: 'numeric',
};

function typeOf(source: Source, call: Call, kind: string): string {
  const [limit, p, s] = ['limit', 'precision', 'scale'].map((k) => /^\d{1,9}/.exec(rawOf(source, named(call, k)))?.[0]);
  const base = TYPES[kind] ?? (/^[\w ]+(?:\(\d+(?:, ?\d+)?\))?(?:\[\])?$/.test(kind) && kind.length < 60 && !/^\w+$/.test(kind) ? kind : 'text');
  if (kind === 'integer' && limit !== undefined) return Number(limit) > 4 ? 'int8' : Number(limit) < 3 ? 'int2' : 'int4';
  if (/^(?:timestamp|timestamptz)$/.test(base) && limit !== undefined) return `${base}(${Math.min(6, Number(limit))})`;
  if (/^(?:bit|varbit)$/.test(base) && limit !== undefined) return `${base}(${limit})`;
  if (base === 'varchar' && limit !== undefined) return `varchar(${limit})`;
  if (base === 'numeric' && p !== undefined) return `numeric(${p}${s === undefined ? '' : `, ${s}`})`;
  return p !== undefined && /^(?:timestamp|time|interval)/.test(base) ? `${base}(${Math.min(6, Number(p))})` : base;
}

function defaultOf(source: Source, call: Call, kind: string): string {
  const a = named(call, 'default');
  const raw = rawOf(source, a);
  if (a === undefined || raw === 'nil') return '';
  const value = literalsIn(source, a.from, a.to)[0] ?? raw;
  const computed = /^(?:->|lambda|proc)/.test(raw) || (kind === 'uuid' && value.includes('('));
  return ` DEFAULT ${computed ? value : text(value)}`;
}

function column(source: Source, call: Call, name: string, kind: string): string {
  const required = flag(source, named(call, 'null')) === false ? ' NOT NULL' : '';
  if (kind === 'virtual') {
    const as = word(source, named(call, 'as'));
    return `${quoted(name)} text GENERATED ALWAYS AS (${as === '' ? "''" : as}) ${flag(source, named(call, 'stored')) === true ? 'STORED' : 'VIRTUAL'}`;
  }
  return `${quoted(name)} ${typeOf(source, call, kind)}${kind === 'primary_key' ? ' PRIMARY KEY' : ''}${defaultOf(source, call, kind)}${required}`;
}

const alter = (table: string, what: string): string => `ALTER TABLE ${quoted(table)} ${what}`;
const singular = (table: string): string => table.replace(/ies$/, 'y').replace(/(?<!s)s$/, '');
const plural = (name: string): string => (/y$/.test(name) ? name.replace(/y$/, 'ies') : `${name}s`);
const concurrently = (source: Source, call: Call): boolean => /^:concurrently\b/.test(rawOf(source, named(call, 'algorithm'))) || call.name.includes('concurrent');

function translate(source: Source, call: Call): readonly string[] {
  const arg = (n: number): string => word(source, positional(call, n));
  const opt = (key: string): string => word(source, named(call, key));
  const table = arg(0);
  const fn = CALLS[call.name];
  return fn === undefined ? [] : fn({ source, call, table, arg, opt });
}

interface Said {
  readonly source: Source;
  readonly call: Call;
  readonly table: string;
  arg(n: number): string;
  opt(key: string): string;
}

const CALLS: { readonly [name: string]: (s: Said) => readonly string[] } = {
  create_table: ({ source, call, table }) => [
    ...(/^(?:true|:cascade)/.test(rawOf(source, named(call, 'force'))) ? [`DROP TABLE IF EXISTS ${quoted(table)} CASCADE`] : []),
    `CREATE TABLE ${flag(source, named(call, 'if_not_exists')) === true ? 'IF NOT EXISTS ' : ''}${quoted(table)} (id int8)`,
  ],
  create_join_table: ({ source, call, table, arg, opt }) => [
    ...(/^(?:true|:cascade)/.test(rawOf(source, named(call, 'force'))) ? [`DROP TABLE IF EXISTS ${quoted(opt('table_name') || [table, arg(1)].sort().join('_'))} CASCADE`] : []),
    `CREATE TABLE ${quoted(opt('table_name') || [table, arg(1)].sort().join('_'))} (id int8)`,
  ],
  drop_table: ({ source, call, table }) => [`DROP TABLE ${quoted(table)}${/cascade/.test(rawOf(source, named(call, 'force'))) ? ' CASCADE' : ''}`],
  drop_join_table: ({ table, arg, opt }) => [`DROP TABLE ${quoted(opt('table_name') || [table, arg(1)].sort().join('_'))}`],
  rename_table: ({ table, arg }) => [alter(table, `RENAME TO ${quoted(arg(1))}`)],
  rename_column: ({ table, arg }) => [alter(table, `RENAME COLUMN ${quoted(arg(1))} TO ${quoted(arg(2))}`)],
  rename_enum_value: ({ table, opt }) => [`ALTER TYPE ${quoted(table)} RENAME VALUE ${text(opt('from'))} TO ${text(opt('to'))}`],
  rename_schema: ({ table, arg }) => [`ALTER SCHEMA ${quoted(table)} RENAME TO ${quoted(arg(1))}`],
  drop_schema: ({ table }) => [`DROP SCHEMA ${quoted(table)} CASCADE`],
  add_column: ({ source, call, table, arg }) => [alter(table, `ADD COLUMN ${column(source, call, arg(1), arg(2))}`)],
  add_timestamps: ({ source, call, table }) =>
    ['created_at', 'updated_at'].map((c) =>
      alter(table, `ADD COLUMN ${quoted(c)} timestamp${defaultOf(source, call, 'datetime')}${flag(source, named(call, 'null')) === true ? '' : ' NOT NULL'}`),
    ),
  remove_timestamps: ({ table }) => ['created_at', 'updated_at'].map((c) => alter(table, `DROP COLUMN ${quoted(c)}`)),
  remove_column: ({ table, arg }) => [alter(table, `DROP COLUMN ${quoted(arg(1))}`)],
  remove_columns: ({ source, call, table }) =>
    call.args
      .filter((a) => a.key === '')
      .slice(1)
      .map((a) => alter(table, `DROP COLUMN ${quoted(word(source, a))}`)),
  remove_reference: ({ table, arg }) => [alter(table, `DROP COLUMN ${quoted(`${arg(1)}_id`)}`)],
  remove_belongs_to: ({ table, arg }) => [alter(table, `DROP COLUMN ${quoted(`${arg(1)}_id`)}`)],
  change_column: ({ source, call, table, arg }) => [
    alter(table, `ALTER COLUMN ${quoted(arg(1))} TYPE ${typeOf(source, call, arg(2))}`),
    ...(flag(source, named(call, 'null')) === false ? [alter(table, `ALTER COLUMN ${quoted(arg(1))} SET NOT NULL`)] : []),
  ],
  change_column_null: ({ source, call, table, arg }) => {
    const nullable = flag(source, positional(call, 2));
    const filled =
      positional(call, 3) === undefined || rawOf(source, positional(call, 3)) === 'nil'
        ? []
        : [`UPDATE ${quoted(table)} SET ${quoted(arg(1))} = 'x' WHERE ${quoted(arg(1))} IS NULL`];
    return nullable === undefined ? [] : [...filled, alter(table, `ALTER COLUMN ${quoted(arg(1))} ${nullable ? 'DROP' : 'SET'} NOT NULL`)];
  },
  change_column_default: ({ table, arg }) => [alter(table, `ALTER COLUMN ${quoted(arg(1))} SET DEFAULT 'x'`)],
  add_index: (s) => [index(s)],
  add_concurrent_index: (s) => [index(s)],
  remove_index: ({ source, call, table, arg, opt }) => [
    `DROP INDEX ${concurrently(source, call) ? 'CONCURRENTLY ' : ''}${quoted(opt('name') || `index_${table}_on_${[...words(source, named(call, 'column') ?? positional(call, 1)), ''].slice(0, -1).join('_and_') || arg(1)}`.slice(0, 63))}`,
  ],
  add_reference: (s) => reference(s),
  add_belongs_to: (s) => reference(s),
  add_foreign_key: (s) => [foreignKey(s.source, s.call, s.table, s.arg(1), s.opt('column') || `${singular(s.arg(1))}_id`)],
  add_concurrent_foreign_key: (s) => [`${foreignKey(s.source, s.call, s.table, s.arg(1), s.opt('column') || `${singular(s.arg(1))}_id`).replace(/ NOT VALID$/, '')} NOT VALID`],
  validate_foreign_key: ({ table, arg, opt }) => [alter(table, `VALIDATE CONSTRAINT ${quoted(opt('name') || `fk_${table}_${opt('column') || arg(1)}`)}`)],
  validate_constraint: ({ table, arg }) => [alter(table, `VALIDATE CONSTRAINT ${quoted(arg(1))}`)],
  validate_check_constraint: ({ table, opt, arg }) => [alter(table, `VALIDATE CONSTRAINT ${quoted(opt('name') || arg(1) || 'check')}`)],
  remove_foreign_key: ({ table, arg, opt }) => [alter(table, `DROP CONSTRAINT ${quoted(opt('name') || `fk_${table}_${opt('column') || arg(1)}`)}`)],
  add_check_constraint: ({ source, call, table, arg, opt }) => [
    alter(table, `ADD CONSTRAINT ${quoted(opt('name') || 'check')} CHECK (${arg(1) || 'true'})${flag(source, named(call, 'validate')) === false ? ' NOT VALID' : ''}`),
  ],
  remove_check_constraint: ({ table, opt }) => [alter(table, `DROP CONSTRAINT ${quoted(opt('name') || 'check')}`)],
  add_unique_constraint: ({ source, call, table, opt }) => [
    alter(
      table,
      opt('using_index') === '' ? `ADD UNIQUE (${words(source, positional(call, 1)).map(quoted).join(', ') || '"?"'})` : `ADD UNIQUE USING INDEX ${quoted(opt('using_index'))}`,
    ),
  ],
  remove_unique_constraint: ({ table, opt, arg }) => [alter(table, `DROP CONSTRAINT ${quoted(opt('name') || `unique_${arg(1)}`)}`)],
  add_exclusion_constraint: ({ table }) => [alter(table, 'ADD EXCLUDE USING gist ("?" WITH =)')],
  execute: written,
  exec_query: written,
  exec_update: written,
  exec_delete: written,
  enable_extension: ({ table }) => [`CREATE EXTENSION IF NOT EXISTS ${quoted(table)}`],
  disable_extension: ({ table }) => [`DROP EXTENSION ${quoted(table)} CASCADE`],
  truncate_table: ({ table }) => [`TRUNCATE ${quoted(table)}`],
  truncate_tables: ({ source, call }) => call.args.map((a) => `TRUNCATE ${quoted(word(source, a))}`),
  add_enum_value: ({ table, arg }) => [`ALTER TYPE ${quoted(table)} ADD VALUE ${text(arg(1))}`],
};

function written({ source, call }: Said): readonly string[] {
  return [sqlOf(source, positional(call, 0))];
}

function index({ source, call, table, opt }: Said): string {
  const columns = words(source, positional(call, 1));
  const name = opt('name') || `index_${table}_on_${columns.join('_and_')}`.slice(0, 63);
  const [unique, partial] = [flag(source, named(call, 'unique')) === true, named(call, 'where') !== undefined];
  const exists = flag(source, named(call, 'if_not_exists')) === true ? 'IF NOT EXISTS ' : '';
  return `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${concurrently(source, call) ? 'CONCURRENTLY ' : ''}${exists}${quoted(name)} ON ${quoted(table)} (${columns.map((c) => (/^\w+$/.test(c) ? quoted(c) : '(1)')).join(', ') || '(1)'})${partial ? ' WHERE true' : ''}`;
}

function reference({ source, call, table, arg }: Said): readonly string[] {
  const name = `${arg(1)}_id`;
  const required = flag(source, named(call, 'null')) === false ? ' NOT NULL' : '';
  const at = named(call, 'index');
  const [wanted, quiet] = [flag(source, at) !== false, /concurrently/.test(rawOf(source, at))];
  const key = named(call, 'foreign_key');
  const to = /to_table:\s*:?["']?(\w{1,63})/.exec(rawOf(source, key))?.[1] ?? plural(arg(1));
  const valid = !/validate:\s*false/.test(rawOf(source, key));
  return [
    alter(table, `ADD COLUMN ${quoted(name)} int8${required}`),
    ...(wanted ? [`CREATE INDEX ${quiet ? 'CONCURRENTLY ' : ''}${quoted(`index_${table}_on_${name}`.slice(0, 63))} ON ${quoted(table)} (${quoted(name)})`] : []),
    ...(key !== undefined && flag(source, key) !== false
      ? [alter(table, `ADD CONSTRAINT ${quoted(`fk_${table}_${to}`)} FOREIGN KEY (${quoted(name)}) REFERENCES ${quoted(to)}${valid ? '' : ' NOT VALID'}`)]
      : []),
  ];
}

function foreignKey(source: Source, call: Call, table: string, to: string, columnName: string): string {
  const action = /^:(cascade|nullify)/.exec(rawOf(source, named(call, 'on_delete')))?.[1];
  const onDelete = action === undefined ? '' : ` ON DELETE ${action === 'cascade' ? 'CASCADE' : 'SET NULL'}`;
  const name = word(source, named(call, 'name')) || `fk_${table}_${word(source, named(call, 'column')) || to}`;
  return alter(
    table,
    `ADD CONSTRAINT ${quoted(name)} FOREIGN KEY (${quoted(columnName)}) REFERENCES ${quoted(to)}${onDelete}${flag(source, named(call, 'validate')) === false ? ' NOT VALID' : ''}`,
  );
}

/** Calls on the variable of `change_table :t do |t|`; those of `create_table` are of a table that is new, but for a schema. */
function inBlocks(source: Source, dump: boolean): readonly { readonly call: Call; readonly table: string }[] {
  const opened = [...source.masked.matchAll(/(?<!\w)(change_table|create_table|create_join_table)\b([^\n]{0,200}?)\b(?:do|\{)\s*\|\s*(\w{1,20})/g)];
  if (!dump && !opened.some((m) => m[1] === 'change_table')) return [];
  let next = 0;
  let open: { readonly table: string; readonly name: string; readonly change: boolean } | undefined;
  return [...source.masked.matchAll(BLOCK)].flatMap((m) => {
    for (; next < opened.length && (opened[next]?.index ?? 0) < m.index; next++) {
      const o = opened[next];
      const raw = o === undefined ? '' : source.text.slice(o.index, o.index + o[0].length);
      open = { table: /[:"'](\w{1,63})/.exec(raw)?.[1] ?? '', name: o?.[3] ?? '', change: dump || o?.[1] === 'change_table' };
    }
    if (open === undefined || !open.change || m[1] !== open.name) return [];
    const [call] = callsOf({ ...source, masked: source.masked.slice(m.index, m.index + 500) }, /^\w+\.(\w+)/g, true);
    return call === undefined ? [] : [{ call: shifted(call, m.index), table: open.table }];
  });
}

const shifted = (call: Call, by: number): Call => ({ ...call, at: call.at + by, end: call.end + by, args: call.args.map((a) => ({ ...a, from: a.from + by, to: a.to + by })) });

function inTable(source: Source, call: Call, table: string): readonly string[] {
  const arg = (n: number): string => word(source, positional(call, n));
  const opt = (key: string): string => word(source, named(call, key));
  // the table goes before the arguments of the block
  const said: Said = { source, call: { ...call, args: [{ key: '', from: 0, to: 0 }, ...call.args] }, table, arg: (n) => (n === 0 ? table : arg(n - 1)), opt };
  if (call.name === 'remove') return call.args.filter((a) => a.key === '').map((a) => alter(table, `DROP COLUMN ${quoted(word(source, a))}`));
  const alias: { readonly [name: string]: string } = {
    rename: 'rename_column',
    change: 'change_column',
    change_null: 'change_column_null',
    change_default: 'change_column_default',
    index: 'add_index',
    remove_index: 'remove_index',
    references: 'add_reference',
    belongs_to: 'add_reference',
    remove_references: 'remove_reference',
  };
  const known = alias[call.name];
  if (known !== undefined) return CALLS[known]?.(said) ?? [];
  const [name, kind] = call.name === 'column' ? [arg(0), arg(1)] : [arg(0), call.name];
  return name === '' ? [] : [alter(table, `ADD COLUMN ${column(source, call, name, kind)}`)];
}

/** `User.update_all(admin: false)`: every row of the table that such a class is called by. */
function model(source: Source, call: Call): readonly string[] {
  const found = /^((?:[A-Z]\w{0,60}::){0,3}[A-Z]\w{0,60})\.(?:unscoped\.)?(update_all|delete_all|destroy_all)/.exec(source.text.slice(call.at, call.at + 300));
  const last = (found?.[1] ?? '').split('::').at(-1) ?? '';
  const table = plural(last.replace(/([a-z\d])([A-Z])/g, '$1_$2').toLowerCase());
  if (found?.[2] !== 'update_all') return [`DELETE FROM ${quoted(table)}`];
  const keys = call.args.map((a) => a.key).filter((k) => k !== '');
  const written = keys.length > 0 ? '' : sqlOf(source, positional(call, 0));
  if (written !== '') return [`UPDATE ${quoted(table)} SET ${written}`];
  return [`UPDATE ${quoted(table)} SET ${(keys.length > 0 ? keys : ['?']).map((k) => `${quoted(k)} = 'x'`).join(', ')}`];
}
