/** People, and who stands behind a change. Bots and agents never fill a seat. */

/** Opaque and stable, `[a-z0-9._-]+`, for example `mara`; never an e-mail address. */
export type PersonId = string;

/** How a qualification is documented. */
export interface Qualification {
  /** What of, for example `databases`. */
  readonly domain: string;
  /** What it rests on, in words: a course, a year on call. Empty where nobody said. */
  readonly basis: string;
  /** Milliseconds since 1970 from which it no longer counts; null: no end. */
  readonly until: number | null;
}

export interface Person {
  readonly id: PersonId;
  readonly name: string;
  /** A name of the policy's ladder. */
  readonly level: string;
  readonly teams: readonly string[];
  /** Documented qualifications, for example `infra`, `databases`. */
  readonly domains: readonly string[];
  /** What the file says of some of them; a domain without an entry rests on nobody's word and never ends. */
  readonly qualifications?: readonly Qualification[];
  /** Lower-cased; identities this person commits under. */
  readonly emails: readonly string[];
  /** Accounts of transports and forges, for example the HTTP user name of a push. */
  readonly accounts: readonly string[];
  /** Who they report to. */
  readonly manager?: PersonId;
}

/** Does this person hold this qualification then? Where the time is unknown, one that ends has ended. */
export function qualifiedFor(person: Person, domain: string, at: number | null): boolean {
  if (!person.domains.includes(domain)) return false;
  return (person.qualifications ?? []).every((q) => q.domain !== domain || q.until === null || (at !== null && at < q.until));
}

export interface Agent {
  readonly id: string;
  /** The person who answers for it; excluded from signing what it made. */
  readonly owner: PersonId;
  readonly emails: readonly string[];
  readonly accounts: readonly string[];
}

export interface Roster {
  readonly people: readonly Person[];
  readonly agents: readonly Agent[];
  /** Lowercase hex SHA-256 of the file's bytes. */
  readonly digest: string;
}

export const PRINCIPAL_ROLES = ['author', 'committer', 'co-author', 'pusher', 'prompter', 'agent-owner', 'token-owner', 'deploy-starter'] as const;
export type PrincipalRole = (typeof PRINCIPAL_ROLES)[number];

/** Somebody behind a change, as far as the roster knows them. */
export interface Principal {
  readonly role: PrincipalRole;
  /** The e-mail address or account seen. Attacker-controlled unless the role is `pusher`. */
  readonly identity: string;
  /** null: unresolved, and it may be anyone. Automation and AI tools resolve to `agent`. */
  readonly person: PersonId | null;
  readonly agent: string | null;
  /** Only a record that anybody could have pushed names them. */
  readonly claimed?: boolean;
}

export interface PrincipalGraph {
  readonly principals: readonly Principal[];
  /** Every person reachable from the principals, with the roles that exclude them. */
  readonly excluded: ReadonlyMap<PersonId, readonly PrincipalRole[]>;
  /** Identities that resolve to nobody: unknown principals. */
  readonly unresolved: readonly Principal[];
}
