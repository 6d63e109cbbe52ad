/** A language model that reads for a reviewer. Off unless somebody configures one. Implemented by adapters/reader. */
import type { Result } from '../core/base/result.ts';

export interface Reader {
  /** As it is configured, for whoever reads what it said. */
  readonly model: string;
  /** Bounded in time, in the length of the answer, and in tokens a day. Problems: READER_UNAVAILABLE, READER_BUDGET. */
  read(asked: { readonly system: string; readonly prompt: string }): Promise<Result<{ readonly text: string; readonly tokens: number }>>;
}
