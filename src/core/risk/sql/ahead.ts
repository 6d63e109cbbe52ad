/** A look over a whole file before it is walked: what its statements make, and in which transaction. */
import type { SqlStatement } from '../evidence.ts';
import type { Moment } from './session.ts';
import type { FileView } from './statement.ts';
import { all, alwaysTrue, get, list, names, relation, str } from './tree.ts';

/** Unqualified names are compared as they are written: the schema they mean is the same within a transaction that does not set it. */
const HERE = 'path';

export function lookAhead(statements: readonly SqlStatement[], moments: readonly Moment[]): FileView {
  const made = new Set<string>();
  const policies = new Map<string, number>();
  const parents = new Set<string>();
  for (const [i, s] of statements.entries()) {
    for (const what of makes(s.node)) made.add(`${moments[i]?.tx ?? 0} ${what}`);
    for (const name of policyOf(s.node)) policies.set(name, i);
    for (const parent of attached(s.node)) parents.add(parent);
  }
  return { policyAfter: (name, index) => (policies.get(name) ?? -1) > index, madeIn: (what, tx) => made.has(`${tx} ${what}`), parents };
}

/** As `madeIn` is asked: the schema is left out where the statement leaves it out. */
export const written = (relationNode: unknown): string => relation(relationNode, HERE);

function makes(node: unknown): readonly string[] {
  const table = written(get(node, 'AlterTableStmt', 'relation'));
  const altered = list(node, 'AlterTableStmt', 'cmds').flatMap((c) => remakes(table, get(c, 'AlterTableCmd')));
  const trigger = all(node, 'CreateTrigStmt').map((t) => `trigger ${written(get(t, 'relation'))}.${str(t, 'trigname')}`);
  const rules = all(node, 'RuleStmt').map((t) => `rule ${written(get(t, 'relation'))}.${str(t, 'rulename')}`);
  const views = all(node, 'ViewStmt').map((v) => `view ${written(get(v, 'view'))}`);
  const grants = all(node, 'GrantStmt').flatMap((g) => (get(g, 'is_grant') === true ? list(g, 'objects').map((o) => `grant ${written(o)}`) : []));
  return [...altered, ...trigger, ...rules, ...views, ...grants];
}

function remakes(table: string, cmd: unknown): readonly string[] {
  const [kind, name] = [str(cmd, 'subtype'), str(cmd, 'name')];
  if (kind === 'AT_SetNotNull') return [`not null ${table}.${name}`];
  if (/^AT_Enable(?:Always|Replica)?(?:Trig|Rule)/.test(kind)) return [`enabled ${table}.${name}`];
  if (kind === 'AT_ValidateConstraint') return [`constraint ${table}.${name}`];
  const made = get(cmd, 'def', 'Constraint');
  if (kind !== 'AT_AddConstraint' || get(made, 'skip_validation') === true) return [];
  const keys = [...names(list(made, 'keys')), ...names(list(made, 'fk_attrs'))];
  return [`constraint ${table}.${str(made, 'conname')}`, `${str(made, 'contype')} ${table} ${keys.join()}`];
}

function policyOf(node: unknown): readonly string[] {
  const made = get(node, 'CreatePolicyStmt');
  if (made === undefined) return [];
  const conditions = [get(made, 'qual'), get(made, 'with_check')].filter((c) => c !== undefined);
  // one that lets every row through protects as little as none
  if (conditions.length === 0 || conditions.some(alwaysTrue)) return [];
  return [`${str(made, 'table', 'schemaname')}.${str(made, 'table', 'relname')}.${str(made, 'policy_name')}`];
}

const attached = (node: unknown): readonly string[] => (str(node, 'AlterTableStmt', 'objtype') === 'OBJECT_INDEX' ? [str(node, 'AlterTableStmt', 'relation', 'relname')] : []);
