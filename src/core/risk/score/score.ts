/** How likely a change is to be reverted, against everything that landed before it. It ranks; it proves nothing, and no rule is silenced by it. */
import type { Group } from './feature.ts';

export interface Score {
  /** 0 to 1: that it is reverted within 30 days, as far as history tells. */
  readonly probability: number;
  /** Whole, 0 to 100: how many of a hundred changes of this repository score lower. */
  readonly percentile: number;
  /** What moves it most, by group and in words, at most three. Facts about people are left out: they are for whoever is asked to judge. */
  readonly reasons: readonly ScoreReason[];
  /** Lowercase hex SHA-256 of the model. */
  readonly model: string;
}

export interface ScoreReason {
  readonly group: Group;
  /** `3 of 5 files were reverted in the last 90 days`. */
  readonly text: string;
}
