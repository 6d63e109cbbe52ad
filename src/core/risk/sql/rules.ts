/** One SQL statement against what the change created itself: data loss (SQL1xx), locks (SQL2xx), renames (SQL4xx), rights. */
import { rule } from '../finding.ts';
import type { Finding, Place } from '../risk.ts';
import type { SqlState } from './state.ts';
import { all, alwaysTrue, dropped, get, list, relation, str } from './tree.ts';

const BACKUP = 'a restore of the backup was rehearsed, and nothing reads it any more';
const SQL101 = rule('SQL101', 'drop-table', 'critical', 'exact', [BACKUP, 'the table was created in this change']);
const SQL102 = rule('SQL102', 'drop-column', 'critical', 'exact', [BACKUP, 'the column was added in this change']);
const SQL103 = rule('SQL103', 'drop-schema-or-database', 'critical', 'exact', [BACKUP]);
const SQL104 = rule('SQL104', 'truncate', 'critical', 'exact', [BACKUP, 'the table was created in this change']);
const SQL105 = rule('SQL105', 'unbounded-write', 'critical', 'exact', ['a WHERE that names the rows', 'batches by key range']);
const SQL106 = rule('SQL106', 'drop-cascade', 'critical', 'exact', ['RESTRICT, and the dependents dropped by name']);
const SQL108 = rule('SQL108', 'integrity-dropped', 'high', 'exact', ['it is added again, valid, in the same transaction']);
const SQL110 = rule('SQL110', 'unlogged-or-slot', 'critical', 'exact', ['the table was created in this change']);
const SQL201 = rule('SQL201', 'index-blocking', 'high', 'exact', ['CREATE INDEX CONCURRENTLY outside a transaction']);
const SQL206 = rule('SQL206', 'set-not-null', 'high', 'exact', ['a valid CHECK (column IS NOT NULL) made in an earlier transaction']);
const SQL210 = rule('SQL210', 'type-rewrite', 'high', 'exact', ['a new column, a backfill in batches, a switch']);
const SQL401 = rule('SQL401', 'rename', 'high', 'exact', ['a view under the old name in the same transaction', 'expand, migrate, contract']);
const SQL502 = rule('SQL502', 'rls-off', 'critical', 'exact', ['a stricter policy in the same transaction']);
const SQL505 = rule('SQL505', 'server-escape', 'critical', 'exact', ['it is done by an operator, with a record']);

export interface Statement {
  readonly node: unknown;
  readonly text: string;
  readonly place: Place;
  readonly state: SqlState;
  /** Row security policies that a later statement of the same file makes, as `schema.table.policy`. */
  readonly remade: { has(name: string): boolean };
}

export const judgeSql = (s: Statement): readonly Finding[] => [
  ...drops(s),
  ...alters(s),
  ...policies(s),
  ...truncates(s),
  ...writes(s),
  ...renames(s),
  ...indexes(s),
  ...others(s),
];

export const at = (s: Statement, object: string): { place: Place; because: readonly (readonly [string, string])[] } => ({
  place: { ...s.place, object },
  because: [['statement', s.text]],
});
/** `public.orders` is said as `orders`. */
const say = (name: string): string => name.replace(/^(?:public|path@\d+)\./, '');
const ours = (s: Statement, name: string): boolean => s.state.created.has(name);

function drops(s: Statement): readonly Finding[] {
  const database = all(s.node, 'DropdbStmt').map((d) =>
    SQL103({ ...at(s, `database ${str(d, 'dbname')}`), what: `the database ${str(d, 'dbname')} is dropped with everything in it` }),
  );
  const owned = all(s.node, 'DropOwnedStmt').map(() => SQL106({ ...at(s, 'owned objects'), what: 'everything a role owns is dropped' }));
  return [
    ...database,
    ...owned,
    ...all(s.node, 'DropStmt').flatMap((d) => list(d, 'objects').flatMap((object) => drop(s, str(d, 'removeType'), object, str(d, 'behavior') === 'DROP_CASCADE'))),
  ];
}

function drop(s: Statement, kind: string, object: unknown, cascade: boolean): readonly Finding[] {
  const name = dropped(object, s.state.schema);
  const word = kind
    .replace(/^OBJECT_/, '')
    .toLowerCase()
    .replaceAll('_', ' ');
  const subject = `${word} ${say(name)}`;
  if (kind === 'OBJECT_TABLE' || kind === 'OBJECT_FOREIGN_TABLE') {
    if (ours(s, name)) return cascade ? [SQL106({ ...at(s, subject), what: `dropping ${say(name)} with CASCADE also drops whatever depends on it` })] : [];
    return [
      SQL101({ ...at(s, subject), what: `the table ${say(name)} is dropped: its rows are gone unless a backup is restored${cascade ? ', and so is what depends on it' : ''}` }),
    ];
  }
  const schema = str(object, 'String', 'sval');
  if (kind === 'OBJECT_SCHEMA')
    return ours(s, `schema ${schema}`) && !cascade
      ? []
      : [SQL103({ ...at(s, `schema ${schema}`), what: `the schema ${schema} is dropped${cascade ? ' with everything in it' : ''}` })];
  if (kind === 'OBJECT_POLICY')
    return [
      policy(
        s,
        subject,
        list(object, 'List', 'items').map((part) => str(part, 'String', 'sval')),
      ),
    ];
  if (['OBJECT_PUBLICATION', 'OBJECT_SUBSCRIPTION', 'OBJECT_EXTENSION'].includes(kind))
    return [SQL110({ ...at(s, subject), what: `the ${subject} is dropped: what it feeds stops` })];
  if (cascade) return [SQL106({ ...at(s, subject), what: `dropping the ${subject} with CASCADE also drops whatever depends on it` })];
  return ['OBJECT_TRIGGER', 'OBJECT_RULE'].includes(kind) ? [SQL108({ ...at(s, subject), what: `the ${subject} is dropped: what it enforced is no longer enforced` })] : [];
}

/** Made again below, it may be weaker or stricter: somebody reads it, and nobody is told that rows lie open. */
function policy(s: Statement, subject: string, parts: readonly string[]): Finding {
  const remade = s.remade.has(`${parts.length > 2 ? '' : '.'}${parts.join('.')}`);
  return SQL502({ ...at(s, subject), ...(remade ? { severity: 'high' as const } : {}), what: `a row security policy is ${remade ? 'made anew' : 'dropped'} (${subject})` });
}

const INTEGRITY = new Set(['AT_DropConstraint', 'AT_DropNotNull', 'AT_DisableTrig', 'AT_DisableTrigAll', 'AT_DisableTrigUser', 'AT_DisableRule']);

function alters(s: Statement): readonly Finding[] {
  return all(s.node, 'AlterTableStmt').flatMap((alter) => {
    const table = relation(get(alter, 'relation'), s.state.schema);
    return ours(s, table) ? [] : list(alter, 'cmds').flatMap((c) => alterCommand(s, table, get(c, 'AlterTableCmd')));
  });
}

function alterCommand(s: Statement, table: string, cmd: unknown): readonly Finding[] {
  const kind = str(cmd, 'subtype');
  const name = str(cmd, 'name');
  const here = at(s, `${say(table)}${name === '' ? '' : `.${name}`}`);
  const fresh = s.state.columns.has(`${table}.${name}`);
  if (kind === 'AT_DropColumn') return fresh ? [] : [SQL102({ ...here, what: `the column ${name} of ${say(table)} is dropped: its values are gone and code that reads it fails` })];
  if (kind === 'AT_AlterColumnType')
    return fresh ? [] : [SQL210({ ...here, what: `${say(table)}.${name} changes type: the table is rewritten under an exclusive lock, and values may be lost` })];
  if (kind === 'AT_SetNotNull') return fresh ? [] : [SQL206({ ...here, what: `${say(table)} is scanned under an exclusive lock to make ${name} NOT NULL` })];
  if (INTEGRITY.has(kind)) return [SQL108({ ...here, what: `${say(table)} loses a rule that kept its rows consistent (${s.text.slice(0, 80)})` })];
  if (kind === 'AT_SetUnLogged') return [SQL110({ ...here, what: `${say(table)} becomes unlogged: a crash empties it` })];
  if (kind === 'AT_DisableRowSecurity' || kind === 'AT_NoForceRowSecurity')
    return [SQL502({ ...here, what: `row security of ${say(table)} is switched off: everybody sees all rows` })];
  return [];
}

/** An altered policy keeps its name and may let everybody through; a condition that is not named stays as it was. */
function policies(s: Statement): readonly Finding[] {
  return all(s.node, 'AlterPolicyStmt').flatMap((p) => {
    const open = [get(p, 'qual'), get(p, 'with_check')].some((condition) => condition !== undefined && alwaysTrue(condition));
    const subject = `policy ${say(relation(get(p, 'table'), s.state.schema))}.${str(p, 'policy_name')}`;
    return open ? [SQL502({ ...at(s, subject), what: `the row security ${subject} holds for every row: it keeps nobody out` })] : [];
  });
}

function truncates(s: Statement): readonly Finding[] {
  return all(s.node, 'TruncateStmt').flatMap((t) =>
    list(t, 'relations').flatMap((r) => {
      const table = relation(r, s.state.schema);
      const cascade = str(t, 'behavior') === 'DROP_CASCADE';
      if (ours(s, table) && !cascade) return [];
      return [SQL104({ ...at(s, `table ${say(table)}`), what: `all rows of ${say(table)} are deleted${cascade ? ', and of every table that references it' : ''}` })];
    }),
  );
}

/** A condition that names no column of anything says the same of every row. */
const unbounded = (where: unknown): boolean => alwaysTrue(where) || (all(where, 'ColumnRef').length === 0 && all(where, 'CurrentOfExpr').length === 0);

/** A column that this change added holds nothing yet. */
function fillsFresh(s: Statement, update: unknown): boolean {
  const table = relation(get(update, 'relation'), s.state.schema);
  const targets = list(update, 'targetList').map((t) => str(t, 'ResTarget', 'name'));
  return targets.length > 0 && targets.every((name) => s.state.columns.has(`${table}.${name}`));
}

function writes(s: Statement): readonly Finding[] {
  const deletes = all(s.node, 'DeleteStmt').filter((d) => unbounded(get(d, 'whereClause')));
  const updates = all(s.node, 'UpdateStmt').filter((u) => unbounded(get(u, 'whereClause')) && !fillsFresh(s, u));
  const merges = all(s.node, 'MergeStmt').filter((m) => all(m, 'MergeWhenClause').some((w) => str(w, 'commandType') === 'CMD_DELETE' && alwaysTrue(get(w, 'condition'))));
  return [...deletes.map((d) => [d, 'deleted'] as const), ...updates.map((u) => [u, 'overwritten'] as const), ...merges.map((m) => [m, 'deleted'] as const)].flatMap(([w, how]) => {
    const table = relation(get(w, 'relation'), s.state.schema);
    return ours(s, table) ? [] : [SQL105({ ...at(s, `table ${say(table)}`), what: `every row of ${say(table)} is ${how}: no condition limits it` })];
  });
}

function renames(s: Statement): readonly Finding[] {
  return [...all(s.node, 'RenameStmt'), ...all(s.node, 'AlterObjectSchemaStmt')].flatMap((r) => {
    const table = relation(get(r, 'relation'), s.state.schema);
    const column = str(r, 'subname');
    if (ours(s, table) || (column !== '' && s.state.columns.has(`${table}.${column}`))) return [];
    if (!/TABLE|COLUMN|VIEW|SCHEMA|ATTRIBUTE/.test(`${str(r, 'renameType')}${str(r, 'objectType')}`)) return [];
    const object = `${get(r, 'relation') === undefined ? str(r, 'subname') || str(r, 'newname') : say(table)}${get(r, 'relation') !== undefined && column !== '' ? `.${column}` : ''}`;
    return [SQL401({ ...at(s, object), what: `${object} is renamed: code that uses the old name fails at once` })];
  });
}

function indexes(s: Statement): readonly Finding[] {
  return all(s.node, 'IndexStmt').flatMap((i) => {
    const table = relation(get(i, 'relation'), s.state.schema);
    if (get(i, 'concurrent') === true || ours(s, table)) return [];
    return [SQL201({ ...at(s, `table ${say(table)}`), what: `writes to ${say(table)} wait until the index is built` })];
  });
}

function others(s: Statement): readonly Finding[] {
  const out: Finding[] = [];
  if (all(s.node, 'CopyStmt').some((c) => get(c, 'is_program') === true)) out.push(SQL505({ ...at(s, 'COPY PROGRAM'), what: 'a program is run on the database server' }));
  if (all(s.node, 'AlterSystemStmt').length > 0) out.push(SQL505({ ...at(s, 'ALTER SYSTEM'), what: 'the configuration of the database server is changed' }));
  return out;
}
