/** A check of `verifyBundle` as its callers see it. Which checks there are: core/signoff/checks.ts. */
import type { Reason } from './answer.ts';

export interface Check {
  /** As docs/spec/bundle.md counts. */
  readonly step: number;
  readonly name: string;
  /** Reason codes it may fail with. */
  readonly codes: readonly string[];
  readonly outcome: 'held' | 'failed' | 'not reached' | 'not asked';
  /** What may be otherwise where it was not asked; absent: it is always asked. */
  readonly open?: string;
  /** Why it failed. */
  readonly reasons: readonly Reason[];
}
