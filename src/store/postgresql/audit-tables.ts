/** That no table, column, index, trigger or view is there that this program did not make: compared with the same made anew, in a session of its own. */
import type pg from 'pg';
import type { Findings, Seen } from '../ledger/findings.ts';
import { BESIDE_DDL, LEDGER_DDL, META_DDL, PROJECTIONS_DDL } from '../schema.ts';
import { openPool } from './connection.ts';
import { inPostgresql, TURN_DDL } from './ddl.ts';

const DDL = [TURN_DDL, META_DDL, ...LEDGER_DDL, ...PROJECTIONS_DDL, ...BESIDE_DDL];

export async function auditTables(url: string, found: Findings, seen: Seen): Promise<void> {
  const pool = openPool(url, { max: 1 });
  try {
    const client = await pool.connect();
    try {
      await compare(client, found);
    } finally {
      client.release(true);
    }
  } finally {
    await pool.end();
  }
  await seen(0);
}

async function compare(client: pg.ClientBase, found: Findings): Promise<void> {
  const made = await described(client, 'current_schema()::regnamespace');
  for (const { name } of (await client.query<{ name: string }>(`select name from meta where name not in ('schema', 'projections')`)).rows)
    found.add(`meta ${name}`, 'nobody asks for it');
  // Temporary tables of the same names: gone with the session.
  for (const statement of DDL) await client.query(inPostgresql(statement.replace('create table if not exists ', 'create table if not exists temp.')));
  const meant = await described(client, 'pg_my_temp_schema()');
  for (const [name, said] of made)
    if (meant.get(name) !== said) found.add(`database ${name}`, meant.has(name) ? 'is not made as this program makes it' : 'was not made by this program');
  for (const name of meant.keys()) if (!made.has(name)) found.add(`database ${name}`, 'is missing');
}

/** Everything of a schema by kind and name, in the words PostgreSQL has for it, the schema's own name left out. */
async function described(client: pg.ClientBase, schema: string): Promise<ReadonlyMap<string, string>> {
  const { rows } = await client.query<{ name: string; said: string; schema: string }>(`
    with place as (select ${schema} as oid), relation as (select c.* from pg_class c join place on c.relnamespace = place.oid)
    select case relkind when 'r' then 'table ' when 'v' then 'view ' when 'i' then 'index ' when 'S' then 'sequence ' else 'relation ' end || relname as name,
      case when relkind = 'i' then pg_get_indexdef(oid) else concat_ws(' ', relkind, relrowsecurity, relispartition,
        (select string_agg(concat_ws(' ', attname, format_type(atttypid, atttypmod), attnotnull, attcollation, attidentity, attgenerated, pg_get_expr(d.adbin, d.adrelid)), ', ' order by attname)
          from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum where a.attrelid = relation.oid and attnum > 0 and not attisdropped)) end as said,
      (select nspname from pg_namespace n join place on n.oid = place.oid) as schema from relation
    union all select 'constraint ' || c.relname || ' ' || k.conname, pg_get_constraintdef(k.oid), null from pg_constraint k join relation c on c.oid = k.conrelid where k.contype <> 'n'
    union all select 'trigger ' || t.tgname, pg_get_triggerdef(t.oid), null from pg_trigger t join relation c on c.oid = t.tgrelid where not t.tgisinternal
    union all select 'rule ' || r.rulename, pg_get_ruledef(r.oid), null from pg_rewrite r join relation c on c.oid = r.ev_class where c.relkind = 'r'
    union all select 'function ' || p.proname, p.prosrc, null from pg_proc p join place on p.pronamespace = place.oid`);
  const own = rows.find((row) => row.schema !== null)?.schema ?? '';
  return new Map(rows.map(({ name, said }) => [name, said.replaceAll(`${own}.`, '').replaceAll(/\bpg_temp(_\d+)?\./g, '')]));
}
