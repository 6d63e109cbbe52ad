/** What the store needs of a database, whichever it is: kysely's queries, and the few things the engines do each in their own way. */
import type { Findings, Seen } from './ledger/findings.ts';
import type { Database, Ddl, Reading, Writing } from './schema.ts';

/** Writes; inside a transaction everything goes through what the transaction was begun with. */
export interface Writer {
  readonly db: Database;
  readonly ddl: Ddl;
  /** Where other processes append too: what they appended is caught up with. Where nobody else may, it is a reason to stop. */
  readonly shared: Shared | undefined;
  /**
   * A transaction that appends, durable when it resolves. Where others append too it begins by taking the one turn there is, and so sees
   * all that was appended before it; the work is done again where the database lost it before it was to be committed. Throws `Refused`
   * where another version of the program has been here.
   * @param work is told whether anybody else may have had the turn since this process did, and committed.
   */
  append<T>(work: (db: Writing, others: boolean) => Promise<T>): Promise<T>;
  /** As `append`, for work that does not catch up with what others appended: whoever appends next does, as if it had not been. */
  rewrite<T>(work: (db: Writing) => Promise<T>): Promise<T>;
  /**
   * A transaction beside the log, of rows that nothing can make again: durable when it resolves, and no turn is taken. The work is done
   * again where the database lost it before it was to be committed.
   */
  aside<T>(work: (db: Writing) => Promise<T>): Promise<T>;
  /** Rows that can be made again, or asked for again: no disk is waited for. */
  lightly<T>(write: (db: Reading) => Promise<T>): Promise<T>;
  /** Whether this throw says that the database is away or busy for now, and nothing of who asked. */
  away(cause: unknown): boolean;
  /** Why nothing would be appended now, in words that name nobody; null where the database says nothing against it. Throws what the database throws. */
  hindered(): Promise<string | null>;
  /** What somebody else put there that would change what is written as it is written; empty where there is nothing. */
  intruders(): Promise<readonly string[]>;
  /** Whether one statement brought this throw about by what it said, and nothing but its transaction is lost. */
  ofOne(cause: unknown): boolean;
  /** What was deleted is gone from every file this process has a hand on. */
  scrub(): Promise<void>;
}

/** The row by which servers take turns. */
export interface Shared {
  /** All of it of one state of the database. Throws `Refused` where the row is gone. */
  left(db: Reading): Promise<Left>;
  /** Inside the transaction that took the turn: what it leaves for whoever is next. */
  leave(db: Writing, note: string): Promise<void>;
}

/** Where the last turn left the log, as the database has it: nothing of it is believed yet. */
export interface Left {
  /** Entries. */
  readonly size: number;
  /** As `leave` was told; empty where nobody left one. */
  readonly note: string;
  /** The last one that is stored. */
  readonly checkpoint: { readonly size: number; readonly note: string } | undefined;
}

/** One state of the database, whatever is written meanwhile. */
export interface Inspected {
  readonly db: Database;
  /** What the tables say of which version they are, by name; null where nothing was begun. */
  versions(): Promise<ReadonlyMap<string, string> | null>;
  /** One at a time, so that a long answer needs no memory. Throws what the database throws. */
  rows<Row>(sql: string): AsyncIterable<Row>;
  /** Makes the tables of the projections anew, empty, beside the real ones: from now on unqualified names mean these. */
  shadow(): Promise<void>;
  /** What qualifies a table's name: the real ones, and those beside them. */
  readonly real: string;
  readonly beside: string;
  /** The database as its engine sees it: whole, and with nothing in it that this program did not make. */
  auditTables(found: Findings, seen: Seen): Promise<void>;
  /** Work that may fail without taking the rest of what is read with it. */
  apart<T>(work: () => Promise<T>): Promise<T>;
  /** Whether this throw is the database's own: what could not be read is a finding then. */
  isOwn(cause: unknown): boolean;
  close(): Promise<void>;
}

/** A database, open. */
export interface Engine {
  readonly writer: Writer;
  /** Sees what is committed. */
  readonly reader: Database;
  /** Its tables are of this version, or are made so. Answers whether the log is empty. Throws `Refused`. @param seen told how many entries were replayed. */
  prepare(seen?: (size: number) => void): Promise<boolean>;
  inspect(): Promise<Inspected>;
  close(): Promise<void>;
}

/** An empty database that is being filled, in one go. */
export interface Filling {
  readonly db: Writing;
  /** What was written so far, as `Inspected` reads it. */
  readonly rows: Inspected['rows'];
  /** Told when the ledger's own rows are there: a database that plans its answers by how many there are counts them. */
  counted(): Promise<void>;
}

/** Fills an empty database with all of what the work writes, or leaves it as it was. Throws `Refused` where it is not empty, or cannot be reached. */
export type Fill = <T>(work: (into: Filling) => Promise<T>) => Promise<T>;
