/**
 * What is known of tables: columns with their types, constraints with their state and the transaction that made them, indexes,
 * enums. Filled from the base side of the evidence (a dump, earlier migrations) and from the walk itself. Nothing here says
 * that a table is this change's own (that is state.ts); what is not known here is taken to be big, hot and unproved.
 */
import { get, list, names, relation, str } from './tree.ts';

export interface Column {
  /** Without pg_catalog: `int4`, `varchar`, `text`. */
  readonly type: string;
  readonly mods: readonly number[];
  readonly array: boolean;
  /** `s` stored, `v` virtual, empty otherwise. */
  readonly generated: string;
  readonly notNull: boolean;
}

export interface Constraint {
  /** CONSTR_CHECK, CONSTR_FOREIGN, ... */
  readonly kind: string;
  readonly valid: boolean;
  /** The transaction that added it; 0 stood there at base. */
  readonly tx: number;
  readonly columns: readonly string[];
  /** Foreign keys: the table they refer to. */
  readonly to?: string;
  /** Columns of which it says IS NOT NULL. */
  readonly proves: readonly string[];
}

export interface Index {
  readonly table: string;
  readonly columns: readonly string[];
  readonly unique: boolean;
  readonly partial: boolean;
  readonly concurrent: boolean;
}

export interface Table {
  readonly columns: Map<string, Column>;
  readonly constraints: Map<string, Constraint>;
  /** Columns that are not null by a valid constraint, and the names of these. */
  readonly proofs: Map<string, Set<string>>;
  readonly partitioned: boolean;
}

export interface Catalog {
  readonly tables: Map<string, Table>;
  /** By the last part of the name. */
  readonly indexes: Map<string, Index>;
  /** `table.column` that some index begins with. */
  readonly indexed: Set<string>;
  readonly enums: Map<string, readonly string[]>;
  /** The schema as a dump of it says, for all folders alike. */
  readonly prior?: Catalog;
}

export const freshCatalog = (prior?: Catalog): Catalog => ({
  tables: new Map(),
  indexes: new Map(),
  indexed: new Set(),
  enums: new Map(prior?.enums),
  ...(prior === undefined ? {} : { prior }),
});

export const lastOf = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

export function typeOf(node: unknown): Pick<Column, 'type' | 'mods' | 'array'> {
  const name = get(node, 'TypeName') ?? node;
  const mods = list(name, 'typmods').map((m) => Number(get(m, 'A_Const', 'ival', 'ival') ?? 0));
  return { type: names(list(name, 'names')).at(-1) ?? '', mods, array: list(name, 'arrayBounds').length > 0 };
}

/** Columns that an expression proves not null: `a IS NOT NULL`, and conjunctions of it. */
export function provedBy(expression: unknown): readonly string[] {
  const test = get(expression, 'NullTest');
  if (test !== undefined) {
    const column = names(list(test, 'arg', 'ColumnRef', 'fields')).at(-1);
    return str(test, 'nulltesttype') === 'IS_NOT_NULL' && column !== undefined ? [column] : [];
  }
  return str(expression, 'BoolExpr', 'boolop') === 'AND_EXPR' ? list(expression, 'BoolExpr', 'args').flatMap(provedBy) : [];
}

export const SERIAL = /^(?:small|big)?serial[248]?$/;

export function columnOf(def: unknown): Column {
  const kinds = list(def, 'constraints').map((c) => str(c, 'Constraint', 'contype'));
  const generated = list(def, 'constraints').map((c) => str(c, 'Constraint', 'generated_kind'));
  const type = typeOf(get(def, 'typeName'));
  return {
    ...type,
    generated: generated.find((k) => k !== '') ?? '',
    notNull: SERIAL.test(type.type) || kinds.some((k) => ['CONSTR_NOTNULL', 'CONSTR_PRIMARY', 'CONSTR_IDENTITY'].includes(k)),
  };
}

export function constraintOf(node: unknown, schema: string, tx: number, column?: string): Constraint {
  const keys = [...names(list(node, 'keys')), ...names(list(node, 'fk_attrs'))];
  const columns = keys.length > 0 || column === undefined ? keys : [column];
  const kind = str(node, 'contype');
  const to = get(node, 'pktable') === undefined ? {} : { to: relation(get(node, 'pktable'), schema) };
  const enforced = kind !== 'CONSTR_CHECK' || get(node, 'is_enforced') === true;
  return {
    kind,
    valid: get(node, 'skip_validation') !== true && enforced,
    tx,
    columns,
    ...to,
    proves: kind === 'CONSTR_NOTNULL' ? columns : kind === 'CONSTR_CHECK' && enforced ? provedBy(get(node, 'raw_expr')) : [],
  };
}

/** To be written to: what the dump knows of the table is taken over first. */
function tableIn(c: Catalog, name: string): Table {
  const here = c.tables.get(name);
  if (here !== undefined) return here;
  const before = c.prior === undefined ? undefined : tableOf(c.prior, name);
  const made: Table = {
    columns: new Map(before?.columns),
    constraints: new Map(before?.constraints),
    proofs: new Map([...(before?.proofs ?? [])].map(([column, by]) => [column, new Set(by)])),
    partitioned: before?.partitioned ?? false,
  };
  c.tables.set(name, made);
  return made;
}

/** Exactly that name, or the only table that is called so: a dump writes the schema that a migration leaves out. */
export function tableOf(c: Catalog, name: string): Table | undefined {
  const found = c.tables.get(name) ?? (/^path@\d+\./.test(name) ? c.tables.get(`public.${lastOf(name)}`) : undefined);
  return found ?? (c.prior === undefined ? undefined : tableOf(c.prior, name));
}

/** Some index begins with the column, as far as is known. */
export const isIndexed = (c: Catalog, table: string, column: string): boolean =>
  c.indexed.has(`${table}.${column}`) ||
  (c.prior !== undefined && (isIndexed(c.prior, table, column) || (table.startsWith('path@') && isIndexed(c.prior, `public.${lastOf(table)}`, column))));

export const indexOf = (c: Catalog, name: string): Index | undefined => c.indexes.get(name) ?? c.prior?.indexes.get(name);

/** Takes in what one statement makes. */
export function note(c: Catalog, node: unknown, schema: string, tx: number): void {
  createTable(c, get(node, 'CreateStmt'), schema, tx);
  for (const cmd of list(node, 'AlterTableStmt', 'cmds')) alter(c, relation(get(node, 'AlterTableStmt', 'relation'), schema), get(cmd, 'AlterTableCmd'), schema, tx);
  const index = get(node, 'IndexStmt');
  if (index !== undefined) noteIndex(c, index, schema);
  const made = get(node, 'CreateEnumStmt');
  if (made !== undefined) c.enums.set(names(list(made, 'typeName')).at(-1) ?? '', names(list(made, 'vals')));
  const grown = get(node, 'AlterEnumStmt');
  if (grown !== undefined) growEnum(c, grown);
  renamed(c, get(node, 'RenameStmt'), schema);
  for (const object of list(node, 'DropStmt', 'objects')) forgetObject(c, str(node, 'DropStmt', 'removeType'), names(list(object, 'List', 'items')), schema);
}

function createTable(c: Catalog, made: unknown, schema: string, tx: number): void {
  if (made === undefined) return;
  const name = relation(get(made, 'relation'), schema);
  const known = c.tables.get(name);
  // with IF NOT EXISTS the one that stood there may stay, and it is not known
  if (get(made, 'if_not_exists') === true && (known !== undefined || tx > 0)) return;
  const table: Table = { columns: new Map(), constraints: new Map(), proofs: new Map(), partitioned: get(made, 'partspec') !== undefined };
  c.tables.set(name, table);
  for (const element of list(made, 'tableElts')) {
    if (get(element, 'ColumnDef') !== undefined) addColumn(table, name, get(element, 'ColumnDef'), schema, tx);
    if (get(element, 'Constraint') !== undefined) addConstraint(table, name, get(element, 'Constraint'), schema, tx);
  }
}

function addColumn(table: Table, name: string, def: unknown, schema: string, tx: number): void {
  const column = str(def, 'colname');
  table.columns.set(column, columnOf(def));
  for (const constraint of list(def, 'constraints')) addConstraint(table, name, get(constraint, 'Constraint'), schema, tx, column);
}

const KEPT = new Set(['CONSTR_CHECK', 'CONSTR_FOREIGN', 'CONSTR_UNIQUE', 'CONSTR_PRIMARY', 'CONSTR_EXCLUSION', 'CONSTR_NOTNULL']);
const SUFFIX: { readonly [kind: string]: string } = {
  CONSTR_PRIMARY: 'pkey',
  CONSTR_UNIQUE: 'key',
  CONSTR_FOREIGN: 'fkey',
  CONSTR_CHECK: 'check',
  CONSTR_EXCLUSION: 'excl',
  CONSTR_NOTNULL: 'not_null',
};

/** The name PostgreSQL gives a constraint that has none. */
const nameOf = (node: unknown, table: string, columns: readonly string[]): string => {
  const kind = str(node, 'contype');
  const middle = kind === 'CONSTR_PRIMARY' ? [] : columns;
  return str(node, 'conname') || [lastOf(table), ...middle, SUFFIX[kind] ?? ''].join('_');
};

function addConstraint(table: Table, name: string, node: unknown, schema: string, tx: number, column?: string): void {
  const made = constraintOf(node, schema, tx, column);
  if (!KEPT.has(made.kind)) return;
  keep(table, nameOf(node, name, made.columns), made);
  if (made.kind === 'CONSTR_PRIMARY') for (const key of made.columns) setNull(table, key, true);
}

/** Under a name, in place of what was called so; nothing takes it away. */
function keep(table: Table, name: string, made: Constraint | undefined): void {
  for (const column of table.constraints.get(name)?.proves ?? []) table.proofs.get(column)?.delete(name);
  if (made === undefined) table.constraints.delete(name);
  else table.constraints.set(name, made);
  if (made?.valid === true) for (const column of made.proves) table.proofs.set(column, (table.proofs.get(column) ?? new Set()).add(name));
}

function setNull(table: Table, column: string, notNull: boolean): void {
  const known = table.columns.get(column) ?? { type: '', mods: [], array: false, generated: '', notNull };
  table.columns.set(column, { ...known, notNull });
}

function alter(c: Catalog, name: string, cmd: unknown, schema: string, tx: number): void {
  const table = tableIn(c, name);
  const [kind, column, def] = [str(cmd, 'subtype'), str(cmd, 'name'), get(cmd, 'def')];
  if (kind === 'AT_AddColumn' && (tx === 0 || get(cmd, 'missing_ok') !== true)) addColumn(table, name, get(def, 'ColumnDef'), schema, tx);
  if (kind === 'AT_DropColumn') table.columns.delete(column);
  if (kind === 'AT_AddConstraint') addConstraint(table, name, get(def, 'Constraint'), schema, tx);
  if (kind === 'AT_DropConstraint') keep(table, column, undefined);
  if (kind === 'AT_SetNotNull' || kind === 'AT_DropNotNull') setNull(table, column, kind === 'AT_SetNotNull');
  if (kind === 'AT_AlterColumnType')
    table.columns.set(column, { ...(table.columns.get(column) ?? { generated: '', notNull: false }), ...typeOf(get(def, 'ColumnDef', 'typeName')) });
  const constraint = table.constraints.get(column);
  if (kind === 'AT_ValidateConstraint' && constraint !== undefined) keep(table, column, { ...constraint, valid: true });
}

export function indexColumns(index: unknown): readonly string[] {
  return list(index, 'indexParams').map((p) => str(p, 'IndexElem', 'name') || '(expression)');
}

function noteIndex(c: Catalog, index: unknown, schema: string): void {
  const table = relation(get(index, 'relation'), schema);
  const columns = indexColumns(index);
  const name = str(index, 'idxname') || [lastOf(table), ...columns, 'idx'].join('_');
  c.indexed.add(`${table}.${columns[0] ?? ''}`);
  c.indexes.set(name, {
    table,
    columns,
    unique: get(index, 'unique') === true,
    partial: get(index, 'whereClause') !== undefined,
    concurrent: get(index, 'concurrent') === true,
  });
}

function growEnum(c: Catalog, node: unknown): void {
  const [type, value, old] = [names(list(node, 'typeName')).at(-1) ?? '', str(node, 'newVal'), str(node, 'oldVal')];
  const known = c.enums.get(type);
  if (known !== undefined) c.enums.set(type, old === '' ? [...known, value] : known.map((v) => (v === old ? value : v)));
}

function move<V>(map: Map<string, V>, from: string, to: string): void {
  const value = map.get(from);
  map.delete(from);
  if (value === undefined) map.delete(to);
  else map.set(to, value);
}

function renamed(c: Catalog, node: unknown, schema: string): void {
  if (node === undefined) return;
  const [kind, to] = [str(node, 'renameType'), str(node, 'newname')];
  const from = relation(get(node, 'relation'), schema);
  if (kind === 'OBJECT_TABLE') move(c.tables, from, `${from.slice(0, from.lastIndexOf('.'))}.${to}`);
  if (kind === 'OBJECT_COLUMN') move(tableIn(c, from).columns, str(node, 'subname'), to);
  if (kind === 'OBJECT_TABCONSTRAINT') {
    const table = tableIn(c, from);
    const constraint = table.constraints.get(str(node, 'subname'));
    keep(table, str(node, 'subname'), undefined);
    keep(table, to, constraint);
  }
  if (kind === 'OBJECT_INDEX') move(c.indexes, lastOf(from), to);
  // the values of an enum that is renamed away stay known under its old name too, for who makes it anew
  const parts = names(list(node, 'object', 'List', 'items'));
  const values = c.enums.get(parts.at(-1) ?? '');
  if (kind === 'OBJECT_TYPE' && values !== undefined) c.enums.set(to, values);
}

function forgetObject(c: Catalog, kind: string, parts: readonly string[], schema: string): void {
  const last = parts.at(-1) ?? '';
  if (kind === 'OBJECT_TABLE')
    c.tables.set(parts.length > 1 ? parts.slice(-2).join('.') : `${schema}.${last}`, { columns: new Map(), constraints: new Map(), proofs: new Map(), partitioned: false });
  if (kind === 'OBJECT_INDEX') c.indexes.delete(last);
}

/** Whether the columns are known never to be null, by themselves or by a valid constraint. */
export function neverNull(c: Catalog, table: string, column: string): boolean {
  const known = tableOf(c, table);
  return known !== undefined && (known.columns.get(column)?.notNull === true || proved(c, table, column));
}

/** A valid CHECK or NOT NULL constraint. */
export const proved = (c: Catalog, table: string, column: string): boolean => (tableOf(c, table)?.proofs.get(column)?.size ?? 0) > 0;
