/**
 * What a walk over migrations knows: objects this change itself created, in deploy order. Dropping one of these loses
 * nothing. `IF NOT EXISTS` proves nothing, a rename hands the name on, and a rollback takes all of it back.
 */
import { get, list, relation, str } from './sql-tree.ts';

export interface SqlState {
  /** Schema of unqualified names; a new token after each SET search_path. */
  schema: string;
  readonly created: Set<string>;
  /** `table.column`. */
  readonly columns: Set<string>;
}

export const freshState = (): SqlState => ({ schema: 'public', created: new Set(), columns: new Set() });

/** Takes in one statement after it was judged. */
export function absorb(state: SqlState, node: unknown, line: number): void {
  const create = get(node, 'CreateStmt');
  if (create !== undefined && get(create, 'if_not_exists') !== true) state.created.add(relation(get(create, 'relation'), state.schema));
  const as = get(node, 'CreateTableAsStmt');
  if (as !== undefined && get(as, 'if_not_exists') !== true) state.created.add(relation(get(as, 'into', 'rel'), state.schema));
  const schema = get(node, 'CreateSchemaStmt');
  if (schema !== undefined && get(schema, 'if_not_exists') !== true) state.created.add(`schema ${str(schema, 'schemaname')}`);
  addColumns(state, node);
  rename(state, node);
  if (str(node, 'VariableSetStmt', 'name') === 'search_path') state.schema = `set@${line}`;
  if (/ROLLBACK/.test(str(node, 'TransactionStmt', 'kind'))) {
    state.created.clear();
    state.columns.clear();
  }
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
