/**
 * Fits the scorecard: on many repositories for the prior that ships, on one for its own, and both together. A prior pays where little is
 * known; the more a repository has seen go wrong, the more its own history says.
 */
import { type Basis, basisOf, expand } from './basis.ts';
import { type Forest, fitForest, forestLogit } from './boost.ts';
import type { Feature, Group } from './feature.ts';
import type { Labelled } from './labels.ts';
import type { Sample } from './landed.ts';
import { fitLogistic, type Linear, logit, type Rows } from './logistic.ts';
import { fitScale, type Scale, scaled } from './scale.ts';

/** Strength of what is seen against the penalty, for each of the two. */
export const STRENGTH = { prior: 0.02, own: 0.01 } as const;
/** Known to have gone wrong, below which a repository's own history says nothing yet. */
export const FEW = 15;
/** At so many, its own history and the prior weigh the same. */
const EVEN = 75;
/** Days after which a change of its own history counts half: what hurt a repository years ago is not what hurts it now. */
const HALF = 540;
/** Left to the prior: one history has too few reverts to learn single words from, and how its own words fared is a value already. */
const PRIOR_ONLY: ReadonlySet<Group> = new Set(['words']);

/** The space models are fitted in. */
export interface Space {
  readonly features: readonly Feature[];
  readonly basis: Basis;
}

export const spaceOf = (features: readonly Feature[], basis: Basis = basisOf(features)): Space => ({ features, basis });

/** One repository, brought onto the common scale. */
export interface Share {
  readonly scale: Scale;
  readonly rows: readonly Labelled[];
}

export const shareOf = ({ features }: Space, samples: readonly Sample[], rows: readonly Labelled[]): Share => ({
  scale: fitScale(
    features,
    samples.map((s) => s.x),
  ),
  rows,
});

/** @param weigh how much a row counts; all the same unless told. */
export function rowsOf<S extends Share>(space: Space, shares: readonly S[], weigh?: (share: S, row: Labelled) => number): Rows {
  const n = shares.reduce((sum, s) => sum + s.rows.length, 0);
  const width = space.basis.of.length;
  const [x, y, weight] = [new Float32Array(n * width), new Uint8Array(n), weigh === undefined ? null : new Float64Array(n)];
  const z = new Float64Array(space.features.length);
  let i = 0;
  for (const share of shares)
    for (const row of share.rows) {
      scaled(space.features, share.scale, row.sample.x, row.sample.prior, z);
      expand(space.basis, z, x, i * width);
      y[i] = row.bad ? 1 : 0;
      if (weight !== null) weight[i] = weigh?.(share, row) ?? 1;
      i++;
    }
  return { x, width, y, weight };
}

/** Changes of one repository that went well, of as many as there are: more of them move nothing and cost time and memory. */
const MOST_GOOD = { prior: 5_000, own: 10_000 } as const;
/** Rows of one repository, and what all of them weigh together: no history outweighs another. */
const [MOST_ROWS, EACH] = [25_000, 10_000];
const [LEAST_ROWS, LEAST_BAD] = [2_000, 20];

/** Of repositories that have seen enough; undefined where none has. */
export function fitPrior(space: Space, shares: readonly Share[], strength: number = STRENGTH.prior): Linear | undefined {
  const taken = shares
    .map((s) => ({ ...s, rows: s.rows.slice(-MOST_ROWS) }))
    .filter((s) => s.rows.length >= LEAST_ROWS && s.rows.filter((r) => r.bad).length >= LEAST_BAD)
    .map((s) => ({ ...s, ...thinned(s.rows, MOST_GOOD.prior), all: s.rows.length }));
  if (taken.length === 0) return undefined;
  return fitLogistic(
    rowsOf(space, taken, (share, row) => ((row.bad ? 1 : share.each) * EACH) / share.all),
    strength,
  );
}

/** What went well is plenty: some of it, evenly over time, each counting for those left out. */
export function thinned(rows: readonly Labelled[], most: number): { readonly rows: readonly Labelled[]; readonly each: number } {
  const good = rows.reduce((n, r) => n + (r.bad ? 0 : 1), 0);
  if (good <= most) return { rows, each: 1 };
  let seen = 0;
  return { rows: rows.filter((r) => r.bad || Math.floor((++seen * most) / good) > Math.floor(((seen - 1) * most) / good)), each: good / most };
}

export interface Own {
  readonly linear: Linear;
  readonly forest: Forest | null;
}

/** null where too little is known to have gone wrong. */
export function fitOwn(space: Space, share: Share, options: { readonly strength?: number; readonly from?: Linear; readonly forest?: boolean } = {}): Own | null {
  if (share.rows.filter((r) => r.bad).length < FEW) return null;
  const aged = agedFrom(share.rows.at(-1)?.sample.at ?? 0);
  const some = { ...share, ...thinned(share.rows, MOST_GOOD.own) };
  const weigh = (row: Labelled): number => (row.bad ? 1 : some.each) * aged(row);
  const rows = withoutGroups(
    space,
    rowsOf(space, [some], (_, row) => weigh(row)),
  );
  const linear = fitLogistic(rows, options.strength ?? STRENGTH.own, options.from);
  return { linear, forest: options.forest === true ? forestOf(space, some, weigh) : null };
}

/** A column that never moves gets no weight. */
function withoutGroups({ features, basis }: Space, rows: Rows): Rows {
  basis.of.forEach((feature, column) => {
    if (!PRIOR_ONLY.has(features[feature]?.group ?? 'time')) return;
    for (let at = column; at < rows.x.length; at += rows.width) rows.x[at] = 0;
  });
  return rows;
}

/** How much a change counts by its age, seen from that time (seconds since 1970): 1, a half, a quarter. */
export const agedFrom =
  (time: number) =>
  ({ sample }: Labelled): number =>
    0.5 ** (Math.max(0, time - sample.at) / 86_400 / HALF);

function forestOf(space: Space, share: Share, weigh: (row: Labelled) => number): Forest {
  const columns = space.features.map(() => new Float32Array(share.rows.length));
  const z = new Float64Array(space.features.length);
  const used = new Set(space.basis.used);
  share.rows.forEach((row, i) => {
    scaled(space.features, share.scale, row.sample.x, row.sample.prior, z);
    for (let f = 0; f < z.length; f++) if (used.has(f)) (columns[f] as Float32Array)[i] = z[f] ?? 0;
  });
  return fitForest(
    columns,
    Uint8Array.from(share.rows, (r) => (r.bad ? 1 : 0)),
    Float64Array.from(share.rows, weigh),
  );
}

/** How much a repository's own history weighs against the prior. */
export const ownWeight = (own: Own | null, bad: number): number => (own === null ? 0 : bad / (bad + EVEN));

/** Log-odds of scaled values by each; a forest and its scorecard count half each. */
export function logits(
  space: Space,
  z: Float64Array,
  prior: Linear,
  own: Own | null,
  row: Float64Array = new Float64Array(space.basis.of.length),
): { readonly prior: number; readonly own: number } {
  expand(space.basis, z, row);
  const mine = own === null ? 0 : logit(own.linear, row);
  return { prior: logit(prior, row), own: own?.forest == null ? mine : (mine + forestLogit(own.forest, z)) / 2 };
}
