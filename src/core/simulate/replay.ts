/**
 * One landing of a repository's history, as policy would have judged it. `flows/simulate.ts` makes these with the same
 * `consider` that a push meets; everything below this room only counts them. Plain data, oldest first.
 */
import type { ReasonCode } from '../base/codes.ts';
import type { Oid } from '../change/change.ts';
import type { Decision } from '../policy/decision.ts';
import type { ProvenanceLevel } from '../provenance/provenance.ts';
import type { Tier } from '../risk/risk.ts';
import type { PersonId } from '../roster/roster.ts';

export interface Replayed {
  /** The commit on the first-parent chain of the branch. */
  readonly id: Oid;
  /** Subject of that commit. Somebody else's words: shown as text only. */
  readonly title: string;
  /** Milliseconds since 1970, as the commit claims to have been made. */
  readonly at: number;
  /** Author as the roster (given or inferred) knows them; null where nobody does. */
  readonly author: PersonId | null;
  readonly commits: number;
  readonly files: number;
  readonly outcome: Decision['outcome'];
  readonly tier: Tier;
  /** Silence read as the policy says. */
  readonly provenance: ProvenanceLevel;
  /** Seats asked for: `level` null takes anybody; `candidates` could have filled it then. */
  readonly seats: readonly ReplayedSeat[];
  /** Ids of the rules that applied and asked, also where a stricter seat answered theirs. */
  readonly rules: readonly string[];
  /** Rule ids of findings, with severity, each once. */
  readonly findings: readonly { readonly rule: string; readonly severity: Tier }[];
  readonly refusals: readonly ReasonCode[];
  /** What could not be read (missing objects, caps), in words. */
  readonly notSeen: readonly string[];
  /** The landing that took this one back, by what its message says (`This reverts commit ...`); null: none. */
  readonly revertedBy: Oid | null;
  /** The landing this one takes back; null: none, or none that is known. */
  readonly reverts: Oid | null;
  /** Ids of incidents that name one of its commits. */
  readonly incidents: readonly string[];
}

export interface ReplayedSeat {
  readonly rule: string;
  readonly humans: number;
  readonly level: string | null;
  readonly candidates: readonly PersonId[];
}
