/** Who is signed in, as a store keeps it: beside the log, from which it cannot be made again, and shared by every server on one database. */
import type { Result } from '../core/base/result.ts';
import type { PersonId } from '../core/roster/roster.ts';

/** What a person may ask the doors for. None of them fills a seat: that is the signed roster's word, and the key's. */
export const ROLES = ['engineer', 'reviewer', 'policy-owner', 'auditor', 'administrator'] as const;
export type Role = (typeof ROLES)[number];

/** `key`: a security key of the terminal. */
export type Via = 'passkey' | 'key' | 'oidc' | 'demo';

/** Times are milliseconds since 1970. */
export interface SessionRow {
  readonly person: PersonId;
  readonly via: Via;
  /** The key that signed in, while which counts the session does; empty where no key did. */
  readonly keyid: string;
  /** What an identity provider left of the roles; null: it had no say. */
  readonly roles: readonly Role[] | null;
  readonly began: number;
  /** When the person last proved who they are; 0: nobody knows. */
  readonly proved: number;
  readonly seen: number;
  readonly until: number;
}

/** By the SHA-256 of what the cookie holds, lowercase hex: whoever reads the table can open no session. Implemented by store/login. */
export interface Sessions {
  put(digest: string, row: SessionRow): Promise<void>;
  find(digest: string): Promise<SessionRow | null>;
  /** Durable before it resolves, like every end: what somebody left stays left after a power cut. */
  end(digest: string): Promise<void>;
  /** Every session of a person; how many there were. */
  endAll(person: PersonId): Promise<number>;
  /** Not durable at once: lost, it is written again. */
  seen(digest: string, at: number): Promise<void>;
}

/** What may be used once. Implemented by store/login. */
export interface Spent {
  /** Whether this was the first time, on any server of this database. @param until milliseconds since 1970: afterwards nobody would take it anyway. */
  spend(digest: string, until: number): Promise<boolean>;
}

/** Never to sign: no scope does. */
export const SCOPES = ['read', 'request', 'gate', 'push'] as const;
export type Scope = (typeof SCOPES)[number];

export interface TokenRow {
  /** 16 hex digits: what it is called, and no secret. */
  readonly id: string;
  readonly person: PersonId;
  /** What pushes with it are of: the person, or an agent they answer for. */
  readonly account: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly created: number;
  readonly until: number;
}

/** API tokens, by the SHA-256 of the secret. Implemented by store/login. */
export interface Tokens {
  put(digest: string, row: TokenRow): Promise<void>;
  find(digest: string): Promise<TokenRow | null>;
  of(person: PersonId): Promise<readonly TokenRow[]>;
  /** Whether there was one of this person's. */
  end(person: PersonId, id: string): Promise<boolean>;
  endAll(person: PersonId): Promise<number>;
}

/** What an identity provider leaves somebody, in the words it stands for here; null: it has no say. */
export interface Ceiling {
  /** The highest of them that a ladder knows holds there, and where it knows none, its lowest. */
  readonly levels: readonly string[] | null;
  readonly teams: readonly string[] | null;
}

/** The same, with what it leaves of the roles. */
export interface Left extends Ceiling {
  readonly roles: readonly Role[] | null;
}

/**
 * The levels, teams and roles an identity provider last gave somebody. They are the person's, not a session's: nobody is rid of it by coming in another way. Nothing of it is signed, and it only ever takes away, so
 * whoever writes in this table gets nobody above the signed roster. Implemented by store/login.
 */
export interface Ceilings {
  /** In the place of what was given before. Durable before it resolves. */
  put(person: PersonId, left: Left, at: number): Promise<void>;
  /** null: it never said anything of them. */
  find(person: PersonId): Promise<Left | null>;
}

export interface Logins {
  readonly sessions: Sessions;
  readonly spent: Spent;
  readonly tokens: Tokens;
  readonly ceilings: Ceilings;
}

/** What an identity provider swore of somebody, after its signature, audience, nonce and time were checked. */
export interface IdentityClaims {
  readonly sub: string;
  /** Milliseconds since 1970 when the person proved who they are to it; null where it does not say. */
  readonly provedAt: number | null;
  readonly claims: { readonly [name: string]: unknown };
}

/** What one login is bound to. All of it is secret but the state. */
export interface LoginBinding {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** An OpenID Connect provider. Implemented by adapters/oidc. */
export interface IdentityProvider {
  /** Where to send the browser. @param maxAge seconds: who proved themselves longer ago is asked again; null: whoever the provider knows will do. Problem: LOGIN_REFUSED. */
  begin(binding: LoginBinding, maxAge: number | null): Promise<Result<string>>;
  /** @param url as the browser came back to us, under our own origin. Problem: LOGIN_REFUSED. */
  finish(url: string, binding: LoginBinding, maxAge: number | null): Promise<Result<IdentityClaims>>;
}
