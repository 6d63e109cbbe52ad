/**
 * Scores a change by what landed before it. The model and the history are read once; what landed since is taken in first, so that a
 * change is judged by all there is. Where anything is missing there is no score, which policy counts as the worst.
 */
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import type { Change, Oid } from '../core/change/change.ts';
import type { LandedHistory } from '../core/risk/score/history.ts';
import type { LandedCommit } from '../core/risk/score/landed.ts';
import type { Linear } from '../core/risk/score/logistic.ts';
import { type Model, modelDigest, scoreOf, train } from '../core/risk/score/model.ts';
import { readModel, rounded, writeModel } from '../core/risk/score/model-file.ts';
import type { Planned } from '../core/risk/score/planned.ts';
import type { Score } from '../core/risk/score/score.ts';
import { readHistory, writeHistory } from '../core/risk/score/snapshot.ts';
import type { KeptScore, Landed, ScoreKeeping } from './ports-risk.ts';
import { type Hurt, samplesOf } from './score-history.ts';

/** Changes a model was made of, below which their ranks say nothing. */
export const FEWEST = 200;
/** Commits that landed since the history was kept, which are taken in on the way; of more it is made anew. */
const MOST_SINCE = 5_000;

export interface Scoring {
  readonly landed: Landed;
  readonly keeping: ScoreKeeping;
}

export interface Training {
  readonly tip: Oid;
  readonly prior: Linear;
  readonly forest?: boolean;
  readonly planned?: Planned;
  readonly hurts?: readonly Hurt[];
  readonly signal?: AbortSignal;
  readonly progress?: (done: number, all: number) => void;
}

export interface TrainedModel {
  readonly model: Model;
  readonly digest: string;
  readonly notSeen: readonly string[];
}

/** One pass over the history, and a fit. Problems: CONTENT_UNSEEN, GIT_FAILED, DATA_INVALID, TOO_LITTLE. */
export async function trainOn({ landed, keeping }: Scoring, asked: Training): Promise<Result<TrainedModel>> {
  const read = await samplesOf(landed, asked);
  if (!read.ok) return read;
  const { samples, history, notSeen } = read.value;
  const scored = samples.filter((s) => s.scored).length;
  if (scored < FEWEST) return err(tooLittle(scored));
  const model = rounded(train(samples, asked.prior, { tip: asked.tip, forest: asked.forest === true }));
  const kept = await keeping.save({ model: writeModel(model), tip: asked.tip, history: writeHistory(history) });
  return kept.ok ? ok({ model, digest: modelDigest(model), notSeen }) : kept;
}

const tooLittle = (scored: number): Problem =>
  problem('TOO_LITTLE', `${scored} changes landed here; a rank among fewer than ${FEWEST} says nothing`, { remedy: 'train again when there is more history' });

export interface Scorer {
  readonly model: Model;
  /** @param at seconds since 1970. Problems: CONTENT_UNSEEN, GIT_FAILED, HISTORY_STALE. */
  score(change: Change, at: number): Promise<Result<Score>>;
}

/** null where nothing is kept. Problems: DATA_INVALID, MODEL_INVALID. */
export async function openScorer({ landed, keeping }: Scoring): Promise<Result<Scorer | null>> {
  const loaded = await keeping.load();
  if (!loaded.ok) return loaded;
  if (loaded.value === null) return ok(null);
  const model = readModel(loaded.value.model);
  if (!model.ok) return model;
  const history = readHistory(loaded.value.history);
  if (!history.ok) return history;
  return ok(new KeptScorer(landed, model.value, loaded.value, history.value));
}

class KeptScorer implements Scorer {
  readonly model: Model;
  readonly #landed: Landed;
  readonly #digest: string;
  readonly #history: LandedHistory;
  #tip: Oid;
  #last: Promise<unknown> = Promise.resolve();

  constructor(landed: Landed, model: Model, { tip }: KeptScore, history: LandedHistory) {
    this.model = model;
    this.#digest = modelDigest(model);
    this.#landed = landed;
    this.#history = history;
    this.#tip = tip;
  }

  /** One after another: the history is one. */
  score(change: Change, at: number): Promise<Result<Score>> {
    const next = this.#last.then(() => this.#score(change, at));
    this.#last = next.catch(() => undefined);
    return next;
  }

  async #score(change: Change, at: number): Promise<Result<Score>> {
    const base = change.base ?? change.mergeBase;
    if (base === null || change.mergeBase === null) return err(problem('HISTORY_STALE', 'nothing landed before this change'));
    const caught = await this.#catchUp(base);
    if (!caught.ok) return caught;
    const commit = await this.#landed.squashed(change.mergeBase, change.head, squash(change, at));
    return commit.ok ? ok(scoreOf(this.model, this.#history.look(commit.value), this.#digest)) : commit;
  }

  async #catchUp(tip: Oid): Promise<Result<void>> {
    if (tip === this.#tip) return ok(undefined);
    const asked = { tip, from: this.#tip };
    const count = await this.#landed.count(asked);
    if (!count.ok) return count;
    if (count.value > MOST_SINCE) return err(problem('HISTORY_STALE', `${count.value} commits landed since the score was trained`, { remedy: 'countersign risk train' }));
    const read = await this.#landed.read(asked, (commits) => {
      for (const commit of commits) this.#history.land(commit);
    });
    // an older base has nothing new behind it, and stays judged by what came after it too
    if (read.ok && count.value > 0) this.#tip = tip;
    return read.ok ? ok(undefined) : read;
  }
}

/** As it would be squashed: titles and bodies of all commits, the newest title first, by whoever wrote the first. */
function squash({ commits, head }: Change, at: number): Omit<LandedCommit, 'files'> {
  const [first, newest] = [commits[0], commits.at(-1)];
  const message = commits.length === 1 ? (newest?.message ?? '') : [newest, ...commits.slice(0, -1)].map((c) => c?.message ?? '').join('\n\n');
  const nobody = { name: '', email: '' };
  const author = first?.author ?? nobody;
  const committer = newest?.committer ?? nobody;
  return {
    id: head,
    parents: [],
    author: { name: author.name, email: author.email },
    committer: { name: committer.name, email: committer.email },
    authoredAt: at,
    zone: 0,
    committedAt: at,
    message,
  };
}

/** A whole history, each commit as it would have been scored when it landed, by the model of today. Problems as `Landed.read` has them. */
export async function scoreHistory(
  { landed }: Pick<Scoring, 'landed'>,
  model: Model,
  asked: { readonly tip: Oid; readonly signal?: AbortSignal; readonly progress?: (done: number, all: number) => void },
  history: LandedHistory,
  each: (commit: LandedCommit, score: Score) => void | Promise<void>,
): Promise<Result<readonly string[]>> {
  const digest = modelDigest(model);
  return landed.read(asked, async (commits) => {
    for (const commit of commits) {
      const landing = history.land(commit);
      if (landing !== undefined) await each(commit, scoreOf(model, landing, digest));
    }
  });
}
