/** Data that is gone: SQL101 to SQL106 and SQL110, where the object is not one that this change itself made. */
import { rule } from '../finding.ts';
import type { Finding } from '../risk.ts';
import type { Catalog } from './catalog.ts';
import { lastOf } from './catalog.ts';
import type { Statement } from './statement.ts';
import { at, ours, say } from './statement.ts';
import { all, alwaysTrue, dropped, get, list, relation, str } from './tree.ts';

const BACKUP = 'a restore of the backup was rehearsed, and nothing reads it any more';
const SQL101 = rule('SQL101', 'drop-table', 'critical', 'exact', [BACKUP, 'the table was created in this change']);
const SQL103 = rule('SQL103', 'drop-schema-or-database', 'critical', 'exact', [BACKUP]);
const SQL104 = rule('SQL104', 'truncate', 'critical', 'exact', [BACKUP, 'the table was created in this change']);
const SQL105 = rule('SQL105', 'unbounded-write', 'critical', 'exact', ['a WHERE that names the rows', 'batches by key range']);
const SQL106 = rule('SQL106', 'drop-cascade', 'critical', 'exact', ['RESTRICT, and the dependents dropped by name']);
const SQL110 = rule('SQL110', 'unlogged-or-slot', 'critical', 'exact', ['the table was created in this change']);

export const judgeLoss = (s: Statement): readonly Finding[] => [...drops(s), ...truncates(s), ...writes(s), ...slots(s)];

function drops(s: Statement): readonly Finding[] {
  const database = all(s.node, 'DropdbStmt').map((d) =>
    SQL103({ ...at(s, `database ${str(d, 'dbname')}`), what: `the database ${str(d, 'dbname')} is dropped with everything in it` }),
  );
  const owned = all(s.node, 'DropOwnedStmt').map(() => SQL106({ ...at(s, 'owned objects'), what: 'everything a role owns is dropped' }));
  const named = all(s.node, 'DropStmt').flatMap((d) => list(d, 'objects').flatMap((object) => drop(s, str(d, 'removeType'), object, str(d, 'behavior') === 'DROP_CASCADE')));
  return [...database, ...owned, ...named];
}

export const objectWord = (kind: string): string =>
  kind
    .replace(/^OBJECT_/, '')
    .toLowerCase()
    .replaceAll('_', ' ');

function drop(s: Statement, kind: string, object: unknown, cascade: boolean): readonly Finding[] {
  const name = dropped(object, s.state.schema);
  const subject = `${objectWord(kind)} ${say(name)}`;
  if (kind === 'OBJECT_TABLE' || kind === 'OBJECT_FOREIGN_TABLE') return dropTable(s, name, subject, cascade);
  if (kind === 'OBJECT_SCHEMA') return dropSchema(s, str(object, 'String', 'sval'), cascade);
  if (['OBJECT_PUBLICATION', 'OBJECT_SUBSCRIPTION', 'OBJECT_EXTENSION'].includes(kind))
    return [SQL110({ ...at(s, subject), what: `the ${subject} is dropped: what it feeds stops` })];
  // a view or a trigger of this change has no dependents but those of this change
  if (!cascade || kind === 'OBJECT_POLICY' || s.state.created.has(`${kind} ${name}`)) return [];
  return [SQL106({ ...at(s, subject), what: `dropping the ${subject} with CASCADE also drops whatever depends on it` })];
}

function dropTable(s: Statement, name: string, subject: string, cascade: boolean): readonly Finding[] {
  if (ours(s, name)) return cascade ? [SQL106({ ...at(s, subject), what: `dropping ${say(name)} with CASCADE also drops whatever depends on it` })] : [];
  const others = cascade ? ', and so is what depends on it' : '';
  return [SQL101({ ...at(s, subject), what: `the table ${say(name)} is dropped: its rows are gone unless a backup is restored${others}` })];
}

function dropSchema(s: Statement, schema: string, cascade: boolean): readonly Finding[] {
  if (ours(s, `schema ${schema}`) && !cascade) return [];
  return [SQL103({ ...at(s, `schema ${schema}`), what: `the schema ${schema} is dropped${cascade ? ' with everything in it' : ''}` })];
}

function truncates(s: Statement): readonly Finding[] {
  return all(s.node, 'TruncateStmt').flatMap((t) => list(t, 'relations').flatMap((r) => truncate(s, relation(r, s.state.schema), str(t, 'behavior') === 'DROP_CASCADE')));
}

function truncate(s: Statement, table: string, cascade: boolean): readonly Finding[] {
  if (ours(s, table) && !cascade) return [];
  const others = cascade && s.state.closures-- > 0 ? referencing(s.state.catalog, table) : [];
  const named = others.length > 0 ? ` (${others.slice(0, 20).map(say).join(', ')})` : '';
  const here = at(s, `table ${say(table)}`);
  const because = others.length > 0 ? [...here.because, ['tables that reference it', others.slice(0, 50).join(', ')] as const] : here.because;
  return [SQL104({ ...here, because, what: `all rows of ${say(table)} are deleted${cascade ? `, and of every table that references it${named}` : ''}` })];
}

/** Tables that a chain of foreign keys leads from to this one, as far as the schema is known. */
function referencing(c: Catalog, table: string): readonly string[] {
  const by = new Map<string, string[]>();
  for (const [from, known] of [...c.tables, ...(c.prior?.tables ?? [])])
    for (const k of known.constraints.values()) if (k.to !== undefined) by.set(lastOf(k.to), [...(by.get(lastOf(k.to)) ?? []).slice(-500), from]);
  const seen = new Set<string>();
  const todo = [table];
  for (let next = todo.pop(); next !== undefined && seen.size < 500; next = todo.pop())
    for (const from of by.get(lastOf(next)) ?? [])
      if (!seen.has(from) && from !== table) {
        seen.add(from);
        todo.push(from);
      }
  return [...seen].sort();
}

/** A condition that names no column of anything says the same of every row. */
export const unbounded = (where: unknown): boolean => alwaysTrue(where) || (all(where, 'ColumnRef').length === 0 && all(where, 'CurrentOfExpr').length === 0);

/** One side of a scale that begins at nought, or any value at all: `id > 0`, `id IS NOT NULL`, `id <> -1`, `name LIKE '%'`. */
function isWide(where: unknown): boolean {
  const nulls = get(where, 'NullTest');
  if (nulls !== undefined) return str(nulls, 'nulltesttype') === 'IS_NOT_NULL';
  const [args, op] = [list(where, 'BoolExpr', 'args'), str(where, 'BoolExpr', 'boolop')];
  if (args.length > 0 && op !== 'NOT_EXPR') return op === 'AND_EXPR' ? args.every(isWide) : args.some(isWide);
  const operator = str(where, 'A_Expr', 'name', 0, 'String', 'sval');
  const constant = get(where, 'A_Expr', 'rexpr', 'A_Const');
  if (constant === undefined) return false;
  const number = get(constant, 'ival') !== undefined ? Number(get(constant, 'ival', 'ival') ?? 0) : undefined;
  if (operator === '<>') return number !== undefined && number <= 0;
  if (operator === '>' || operator === '>=') return number !== undefined && number <= 1;
  return /^~~\*?$/.test(operator) && str(constant, 'sval', 'sval') === '%';
}

/** A column that this change added holds nothing yet. */
export function fillsFresh(s: Statement, update: unknown): boolean {
  const table = relation(get(update, 'relation'), s.state.schema);
  const targets = list(update, 'targetList').map((t) => str(t, 'ResTarget', 'name'));
  return targets.length > 0 && targets.every((name) => s.state.columns.has(`${table}.${name}`));
}

function writes(s: Statement): readonly Finding[] {
  const deletes = all(s.node, 'DeleteStmt').filter((d) => unbounded(get(d, 'whereClause')));
  const updates = all(s.node, 'UpdateStmt').filter((u) => unbounded(get(u, 'whereClause')) && !fillsFresh(s, u));
  const merges = all(s.node, 'MergeStmt').filter((m) => all(m, 'MergeWhenClause').some((w) => str(w, 'commandType') === 'CMD_DELETE' && alwaysTrue(get(w, 'condition'))));
  // `id > 0` names nearly all of them
  const wide = [
    ...all(s.node, 'DeleteStmt').map((d) => [d, 'deleted'] as const),
    ...all(s.node, 'UpdateStmt')
      .filter((u) => !fillsFresh(s, u))
      .map((u) => [u, 'overwritten'] as const),
  ].filter(([w]) => !unbounded(get(w, 'whereClause')) && isWide(get(w, 'whereClause')) && get(w, 'usingClause') === undefined && get(w, 'fromClause') === undefined);
  const nearly = wide.flatMap(([w, how]) => {
    const table = relation(get(w, 'relation'), s.state.schema);
    const what = `nearly every row of ${say(table)} may be ${how}: its condition holds for whatever has a value there`;
    return ours(s, table) ? [] : [SQL105({ ...at(s, `table ${say(table)}`), severity: 'high', confidence: 'inferred', what })];
  });
  const found = [...deletes.map((d) => [d, 'deleted'] as const), ...updates.map((u) => [u, 'overwritten'] as const), ...merges.map((m) => [m, 'deleted'] as const)].flatMap(
    ([w, how]) => {
      const table = relation(get(w, 'relation'), s.state.schema);
      return ours(s, table) ? [] : [SQL105({ ...at(s, `table ${say(table)}`), what: `every row of ${say(table)} is ${how}: no condition limits it` })];
    },
  );
  return [...found, ...nearly];
}

const SLOT = new Set(['pg_drop_replication_slot', 'pg_drop_subscription']);

function slots(s: Statement): readonly Finding[] {
  const dropped = all(s.node, 'FuncCall').filter((c) => SLOT.has(str(list(c, 'funcname').at(-1), 'String', 'sval')));
  const subscription = all(s.node, 'DropSubscriptionStmt').map((d) => str(d, 'subname'));
  const unlogged = all(s.node, 'AlterTableStmt').flatMap((a) =>
    list(a, 'cmds').some((c) => str(c, 'AlterTableCmd', 'subtype') === 'AT_SetUnLogged') ? [relation(get(a, 'relation'), s.state.schema)] : [],
  );
  return [
    ...dropped.map(() => SQL110({ ...at(s, 'replication slot'), what: 'a replication slot is dropped: what reads it loses its place' })),
    ...subscription.map((name) => SQL110({ ...at(s, `subscription ${name}`), what: `the subscription ${name} is dropped: what it feeds stops` })),
    ...unlogged.filter((t) => !ours(s, t)).map((t) => SQL110({ ...at(s, say(t)), what: `${say(t)} becomes unlogged: a crash empties it` })),
  ];
}
