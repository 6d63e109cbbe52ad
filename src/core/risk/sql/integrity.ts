/** What keeps rows consistent: dropped (SQL108), made to delete more (SQL109), or checked under a lock (SQL204 to SQL206, SQL208, SQL209, SQL213). */
import { rule } from '../finding.ts';
import type { Finding } from '../risk.ts';
import { written } from './ahead.ts';
import { indexOf, neverNull, proved, tableOf } from './catalog.ts';
import { objectWord } from './loss.ts';
import type { Statement } from './statement.ts';
import { at, ours, ownership, say, waits } from './statement.ts';
import { all, get, list, names, relation, str } from './tree.ts';

const SQL108 = rule('SQL108', 'integrity-dropped', 'high', 'exact', ['it is added again, valid, in the same transaction']);
const SQL109 = rule('SQL109', 'on-delete-cascade', 'high', 'exact', ['both tables are created in this change']);
const SQL204 = rule('SQL204', 'constraint-validating', 'high', 'exact', ['NOT VALID, then VALIDATE CONSTRAINT in a later transaction', 'the table is created in this change']);
const SQL205 = rule('SQL205', 'validate-same-tx', 'high', 'exact', ['a COMMIT between NOT VALID and VALIDATE']);
const SQL206 = rule('SQL206', 'set-not-null', 'high', 'exact', [
  'a valid CHECK (column IS NOT NULL) made in an earlier transaction',
  'PostgreSQL 18: ADD CONSTRAINT ... NOT NULL ... NOT VALID, then VALIDATE',
]);
const SQL208 = rule('SQL208', 'unique-direct', 'high', 'exact', ['a unique index built CONCURRENTLY in an earlier transaction, then USING INDEX']);
const SQL209 = rule('SQL209', 'exclusion-constraint', 'high', 'exact', ['the table is created in this change']);
const SQL213 = rule('SQL213', 'domain-or-lock', 'high', 'exact', ['a domain constraint NOT VALID', 'the table is created in this change']);

export const judgeIntegrity = (s: Statement): readonly Finding[] => [...alters(s), ...drops(s), ...tables(s), ...domains(s)];

function alters(s: Statement): readonly Finding[] {
  return all(s.node, 'AlterTableStmt').flatMap((alter) => {
    const target = get(alter, 'relation');
    const table = relation(target, s.state.schema);
    return list(alter, 'cmds').flatMap((c) => command(s, table, target, get(c, 'AlterTableCmd')));
  });
}

function command(s: Statement, table: string, target: unknown, cmd: unknown): readonly Finding[] {
  const [kind, name] = [str(cmd, 'subtype'), str(cmd, 'name')];
  if (kind === 'AT_AddConstraint') return added(s, table, get(cmd, 'def', 'Constraint'), undefined);
  if (kind === 'AT_AddColumn') {
    const def = get(cmd, 'def', 'ColumnDef');
    return list(def, 'constraints').flatMap((k) => added(s, table, get(k, 'Constraint'), def));
  }
  if (kind === 'AT_ValidateConstraint') return validated(s, table, name);
  if (kind === 'AT_SetNotNull') return setNotNull(s, table, name);
  return taken(s, table, target, kind, name);
}

const TAKEN: { readonly [kind: string]: readonly [string, string] } = {
  AT_DropConstraint: ['constraint', 'loses the constraint'],
  AT_DropNotNull: ['not null', 'lets NULL into'],
  AT_DisableTrig: ['enabled', 'runs without its trigger'],
  AT_DisableTrigAll: ['enabled', 'runs without its triggers'],
  AT_DisableTrigUser: ['enabled', 'runs without its triggers'],
  AT_DisableRule: ['enabled', 'runs without its rule'],
};

/** Dropped or switched off, and not there again when the transaction ends. */
function taken(s: Statement, table: string, target: unknown, kind: string, name: string): readonly Finding[] {
  const said = TAKEN[kind];
  if (said === undefined || ours(s, table)) return [];
  const [what, words] = said;
  const known = tableOf(s.state.catalog, table)?.constraints.get(name);
  // a proof that SET NOT NULL has taken the place of
  if (
    kind === 'AT_DropConstraint' &&
    known !== undefined &&
    known.proves.length > 0 &&
    known.proves.every((c) => tableOf(s.state.catalog, table)?.columns.get(c)?.notNull === true)
  )
    return [];
  // made by this change: nothing relied on it
  if (kind === 'AT_DropConstraint' && known !== undefined && known.tx > 0) return [];
  const same = known === undefined ? [] : [`${known.kind} ${written(target)} ${known.columns.join()}`];
  const fresh = kind === 'AT_DropNotNull' && s.state.columns.has(`${table}.${name}`);
  if (fresh || [`${what} ${written(target)}.${name}`, ...same].some((w) => s.file.madeIn(w, s.moment.tx))) return [];
  return [SQL108({ ...at(s, `${say(table)}${name === '' ? '' : `.${name}`}`), what: `${say(table)} ${words}${name === '' ? '' : ` ${name}`}: rows that it kept out can come in` })];
}

function drops(s: Statement): readonly Finding[] {
  return all(s.node, 'DropStmt').flatMap((d) => {
    const kind = str(d, 'removeType');
    if (kind !== 'OBJECT_TRIGGER' && kind !== 'OBJECT_RULE') return [];
    const word = objectWord(kind);
    return list(d, 'objects').flatMap((object) => {
      const parts = list(object, 'List', 'items').map((p) => str(p, 'String', 'sval'));
      const [table, schema, name] = [parts.at(-2) ?? '', parts.at(-3), parts.at(-1) ?? ''];
      const remade = s.file.madeIn(`${word} ${schema ?? 'path'}.${table}.${name}`, s.moment.tx);
      const own = ours(s, `${schema ?? s.state.schema}.${table}`) || s.state.created.has(`${kind} ${name}`);
      return remade || own ? [] : [SQL108({ ...at(s, `${word} ${name}`), what: `the ${word} ${name} of ${table} is dropped: what it enforced is no longer enforced` })];
    });
  });
}

function added(s: Statement, table: string, constraint: unknown, def: unknown): readonly Finding[] {
  const column = def === undefined ? undefined : str(def, 'colname');
  const kind = str(constraint, 'contype');
  const here = at(s, `${say(table)}${str(constraint, 'conname') === '' ? (column === undefined ? '' : `.${column}`) : `.${str(constraint, 'conname')}`}`);
  if (kind === 'CONSTR_FOREIGN') return foreignKey(s, table, constraint, def, here);
  const valid = get(constraint, 'skip_validation') !== true;
  if (kind === 'CONSTR_CHECK' && valid && get(constraint, 'is_enforced') === true) return check(s, table, column, here);
  if (kind === 'CONSTR_NOTNULL' && valid && column === undefined) return names(list(constraint, 'keys')).flatMap((c) => setNotNull(s, table, c));
  if (kind === 'CONSTR_EXCLUSION')
    return waits(s, table, SQL209, { ...here, what: `reads and writes of ${say(table)} wait while every row is compared with every other: it has no form that does not` });
  return kind === 'CONSTR_UNIQUE' || kind === 'CONSTR_PRIMARY' ? unique(s, table, constraint, here) : [];
}

type Here = ReturnType<typeof at>;

/** A column that comes with a check is scanned only where it comes with values, and with a constant one it is not long. */
function check(s: Statement, table: string, column: string | undefined, here: Here): readonly Finding[] {
  const what = `reads and writes of ${say(table)} wait while all rows are checked`;
  return waits(s, table, SQL204, { ...here, ...(column === undefined ? {} : { confidence: 'inferred' as const }), what });
}

function foreignKey(s: Statement, table: string, constraint: unknown, def: unknown, here: Here): readonly Finding[] {
  const target = relation(get(constraint, 'pktable'), s.state.schema);
  const spread = onDelete(s, table, constraint, here);
  const valid = get(constraint, 'skip_validation') !== true;
  if (!valid) return spread;
  // a new column without a default holds NULL in every row: there is nothing to look up, and the lock is short
  if (def !== undefined && !list(def, 'constraints').some((k) => str(k, 'Constraint', 'contype') === 'CONSTR_DEFAULT'))
    return [...spread, ...waits(s, table, SQL204, { ...here, severity: 'elevated', what: `writes to ${say(table)} and ${say(target)} wait until both locks are had at once` })];
  return [...spread, ...waits(s, table, SQL204, { ...here, what: `writes to ${say(table)} and ${say(target)} wait while all rows of ${say(table)} are looked up` })];
}

function onDelete(s: Statement, table: string, constraint: unknown, here: Here): readonly Finding[] {
  const action = str(constraint, 'fk_del_action');
  const target = relation(get(constraint, 'pktable'), s.state.schema);
  if ((action !== 'c' && action !== 'n') || (ours(s, table) && ours(s, target))) return [];
  const what = `deleting a row of ${say(target)} ${action === 'c' ? 'deletes' : 'empties the reference of'} every row of ${say(table)} that refers to it`;
  // rows of a table that is new can only be lost to a deletion that it was made for
  return [SQL109({ ...here, ...(ours(s, table) || ownership(s, table) === 'perhaps' ? { severity: 'elevated' as const } : {}), what })];
}

/** A foreign key of a table that is made here: its target is not. */
function tables(s: Statement): readonly Finding[] {
  return all(s.node, 'CreateStmt').flatMap((made) => {
    const table = relation(get(made, 'relation'), s.state.schema);
    const keys = all(get(made, 'tableElts'), 'Constraint').filter((k) => str(k, 'contype') === 'CONSTR_FOREIGN');
    return keys.flatMap((k) => {
      const target = relation(get(k, 'pktable'), s.state.schema);
      const own = target === table || ours(s, target) || s.state.perhaps.has(target);
      return own || !['c', 'n'].includes(str(k, 'fk_del_action'))
        ? []
        : [
            SQL109({
              ...at(s, `table ${say(table)} to ${say(target)}`),
              severity: 'elevated',
              what: `deleting a row of ${say(target)} ${str(k, 'fk_del_action') === 'c' ? 'deletes' : 'empties the reference of'} every row of the new table ${say(table)} that refers to it`,
            }),
          ];
    });
  });
}

function unique(s: Statement, table: string, constraint: unknown, here: Here): readonly Finding[] {
  const index = str(constraint, 'indexname');
  if (index === '') return waits(s, table, SQL208, { ...here, what: `reads and writes of ${say(table)} wait while an index over all rows is built` });
  if (str(constraint, 'contype') !== 'CONSTR_PRIMARY') return [];
  const known = indexOf(s.state.catalog, index);
  if (known?.columns.every((c) => neverNull(s.state.catalog, table, c))) return [];
  const what = `reads and writes of ${say(table)} wait while all rows are scanned: the columns of ${index} are not known to be NOT NULL`;
  return waits(s, table, SQL208, { ...here, ...(known === undefined ? { severity: 'elevated' as const, confidence: 'inferred' as const } : {}), what });
}

function validated(s: Statement, table: string, name: string): readonly Finding[] {
  const known = tableOf(s.state.catalog, table)?.constraints.get(name);
  if (known === undefined || known.valid || known.tx !== s.moment.tx) return [];
  const unsure = s.moment.inside === 'perhaps' ? { confidence: 'inferred' as const } : {};
  return waits(s, table, SQL205, {
    ...at(s, `${say(table)}.${name}`),
    ...unsure,
    what: `the lock that adding ${name} took on ${say(table)} is held while all rows are checked, for both are in one transaction`,
  });
}

function setNotNull(s: Statement, table: string, column: string): readonly Finding[] {
  const what = `reads and writes of ${say(table)} wait while all rows are scanned to make ${column} NOT NULL`;
  const here = at(s, `${say(table)}.${column}`);
  if (proved(s.state.catalog, table, column)) return [];
  // validated in this change, made before it: its name alone says of what
  if (s.state.claimed.get(table)?.some((name) => name.includes(column)) === true)
    return waits(s, table, SQL206, { ...here, severity: 'elevated', confidence: 'inferred', what: `${what}, unless the constraint that was validated before says so already` });
  return waits(s, table, SQL206, { ...here, what });
}

function domains(s: Statement): readonly Finding[] {
  const checked = all(s.node, 'AlterDomainStmt').filter((d) => str(d, 'subtype') === 'C' && get(d, 'def', 'Constraint', 'skip_validation') !== true);
  return checked.flatMap((d) => {
    const name = names(list(d, 'typeName')).at(-1) ?? '?';
    if (s.state.created.has(`OBJECT_DOMAIN ${s.state.schema}.${name}`)) return [];
    return [SQL213({ ...at(s, `domain ${name}`), what: `writes to every table that uses the domain ${name} wait while all of their rows are checked` })];
  });
}
