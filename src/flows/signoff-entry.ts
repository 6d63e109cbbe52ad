/**
 * A row of the table of sign-offs, held against the entry it was made from. Which word is a person's last and whether it objects are
 * columns, and whoever has the database writes columns, and entries too: what the log that was signed says instead decides, and a row that
 * differs lets nothing pass. Nor does one that is not found, nor an entry that is not what was signed: it may have been an objection.
 */
import { sha256Hex } from '../core/base/crypto.ts';
import { type Problem, problem, type Result } from '../core/base/result.ts';
import { changeId } from '../core/change/change-id.ts';
import { parseEntry } from '../core/log/entry.ts';
import type { AppendedEntry, SignoffRow } from './ports.ts';

/**
 * Undefined: it is what its entry says. An append that waits in the same transaction has neither a signed entry nor bytes to read yet, so where
 * both are missing this has nothing to say: without its bytes a word lets nothing pass, and may only object.
 * @param entry as it was proven; null: not signed yet. @param body whether the signed bytes are there. Problems: DATA_INVALID, LOG_DAMAGED.
 */
export function astray(row: SignoffRow, entry: Result<AppendedEntry> | null, body: boolean): Problem | undefined {
  if (entry === null) return body ? differs(row, ['the entry is not there'], 'ask again; where it stays, run countersign audit --full') : undefined;
  if (!entry.ok) return entry.error;
  const wrong = wrongIn(entry.value, row);
  return wrong.length === 0 ? undefined : differs(row, wrong, REPAIR);
}

/** A sign-off of this change that no row speaks of. */
export interface Unlisted {
  readonly index: number;
  /** Problem: DATA_INVALID. */
  readonly wrong: Problem;
}

/** @param places where people signed this change, as the log says. @param rows what the table knows of it. */
export function unlisted(places: readonly number[], rows: readonly SignoffRow[]): readonly Unlisted[] {
  const listed = new Set(rows.map((row) => row.index));
  return places.filter((index) => !listed.has(index)).map((index) => ({ index, wrong: missing(index) }));
}

export const missing = (index: number): Problem => problem('DATA_INVALID', LOST, { place: `entry ${index}`, remedy: REPAIR });

const LOST = 'somebody signed a change by this entry of the log, and the database knows nothing of that, or of another one';
const REPAIR = 'nothing on this content passes until countersign audit --full says what else is wrong, and it is repaired';

/** Only that the signer's name is salted with the nonce makes both of them the log's. */
function wrongIn({ bytes }: AppendedEntry, row: SignoffRow): readonly string[] {
  const entry = parseEntry(bytes);
  if (!entry.ok) return ['the entry cannot be read'];
  const { type, at, envelope, fields } = entry.value;
  const same: readonly (readonly [string, boolean])[] = [
    ['type', type === 'signoff'],
    ['envelope', envelope === row.body],
    ['time', at === row.at],
    ['decision', fields.decision === row.decision],
    ['change', fields.change === changeId(row)],
    ['signer', fields.signer === sha256Hex(`${row.nonce}\0${row.signer}`)],
  ];
  return same.flatMap(([name, holds]) => (holds ? [] : [name]));
}

const differs = ({ index, signer }: SignoffRow, what: readonly string[], remedy: string): Problem =>
  problem('DATA_INVALID', `the database says something else of the sign-off by ${signer} than the log: ${what.join(', ')}`, { place: `entry ${index}`, remedy });
