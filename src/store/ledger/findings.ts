/** What an audit found, each with its place. Of a folder that is broken through and through the first thousand are enough. */
import { type Problem, problem } from '../../core/base/result.ts';

export interface Findings {
  add(place: string, message: string): void;
  take(found: Problem): void;
  /** In the order they were found; where there were more, the last says how many. */
  all(): readonly Problem[];
}

const MOST = 1_000;

export function findings(): Findings {
  const kept: Problem[] = [];
  let more = 0;
  const take = (found: Problem): void => {
    if (kept.length < MOST) kept.push(found);
    else more++;
  };
  return {
    add: (place, message) => take(problem('DATA_INVALID', message, { place })),
    take,
    all: () => (more === 0 ? kept : [...kept, problem('DATA_INVALID', `and ${more} more`, { place: 'audit' })]),
  };
}

/** @param seen told after each batch; other work of the process goes on in between. */
export type Seen = (done: number) => Promise<void>;
