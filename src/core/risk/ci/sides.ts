/** What rules of pipelines look at: one file, base against head, among all files of the change. */
import type { FileEvidence } from '../evidence.ts';
import type { Pipeline } from './pipeline.ts';

export interface Sides {
  readonly file: FileEvidence;
  readonly was: Pipeline | undefined;
  readonly is: Pipeline | undefined;
  readonly change: Whole;
}

/** Of all pipelines of the change: a check that only moved to another file is no check gone. */
export interface Whole {
  /** Checks that run at the head, by what they are, and in how many places at the base. */
  readonly checks: ReadonlySet<string>;
  /** Actions and commands at the head, as one text a step. */
  readonly steps: readonly string[];
}
