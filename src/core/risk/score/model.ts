/**
 * The model of one repository: its own scale, the prior, what its own history adds, and where its newest changes stand. Everything a
 * change is scored with, as plain data; docs/spec/risk-score.md has the file.
 */
import { digestOfAny, type Json } from '../../base/json.ts';
import { type Basis, expand } from './basis.ts';
import { explain } from './explain.ts';
import { FEATURES, FEATURES_VERSION } from './features.ts';
import { fitOwn, logits, type Own, ownWeight, type Space, shareOf, spaceOf } from './fit.ts';
import type { Look } from './history.ts';
import { knownAt, type Labels } from './labels.ts';
import type { Sample } from './landed.ts';
import type { Linear } from './logistic.ts';
import { shiftTo } from './rolling.ts';
import { CUTS, type Scale, scaled } from './scale.ts';
import type { Score } from './score.ts';

export const MODEL_VERSION = 1;

export interface Model {
  readonly version: typeof MODEL_VERSION;
  /** What the values mean: a model of other meanings is not used. */
  readonly features: number;
  readonly scale: Scale;
  readonly prior: Linear;
  readonly own: Own | null;
  /** 0 to 1: of its own history against the prior. */
  readonly weight: number;
  /** Mean log-odds of the newest changes by each, and what brings both to the share that was reverted. */
  readonly level: { readonly prior: number; readonly own: number; readonly shift: number };
  /** Means of the columns of the basis over the newest changes: what a usual change looks like. */
  readonly usual: readonly number[];
  /** Log-odds of the newest changes at 0 %, 1 %, ... 100 %, lowest first. */
  readonly ranks: readonly number[];
  readonly trained: Trained;
}

export interface Trained {
  /** Commit it has seen last. */
  readonly tip: string;
  /** Seconds since 1970 of that commit. */
  readonly until: number;
  readonly changes: number;
  readonly reverted: number;
  /** Lowercase hex SHA-256 over what was learnt from: ids and what became of each. */
  readonly samples: string;
}

export interface Training {
  readonly tip: string;
  /** Seconds since 1970: what became known later is not. The time of the last sample unless told. */
  readonly at?: number;
  readonly labels?: Labels;
  readonly forest?: boolean;
  readonly space?: Space;
}

/** Newest changes that say what is usual, and those that say how often one is reverted. */
const [NEWEST, BASE] = [2_000, 8_000];

/** @param samples in the order they landed. The same samples give the same model, to the byte of its file. */
export function train(samples: readonly Sample[], prior: Linear, options: Training): Model {
  const space = options.space ?? SPACE;
  const at = options.at ?? (samples.at(-1)?.at ?? 0) + 1;
  const known = knownAt(samples, at, options.labels ?? 'clean');
  const share = shareOf(space, samples, known);
  const bad = known.filter((r) => r.bad).length;
  const own = fitOwn(space, share, { forest: options.forest === true });
  const weight = ownWeight(own, bad);
  const newest = samples.filter((s) => s.scored).slice(-NEWEST);
  const z = newest.map((s) => scaled(space.features, share.scale, s.x, s.prior));
  const both = z.map((row) => logits(space, row, prior, own));
  const mean = (of: (l: { prior: number; own: number }) => number): number => both.reduce((sum, l) => sum + of(l), 0) / Math.max(1, both.length);
  const level = { prior: mean((l) => l.prior), own: mean((l) => l.own), shift: 0 };
  const mixed = both.map((l) => mix(l, level, weight, own));
  const base = known.slice(-BASE);
  const shift = shiftTo(mixed, (base.filter((r) => r.bad).length + 0.5) / (base.length + 1));
  return {
    version: MODEL_VERSION,
    features: FEATURES_VERSION,
    scale: share.scale,
    prior,
    own,
    weight,
    level: { ...level, shift },
    usual: usualOf(space.basis, z),
    ranks: cutsOf(mixed.map((l) => l + shift)),
    trained: {
      tip: options.tip,
      until: samples.at(-1)?.at ?? 0,
      changes: known.length,
      reverted: bad,
      samples: digestOfAny(samples.map((s) => [s.id, s.revertedAt, s.planned]) as unknown as Json),
    },
  };
}

export const SPACE: Space = spaceOf(FEATURES);

const mix = (l: { prior: number; own: number }, level: { prior: number; own: number }, weight: number, own: Own | null): number =>
  own === null ? l.prior : weight * l.own + (1 - weight) * (l.prior - level.prior + level.own);

function usualOf(basis: Basis, rows: readonly Float64Array[]): readonly number[] {
  const sum = new Float64Array(basis.of.length);
  const line = new Float64Array(basis.of.length);
  for (const row of rows) {
    expand(basis, row, line);
    for (let j = 0; j < line.length; j++) sum[j] = (sum[j] ?? 0) + (line[j] ?? 0);
  }
  return Array.from(sum, (v) => v / Math.max(1, rows.length));
}

function cutsOf(values: readonly number[]): readonly number[] {
  const sorted = [...values].sort((a, b) => a - b);
  return Array.from({ length: CUTS }, (_, i) => sorted[Math.round((i * (sorted.length - 1)) / (CUTS - 1))] ?? 0);
}

/** @param look what history says of the change. @param model its digest, where it is known already. */
export function scoreOf(model: Model, look: Look, digest: string = modelDigest(model), space: Space = SPACE): Score {
  const z = scaled(space.features, model.scale, look.x, look.prior);
  const logit = mix(logits(space, z, model.prior, model.own), model.level, model.weight, model.own) + model.level.shift;
  return { probability: Number((1 / (1 + Math.exp(-logit))).toFixed(6)), percentile: percentileOf(model.ranks, logit), reasons: explain(space, model, z, look), model: digest };
}

/** Whole percent of the newest changes that score lower. */
function percentileOf(ranks: readonly number[], logit: number): number {
  const below = ranks.filter((r) => r < logit).length;
  return Math.min(100, Math.max(0, Math.round((100 * below) / Math.max(1, ranks.length))));
}

/** Over its numbers as they are written. */
export const modelDigest = (model: Model): string => digestOfAny(JSON.parse(JSON.stringify(model, (_, v: unknown) => (v instanceof Float64Array ? [...v] : v))) as Json);
