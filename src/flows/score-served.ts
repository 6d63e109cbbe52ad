/** The scores a server gives: each repository's model as it was kept last, opened anew now and then, for training runs beside the server. */
import type { Change } from '../core/change/change.ts';
import type { Score } from '../core/risk/score/score.ts';
import { openScorer, type Scorer, type Scoring } from './score.ts';

/** Milliseconds a model is used before it is looked for again. */
const FRESH = 600_000;

/** What cannot be scored is null, and the reason goes to the log once for each opening. */
export function servedScores(scoringOf: (repo: string) => Scoring, log: (line: string) => void, clock: () => number) {
  const opened = new Map<string, { readonly at: number; readonly scorer: Promise<Scorer | null> }>();
  const scorerOf = (repo: string): Promise<Scorer | null> => {
    const known = opened.get(repo);
    if (known !== undefined && clock() - known.at < FRESH) return known.scorer;
    const scorer = openScorer(scoringOf(repo)).then((read) => {
      if (read.ok) return read.value;
      log(`no score of ${repo}: ${read.error.message}`);
      return null;
    });
    opened.set(repo, { at: clock(), scorer });
    return scorer;
  };
  return async (repo: string, change: Change, at: number): Promise<Score | null> => {
    const scorer = await scorerOf(repo);
    const scored = scorer === null ? null : await scorer.score(change, at);
    return scored?.ok === true ? scored.value : null;
  };
}
