/** The file itself, as SQLite sees it: pages, indexes, and that no table, trigger or view is there that this program did not make. */
import { DatabaseSync } from 'node:sqlite';
import type { Findings, Seen } from '../ledger/findings.ts';
import { BESIDE_DDL, LEDGER_DDL, META_DDL, PROJECTIONS_DDL } from '../schema.ts';

export async function auditFile(reader: { read<Row>(sql: string): Iterable<Row> }, found: Findings, seen: Seen): Promise<void> {
  for (const { integrity_check: said } of reader.read<{ integrity_check: string }>('pragma integrity_check(100)')) if (said !== 'ok') found.add('database', said);
  await seen(0);
  const made = schemaOf((sql) => [...reader.read<Made>(sql)]);
  const meant = meantSchema();
  for (const [name, sql] of made)
    if (meant.get(name) !== sql) found.add(`database ${name}`, meant.has(name) ? 'is not made as this program makes it' : 'was not made by this program');
  for (const name of meant.keys()) if (!made.has(name)) found.add(`database ${name}`, 'is missing');
  for (const { name } of reader.read<{ name: string }>(`select name from meta where name not in ('schema', 'projections')`)) found.add(`meta ${name}`, 'nobody asks for it');
}

interface Made {
  readonly type: string;
  readonly name: string;
  readonly tbl_name: string;
  readonly sql: string | null;
}

const schemaOf = (rows: (sql: string) => readonly Made[]): ReadonlyMap<string, string> =>
  new Map(rows('select type, name, tbl_name, sql from main.sqlite_schema').map((m) => [`${m.type} ${m.name}`, `${m.tbl_name} ${m.sql}`]));

function meantSchema(): ReadonlyMap<string, string> {
  const blank = new DatabaseSync(':memory:');
  for (const statement of [META_DDL, ...LEDGER_DDL, ...PROJECTIONS_DDL, ...BESIDE_DDL]) blank.exec(statement);
  const schema = schemaOf((sql) => blank.prepare(sql).all() as unknown as readonly Made[]);
  blank.close();
  return schema;
}
