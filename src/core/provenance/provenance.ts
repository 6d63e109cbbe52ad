/** What is known of AI assistance in a change. No marker is `unattributed`, never `human`. */
import { order } from '../base/order.ts';
import type { Oid } from '../change/change.ts';
import type { Hand, LineRange } from './lines/attribution.ts';
import type { LineTally } from './lines/tally.ts';
import type { Trust } from './trust.ts';

export type { Trust };

/** How long a mark of AI sticks to (repository, ref, overlapping paths), in milliseconds. */
export const STICKY_MS = 7 * 24 * 3_600_000;

export const PROVENANCE_LEVELS = order(['human', 'unattributed', 'suggestion', 'assisted', 'agent']);
export type ProvenanceLevel = (typeof PROVENANCE_LEVELS.values)[number];

/** Where it was seen. `line`: a line of the message; `note`: a record of lines, whoever keeps it. */
export type EvidenceSlot = 'author' | 'committer' | 'trailer' | 'line' | 'prose' | 'subject' | 'ref' | 'branch' | 'pr-author' | 'pr-body' | 'note' | 'pusher' | 'sticky';

export interface ProvenanceEvidence {
  /** Rule id of the catalogue, for example `claude/co-author`. */
  readonly rule: string;
  readonly slot: EvidenceSlot;
  readonly tool: string;
  readonly model?: string;
  readonly level: ProvenanceLevel;
  readonly trust: Trust;
  readonly commit?: Oid;
  /** 1-based line of the commit message. */
  readonly line?: number;
  /** The matched text, at most 200 characters. */
  readonly matched: string;
}

/** The author's own statement of assistance in the commit. */
export interface Declaration {
  readonly commit: Oid;
  /** `none`, or `<tool>` / `<tool>:<model>` as declared. */
  readonly value: string;
}

/** An account that may be an agent underneath: the repository's owners classify it once, in the registry. */
export interface UnknownAccount {
  /** Its login, or `Name <mail>` where there is none. */
  readonly account: string;
  readonly slot: EvidenceSlot;
  readonly commit: Oid;
}

export interface Provenance {
  /** Version of the catalogue: the same over the same bytes finds the same marks. */
  readonly catalogue?: number;
  /** The highest level any evidence of trust 2 or more supports; `unattributed` without any. */
  readonly level: ProvenanceLevel;
  readonly evidence: readonly ProvenanceEvidence[];
  readonly declarations: readonly Declaration[];
  /** `Assisted-by: none` where a marker says otherwise, and evidence that could not be read, in words. */
  readonly contradictions: readonly string[];
  /** Bots and self-named agents nobody has classified, each once; absent where there are none. */
  readonly unknown?: readonly UnknownAccount[];
  /** Absent where no record says anything of lines. */
  readonly lines?: LineTally;
  /** The same, line by line; by path, then line. Only as many as `MOST_MARKS`. */
  readonly marks?: readonly LineMark[];
}

/** Lines of one file that one hand made, as the best record of them says. Shown to whoever signs. */
export interface LineMark extends LineRange {
  readonly path: string;
  /** `base`: lines of the old file that it took away. */
  readonly side: 'head' | 'base';
  readonly by: Hand['by'];
  readonly tool: string;
  readonly model?: string;
  readonly session?: string;
  readonly trust: Trust;
}

/** An AI mark seen before on (repository, ref, overlapping paths); it counts for seven days. Kept by the store. */
export interface StickyMark {
  readonly level: ProvenanceLevel;
  readonly paths: readonly string[];
  /** The head commit it was seen on. */
  readonly seenOn: Oid;
  /** Milliseconds since 1970. */
  readonly seenAt: number;
  readonly tool: string;
}
