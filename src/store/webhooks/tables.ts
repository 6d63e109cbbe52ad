/** Who is told of what, and how far they were. Beside the log as jobs are; secrets are sealed. */

export interface WebhookTables {
  webhooks: {
    org: string;
    id: string;
    url: string;
    /** JSON. */
    events: string;
    since: number;
    created: number;
    by_person: string;
    secret: Uint8Array;
    previous: Uint8Array | null;
    previous_until: number | null;
    last_at: number | null;
    last_said: string | null;
  };
  announced: { org: string; next: number };
}

/** Came without a new version of the schema: a ledger may be without them, and is given them. */
export const WEBHOOKS_DDL: readonly string[] = [
  `create table if not exists webhooks (org text not null, id text not null, url text not null, events text not null, since integer not null, created integer not null,
   by_person text not null, secret blob not null, previous blob, previous_until integer, last_at integer, last_said text, primary key (org, id))`,
  'create table if not exists announced (org text primary key, next integer not null)',
];
