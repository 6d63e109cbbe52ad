/**
 * What a walk over migrations knows: objects this change itself created, in deploy order. Dropping one of these loses
 * nothing. `IF NOT EXISTS` proves nothing, a rename hands the name on, and a rollback takes all of it back.
 */
import type { Place } from '../risk.ts';
import type { Body } from './bodies.ts';
import { bodyOf, functionName } from './bodies.ts';
import type { Catalog } from './catalog.ts';
import { freshCatalog, tableOf } from './catalog.ts';
import { milliseconds } from './session.ts';
import { all, dropped, get, list, names, relation, str } from './tree.ts';

/** A foreign key, or a partial index that may have been meant to serve one. */
export interface KeyMade {
  readonly table: string;
  readonly columns: readonly string[];
  readonly place: Place;
  readonly text: string;
  /** The index that a statement made over these columns, of a part of the rows alone. */
  readonly partial?: string;
}

export interface SqlState {
  /** Stands for the schema of unqualified names, which nobody knows from here; a new token after each SET search_path. */
  schema: string;
  /** How many of these tokens there are: two files never share one by chance. */
  paths: number;
  readonly created: Set<string>;
  /** Those of `created` that belong to one session, so to one file. */
  readonly temporary: Set<string>;
  /** `table.column`. */
  readonly columns: Set<string>;
  /** Functions that this change makes, by their last name. */
  readonly bodies: Map<string, Body>;
  /** What is known of tables, whoever made them. */
  readonly catalog: Catalog;
  /** Tables and `table.column`s that this file makes before, if they are not there already: by IF NOT EXISTS, or in a file that stood here before. */
  readonly perhaps: Set<string>;
  /** All that was ever in `perhaps`, and `type table.column` that got another type: what a way down may take away again. */
  readonly supposed: Set<string>;
  /** Foreign keys and partial indexes of this change. */
  readonly keys: KeyMade[];
  /** By table: constraints that this change validates and that it did not make. The newest 100. */
  readonly claimed: Map<string, readonly string[]>;
  /** Indexes that this change drops, where they were there. */
  readonly gone: Set<string>;
  /** Names that types had which were renamed away. */
  readonly renamedTypes: Set<string>;
  /** How often the tables behind a foreign key are still looked for: each time all of the schema is. */
  closures: number;
  /** Roles that this change makes. */
  readonly roles: Set<string>;
  /** Of `ALTER ROLE ... SET lock_timeout` and the like: what a session begins with. */
  roleTimeout: number;
}

export const freshState = (prior?: Catalog): SqlState => ({
  schema: DEFAULT,
  paths: 0,
  created: new Set(),
  temporary: new Set(),
  columns: new Set(),
  bodies: new Map(),
  catalog: freshCatalog(prior),
  perhaps: new Set(),
  supposed: new Set(),
  keys: [],
  claimed: new Map(),
  gone: new Set(),
  renamedTypes: new Set(),
  closures: 50,
  roles: new Set(),
  roleTimeout: 0,
});

/** A way down is walked by itself: what it makes and drops is not there for the next file. */
export const apart = (state: SqlState): SqlState => ({
  ...state,
  created: new Set(state.created),
  columns: new Set(state.columns),
  perhaps: new Set(state.perhaps),
  bodies: new Map(state.bodies),
  claimed: new Map(),
  gone: new Set(),
  keys: [],
  catalog: freshCatalog(state.catalog),
});

const DEFAULT = 'path@0';

/** Another file is another session: its path is the default one, and temporary tables are gone. */
export function nextSession(state: SqlState): void {
  state.schema = DEFAULT;
  state.perhaps.clear();
  dropTemporary(state);
}

function dropTemporary(state: SqlState): void {
  for (const name of state.temporary) state.created.delete(name);
  state.temporary.clear();
}

/** What a statement makes in any file, so that a lock on it holds up nobody, unless it was there. */
export function suppose(state: SqlState, node: unknown): void {
  const add = (name: string): void => {
    state.perhaps.add(name);
    state.supposed.add(name);
  };
  const made = [get(node, 'CreateStmt', 'relation'), get(node, 'CreateTableAsStmt', 'into', 'rel')];
  for (const range of made) if (range !== undefined) add(relation(range, state.schema));
  supposeOthers(state, node);
  for (const cmd of list(node, 'AlterTableStmt', 'cmds')) {
    const table = relation(get(node, 'AlterTableStmt', 'relation'), state.schema);
    const kind = str(cmd, 'AlterTableCmd', 'subtype');
    if (kind === 'AT_AddColumn') add(`${table}.${str(cmd, 'AlterTableCmd', 'def', 'ColumnDef', 'colname')}`);
    if (kind === 'AT_AlterColumnType') state.supposed.add(`type ${table}.${str(cmd, 'AlterTableCmd', 'name')}`);
  }
}

/** Functions, extensions, types and the like, by the kind that a DROP calls them: a way down takes away what the way up makes. */
function supposeOthers(state: SqlState, node: unknown): void {
  const add = (kind: string, name: string): unknown => state.supposed.add(`${kind} ${name}`);
  const made = get(node, 'CreateFunctionStmt');
  if (made !== undefined) for (const kind of ['OBJECT_FUNCTION', 'OBJECT_PROCEDURE', 'OBJECT_ROUTINE']) add(kind, functionName(made));
  if (get(node, 'CreateExtensionStmt') !== undefined) add('OBJECT_EXTENSION', str(node, 'CreateExtensionStmt', 'extname'));
  if (get(node, 'CreateSchemaStmt') !== undefined) add('OBJECT_SCHEMA', str(node, 'CreateSchemaStmt', 'schemaname'));
  if (get(node, 'ViewStmt') !== undefined) add('OBJECT_VIEW', str(node, 'ViewStmt', 'view', 'relname'));
  if (get(node, 'CreatePolicyStmt') !== undefined) add('OBJECT_POLICY', str(node, 'CreatePolicyStmt', 'policy_name'));
  if (get(node, 'CreatePublicationStmt') !== undefined) add('OBJECT_PUBLICATION', str(node, 'CreatePublicationStmt', 'pubname'));
  for (const type of [get(node, 'CreateEnumStmt'), get(node, 'AlterEnumStmt')]) if (type !== undefined) add('OBJECT_TYPE', names(list(type, 'typeName')).at(-1) ?? '');
}

/** What holds of a session, a role or an index whoever wrote the file. Before `note`: a constraint that is not known yet is not ours. */
export function heed(state: SqlState, node: unknown): void {
  const role = str(node, 'CreateRoleStmt', 'role');
  if (role !== '') state.roles.add(role);
  if (str(node, 'DropStmt', 'removeType') === 'OBJECT_INDEX') for (const o of list(node, 'DropStmt', 'objects')) state.gone.add(dropped(o, '').replace(/^.*\./, ''));
  const preset = get(node, 'AlterRoleSetStmt', 'setstmt') ?? get(node, 'AlterDatabaseSetStmt', 'setstmt');
  if (str(preset, 'name') === 'lock_timeout') state.roleTimeout = milliseconds(get(preset, 'args', 0));
  if (str(node, 'RenameStmt', 'renameType') === 'OBJECT_TYPE') state.renamedTypes.add(names(list(node, 'RenameStmt', 'object', 'List', 'items')).at(-1) ?? '');
  const table = relation(get(node, 'AlterTableStmt', 'relation'), state.schema);
  for (const cmd of list(node, 'AlterTableStmt', 'cmds')) {
    const name = str(cmd, 'AlterTableCmd', 'name');
    if (str(cmd, 'AlterTableCmd', 'subtype') === 'AT_ValidateConstraint' && tableOf(state.catalog, table)?.constraints.has(name) !== true)
      state.claimed.set(table, [...(state.claimed.get(table) ?? []).slice(-99), name]);
  }
}

/** Takes in one statement after it was judged. */
export function absorb(state: SqlState, node: unknown): void {
  for (const [range, made] of [
    [get(node, 'CreateStmt', 'relation'), get(node, 'CreateStmt')],
    [get(node, 'CreateTableAsStmt', 'into', 'rel'), get(node, 'CreateTableAsStmt')],
  ])
    if (made !== undefined && get(made, 'if_not_exists') !== true) create(state, range, made);
  const schema = get(node, 'CreateSchemaStmt');
  if (schema !== undefined && get(schema, 'if_not_exists') !== true) state.created.add(`schema ${str(schema, 'schemaname')}`);
  objects(state, node);
  learn(state, node);
  drop(state, node);
  addColumns(state, node);
  adopt(state, node);
  rename(state, node);
  leave(state, node);
}

/** Views, types, domains, triggers and sequences, by the kind that a DROP calls them. */
function objects(state: SqlState, node: unknown): void {
  const made = (kind: string, range: unknown): unknown => state.created.add(`${kind} ${Array.isArray(range) ? named(range, state.schema) : relation(range, state.schema)}`);
  const view = get(node, 'ViewStmt');
  if (view !== undefined && get(view, 'replace') !== true) made('OBJECT_VIEW', get(view, 'view'));
  for (const type of [...all(node, 'CreateEnumStmt'), ...all(node, 'CompositeTypeStmt'), ...all(node, 'CreateRangeStmt')])
    made('OBJECT_TYPE', get(type, 'typeName') ?? get(type, 'typevar'));
  if (get(node, 'CreateDomainStmt') !== undefined) made('OBJECT_DOMAIN', list(node, 'CreateDomainStmt', 'domainname'));
  const sequence = get(node, 'CreateSeqStmt');
  if (sequence !== undefined && get(sequence, 'if_not_exists') !== true) made('OBJECT_SEQUENCE', get(sequence, 'sequence'));
  const trigger = get(node, 'CreateTrigStmt');
  if (trigger !== undefined && get(trigger, 'replace') !== true) state.created.add(`OBJECT_TRIGGER ${str(trigger, 'trigname')}`);
}

function named(parts: readonly unknown[], schema: string): string {
  const words = names(parts);
  return words.length > 1 ? words.slice(-2).join('.') : `${schema}.${words[0] ?? '?'}`;
}

/** What a function does is known wherever it is made; of two with one name the first that destroys counts. */
export function learn(state: SqlState, node: unknown): void {
  for (const made of all(node, 'CreateFunctionStmt')) {
    const [name, body] = [functionName(made), bodyOf(made)];
    if (!['literal', 'loud'].includes(state.bodies.get(name)?.kind ?? '')) state.bodies.set(name, body);
  }
}

/** A name that was dropped may be another table's the next time: a temporary one hid what stood there. */
function drop(state: SqlState, node: unknown): void {
  for (const object of list(node, 'DropStmt', 'objects')) {
    const name = dropped(object, state.schema);
    state.created.delete(name);
    state.created.delete(`${str(node, 'DropStmt', 'removeType')} ${name}`);
    state.temporary.delete(name);
  }
}

/** A table that its own transaction drops again leaves its name to another by itself. */
function create(state: SqlState, range: unknown, made: unknown): void {
  const temporary = str(get(range, 'RangeVar') ?? range, 'relpersistence') === 't';
  if (temporary && [str(made, 'oncommit'), str(made, 'into', 'onCommit')].includes('ONCOMMIT_DROP')) return;
  const name = relation(range, state.schema);
  state.created.add(name);
  if (temporary) state.temporary.add(name);
}

/** A parent that takes in a table which stood there before holds rows of it: it is no longer this change's own. */
function adopt(state: SqlState, node: unknown): void {
  const table = relation(get(node, 'AlterTableStmt', 'relation'), state.schema);
  for (const cmd of list(node, 'AlterTableStmt', 'cmds')) {
    const [kind, def] = [str(cmd, 'AlterTableCmd', 'subtype'), get(cmd, 'AlterTableCmd', 'def')];
    if (kind === 'AT_AttachPartition' && !state.created.has(relation(get(def, 'PartitionCmd', 'name'), state.schema))) state.created.delete(table);
    if (kind === 'AT_AddInherit' && !state.created.has(table)) state.created.delete(relation(def, state.schema));
  }
}

const PATH = new Set(['search_path', 'role', 'session_authorization']);

/** Whether a statement decides what unqualified names mean, or what of the others takes place. */
export const setsContext = (node: unknown): boolean => get(node, 'TransactionStmt') !== undefined || setsPath(node);

function setsPath(node: unknown): boolean {
  const set = get(node, 'VariableSetStmt');
  if (set !== undefined) return PATH.has(str(set, 'name')) || str(set, 'kind') === 'VAR_RESET_ALL';
  return str(node, 'DiscardStmt', 'target') === 'DISCARD_ALL' || all(node, 'FuncCall').some((c) => functionName(c) === 'set_config');
}

function leave(state: SqlState, node: unknown): void {
  if (setsPath(node)) state.schema = `path@${++state.paths}`;
  if (/^DISCARD_(?:ALL|TEMP)$/.test(str(node, 'DiscardStmt', 'target'))) dropTemporary(state);
  if (/ROLLBACK/.test(str(node, 'TransactionStmt', 'kind'))) forget(state);
}

/** Nothing that was made is known to be there any more. */
export function forget(state: SqlState): void {
  state.created.clear();
  state.columns.clear();
  state.perhaps.clear();
  state.claimed.clear();
  state.catalog.tables.clear();
  state.catalog.indexes.clear();
}

function addColumns(state: SqlState, node: unknown): void {
  const table = relation(get(node, 'AlterTableStmt', 'relation'), state.schema);
  for (const cmd of list(node, 'AlterTableStmt', 'cmds')) {
    if (str(cmd, 'AlterTableCmd', 'subtype') === 'AT_AddColumn' && get(cmd, 'AlterTableCmd', 'missing_ok') !== true)
      state.columns.add(`${table}.${str(cmd, 'AlterTableCmd', 'def', 'ColumnDef', 'colname')}`);
  }
}

function rename(state: SqlState, node: unknown): void {
  const moved = get(node, 'RenameStmt') ?? get(node, 'AlterObjectSchemaStmt');
  if (moved === undefined) return;
  const from = relation(get(moved, 'relation'), state.schema);
  const to = `${str(moved, 'newschema') || from.slice(0, from.lastIndexOf('.'))}.${str(moved, 'newname') || from.slice(from.lastIndexOf('.') + 1)}`;
  if (str(moved, 'renameType') === 'OBJECT_COLUMN') {
    state.columns.delete(`${from}.${str(moved, 'subname')}`);
    state.columns.delete(`${from}.${str(moved, 'newname')}`);
    return;
  }
  const ours = state.created.delete(from);
  state.created.delete(to);
  if (ours) state.created.add(to);
}
