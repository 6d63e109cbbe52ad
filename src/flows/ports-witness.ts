/** What a witness keeps and answers, and what a log keeps of what witnesses said. */
import type { Result } from '../core/base/result.ts';
import type { SigningKey } from '../core/log/checkpoint.ts';

/** One answer of tlog-witness, as HTTP has it. */
export interface WitnessAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** A witness of one log or several. Implemented by store/witness. */
export interface Witness {
  /** C2SP vkey, type 0x04: what others write into their policy. */
  readonly vkey: string;
  /**
   * Answers add-checkpoint. What was seen before is checked and what is seen now is on disk in one step, before this answers; a
   * throw means that nothing was cosigned. Total over bodies.
   */
  add(body: string): WitnessAnswer;
  /** The last cosigned checkpoint, with the log's signature and the cosignature. @param originHash lowercase hex SHA-256 of the origin. */
  checkpoint(originHash: string): string | null;
}

/** How a log reaches one witness. Implemented by adapters/witness: answers are bounded in size and time, and no redirect is followed. */
export interface WitnessDoor {
  /** @param body of add-checkpoint. Problem: WITNESS_UNAVAILABLE. */
  add(body: string): Promise<Result<WitnessAnswer>>;
  /** The last checkpoint it cosigned; null where it has none. Problem: WITNESS_UNAVAILABLE. */
  checkpoint(origin: string): Promise<Result<string | null>>;
}

/** One line of a witness, verified before it was kept. A row is a hint: whoever shows it verifies it again. */
export interface KeptCosignature {
  /** Of a published checkpoint. */
  readonly size: number;
  /** The vkey of the witness. */
  readonly witness: string;
  /** The signature line, with its LF. */
  readonly line: string;
}

/** What witnesses said of this log. Implemented by store/ledger: beside the entries, from which it cannot be made again. */
export interface Cosignatures {
  /** The first line of a witness for a size stays: it says the earliest time. */
  keep(kept: KeptCosignature): Promise<void>;
  at(size: number): Promise<readonly KeptCosignature[]>;
  /** Sizes that any line is kept for, below `before`, largest first. */
  sizes(before: number, limit: number): Promise<readonly number[]>;
  /** The largest size this witness cosigned; 0 where none is known. */
  last(witness: string): Promise<number>;
}

/** The log as it stood at sizes it had. Implemented by store/ledger. */
export interface PastTrees {
  /** Every key that ever signed this log, the newest first. */
  keys(): Promise<readonly SigningKey[]>;
  /** The note the log signed at this size; null where none was published. */
  checkpoint(size: number): Promise<string | null>;
  /** null beyond the log. */
  root(size: number): Promise<Uint8Array | null>;
  /** null unless 0 < first <= second <= size of the log. */
  consistency(first: number, second: number): Promise<readonly Uint8Array[] | null>;
  /** C2SP tlog-proof of an entry under a note of this size; null where the entry is not under it. */
  proof(index: number, size: number, note: string): Promise<string | null>;
  /** The digest the last entry of type `witness` names; null where there is none. */
  witnessPolicy(): Promise<string | null>;
}
