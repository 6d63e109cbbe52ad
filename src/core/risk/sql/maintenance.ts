/** Building, moving and rewriting: indexes (SQL201, SQL202, SQL304), maintenance (SQL203), partitions (SQL207), locks and storage (SQL213). */
import { rule } from '../finding.ts';
import type { Finding } from '../risk.ts';
import { indexOf, tableOf } from './catalog.ts';
import { isFull, isOn } from './locks.ts';
import type { Statement } from './statement.ts';
import { at, ours, say, waits } from './statement.ts';
import { all, dropped, get, list, relation, str } from './tree.ts';

const SQL201 = rule('SQL201', 'index-blocking', 'high', 'exact', [
  'CREATE INDEX CONCURRENTLY outside a transaction',
  'a partitioned parent: ON ONLY, CONCURRENTLY on each partition, then ATTACH',
]);
const SQL202 = rule('SQL202', 'drop-index-blocking', 'elevated', 'exact', ['DROP INDEX CONCURRENTLY outside a transaction']);
const SQL203 = rule('SQL203', 'rewrite-maintenance', 'high', 'exact', ['CONCURRENTLY outside a transaction', 'the view is created in this change']);
const SQL207 = rule('SQL207', 'partition-attach-detach', 'high', 'exact', ['DETACH ... CONCURRENTLY', 'a valid CHECK on the partition that matches its bounds, before ATTACH']);
const SQL213 = rule('SQL213', 'domain-or-lock', 'high', 'exact', ['a domain constraint NOT VALID', 'the table is created in this change']);
const SQL304 = rule('SQL304', 'invalid-index-kept', 'elevated', 'exact', ['DROP INDEX CONCURRENTLY IF EXISTS before it', 'a check that the index is valid after it']);

export const judgeMaintenance = (s: Statement): readonly Finding[] => [...indexes(s), ...droppedIndexes(s), ...rewrites(s), ...storage(s), ...locks(s)];

function indexes(s: Statement): readonly Finding[] {
  return all(s.node, 'IndexStmt').flatMap((i) => {
    const table = relation(get(i, 'relation'), s.state.schema);
    const name = str(i, 'idxname');
    if (get(i, 'concurrent') === true) return kept(s, i, name, table);
    const shell = get(i, 'relation', 'inh') !== true && (s.file.parents.has(name) || tableOf(s.state.catalog, table)?.partitioned === true);
    return shell ? [] : waits(s, table, SQL201, { ...at(s, `table ${say(table)}`), what: `writes to ${say(table)} wait until the index is built` });
  });
}

function kept(s: Statement, index: unknown, name: string, table: string): readonly Finding[] {
  if (get(index, 'if_not_exists') !== true || s.state.gone.has(name) || ours(s, table)) return [];
  return [
    SQL304({
      ...at(s, `index ${name}`),
      what: `where an earlier run failed, its invalid index ${name} is taken for the one to be built: queries do not use it and duplicates are let in`,
    }),
  ];
}

function droppedIndexes(s: Statement): readonly Finding[] {
  return all(s.node, 'DropStmt').flatMap((d) =>
    str(d, 'removeType') !== 'OBJECT_INDEX' || get(d, 'concurrent') === true
      ? []
      : list(d, 'objects').flatMap((o) => {
          const name = dropped(o, s.state.schema);
          const table = indexOf(s.state.catalog, name.slice(name.lastIndexOf('.') + 1))?.table;
          if (table !== undefined && ours(s, table)) return [];
          return [
            SQL202({
              ...at(s, `index ${say(name)}`),
              what: `reads and writes of ${table === undefined ? 'its table' : say(table)} wait until the index ${say(name)} can be dropped`,
            }),
          ];
        }),
  );
}

function rewrites(s: Statement): readonly Finding[] {
  const on = (node: unknown): string => relation(get(node, 'relation'), s.state.schema);
  const full = all(s.node, 'VacuumStmt')
    .filter(isFull)
    .flatMap((v) => (list(v, 'rels').length === 0 ? ['every table'] : list(v, 'rels').map((r) => relation(get(r, 'VacuumRelation', 'relation'), s.state.schema))));
  const clustered = all(s.node, 'ClusterStmt').map((c) => (get(c, 'relation') === undefined ? 'every clustered table' : on(c)));
  const reindexed = all(s.node, 'ReindexStmt')
    .filter((r) => !isOn(list(r, 'params'), 'concurrently'))
    .map((r) => (get(r, 'relation') === undefined ? str(r, 'name') || 'the database' : on(r)));
  const refreshed = all(s.node, 'RefreshMatViewStmt')
    .filter((r) => get(r, 'concurrent') !== true && get(r, 'skipData') !== true)
    .map(on);
  const found = (names: readonly string[], what: (name: string) => string): readonly Finding[] =>
    names.flatMap((n) => waits(s, n, SQL203, { ...at(s, say(n)), what: what(say(n)) }));
  return [
    ...found(full, (n) => `reads and writes of ${n} wait while it is written anew`),
    ...found(clustered, (n) => `reads and writes of ${n} wait while it is written anew`),
    ...found(reindexed, (n) => `writes to what ${n} indexes wait while it is built anew`),
    ...found(refreshed, (n) => `reads of the view ${n} wait while it is computed anew`),
  ];
}

const STORAGE: { readonly [kind: string]: string } = {
  AT_SetTableSpace: 'is moved to another tablespace',
  AT_SetLogged: 'is written to the log',
  AT_SetAccessMethod: 'is written anew',
};

function storage(s: Statement): readonly Finding[] {
  return all(s.node, 'AlterTableStmt').flatMap((alter) => {
    const table = relation(get(alter, 'relation'), s.state.schema);
    return list(alter, 'cmds').flatMap((c) => {
      const cmd = get(c, 'AlterTableCmd');
      const moved = STORAGE[str(cmd, 'subtype')];
      if (moved !== undefined) return waits(s, table, SQL213, { ...at(s, say(table)), what: `reads and writes of ${say(table)} wait while all of it ${moved}` });
      return str(alter, 'objtype') === 'OBJECT_TABLE' ? partition(s, table, cmd) : [];
    });
  });
}

function partition(s: Statement, table: string, cmd: unknown): readonly Finding[] {
  const [kind, def] = [str(cmd, 'subtype'), get(cmd, 'def', 'PartitionCmd')];
  const part = relation(get(def, 'name'), s.state.schema);
  if (kind === 'AT_DetachPartition' && get(def, 'concurrent') !== true && !ours(s, part))
    return waits(s, table, SQL207, { ...at(s, `${say(table)} ${say(part)}`), what: `reads and writes of ${say(table)} wait until ${say(part)} is detached` });
  if (kind !== 'AT_AttachPartition' || get(def, 'bound', 'is_default') === true) return kind === 'AT_AttachPartition' ? attach(s, table, part) : [];
  return checked(s, part) ? [] : attach(s, table, part);
}

const attach = (s: Statement, table: string, part: string): readonly Finding[] =>
  waits(s, part, SQL207, {
    ...at(s, `${say(table)} ${say(part)}`),
    what: `all rows of ${say(part)}, and those of a default partition, are scanned under a lock before ${say(part)} belongs to ${say(table)}`,
  });

/** A valid CHECK that this change did not make in the same breath; of very many constraints the first are looked at. */
function checked(s: Statement, part: string): boolean {
  let left = 1_000;
  for (const k of tableOf(s.state.catalog, part)?.constraints.values() ?? []) {
    if (k.kind === 'CONSTR_CHECK' && k.valid && k.tx !== s.moment.tx) return true;
    if (--left === 0) return false;
  }
  return false;
}

function locks(s: Statement): readonly Finding[] {
  return all(s.node, 'LockStmt').flatMap((l) =>
    Number(get(l, 'mode') ?? 8) < 5
      ? []
      : list(l, 'relations').flatMap((r) => {
          const table = relation(r, s.state.schema);
          return waits(s, table, SQL213, {
            ...at(s, say(table)),
            what: `${Number(get(l, 'mode') ?? 8) === 8 ? 'reads and writes' : 'writes'} of ${say(table)} wait until the transaction ends`,
          });
        }),
  );
}
