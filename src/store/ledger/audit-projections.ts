/** The projections, against a replay of the log into temporary tables beside them. */
import type { Connection } from '../database.ts';
import { replayInto } from '../projections/rebuild.ts';
import { PROJECTIONS, projectionsDdl } from '../schema.ts';
import type { Findings, Seen } from './findings.ts';

/** Throws `Refused` for an entry that cannot be replayed. */
export async function auditProjections(reader: Connection, _: unknown, found: Findings, seen: Seen): Promise<void> {
  for (const statement of projectionsDdl('temp.')) reader.exec(statement);
  await replayInto(reader.db, seen);
  for (const table of PROJECTIONS) {
    const [made] = reader.rows<{ n: number }>(differing(`temp.${table}`, `main.${table}`));
    const [held] = reader.rows<{ n: number }>(differing(`main.${table}`, `temp.${table}`));
    if ((made?.n ?? 0) + (held?.n ?? 0) > 0)
      found.add(`projection ${table}`, `holds other rows than a replay of the log gives: ${held?.n} that it does not give, ${made?.n} that it does`);
    await seen(0);
  }
}

const differing = (these: string, those: string): string => `select count(*) as n from (select * from ${these} except select * from ${those})`;
