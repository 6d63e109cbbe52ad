/**
 * What only runs when a migration is undone: the part of a file behind the mark of its tool, and down files. Waiting and
 * ordering there are worth a word and force nothing. A mark is a comment, and a name is the author's, so the loss of what
 * this change did not make is not made smaller by either: somebody who runs the file as a whole loses it.
 */
import type { SqlStatement } from '../evidence.ts';
import type { Finding } from '../risk.ts';
import type { Statement } from './statement.ts';
import type { Running } from './tools.ts';
import { isDown } from './tools.ts';
import { dropped, get, list, relation, str } from './tree.ts';

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

/** Drops nothing but what the way up makes where it is not there yet, and gives back the types that the way up changed. */
function undoes(s: Statement): boolean {
  const tables = str(s.node, 'DropStmt', 'removeType') === 'OBJECT_TABLE' ? list(s.node, 'DropStmt', 'objects').map((o) => dropped(o, s.state.schema)) : [];
  const table = relation(get(s.node, 'AlterTableStmt', 'relation'), s.state.schema);
  const cmds = list(s.node, 'AlterTableStmt', 'cmds').map((c) => {
    const [kind, name] = [str(c, 'AlterTableCmd', 'subtype'), str(c, 'AlterTableCmd', 'name')];
    return kind === 'AT_DropColumn' ? `${table}.${name}` : kind === 'AT_AlterColumnType' ? `type ${table}.${name}` : '?';
  });
  const all = [...tables, ...cmds];
  return all.length > 0 && all.every((name) => s.state.supposed.has(name));
}
