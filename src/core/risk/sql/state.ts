/**
 * What a walk over migrations knows: objects this change itself created, in deploy order. Dropping one of these loses
 * nothing. `IF NOT EXISTS` proves nothing, a rename hands the name on, and a rollback takes all of it back.
 */
import type { Body } from './bodies.ts';
import { bodyOf, functionName } from './bodies.ts';
import { all, dropped, get, list, relation, str } from './tree.ts';

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
}

export const freshState = (): SqlState => ({ schema: DEFAULT, paths: 0, created: new Set(), temporary: new Set(), columns: new Set(), bodies: new Map() });

const DEFAULT = 'path@0';

/** Another file is another session: its path is the default one, and temporary tables are gone. */
export function nextSession(state: SqlState): void {
  state.schema = DEFAULT;
  dropTemporary(state);
}

function dropTemporary(state: SqlState): void {
  for (const name of state.temporary) state.created.delete(name);
  state.temporary.clear();
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
  learn(state, node);
  drop(state, node);
  addColumns(state, node);
  adopt(state, node);
  rename(state, node);
  leave(state, node);
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
