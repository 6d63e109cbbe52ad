/** Jobs stand beside the log and are no projection of it: a rebuild leaves them alone, and an export of the log does not carry them. */

export interface JobTable {
  org: string;
  id: string;
  kind: string;
  /** JSON. */
  body: string;
  entry: number | null;
  /** From when on somebody may take it: it is begun then, or the lease has run out. null: given up. */
  due: number | null;
  /** null: nobody has it. */
  holder: string | null;
  turn: number;
  /** It was asked for while it was being done. */
  again: 0 | 1;
  attempts: number;
  tries: number;
  error: string | null;
  created: number;
}

export interface JobTables {
  jobs: JobTable;
}

/** Came without a new version of the schema: a ledger may be without them, and is given them. */
export const JOBS_DDL: readonly string[] = [
  `create table if not exists jobs (org text not null, id text not null, kind text not null, body text not null, entry integer, due integer, holder text,
   turn integer not null, again integer not null, attempts integer not null, tries integer not null, error text, created integer not null, primary key (org, id))`,
  'create index if not exists jobs_by_due on jobs (org, due, id)',
];
