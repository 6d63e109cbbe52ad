/** Migrations of TypeORM, Knex, Sequelize and node-pg-migrate as the SQL that their calls come to on PostgreSQL. */
import type { Call, Reading, Source, Spoken } from './sql-source.ts';
import { callsOf, positional, quoted, rawOf, sqlOf, word, words } from './sql-source.ts';

const RAW = /(?<![\w$])(?:queryRunner\.query|\w{0,30}\.raw|(?:queryInterface\.|this\.)?sequelize\.query|pgm\.sql|db\.(?:query|execute)|sql\.raw)(?=\s{0,20}\()/g;
const CALLS =
  /(?<![\w$])(queryRunner|queryInterface|pgm|schema|builder)\.(createTable|dropTable|dropTableIfExists|renameTable|addColumns?|dropColumns?|removeColumn|renameColumn|changeColumn|alterColumn|createIndex|addIndex|dropIndex|removeIndex|addConstraint|createConstraint|dropConstraint|removeConstraint|dropSchema|dropType|createForeignKey|dropView)(?=\s{0,20}\()/g;
const CHAINED = /\.(schema)\s{0,80}\.(createTable|dropTable|dropTableIfExists|renameTable)(?=\s{0,20}\()|\.(dropTable|dropTableIfExists|renameTable)(?=\s{0,20}\()/g;
const IN_TABLE = /(?<![\w$])(\w{1,20})\.(dropColumns?|renameColumn|dropUnique|dropForeign|dropPrimary|dropNullable|setNullable|dropTimestamps|index|unique)(?=\s{0,20}\()/g;

export function javascript(source: Source): Reading {
  const down = downOf(source.masked);
  const say = (call: Call, sql: readonly string[]): readonly Spoken[] =>
    sql.map((one) => ({ at: call.at, sql: one, as: source.text.slice(call.at, call.end + 1).trim(), down: call.at >= down.from && call.at < down.to }));
  const raw = callsOf(source, RAW, false).flatMap((c) => say(c, [sqlOf(source, positional(c, 0))]));
  const seen = new Set<number>();
  const plain = [...callsOf(source, CALLS, false), ...callsOf(source, CHAINED, false)].flatMap((c) => {
    if (seen.has(c.end)) return [];
    seen.add(c.end);
    const name = /(\w+)\s{0,20}$/.exec(source.masked.slice(c.at, c.at + 120).split('(')[0] ?? '')?.[1] ?? '';
    return say(c, translate(source, c, name));
  });
  const tables = inTables(source).flatMap(({ call, name, table }) => say(call, inTable(source, call, name, table)));
  const opted =
    /\bpgm\.noTransaction\s{0,5}\(|\btransaction\s{0,5}[:=]\s{0,5}false\b|\buseTransaction\s{0,5}[:=]\s{0,5}false\b|\bconfig\s{0,5}=\s{0,5}\{\s{0,20}transaction:\s{0,5}false/.test(
      source.masked,
    );
  return { wrapped: !opted, spoken: [...raw, ...plain, ...tables].sort((a, b) => a.at - b.at) };
}

/** `down` is written behind `up` by all of them; where it is before, it ends there. */
function downOf(masked: string): { readonly from: number; readonly to: number } {
  const down = /\b(?:async\s{1,5}down|exports\.down|function\s{1,5}down|const\s{1,5}down|down\s{0,5}:|public\s{1,5}(?:async\s{1,5})?down|down\s{0,5}\()/.exec(masked)?.index;
  const up = /\b(?:async\s{1,5}up|exports\.up|function\s{1,5}up|const\s{1,5}up|up\s{0,5}:|public\s{1,5}(?:async\s{1,5})?up|up\s{0,5}\()/.exec(masked)?.index ?? 0;
  if (down === undefined) return { from: Number.POSITIVE_INFINITY, to: 0 };
  return { from: down, to: up > down ? up : Number.POSITIVE_INFINITY };
}

const alter = (table: string, what: string): string => `ALTER TABLE ${quoted(table)} ${what}`;
const name = (value: string): string => value || 'unknown_here';

function translate(source: Source, call: Call, method: string): readonly string[] {
  const arg = (n: number): string => word(source, positional(call, n));
  const table = name(arg(0));
  const quiet = /\bconcurrently\s{0,5}:\s{0,5}true\b/.test(source.masked.slice(call.at, call.end)) ? 'CONCURRENTLY ' : '';
  const last = rawOf(source, positional(call, 2));
  switch (method) {
    case 'createTable':
      return [`CREATE TABLE ${quoted(table)} (id int8)`];
    case 'dropTable':
    case 'dropTableIfExists':
      return [`DROP TABLE ${quoted(table)}${/\bcascade\s{0,5}:\s{0,5}true\b/.test(rawOf(source, positional(call, 1))) ? ' CASCADE' : ''}`];
    case 'renameTable':
      return [alter(table, `RENAME TO ${quoted(name(arg(1)))}`)];
    case 'dropColumn':
    case 'dropColumns':
    case 'removeColumn': {
      const columns = words(source, positional(call, 1));
      return (columns.length > 0 ? columns : ['unknown_here']).map((c) => alter(table, `DROP COLUMN ${quoted(c)}`));
    }
    case 'renameColumn':
      return [alter(table, `RENAME COLUMN ${quoted(name(arg(1)))} TO ${quoted(name(arg(2)))}`)];
    case 'addColumn':
    case 'addColumns':
      return [added(source, call, table)];
    case 'changeColumn':
      return [
        alter(table, `ALTER COLUMN ${quoted(name(arg(1)))} TYPE text`),
        ...(/allowNull\s{0,5}:\s{0,5}false/.test(last) ? [alter(table, `ALTER COLUMN ${quoted(name(arg(1)))} SET NOT NULL`)] : []),
      ];
    case 'alterColumn':
      return alteredColumn(last, table, name(arg(1)));
    case 'createIndex':
    case 'addIndex':
      return [
        `CREATE ${/\bunique\s{0,5}:\s{0,5}true\b/i.test(source.masked.slice(call.at, call.end)) ? 'UNIQUE ' : ''}INDEX ${quiet}ON ${quoted(table)} (${words(source, positional(call, 1)).map(quoted).join(', ') || '(1)'})`,
      ];
    case 'dropIndex':
    case 'removeIndex':
      return [`DROP INDEX ${quiet}${quoted(name(arg(1)))}`];
    case 'addConstraint':
    case 'createConstraint':
    case 'createForeignKey':
      return constraint(source, call, table);
    case 'dropConstraint':
    case 'removeConstraint':
      return [alter(table, `DROP CONSTRAINT ${quoted(name(arg(1)))}`)];
    case 'dropSchema':
      return [`DROP SCHEMA ${quoted(table)}`];
    case 'dropType':
      return [`DROP TYPE ${quoted(table)}`];
    default:
      return [];
  }
}

/** The options of the column say whether it may be null and what it begins with. */
function added(source: Source, call: Call, table: string): string {
  const raw = source.text.slice(call.at, Math.min(call.end, call.at + 4_000));
  const column = word(source, positional(call, 1)) || (/\bname\s{0,5}:\s{0,5}["'](\w{1,63})/.exec(raw)?.[1] ?? /\{\s{0,20}(\w{1,63})\s{0,5}:/.exec(raw)?.[1] ?? 'unknown_here');
  const required = /\b(?:allowNull|isNullable)\s{0,5}:\s{0,5}false|\bnotNull\s{0,5}:\s{0,5}true/.test(raw);
  const filled = /\bdefault(?:Value)?\s{0,5}:\s{0,5}([^\n]{0,100})/.exec(raw);
  const computed = filled !== null && /random|uuid|nextval|clock_timestamp/i.test(filled[1] ?? '');
  return alter(table, `ADD COLUMN ${quoted(column)} text${filled === null ? '' : computed ? ' DEFAULT random()' : " DEFAULT 'x'"}${required ? ' NOT NULL' : ''}`);
}

function alteredColumn(options: string, table: string, column: string): readonly string[] {
  return [
    ...(/\btype\s{0,5}:/.test(options) ? [alter(table, `ALTER COLUMN ${quoted(column)} TYPE text`)] : []),
    ...(/\bnotNull\s{0,5}:\s{0,5}true/.test(options) ? [alter(table, `ALTER COLUMN ${quoted(column)} SET NOT NULL`)] : []),
    ...(/\bnotNull\s{0,5}:\s{0,5}false|\ballowNull\s{0,5}:\s{0,5}true/.test(options) ? [alter(table, `ALTER COLUMN ${quoted(column)} DROP NOT NULL`)] : []),
  ];
}

function constraint(source: Source, call: Call, table: string): readonly string[] {
  const raw = source.text.slice(call.at, Math.min(call.end, call.at + 4_000));
  if (/\bforeign|references|TableForeignKey/i.test(raw)) return [alter(table, 'ADD FOREIGN KEY ("?") REFERENCES "unknown_here"')];
  if (/\bunique\b/i.test(raw)) return [alter(table, 'ADD UNIQUE ("?")')];
  if (/\bprimary/i.test(raw)) return [alter(table, 'ADD PRIMARY KEY ("?")')];
  return /\bcheck\b/i.test(raw) ? [alter(table, 'ADD CHECK ("?" > 0)')] : [];
}

/** Knex: calls on the variable of `alterTable('t', (t) => ...)`. */
function inTables(source: Source): readonly { readonly call: Call; readonly name: string; readonly table: string }[] {
  const opened = [
    ...source.masked.matchAll(
      /\.(alterTable|table|createTable|createTableIfNotExists)\s{0,5}\(([^()\n]{0,120}?),\s{0,20}(?:async\s{1,5})?(?:function\s{0,5}\w{0,30}\s{0,5})?\(?\s{0,5}(\w{1,20})/g,
    ),
  ];
  if (opened.length === 0) return [];
  let next = -1;
  return callsOf(source, IN_TABLE, false).flatMap((call) => {
    for (; (opened[next + 1]?.index ?? Number.POSITIVE_INFINITY) < call.at; next++);
    const open = opened[next];
    const found = /^(\w+)\.(\w+)/.exec(source.masked.slice(call.at, call.at + 80));
    if (open === undefined || found === null || found[1] !== open[3] || open[1]?.startsWith('create') === true) return [];
    const table = /["'`](\w{1,63})["'`]/.exec(source.text.slice(open.index, open.index + open[0].length))?.[1] ?? 'unknown_here';
    return [{ call, name: found[2] ?? '', table }];
  });
}

function inTable(source: Source, call: Call, method: string, table: string): readonly string[] {
  const arg = (n: number): string => word(source, positional(call, n));
  const columns = call.args.flatMap((a) => words(source, a));
  if (/^dropColumns?$/.test(method)) return columns.map((c) => alter(table, `DROP COLUMN ${quoted(c)}`));
  if (method === 'dropTimestamps') return ['created_at', 'updated_at'].map((c) => alter(table, `DROP COLUMN ${quoted(c)}`));
  if (method === 'renameColumn') return [alter(table, `RENAME COLUMN ${quoted(name(arg(0)))} TO ${quoted(name(arg(1)))}`)];
  if (method === 'dropNullable') return [alter(table, `ALTER COLUMN ${quoted(name(arg(0)))} SET NOT NULL`)];
  if (method === 'setNullable') return [alter(table, `ALTER COLUMN ${quoted(name(arg(0)))} DROP NOT NULL`)];
  if (method === 'index') return [`CREATE INDEX ON ${quoted(table)} (${columns.map(quoted).join(', ') || '(1)'})`];
  if (method === 'unique') return [alter(table, `ADD UNIQUE (${words(source, positional(call, 0)).map(quoted).join(', ') || '"?"'})`)];
  return [alter(table, `DROP CONSTRAINT ${quoted(name(arg(1) || arg(0)))}`)];
}
