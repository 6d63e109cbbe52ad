/** One row of the marker catalogue. */
import type { ProvenanceLevel } from './provenance.ts';

/**
 * Where a pattern looks: `id` the string `Name <mail>` of the author and of person-valued trailers, `author` of the
 * author alone, `key` one trailer as `folded-key: value`, `line` one eligible body line, `subject` the first line.
 */
export type RowSlot = 'id' | 'author' | 'key' | 'line' | 'subject';

export interface Row {
  /** Stable id, `<tool>/<what>`. */
  readonly rule: string;
  readonly tool: string;
  readonly slot: RowSlot;
  /** `*`: agent in the author slot, assisted elsewhere. */
  readonly level: ProvenanceLevel | '*';
  /** Linear-time (no look-around, no back-references, no nested quantifiers), case-insensitive. */
  readonly pattern: RegExp;
  /** A text that matches this too is not a marker. */
  readonly not?: RegExp;
  /** Examples that must match and near misses that must not; a test runs both. */
  readonly hits: readonly string[];
  readonly misses: readonly string[];
}
