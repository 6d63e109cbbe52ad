/** What the projections know of the author's own words. What a row does not say, the signed envelope does. */
import type { PersonId } from '../core/roster/roster.ts';

export interface OwnershipRow {
  readonly index: number;
  readonly body: string;
  readonly change: string;
  readonly repo: string;
  readonly targetRef: string;
  readonly manifest: string;
  readonly author: PersonId;
  readonly nonce: string;
  readonly at: number;
}
