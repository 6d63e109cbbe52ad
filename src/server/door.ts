/** What every route knows of the request it answers. */
import type { Session } from './session.ts';

export interface Door {
  Variables: { requestId: string; session: Session | null };
}
