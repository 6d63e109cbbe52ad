/**
 * What only runs when a migration is undone: the part of a file behind the mark of its tool, and down files. Waiting and
 * ordering there are worth a word and force nothing. A mark is a comment, and a name is the author's, so the loss of what
 * this change did not make is not made smaller by either: somebody who runs the file as a whole loses it.
 */
import type { SqlStatement } from '../evidence.ts';
import type { Finding } from '../risk.ts';
import { lastOf } from './catalog.ts';
import type { Statement } from './statement.ts';
import type { Running } from './tools.ts';
import { isDown } from './tools.ts';
import { dropped, get, list, names, relation, str } from './tree.ts';

const LOSS = /^SQL(?:10[1-7]|110|309|501|502|505)$/;

export const inDownPart = (s: SqlStatement, running: Running): boolean => s.line >= running.downFrom || s.part === 'down';

/** The findings of one statement, as its part of the file lets them stand. */
export function settle(found: readonly Finding[], source: SqlStatement, s: Statement, running: Running): readonly Finding[] {
  if (found.length === 0 || !(inDownPart(source, running) || isDown(s.place.path))) return found;
  const undo = undoes(s);
  return found.map((f) => {
    if (LOSS.test(f.rule) && !undo) return f;
    const severity = LOSS.test(f.rule) ? 'elevated' : 'routine';
    return { ...f, severity, because: [...f.because, ['runs', 'when the migration is undone'] as const] };
  });
}

/** Takes away nothing but what the way up makes, there already or not, and gives back the types that the way up changed. */
function undoes(s: Statement): boolean {
  const [kind, supposed] = [str(s.node, 'DropStmt', 'removeType'), s.state.supposed];
  const objects = list(s.node, 'DropStmt', 'objects').map((o) => (kind === 'OBJECT_TABLE' ? dropped(o, s.state.schema) : `${kind} ${lastOf(dropped(o, ''))}`));
  const table = relation(get(s.node, 'AlterTableStmt', 'relation'), s.state.schema);
  const cmds = list(s.node, 'AlterTableStmt', 'cmds').map((c) => {
    const [what, name] = [str(c, 'AlterTableCmd', 'subtype'), str(c, 'AlterTableCmd', 'name')];
    return what === 'AT_DropColumn' ? `${table}.${name}` : what === 'AT_AlterColumnType' ? `type ${table}.${name}` : '?';
  });
  const remade = get(s.node, 'CreateEnumStmt') === undefined ? [] : [`OBJECT_TYPE ${names(list(s.node, 'CreateEnumStmt', 'typeName')).at(-1) ?? ''}`];
  const all = [...objects, ...cmds, ...remade];
  return all.length > 0 && all.every((name) => supposed.has(name));
}
