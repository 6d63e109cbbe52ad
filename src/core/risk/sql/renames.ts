/** SQL401: names that code uses are others from one moment to the next. */
import { rule } from '../finding.ts';
import type { Finding } from '../risk.ts';
import { written } from './ahead.ts';
import type { Statement } from './statement.ts';
import { at, ours, say } from './statement.ts';
import { all, get, list, names, relation, str } from './tree.ts';

const SQL401 = rule('SQL401', 'rename', 'high', 'exact', ['a view under the old name in the same transaction', 'expand, migrate, contract']);

export function judgeRenames(s: Statement): readonly Finding[] {
  const values = all(s.node, 'AlterEnumStmt').flatMap((e) => {
    const type = names(list(e, 'typeName')).at(-1) ?? '?';
    if (str(e, 'oldVal') === '' || s.state.created.has(`OBJECT_TYPE ${s.state.schema}.${type}`)) return [];
    return [SQL401({ ...at(s, `value ${str(e, 'oldVal')}`), what: `the value ${str(e, 'oldVal')} of ${type} is renamed: code that uses the old one fails at once` })];
  });
  return [...values, ...[...all(s.node, 'RenameStmt'), ...all(s.node, 'AlterObjectSchemaStmt')].flatMap((r) => renamed(s, r))];
}

function renamed(s: Statement, r: unknown): readonly Finding[] {
  const table = relation(get(r, 'relation'), s.state.schema);
  const column = str(r, 'subname');
  if (ours(s, table) || (column !== '' && s.state.columns.has(`${table}.${column}`))) return [];
  const kind = `${str(r, 'renameType')}${str(r, 'objectType')}`;
  if (!/TABLE|COLUMN|VIEW|SCHEMA|ATTRIBUTE/.test(kind) || s.state.created.has(`${kind} ${table}`) || (kind === 'OBJECT_SCHEMA' && ours(s, `schema ${column}`))) return [];
  const old = kind === 'OBJECT_TABLE' && s.file.madeIn(`view ${written(get(r, 'relation'))}`, s.moment.tx);
  if (old) return [];
  const object = `${get(r, 'relation') === undefined ? column || str(r, 'newname') : say(table)}${get(r, 'relation') !== undefined && column !== '' ? `.${column}` : ''}`;
  return [SQL401({ ...at(s, object), what: `${object} is renamed: code that uses the old name fails at once` })];
}
