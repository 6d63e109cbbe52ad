/**
 * The entries that decide: genesis and what trustees said after it, which key signs the log, who watches it. They are read once, when the
 * log is opened, and shown to be in the tree that was signed (recover.ts); from then on they are kept here. So whoever has the database can
 * change a column, a row or an index while the server runs, and nobody's right to sign changes with it. Beside them are kept the places at
 * which people signed and violations are told, so that none is lost with its row.
 */
import type { Bytes } from '../../core/base/crypto.ts';
import type { Result } from '../../core/base/result.ts';
import { AUTHORITY_TYPES } from '../../core/signoff/authority.ts';
import type { HeededLog } from '../../core/signoff/heed-log.ts';
import type { LoggedBody } from '../../flows/ports.ts';
import type { Reading } from '../schema.ts';
import { heededMore } from './heeded.ts';
import { type Signed, signed } from './signed.ts';

const STATEMENTS: readonly string[] = ['genesis', ...AUTHORITY_TYPES];
const DECIDING: readonly string[] = [...STATEMENTS, 'log-key', 'witness'];

/** By its own bytes. */
export interface Deciding extends LoggedBody {
  readonly type: string;
}

export const isDeciding = (type: string): boolean => DECIDING.includes(type);

/** What reading entries, or appending them, found to be kept. */
export interface Found {
  readonly deciding: readonly Deciding[];
  readonly signed: Signed;
}

export const nothingFound = (): Found => ({ deciding: [], signed: signed() });

export interface Statements {
  /** Genesis and what trustees said, oldest first. */
  said(): readonly LoggedBody[];
  /** Places of all that decide. */
  places(): readonly number[];
  /** The entry of the witness policy in force; undefined where none ever was. */
  witnesses(): Bytes | undefined;
  /** What of them holds. @param more that are not committed yet. */
  heeded(more: readonly Deciding[]): Result<HeededLog>;
  /** Places of the sign-offs of a change, oldest first. */
  signed(change: string): readonly number[];
  /** Places of the sign-offs of any change behind this entry, oldest first. */
  signedAfter(index: number): readonly number[];
  /** Places of the violations of this repository, or of all, oldest first. */
  violations(repo?: string): readonly number[];
  /** Of all of them, to be written down. */
  signedAll(): Pick<Signed, 'count' | 'records'>;
  /** Committed, in the order of the log. */
  add(more: Found): void;
}

export function statements(of: Found = nothingFound()): Statements {
  const all = [...of.deciding];
  let said = all.filter(isSaid);
  let folded: { readonly to: number; readonly heeded: Result<HeededLog> | undefined } = { to: 0, heeded: undefined };
  return {
    said: () => said,
    heeded: (more) => {
      folded = { to: said.length, heeded: heededMore(folded.heeded, said.slice(folded.to)) };
      return heededMore(folded.heeded, more.filter(isSaid));
    },
    places: () => all.map((s) => s.index),
    witnesses: () => all.findLast((s) => s.type === 'witness')?.bytes,
    signed: of.signed.of,
    signedAfter: of.signed.after,
    violations: of.signed.violations,
    signedAll: () => of.signed,
    add: ({ deciding, signed }) => {
      of.signed.join(signed);
      if (deciding.length === 0) return;
      all.push(...deciding);
      said = all.filter(isSaid);
    },
  };
}

export const isSaid = ({ type }: Deciding): boolean => STATEMENTS.includes(type);

/** As the columns beside the entries find them: for whoever reads all entries anyway, and finds what the columns hide. */
export const findStatements = (db: Reading): Promise<readonly LoggedBody[]> =>
  db
    .selectFrom('entries')
    .leftJoin('bodies', 'bodies.idx', 'entries.idx')
    .select(['entries.idx as index', 'entries.bytes as bytes', 'bodies.bytes as body'])
    .where('entries.type', 'in', STATEMENTS)
    .orderBy('entries.idx')
    .execute();

/** Places alone, of all that decide before this size. */
export async function findDeciding(db: Reading, size: number): Promise<readonly number[]> {
  const rows = await db.selectFrom('entries').select('idx').where('type', 'in', DECIDING).where('idx', '<', size).orderBy('idx').execute();
  return rows.map((row) => row.idx);
}
