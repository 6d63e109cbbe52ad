/** What a witness keeps and answers, and what a log keeps of what witnesses said. */

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
