/** Columns: dropped (SQL102), of another type (SQL107, SQL210), added (SQL211, SQL212), and what is worth knowing of their kind (SQL404 to SQL406). */
import { rule } from '../finding.ts';
import type { Finding } from '../risk.ts';
import { isIndexed, SERIAL, tableOf, typeOf } from './catalog.ts';
import type { Statement } from './statement.ts';
import { at, ours, ownership, say, waits } from './statement.ts';
import { all, get, list, names, relation, str } from './tree.ts';
import type { Cost } from './types.ts';
import { costOf, isPlainCast, sayType, volatileIn } from './types.ts';

const SQL102 = rule('SQL102', 'drop-column', 'critical', 'exact', ['a restore of the backup was rehearsed, and nothing reads it any more', 'the column was added in this change']);
const SQL107 = rule('SQL107', 'lossy-type', 'critical', 'exact', ['a new column, a backfill that is checked, a switch', 'the column was added in this change']);
const SQL210 = rule('SQL210', 'type-rewrite', 'high', 'exact', [
  'a new column, a backfill in batches, a switch',
  'a type that only widens: varchar(n) to longer or text, numeric with more precision at equal scale',
]);
const SQL211 = rule('SQL211', 'add-column-rewrite', 'high', 'exact', ['a constant or stable default', 'the column bare, then SET DEFAULT, then a backfill in batches']);
const SQL212 = rule('SQL212', 'add-required-column', 'high', 'exact', ['a default', 'the table is created in this change']);
const SQL404 = rule('SQL404', 'small-key', 'routine', 'exact', ['bigint']);
const SQL405 = rule('SQL405', 'json', 'routine', 'exact', ['jsonb']);
const SQL406 = rule('SQL406', 'sequence-or-default', 'elevated', 'exact', ['nothing that writes relies on the old one']);

export const judgeColumns = (s: Statement): readonly Finding[] => [...alters(s), ...sequences(s), ...enums(s), ...notes(s)];

function alters(s: Statement): readonly Finding[] {
  return all(s.node, 'AlterTableStmt').flatMap((alter) => {
    const table = relation(get(alter, 'relation'), s.state.schema);
    if (str(alter, 'objtype') === 'OBJECT_TYPE') return list(alter, 'cmds').flatMap((c) => attribute(s, table, get(c, 'AlterTableCmd')));
    return ours(s, table) ? [] : list(alter, 'cmds').flatMap((c) => command(s, table, get(c, 'AlterTableCmd')));
  });
}

/** A composite type is part of the columns that have it. */
const attribute = (s: Statement, type: string, cmd: unknown): readonly Finding[] =>
  str(cmd, 'subtype') === 'AT_DropColumn'
    ? [SQL102({ ...at(s, `type ${say(type)}.${str(cmd, 'name')}`), what: `the attribute ${str(cmd, 'name')} of the type ${say(type)} is dropped: its values are gone` })]
    : [];

function command(s: Statement, table: string, cmd: unknown): readonly Finding[] {
  const [kind, name] = [str(cmd, 'subtype'), str(cmd, 'name')];
  const here = at(s, `${say(table)}${name === '' ? '' : `.${name}`}`);
  const fresh = s.state.columns.has(`${table}.${name}`);
  if (kind === 'AT_AddColumn') return added(s, table, get(cmd, 'def', 'ColumnDef'));
  if (kind === 'AT_AlterColumnType') return retyped(s, table, name, get(cmd, 'def', 'ColumnDef'), fresh);
  if (fresh) return [];
  if (kind === 'AT_DropColumn') {
    if (tableOf(s.state.catalog, table)?.columns.get(name)?.generated === 'v') return [];
    return [SQL102({ ...here, what: `the column ${name} of ${say(table)} is dropped: its values are gone and code that reads it fails` })];
  }
  if (kind === 'AT_ColumnDefault' && ownership(s, table) === 'theirs')
    return [SQL406({ ...here, what: `rows that are written to ${say(table)} without ${name} get ${get(cmd, 'def') === undefined ? 'no value' : 'another value'} from now on` })];
  return [];
}

/** What a change of type costs where the old one is known; a rewrite where it is not. */
export function retypeCost(s: Statement, table: string, column: string, def: unknown): Cost {
  const from = tableOf(s.state.catalog, table)?.columns.get(column);
  const known = from !== undefined && from.type !== '';
  return known ? costOf(from, typeOf(get(def, 'typeName')), isIndexed(s.state.catalog, table, column)) : 'rewrite';
}

/** @param fresh the column is this change's own: it has no values to lose, and the table is written anew all the same. */
function retyped(s: Statement, table: string, column: string, def: unknown, fresh: boolean): readonly Finding[] {
  const here = at(s, `${say(table)}.${column}`);
  const from = tableOf(s.state.catalog, table)?.columns.get(column);
  const using = get(def, 'raw_default');
  const known = from !== undefined && from.type !== '';
  const because = [...here.because, ['types', `${known ? from.type : 'not known here'} to ${sayType(get(def, 'typeName'))}`] as const];
  if (!fresh && using !== undefined && !isPlainCast(using, column))
    return [SQL107({ ...here, because, what: `every value of ${say(table)}.${column} is computed anew by an expression: what it was before is gone` })];
  const cost = retypeCost(s, table, column, def);
  const collation =
    get(def, 'collClause') === undefined ? [] : [SQL406({ ...here, what: `${say(table)}.${column} is sorted and compared in another way: its indexes are built anew` })];
  if (cost === 'lossy')
    return [SQL107({ ...here, because, what: `${say(table)}.${column} becomes narrower: values are cut, rounded or refused, and the table is written anew under a lock` })];
  if (cost === 'free') return collation;
  return [
    ...collation,
    ...waits(s, table, SQL210, { ...here, because, what: `reads and writes of ${say(table)} wait while it is written anew with ${column} as ${sayType(get(def, 'typeName'))}` }),
  ];
}

function added(s: Statement, table: string, def: unknown): readonly Finding[] {
  const column = str(def, 'colname');
  const here = at(s, `${say(table)}.${column}`);
  const constraints = list(def, 'constraints').map((c) => get(c, 'Constraint'));
  const of = (kind: string): unknown => constraints.find((c) => str(c, 'contype') === kind);
  const [fallback, generated] = [of('CONSTR_DEFAULT'), of('CONSTR_GENERATED')];
  const type = names(list(def, 'typeName', 'names')).at(-1) ?? '';
  const calls = volatileIn(all(get(fallback, 'raw_expr'), 'FuncCall'));
  const why = SERIAL.test(type)
    ? type
    : of('CONSTR_IDENTITY') !== undefined
      ? 'an identity'
      : get(generated, 'generated_kind') === 's'
        ? 'a stored expression'
        : calls[0] === undefined
          ? undefined
          : `${calls[0]}()`;
  const rewrite = why === undefined ? [] : waits(s, table, SQL211, { ...here, what: `reads and writes of ${say(table)} wait while ${why} is computed for every row` });
  const filled = why !== undefined || generated !== undefined || (fallback !== undefined && get(fallback, 'raw_expr', 'A_Const', 'isnull') !== true);
  const required = of('CONSTR_NOTNULL') !== undefined || of('CONSTR_PRIMARY') !== undefined;
  if (!required || filled) return rewrite;
  return [...rewrite, ...waits(s, table, SQL212, { ...here, what: `it fails where ${say(table)} has rows, and code that writes without ${column} fails from then on` })];
}

function sequences(s: Statement): readonly Finding[] {
  return all(s.node, 'AlterSeqStmt').flatMap((q) => {
    const name = relation(get(q, 'sequence'), s.state.schema);
    const what = list(q, 'options').map((o) => str(o, 'DefElem', 'defname'));
    const changed = what.find((w) => w === 'restart' || w === 'owned_by');
    if (changed === undefined || s.state.created.has(`OBJECT_SEQUENCE ${name}`)) return [];
    if (changed === 'owned_by' && what.length === 1 && ownedByOurs(s, q)) return [];
    return [
      SQL406({
        ...at(s, `sequence ${say(name)}`),
        what: changed === 'restart' ? `the sequence ${say(name)} begins anew: it may give out keys that are taken` : `the sequence ${say(name)} is dropped when another column is`,
      }),
    ];
  });
}

const ownedByOurs = (s: Statement, q: unknown): boolean => {
  const words = list(q, 'options').flatMap((o) => names(list(o, 'DefElem', 'arg', 'List', 'items')));
  const table = words.length > 2 ? words.slice(-3, -1).join('.') : `${s.state.schema}.${words[0] ?? ''}`;
  return ownership(s, table) !== 'theirs';
};

/** A type that was renamed away and is made again with less. */
function enums(s: Statement): readonly Finding[] {
  return all(s.node, 'CreateEnumStmt').flatMap((made) => {
    const name = names(list(made, 'typeName')).at(-1) ?? '';
    const before = s.state.renamedTypes.has(name) ? s.state.catalog.enums.get(name) : undefined;
    const now = new Set(names(list(made, 'vals')));
    const lost = (before ?? []).filter((v) => !now.has(v));
    return lost.length === 0
      ? []
      : [SQL107({ ...at(s, `type ${name}`), what: `the type ${name} is made anew without ${lost.slice(0, 5).join(', ')}: rows that have it cannot be taken over` })];
  });
}

const SMALL = /^(?:int2|int4|serial|serial4|smallserial|serial2)$/;

/** Of tables that are made and columns that are added: no danger now. */
function notes(s: Statement): readonly Finding[] {
  const made = all(s.node, 'CreateStmt').flatMap((c) => list(c, 'tableElts').map((e) => [relation(get(c, 'relation'), s.state.schema), get(e, 'ColumnDef')] as const));
  const added = all(s.node, 'AlterTableStmt').flatMap((a) =>
    list(a, 'cmds').map((c) => [relation(get(a, 'relation'), s.state.schema), get(c, 'AlterTableCmd', 'def', 'ColumnDef')] as const),
  );
  return [...made, ...added].flatMap(([table, def]) => {
    if (str(def, 'colname') === '') return [];
    const type = names(list(def, 'typeName', 'names')).at(-1) ?? '';
    const here = at(s, `${say(table)}.${str(def, 'colname')}`);
    const key = list(def, 'constraints').some((c) => str(c, 'Constraint', 'contype') === 'CONSTR_PRIMARY');
    if (type === 'json') return [SQL405({ ...here, what: `${say(table)}.${str(def, 'colname')} is json, which cannot be compared: SELECT DISTINCT and GROUP BY over it fail` })];
    return key && SMALL.test(type)
      ? [SQL404({ ...here, what: `the key ${str(def, 'colname')} of ${say(table)} runs out at ${type.includes('2') || type === 'smallserial' ? '32,767' : '2,147,483,647'} rows` })]
      : [];
  });
}
