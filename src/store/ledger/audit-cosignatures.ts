/** What is kept of witnesses was verified before; a line that does not verify was put there by somebody else. */
import { cosignaturesOf, parseWitnessVkey } from '../../core/log/cosignature.ts';
import { parseNote } from '../../core/log/note.ts';
import type { Inspected } from '../connection.ts';
import type { Findings } from './findings.ts';

interface Row {
  readonly size: number;
  readonly witness: string;
  readonly line: string;
  /** null: no such checkpoint is stored. */
  readonly note: string | null;
}

export async function auditCosignatures(rows: Inspected['rows'], found: Findings): Promise<void> {
  for await (const row of rows<Row>('select c.size, c.witness, c.line, p.note from cosignatures c left join checkpoints p on p.size = c.size order by c.size, c.witness')) {
    if (!signed(row)) found.add(`cosignature of ${row.size} by ${row.witness.split('+', 1)[0]}`, 'this witness did not sign this checkpoint');
  }
}

function signed({ witness, line, note }: Row): boolean {
  const key = parseWitnessVkey(witness);
  const parsed = parseNote(`${note ?? ''}${line}`);
  if (!key.ok || !parsed.ok || note === null) return false;
  const lines = cosignaturesOf(parsed.value, [key.value]);
  return lines.ok && lines.value.length === 1;
}
