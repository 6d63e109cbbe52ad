/**
 * How statements stand to each other in time: locks without a timeout (SQL301), work behind an exclusive lock (SQL302),
 * CONCURRENTLY inside of a transaction (SQL303), backfills (SQL305), odd transactions (SQL306), enum values used too early
 * (SQL307), locks on several tables (SQL308). Of what repeats itself in one transaction the first is said.
 */
import { rule } from '../finding.ts';
import type { Finding } from '../risk.ts';
import { retypeCost } from './columns.ts';
import { locksOf } from './locks.ts';
import { fillsFresh, unbounded } from './loss.ts';
import { limits, refusesTransaction } from './session.ts';
import type { Statement } from './statement.ts';
import { at, ownership, say, waits } from './statement.ts';
import { all, get, list, names, relation, str } from './tree.ts';

const SQL301 = rule('SQL301', 'no-lock-timeout', 'elevated', 'exact', ["SET lock_timeout = '2s' before it (SET LOCAL inside of a transaction)", 'a lock_timeout of the role']);
const SQL302 = rule('SQL302', 'work-under-exclusive', 'high', 'exact', ['a transaction of its own for each']);
const SQL303 = rule('SQL303', 'concurrently-in-tx', 'high', 'exact', ['the opt-out of the migration tool, and one such statement in the file']);
const SQL305 = rule('SQL305', 'backfill-in-ddl-tx', 'high', 'exact', ['a transaction of its own, batches by key range, a pause between them']);
const SQL306 = rule('SQL306', 'tx-shape', 'elevated', 'exact', ['one BEGIN for each COMMIT', 'IF [NOT] EXISTS where a run may be repeated']);
const SQL307 = rule('SQL307', 'enum-same-tx', 'elevated', 'exact', ['a file of its own for the value']);
const SQL308 = rule('SQL308', 'lock-order', 'elevated', 'exact', ['a transaction for each table']);

/** What a walk over one file remembers of the transaction that it is in. */
export interface Flow {
  tx: number;
  /** Existing tables whose reads and writes wait until the transaction ends. */
  readonly held: Set<string>;
  readonly altered: Set<string>;
  /** Values that an enum got, by value. */
  readonly values: Map<string, string>;
  /** What was said already, of the file and of the transaction. */
  readonly said: Set<string>;
  /** Statements of the file that change something, so far. */
  changes: number;
}

export const freshFlow = (): Flow => ({ tx: -1, held: new Set(), altered: new Set(), values: new Map(), said: new Set(), changes: 0 });

const once = (flow: Flow, what: string, found: readonly Finding[]): readonly Finding[] => {
  if (found.length === 0 || flow.said.has(what)) return [];
  flow.said.add(what);
  return found.slice(0, 1);
};

/** Judges the statement by what came before, and remembers it. */
export function judgeFlow(s: Statement, flow: Flow): readonly Finding[] {
  if (s.moment.tx !== flow.tx) {
    flow.tx = s.moment.tx;
    for (const kept of [flow.held, flow.altered, flow.values]) kept.clear();
  }
  const found = [...timeouts(s, flow), ...behind(s, flow), ...inside(s), ...backfills(s, flow), ...shape(s, flow), ...values(s, flow), ...several(s, flow)];
  remember(s, flow);
  return found;
}

function remember(s: Statement, flow: Flow): void {
  for (const l of locksOf(s.node, s.state.schema)) {
    if (ownership(s, l.table) === 'ours') continue;
    flow.altered.add(l.table);
    if (l.level === 'exclusive' && ownership(s, l.table) === 'theirs') flow.held.add(l.table);
  }
  if (changes(s.node)) flow.changes++;
  for (const grown of all(s.node, 'AlterEnumStmt')) if (str(grown, 'oldVal') === '') flow.values.set(str(grown, 'newVal'), names(list(grown, 'typeName')).at(-1) ?? '');
}

function timeouts(s: Statement, flow: Flow): readonly Finding[] {
  if (limits(s.moment.lockTimeout)) return [];
  const lock = locksOf(s.node, s.state.schema).find((l) => ownership(s, l.table) === 'theirs');
  if (lock === undefined) return [];
  const reads = lock.level === 'exclusive' ? 'reads and writes' : 'writes';
  const set = s.moment.lockTimeout > 0 ? `with a lock_timeout of ${s.moment.lockTimeout} ms` : 'without a lock_timeout';
  return once(flow, 'lock timeout', [
    SQL301({ ...at(s, `table ${say(lock.table)}`), what: `it waits for its lock ${set}, and all ${reads} of ${say(lock.table)} queue behind it` }),
  ]);
}

const SETTINGS = ['VariableSetStmt', 'VariableShowStmt', 'CommentStmt', 'TransactionStmt', 'DiscardStmt', 'ListenStmt', 'NotifyStmt', 'SecLabelStmt'];
const settles = (node: unknown): boolean => SETTINGS.some((kind) => get(node, kind) !== undefined) || isSetting(node);
const isSetting = (node: unknown): boolean =>
  get(node, 'SelectStmt') !== undefined && all(node, 'FuncCall').some((c) => names(list(c, 'funcname')).at(-1) === 'set_config') && all(node, 'RangeVar').length === 0;

/** Takes time by the rows of a table that was there: scans, builds, writes. */
function works(s: Statement): boolean {
  const there = (n: unknown): boolean => ownership(s, relation(n, s.state.schema)) === 'theirs';
  if (
    ['SelectStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt', 'CopyStmt', 'DoStmt', 'CallStmt', 'RefreshMatViewStmt', 'ReindexStmt'].some((kind) => get(s.node, kind) !== undefined)
  )
    return worksOn(s, there);
  if (get(s.node, 'InsertStmt') !== undefined) return all(get(s.node, 'InsertStmt', 'selectStmt'), 'RangeVar').some(there);
  if (get(s.node, 'IndexStmt') !== undefined) return there(get(s.node, 'IndexStmt', 'relation'));
  return (
    get(s.node, 'AlterTableStmt') !== undefined &&
    there(get(s.node, 'AlterTableStmt', 'relation')) &&
    list(s.node, 'AlterTableStmt', 'cmds').some((c) => scans(s, get(c, 'AlterTableCmd')))
  );
}

function worksOn(s: Statement, there: (n: unknown) => boolean): boolean {
  if (get(s.node, 'DoStmt') !== undefined || get(s.node, 'CallStmt') !== undefined) return !s.read;
  if (get(s.node, 'UpdateStmt') !== undefined || get(s.node, 'DeleteStmt') !== undefined) {
    const write = get(s.node, 'UpdateStmt') ?? get(s.node, 'DeleteStmt');
    return there(get(write, 'relation')) && !bounded(get(write, 'whereClause'));
  }
  return [
    ...all(s.node, 'RangeVar'),
    ...[get(s.node, 'RefreshMatViewStmt', 'relation'), get(s.node, 'ReindexStmt', 'relation'), get(s.node, 'CopyStmt', 'relation')].filter((r) => r !== undefined),
  ].some(there);
}

function scans(s: Statement, cmd: unknown): boolean {
  const kind = str(cmd, 'subtype');
  const constraint = get(cmd, 'def', 'Constraint');
  if (kind === 'AT_AddConstraint') return get(constraint, 'skip_validation') !== true && str(constraint, 'indexname') === '';
  if (kind === 'AT_SetNotNull') return !s.state.columns.has(`${relation(get(s.node, 'AlterTableStmt', 'relation'), s.state.schema)}.${str(cmd, 'name')}`);
  const table = relation(get(s.node, 'AlterTableStmt', 'relation'), s.state.schema);
  if (kind === 'AT_AlterColumnType') return retypeCost(s, table, str(cmd, 'name'), get(cmd, 'def', 'ColumnDef')) !== 'free';
  return ['AT_ValidateConstraint', 'AT_SetTableSpace', 'AT_SetLogged'].includes(kind);
}

/** Statements of the catalogue alone are short, and still each of them waits for its lock while the first is held. */
function behind(s: Statement, flow: Flow): readonly Finding[] {
  if (flow.held.size === 0 || settles(s.node) || s.moment.inside === 'no') return [];
  const first = firstOf(flow.held);
  const unsure = s.moment.inside === 'perhaps' ? { confidence: 'inferred' as const } : {};
  if (works(s))
    return once(flow, `work ${flow.tx}`, [
      SQL302({
        ...at(s, `behind ${say(first)}`),
        ...unsure,
        what: `reads and writes of ${say(first)} wait while this works, for the lock that was taken before is held until the transaction ends`,
      }),
    ]);
  const locks = locksOf(s.node, s.state.schema).filter((l) => ownership(s, l.table) === 'theirs');
  if (locks.length === 0) return [];
  return once(flow, `wait ${flow.tx}`, [
    SQL302({
      ...at(s, `behind ${say(first)}`),
      ...unsure,
      severity: 'elevated',
      what: `reads and writes of ${say(first)} wait while this waits for another lock, for the one that was taken before is held until the transaction ends`,
    }),
  ]);
}

/** Of a tool that is not known the file is believed: it would fail there, and at once. */
function inside(s: Statement): readonly Finding[] {
  if (s.moment.inside !== 'yes' || !refusesTransaction(s.node)) return [];
  return [SQL303({ ...at(s, s.text.slice(0, 60)), what: 'it stands inside of a transaction, where PostgreSQL refuses it: the migration fails in production' })];
}

/** Rows that a condition names one by one or by a range of keys, or by a subquery that takes so many. */
function bounded(where: unknown): boolean {
  if (where === undefined) return false;
  if (all(where, 'SelectStmt').some((q) => get(q, 'limitCount') !== undefined)) return true;
  return conjuncts(where).some((c) => {
    const e = get(c, 'A_Expr');
    if (e === undefined) return get(c, 'CurrentOfExpr') !== undefined;
    const kind = str(e, 'kind');
    const operator = names(list(e, 'name')).join('');
    const constant = [get(e, 'lexpr'), get(e, 'rexpr')].some((side) => all({ side }, 'ColumnRef').length === 0 && all({ side }, 'SubLink').length === 0);
    return constant && (['=', '<', '<=', '>', '>='].includes(operator) || /BETWEEN|AEXPR_IN|OP_ANY|AEXPR_LIKE/.test(kind)) && !(kind === 'AEXPR_IN' && operator === '<>');
  });
}

const conjuncts = (where: unknown): readonly unknown[] => (str(where, 'BoolExpr', 'boolop') === 'AND_EXPR' ? list(where, 'BoolExpr', 'args').flatMap(conjuncts) : [where]);

function backfills(s: Statement, flow: Flow): readonly Finding[] {
  const updates = all(s.node, 'UpdateStmt').map((u) => ({
    table: relation(get(u, 'relation'), s.state.schema),
    free: bounded(get(u, 'whereClause')),
    loud: unbounded(get(u, 'whereClause')) && !fillsFresh(s, u),
  }));
  const copies = all(s.node, 'InsertStmt').flatMap((i) =>
    all(get(i, 'selectStmt'), 'RangeVar').some((r) => ownership(s, relation(r, s.state.schema)) === 'theirs')
      ? [{ table: relation(get(i, 'relation'), s.state.schema), free: true, loud: false }]
      : [],
  );
  return [...updates, ...copies].flatMap(({ table, free, loud }) => {
    const held = s.moment.inside !== 'no' && (flow.altered.has(table) || (copies.length > 0 && flow.held.size > 0));
    if ((!held && free) || loud) return [];
    const unsure = s.moment.inside === 'perhaps' ? { confidence: 'inferred' as const } : {};
    const what = held
      ? `${say(table)} is written in the transaction that altered it: the lock is held until the last row`
      : `rows of ${say(table)} are written in one go: each stays locked until the last one, and replicas fall behind`;
    return waits(s, table, SQL305, { ...at(s, `table ${say(table)}`), ...(held ? unsure : {}), what });
  });
}

function shape(s: Statement, flow: Flow): readonly Finding[] {
  if (s.moment.odd !== undefined) return [SQL306({ ...at(s, s.text.slice(0, 40)), what: s.moment.odd })];
  if (s.moment.inside !== 'no' || flow.changes === 0 || !failsAgain(s.node)) return [];
  return once(flow, 'repeat', [
    SQL306({ ...at(s, s.text.slice(0, 40)), what: 'where a run stops half way, the next one fails at what is there already: nothing is rolled back without a transaction' }),
  ]);
}

const changes = (node: unknown): boolean =>
  ['CreateStmt', 'AlterTableStmt', 'IndexStmt', 'DropStmt', 'CreateEnumStmt', 'AlterEnumStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'RenameStmt'].some(
    (kind) => get(node, kind) !== undefined,
  );

/** Fails when it is run again. */
const failsAgain = (node: unknown): boolean =>
  ['CreateStmt', 'IndexStmt'].some((kind) => get(node, kind) !== undefined && get(node, kind, 'if_not_exists') !== true) ||
  (get(node, 'DropStmt') !== undefined && get(node, 'DropStmt', 'missing_ok') !== true) ||
  list(node, 'AlterTableStmt', 'cmds').some(
    (c) => /^AT_(?:AddColumn|DropColumn|AddConstraint|DropConstraint)$/.test(str(c, 'AlterTableCmd', 'subtype')) && get(c, 'AlterTableCmd', 'missing_ok') !== true,
  );

function values(s: Statement, flow: Flow): readonly Finding[] {
  const appended = all(s.node, 'AlterEnumStmt')
    .filter((e) => str(e, 'oldVal') === '' && str(e, 'newValNeighbor') === '')
    .map((e) =>
      SQL307({
        ...at(s, `value ${str(e, 'newVal')}`),
        severity: 'routine',
        what: `${str(e, 'newVal')} sorts behind all values that ${names(list(e, 'typeName')).at(-1) ?? 'the type'} has`,
      }),
    );
  if (flow.values.size === 0 || s.moment.inside === 'no' || get(s.node, 'AlterEnumStmt') !== undefined) return appended;
  const used = all(s.node, 'A_Const')
    .map((c) => str(c, 'sval', 'sval'))
    .find((v) => flow.values.has(v));
  return used === undefined
    ? appended
    : [
        ...appended,
        SQL307({ ...at(s, `value ${used}`), what: `${used} is used in the transaction that added it to ${flow.values.get(used) ?? 'its type'}, which PostgreSQL refuses` }),
      ];
}

const firstOf = (held: ReadonlySet<string>): string => held.values().next().value ?? '';

function several(s: Statement, flow: Flow): readonly Finding[] {
  if (flow.held.size === 0 || s.moment.inside === 'no') return [];
  const next = locksOf(s.node, s.state.schema).find((l) => l.level === 'exclusive' && ownership(s, l.table) === 'theirs' && !flow.held.has(l.table));
  if (next === undefined) return [];
  const first = firstOf(flow.held);
  return once(flow, `several ${flow.tx}`, [
    SQL308({
      ...at(s, `${say(first)}, ${say(next.table)}`),
      what: `the transaction locks ${say(first)} and ${say(next.table)}: with another that takes them the other way round it ends in a deadlock`,
    }),
  ]);
}
