/** SQL403: foreign keys whose columns no index begins with. Deleting a row of the parent then reads the whole child. */
import { rule } from '../finding.ts';
import type { Finding } from '../risk.ts';
import type { Catalog } from './catalog.ts';
import { constraintOf, indexColumns } from './catalog.ts';
import type { KeyMade } from './state.ts';
import type { Statement } from './statement.ts';
import { say } from './statement.ts';
import { get, list, relation, str } from './tree.ts';

const SQL403 = rule('SQL403', 'fk-without-index', 'elevated', 'exact', ['an index that is not partial and begins with the columns of the key']);

/** What one statement adds: foreign keys, and partial indexes that may have been meant to serve one. */
export function keysOf(s: Statement): readonly KeyMade[] {
  const here = { place: s.place, text: s.text };
  const made = get(s.node, 'CreateStmt');
  const altered = get(s.node, 'AlterTableStmt');
  const table = relation(get(made ?? altered, 'relation'), s.state.schema);
  const elements = [...list(made, 'tableElts'), ...list(altered, 'cmds').map((c) => get(c, 'AlterTableCmd', 'def'))];
  const keys = elements.flatMap((e) => {
    const column = get(e, 'ColumnDef');
    const constraints = column === undefined ? [get(e, 'Constraint')] : list(column, 'constraints').map((k) => get(k, 'Constraint'));
    return constraints.flatMap((k) =>
      str(k, 'contype') === 'CONSTR_FOREIGN' ? [constraintOf(k, s.state.schema, 0, column === undefined ? undefined : str(column, 'colname')).columns] : [],
    );
  });
  const index = get(s.node, 'IndexStmt');
  const partial = index !== undefined && get(index, 'whereClause') !== undefined;
  return [
    ...keys.map((columns) => ({ table, columns, ...here })),
    ...(partial ? [{ table: relation(get(index, 'relation'), s.state.schema), columns: indexColumns(index), partial: str(index, 'idxname') || 'the index', ...here }] : []),
  ];
}

/** Judged when the walk is over: the index may come behind the key. */
export function uncovered(keys: readonly KeyMade[], catalog: Catalog): readonly Finding[] {
  const served = servedKeys(catalog);
  const foreign = new Set([...catalog.tables].flatMap(([table, t]) => [...t.constraints.values()].flatMap((k) => (k.kind === 'CONSTR_FOREIGN' ? [keyOf(table, k.columns)] : []))));
  return keys.flatMap((k) => {
    const key = keyOf(k.table, k.columns);
    if (k.columns.length === 0 || served.has(key) || (k.partial !== undefined && !foreign.has(key))) return [];
    const why = k.partial === undefined ? '' : ` (${k.partial} holds a part of the rows only)`;
    const what = `deleting or changing a row that ${say(k.table)}.${k.columns.join(', ')} refers to reads all of ${say(k.table)}: no index begins with these columns${why}`;
    return [SQL403({ place: { ...k.place, object: `${say(k.table)}(${k.columns.join(', ')})` }, because: [['statement', k.text]], what })];
  });
}

const keyOf = (table: string, columns: readonly string[]): string => `${table} ${[...columns].sort().join()}`;

/** Every set of columns that an index begins with; an index has at most 32 of them. */
function servedKeys(c: Catalog): ReadonlySet<string> {
  const out = new Set<string>();
  const add = (table: string, columns: readonly string[]): void => {
    for (let n = 1; n <= Math.min(columns.length, 32); n++) out.add(keyOf(table, columns.slice(0, n)));
  };
  for (const index of [...c.indexes.values(), ...(c.prior?.indexes.values() ?? [])]) if (!index.partial) add(index.table, index.columns);
  for (const [name, table] of [...c.tables, ...(c.prior?.tables ?? [])])
    for (const k of table.constraints.values()) if (k.kind === 'CONSTR_PRIMARY' || k.kind === 'CONSTR_UNIQUE') add(name, k.columns);
  return out;
}
