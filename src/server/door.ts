/** What every route knows of the request it answers. */
import type { IncomingMessage } from 'node:http';
import type { Session } from './session.ts';

export interface Door {
  /** Of a real socket; absent where a test asks without one. */
  Bindings: { readonly incoming?: IncomingMessage };
  Variables: { requestId: string; session: Session | null };
}
