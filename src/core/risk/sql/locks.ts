/**
 * The strongest lock a statement takes on each table (PostgreSQL, "Explicit Locking" and the pages of the commands):
 * `exclusive` stops reads and writes, `writes` stops writes, and what lets both go on is not listed.
 */
import { all, dropped, get, list, relation, str } from './tree.ts';

export type Level = 'exclusive' | 'writes';
export interface Lock {
  readonly table: string;
  readonly level: Level;
}

/** SHARE UPDATE EXCLUSIVE and below. */
const QUIET = new Set([
  'AT_SetStatistics',
  'AT_ValidateConstraint',
  'AT_ClusterOn',
  'AT_DropCluster',
  'AT_SetRelOptions',
  'AT_ResetRelOptions',
  'AT_SetOptions',
  'AT_ResetOptions',
  'AT_ReAddStatistics',
]);
const WRITES = new Set([
  'AT_EnableTrig',
  'AT_EnableAlwaysTrig',
  'AT_EnableReplicaTrig',
  'AT_EnableTrigAll',
  'AT_EnableTrigUser',
  'AT_DisableTrig',
  'AT_DisableTrigAll',
  'AT_DisableTrigUser',
]);

export function locksOf(node: unknown, schema: string): readonly Lock[] {
  return [...altering(node, schema), ...dropping(node, schema), ...building(node, schema), ...keeping(node, schema)];
}

const lock = (table: string, level: Level): Lock => ({ table, level });

function altering(node: unknown, schema: string): readonly Lock[] {
  return all(node, 'AlterTableStmt').flatMap((alter) => {
    if (str(alter, 'objtype') !== 'OBJECT_TABLE' && str(alter, 'objtype') !== 'OBJECT_MATVIEW') return [];
    const table = relation(get(alter, 'relation'), schema);
    return list(alter, 'cmds').flatMap((c) => command(table, get(c, 'AlterTableCmd'), schema));
  });
}

function command(table: string, cmd: unknown, schema: string): readonly Lock[] {
  const [kind, def] = [str(cmd, 'subtype'), get(cmd, 'def')];
  const part = relation(get(def, 'PartitionCmd', 'name'), schema);
  if (QUIET.has(kind)) return [];
  if (kind === 'AT_AttachPartition') return [lock(part, 'exclusive')];
  if (kind === 'AT_DetachPartition') return get(def, 'PartitionCmd', 'concurrent') === true ? [] : [lock(table, 'exclusive'), lock(part, 'exclusive')];
  const foreign = [...all(def, 'Constraint')].filter((k) => str(k, 'contype') === 'CONSTR_FOREIGN').map((k) => lock(relation(get(k, 'pktable'), schema), 'writes'));
  if (kind === 'AT_AddConstraint' && foreign.length > 0) return [lock(table, 'writes'), ...foreign];
  return [lock(table, WRITES.has(kind) ? 'writes' : 'exclusive'), ...foreign];
}

const DROPPED = new Set(['OBJECT_TABLE', 'OBJECT_MATVIEW', 'OBJECT_VIEW', 'OBJECT_FOREIGN_TABLE']);

function dropping(node: unknown, schema: string): readonly Lock[] {
  return all(node, 'DropStmt').flatMap((d) => {
    const kind = str(d, 'removeType');
    if (DROPPED.has(kind)) return list(d, 'objects').map((o) => lock(dropped(o, schema), 'exclusive'));
    const on = kind === 'OBJECT_TRIGGER' || kind === 'OBJECT_POLICY' || kind === 'OBJECT_RULE';
    return on ? list(d, 'objects').map((o) => lock(owner(o, schema), 'exclusive')) : [];
  });
}

/** `DROP TRIGGER t ON a.b` names table and trigger in one list. */
export function owner(object: unknown, schema: string): string {
  const parts = list(object, 'List', 'items').map((i) => str(i, 'String', 'sval'));
  return parts.length > 2 ? parts.slice(-3, -1).join('.') : `${schema}.${parts[0] ?? '?'}`;
}

function building(node: unknown, schema: string): readonly Lock[] {
  const on = (kind: string, level: Level, key = 'relation', unless?: string): readonly Lock[] =>
    all(node, kind).flatMap((n) => (get(n, key) === undefined || (unless !== undefined && get(n, unless) === true) ? [] : [lock(relation(get(n, key), schema), level)]));
  const reindex = all(node, 'ReindexStmt').filter((r) => str(r, 'kind') === 'REINDEX_OBJECT_TABLE' && !isOn(list(r, 'params'), 'concurrently'));
  return [
    ...on('IndexStmt', 'writes', 'relation', 'concurrent'),
    ...on('RefreshMatViewStmt', 'exclusive', 'relation', 'concurrent'),
    ...on('ClusterStmt', 'exclusive'),
    ...on('CreateTrigStmt', 'writes'),
    ...on('CreatePolicyStmt', 'exclusive', 'table'),
    ...on('AlterPolicyStmt', 'exclusive', 'table'),
    ...on('RuleStmt', 'exclusive'),
    ...reindex.map((r) => lock(relation(get(r, 'relation'), schema), 'writes')),
  ];
}

/** What names the tables themselves: TRUNCATE, LOCK, a rename, VACUUM FULL. A foreign key of a new table locks the old one. */
function keeping(node: unknown, schema: string): readonly Lock[] {
  const truncated = all(node, 'TruncateStmt').flatMap((t) => list(t, 'relations').map((r) => lock(relation(r, schema), 'exclusive')));
  const locked = all(node, 'LockStmt').flatMap((l) => {
    const mode = Number(get(l, 'mode') ?? 8);
    return mode < 5 ? [] : list(l, 'relations').map((r) => lock(relation(r, schema), mode === 8 ? 'exclusive' : 'writes'));
  });
  const renamed = [...all(node, 'RenameStmt'), ...all(node, 'AlterObjectSchemaStmt')].flatMap((r) =>
    isTableRename(r) ? [lock(relation(get(r, 'relation'), schema), 'exclusive')] : [],
  );
  const emptied = all(node, 'VacuumStmt').flatMap((v) => (isFull(v) ? list(v, 'rels').map((r) => lock(relation(get(r, 'VacuumRelation', 'relation'), schema), 'exclusive')) : []));
  const referenced = all(node, 'CreateStmt').flatMap((made) =>
    all(made, 'Constraint').flatMap((k) => (str(k, 'contype') === 'CONSTR_FOREIGN' ? [lock(relation(get(k, 'pktable'), schema), 'writes')] : [])),
  );
  return [...truncated, ...locked, ...renamed, ...emptied, ...referenced];
}

const isTableRename = (r: unknown): boolean =>
  get(r, 'relation') !== undefined && /OBJECT_(?:TABLE|COLUMN|TABCONSTRAINT|VIEW|MATVIEW)/.test(`${str(r, 'renameType')}${str(r, 'objectType')}`);

/** An option in parentheses: `FULL`, `FULL true`, and not `FULL false`. */
export const isOn = (options: readonly unknown[], name: string): boolean =>
  options.some(
    (o) =>
      str(o, 'DefElem', 'defname') === name && !/^(?:off|false|0)$/i.test(str(o, 'DefElem', 'arg', 'String', 'sval')) && get(o, 'DefElem', 'arg', 'Boolean', 'boolval') !== false,
  );

export const isFull = (vacuum: unknown): boolean => isOn(list(vacuum, 'options'), 'full');
