/**
 * How long GitHub asked to be left alone, by whom it was asked: each installation has a budget of its own, and the app itself has one. However
 * much there is to do, nobody calls into a limit that another has run into.
 */
import { problem } from '../../core/base/result.ts';
import type { Answered, Call } from './call.ts';
import { type Failed, failed, waitOf } from './failed.ts';

/** The number of an installation, or the app itself. */
export type Asker = number | 'app';

export interface Patience {
  /** null: nobody asked to be left alone, or that is over. */
  left(asker: Asker, call: Call): Failed | null;
  /** What came of a call. `failed`, where it was none of what was asked for. */
  heard(asker: Asker, answer: Answered, failed: Failed | null): void;
}

/** By our clock, but as long as was said: where the clock was set back, it is over. */
export function openPatience(now: () => number): Patience {
  const asked = new Map<Asker, { readonly at: number; readonly ms: number; readonly said: Failed }>();
  const leftOf = (asker: Asker): number => {
    const rest = asked.get(asker);
    const since = rest === undefined ? -1 : now() - rest.at;
    return rest === undefined || since < 0 ? 0 : Math.max(0, rest.ms - since);
  };
  return {
    left: (asker, { path: place }) => {
      const [after, rest] = [leftOf(asker), asked.get(asker)];
      if (after > 0 && rest !== undefined) return failed({ ...rest.said.error, place }, { after });
      asked.delete(asker);
      return null;
    },
    heard: (asker, answer, no) => {
      const told = no !== null && no.after !== null ? no : SPENT;
      const ms = no?.after ?? spentFor(answer, now());
      // Of two that were told at once, the longer counts.
      if (ms !== null && ms > leftOf(asker)) asked.set(asker, { at: now(), ms, said: told });
    },
  };
}

/** It was answered, and was the last that is before the budget begins anew. */
const spentFor = ({ headers }: Answered, now: number): number | null => (headers.get('x-ratelimit-remaining') === '0' ? waitOf(429, headers, '', now) : null);

const SPENT = failed(problem('FORGE_UNAVAILABLE', 'all calls GitHub lets us make for now are made', { remedy: 'it is tried again when GitHub allows it' }));
