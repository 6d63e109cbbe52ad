/** What forges said, and what is remembered of their things. Beside the log as jobs are: a rebuild leaves them alone, and an export of the log does not carry them. */

export interface ForgeTables {
  /** Of an event only what is known by name: never the bytes that came. */
  forge_events: {
    repo: string;
    delivery: string;
    /** In the order of arrival, within its repository. */
    seq: number;
    name: string;
    at: number;
    forge_id: number;
    place: string;
    account: string | null;
    brings: 0 | 1;
    /** `subjectKey`. */
    subject: string;
    /** The subject, JSON. */
    said: string;
    looked: 0 | 1;
  };
  /**
   * The last number given in each repository. No maximum of what is there: a number that was forgotten would come again, and whoever is still
   * looking at the older one would end the newer. Its row is held until the event is committed, so none appears before one of a lower number.
   */
  forge_counts: { repo: string; last: number };
  /** Who moved a ref to a commit, once each, and when that was told first. `before_oid` is empty where nothing was. */
  forge_moves: { repo: string; after_oid: string; ref: string; account: string; before_oid: string; at: number };
  /** `value` is JSON. */
  forge_shelf: { repo: string; kind: string; id: string; value: string };
}

/** Came without a new version of the schema: a ledger may be without them, and is given them. */
export const FORGES_DDL: readonly string[] = [
  `create table if not exists forge_events (repo text not null, delivery text not null, seq integer not null, name text not null, at integer not null,
   forge_id integer not null, place text not null, account text, brings integer not null, subject text not null, said text not null, looked integer not null,
   primary key (repo, delivery))`,
  'create index if not exists forge_events_by_subject on forge_events (repo, subject, looked, seq)',
  'create index if not exists forge_events_by_looked on forge_events (looked, at)',
  `create table if not exists forge_moves (repo text not null, after_oid text not null, ref text not null, account text not null, before_oid text not null, at integer not null,
   primary key (repo, after_oid, ref, account, before_oid))`,
  'create table if not exists forge_counts (repo text primary key, last integer not null)',
  'create table if not exists forge_shelf (repo text not null, kind text not null, id text not null, value text not null, primary key (repo, kind, id))',
];
