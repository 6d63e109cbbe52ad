/** How one fact about a change is kept, scaled and spoken of. */

/** Facts are explained by group: single weights of facts that go together mean nothing. */
export type Group = 'size' | 'files' | 'author' | 'reverts' | 'message' | 'words' | 'time' | 'kinds';

export interface Feature {
  readonly name: string;
  readonly group: Group;
  /**
   * `rate`: ln(value / prior). `binary`: as it is. `rank`: the middle rank among what the repository has seen, 0 to 1.
   */
  readonly scale: 'rate' | 'binary' | 'rank';
}
