/** What every route knows of the request it answers. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PersonId } from '../core/roster/roster.ts';
import type { Role, Scope, Via } from '../flows/ports-login.ts';

/** Who asks. */
export interface Session {
  readonly person: string;
  readonly via: Via | 'token';
  readonly roles: readonly Role[];
  /** Milliseconds since 1970 of the last proof of who it is; 0: nobody knows. */
  readonly proved: number;
  /** Of an API token; null: a person at a browser. */
  readonly scopes: readonly Scope[] | null;
  /** Which API token, by its id. */
  readonly token?: string;
}

/** Who a transport says pushes. */
export interface Authenticated {
  readonly account: string;
  /** Whose token that was; absent: no token, of demo data. */
  readonly tokenOwner?: PersonId;
}

export interface Door {
  /** Of a real socket; absent where a test asks without one. */
  Bindings: { readonly incoming?: IncomingMessage; readonly outgoing?: ServerResponse };
  Variables: { requestId: string; session: Session | null };
}
