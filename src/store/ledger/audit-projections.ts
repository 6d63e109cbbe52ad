/** The projections, against a replay of the log into temporary tables beside them. */
import type { Inspected } from '../connection.ts';
import { replayInto } from '../projections/rebuild.ts';
import { PROJECTIONS } from '../schema.ts';
import type { Findings, Seen } from './findings.ts';

/** Throws `Refused` for an entry that cannot be replayed. */
export async function auditProjections({ db, rows, real, beside, shadow }: Inspected, _: unknown, found: Findings, seen: Seen): Promise<void> {
  await shadow();
  await replayInto(db, seen);
  for (const table of PROJECTIONS) {
    const made = await differing(rows, `${beside}${table}`, `${real}${table}`);
    const held = await differing(rows, `${real}${table}`, `${beside}${table}`);
    if (made + held > 0) found.add(`projection ${table}`, `holds other rows than a replay of the log gives: ${held} that it does not give, ${made} that it does`);
    await seen(0);
  }
}

async function differing(rows: Inspected['rows'], these: string, those: string): Promise<number> {
  for await (const { n } of rows<{ n: number }>(`select count(*) as n from (select * from ${these} except select * from ${those}) as other`)) return n;
  return 0;
}
