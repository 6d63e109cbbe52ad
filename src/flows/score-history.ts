/** Streams what landed into samples: each commit as it was known when it landed, and, told afterwards, whether it was taken back. */
import { ok, type Result } from '../core/base/result.ts';
import { type Alias, LandedHistory } from '../core/risk/score/history.ts';
import type { LandedCommit, Sample } from '../core/risk/score/landed.ts';
import type { Way } from '../core/risk/score/links.ts';
import { isPlanned, type Planned } from '../core/risk/score/planned.ts';
import type { Landed, LandedAsked } from './ports-risk.ts';

/** A landed commit that is known to have hurt, from elsewhere than the history: an incident, a defect a reviewer stopped. */
export interface Hurt {
  readonly id: string;
  /** Seconds since 1970 from which it was known. */
  readonly at: number;
}

export interface SamplesAsked extends LandedAsked {
  readonly planned?: Planned;
  readonly alias?: Alias;
  readonly hurts?: readonly Hurt[];
}

export interface Samples {
  /** One for each commit that is no merge, in the order they landed. */
  readonly samples: readonly Sample[];
  /** By each way of naming what is taken back: how many commits were found to be. */
  readonly ways: ReadonlyMap<Way, number>;
  /** All that is remembered, to score what comes next. */
  readonly history: LandedHistory;
  /** In words. */
  readonly notSeen: readonly string[];
}

/** Stopped by a signal, it answers what it has. Problems as `Landed.read` has them. */
export async function samplesOf(landed: Landed, asked: SamplesAsked): Promise<Result<Samples>> {
  const taking = new Taking(asked);
  const seen = await landed.read(asked, (commits) => {
    for (const commit of commits) taking.take(commit);
  });
  return seen.ok ? ok({ ...taking, notSeen: seen.value }) : seen;
}

type Kept = { -readonly [key in keyof Sample]: Sample[key] };

class Taking {
  readonly history: LandedHistory;
  readonly samples: Kept[] = [];
  readonly ways = new Map<Way, number>();
  readonly #planned: Planned | undefined;
  /** The newest first: the next to become known is the last. */
  readonly #hurts: Hurt[];
  readonly #byNumber = new Map<number, Kept>();

  constructor({ alias, planned, hurts = [] }: SamplesAsked) {
    this.history = new LandedHistory(undefined, alias);
    this.#planned = planned;
    this.#hurts = [...hurts].sort((a, b) => b.at - a.at);
  }

  take(commit: LandedCommit): void {
    this.#hurt(commit.committedAt);
    const landing = this.history.land(commit);
    if (landing === undefined) return;
    const { x, prior, number, revert, tookBack, way } = landing;
    for (const target of tookBack) this.#tookBack(target, commit.committedAt);
    if (way !== undefined && tookBack.length > 0) this.ways.set(way, (this.ways.get(way) ?? 0) + tookBack.length);
    const sample = {
      id: commit.id,
      x,
      at: commit.committedAt,
      revertedAt: null,
      planned: isPlanned(commit.message, this.#planned),
      scored: !revert && commit.files.length > 0,
      prior,
    };
    this.#byNumber.set(number, sample);
    this.samples.push(sample);
  }

  #tookBack(target: number, at: number): void {
    const sample = this.#byNumber.get(target);
    if (sample !== undefined) sample.revertedAt = at;
  }

  #hurt(now: number): void {
    for (let next = this.#hurts.at(-1); next !== undefined && next.at <= now; next = this.#hurts.at(-1)) {
      this.#hurts.pop();
      const number = this.history.numberOf(next.id.toLowerCase());
      if (number !== undefined && this.history.wentWrong(number, next.at)) this.#tookBack(number, next.at);
    }
  }
}
