/** The lines one commit, or one change, adds and removes. */
export interface Hunk {
  /** 1-based line of the first: of the new file for added lines, of the old one for removed. */
  readonly start: number;
  /** Without line ends; bytes that are not UTF-8 replaced. */
  readonly lines: readonly string[];
}

export interface ChangedLines {
  readonly path: string;
  readonly added: readonly Hunk[];
  readonly removed: readonly Hunk[];
  /** Why its lines are not known, in words: a binary file, one over a cap. Then there are none, which is not "no lines change". */
  readonly unread?: string;
}
