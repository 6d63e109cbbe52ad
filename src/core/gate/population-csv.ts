/** The population as a table: CSV by RFC 4180, and a sample of it that anybody draws again. */
import { sha256Hex } from '../base/crypto.ts';
import type { Row } from './population.ts';

const COLUMNS: readonly (readonly [name: string, of: (row: Row) => string | number | null])[] = [
  ['repository', (r) => r.repo],
  ['ref', (r) => r.ref],
  ['commit', (r) => r.commit],
  ['parent', (r) => r.parent],
  ['time', (r) => (Math.abs(r.at) <= 8.64e15 ? new Date(r.at).toISOString() : null)],
  ['clock', (r) => r.clock],
  ['how', (r) => r.how],
  ['change', (r) => r.change],
  ['manifest', (r) => r.manifest],
  ['signers', (r) => r.signers.map((s) => s.person).join(' ')],
  ['levels', (r) => r.signers.map((s) => s.level ?? '?').join(' ')],
  ['seats', (r) => [...new Set(r.signers.flatMap((s) => s.seats))].join(' ')],
  ['would', (r) => r.would],
  ['review', (r) => r.review],
  ['erased', (r) => (r.erased ? 'yes' : null)],
  ['entry', (r) => r.entry],
  ['violation', (r) => r.told],
  ['codes', (r) => r.faults.map((f) => f.code).join(' ')],
  ['why', (r) => r.faults.map((f) => f.text).join('; ')],
];

/** A spreadsheet runs what begins so: names of refs and of rules are anybody's. An apostrophe before it makes it text. */
const FORMULA = /^[=+\-@\t\r]/;

function cell(value: string | number | null): string {
  const plain = value === null ? '' : String(value);
  const safe = FORMULA.test(plain) ? `'${plain}` : plain;
  return /[",\r\n]/.test(safe) || safe !== plain ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const line = (cells: readonly (string | number | null)[]): string => `${cells.map(cell).join(',')}\r\n`;

export const CSV_HEADER = line(COLUMNS.map(([name]) => name));
export const csvLine = (row: Row): string => line(COLUMNS.map(([, of]) => of(row)));

export interface Sample {
  take(row: Row): void;
  /** In the order of the draw. */
  rows(): readonly Row[];
}

/**
 * The rows whose digests with the seed are the smallest: neither the order of the rows nor what stands beside them has a say, so whoever
 * has the population and the seed draws the same. At most `size` are held. Strata are the auditor's to choose; each row can be drawn once.
 */
export function sampleOf(size: number, seed: string): Sample {
  const held: { readonly rank: string; readonly row: Row }[] = [];
  return {
    take: (row) => {
      const rank = sha256Hex(`${seed}\0${row.repo}\0${row.ref}\0${row.commit}`);
      const last = held.at(-1);
      if (held.length >= size && last !== undefined && rank >= last.rank) return;
      const at = held.findIndex((h) => h.rank > rank);
      held.splice(at < 0 ? held.length : at, 0, { rank, row });
      if (held.length > size) held.pop();
    },
    rows: () => held.map((h) => h.row),
  };
}
