/**
 * Tables that are no projection of the log: who is signed in, what was used once, API tokens, and the level,
 * teams and roles an identity provider last gave. A rebuild leaves them alone, and an export of
 * the log does not carry them. Secrets are here as digests only.
 */
import type { Via } from '../../flows/ports-login.ts';

export interface LoginTables {
  sessions: { digest: string; person: string; via: Via; keyid: string; roles: string | null; began: number; proved: number; seen: number; until: number };
  spent: { digest: string; until: number };
  ceilings: { person: string; levels: string | null; teams: string | null; at: number };
  roles_left: { person: string; roles: string | null; at: number };
  tokens: { digest: string; id: string; person: string; account: string; name: string; scopes: string; created: number; until: number };
}

/** Came without a new version of the schema: a ledger may be without them, and is given them. */
export const LOGIN_DDL: readonly string[] = [
  `create table if not exists sessions (digest text primary key, person text not null, via text not null, keyid text not null, roles text,
   began integer not null, proved integer not null, seen integer not null, until integer not null)`,
  'create index if not exists sessions_by_person on sessions (person)',
  'create table if not exists spent (digest text primary key, until integer not null)',
  `create table if not exists tokens (digest text primary key, id text not null, person text not null, account text not null, name text not null,
   scopes text not null, created integer not null, until integer not null)`,
  'create index if not exists tokens_by_person on tokens (person)',
  'create table if not exists ceilings (person text primary key, levels text, teams text, at integer not null)',
  // Beside them and not a column of theirs: they were there first.
  'create table if not exists roles_left (person text primary key, roles text, at integer not null)',
];
