/**
 * Measures the score as it would have been used: over the last 30 % of a history in blocks, each scored by what was known when it began.
 * Random folds would let a model learn from its own future.
 */
import { fitOwn, logits, type Own, ownWeight, type Space, shareOf } from './fit.ts';
import { knownAt, type Labelled, type Labels, outcomes } from './labels.ts';
import type { Sample } from './landed.ts';
import type { Linear } from './logistic.ts';
import { reviewMinutes, type Scored } from './measures.ts';
import { scaled } from './scale.ts';

export interface Rolling {
  readonly blocks: number;
  readonly labels: Labels;
  readonly forest: boolean;
  /** Which of the two are used. */
  readonly use: 'both' | 'own' | 'prior';
  readonly strength?: number;
}
export const ROLLING: Rolling = { blocks: 8, labels: 'clean', forest: false, use: 'both' };

export interface Judged {
  readonly row: Labelled;
  /** Log-odds. */
  readonly logit: number;
  readonly probability: number;
}

const LINES: readonly [added: number, deleted: number] = [0, 1];

export function rolling(space: Space, samples: readonly Sample[], prior: Linear, options: Rolling = ROLLING, progress?: (block: number) => void): readonly Judged[] {
  const end = samples.at(-1)?.at ?? 0;
  const measured = outcomes(samples, end, options.labels);
  const test = measured.slice(Math.floor(0.7 * measured.length));
  const judged: Judged[] = [];
  let before: Own | null = null;
  for (let block = 0; block < options.blocks; block++) {
    const rows = test.slice(Math.floor((block * test.length) / options.blocks), Math.floor(((block + 1) * test.length) / options.blocks));
    const time = rows[0]?.sample.at;
    if (time === undefined) continue;
    const known = knownAt(samples, time, options.labels);
    const share = shareOf(
      space,
      samples.filter((s) => s.at < time),
      known,
    );
    const bad = known.filter((r) => r.bad).length;
    const own: Own | null =
      options.use === 'prior'
        ? null
        : fitOwn(space, share, {
            forest: options.forest,
            ...(before === null ? {} : { from: before.linear }),
            ...(options.strength === undefined ? {} : { strength: options.strength }),
          });
    before = own;
    const weight = options.use === 'own' && own !== null ? 1 : ownWeight(own, bad);
    judged.push(...blended(space, share.scale, rows, known, prior, own, weight));
    progress?.(block + 1);
  }
  return judged;
}

/** Changes whose means bring both onto one level, and whose share of bad ones probabilities are brought to. */
const [LEVEL, BASE] = [2_000, 8_000];

function blended(
  space: Space,
  scale: ReturnType<typeof shareOf>['scale'],
  rows: readonly Labelled[],
  known: readonly Labelled[],
  prior: Linear,
  own: Own | null,
  weight: number,
): readonly Judged[] {
  const z = new Float64Array(space.features.length);
  const line = new Float64Array(space.basis.of.length);
  const both = ({ sample }: Labelled) => logits(space, scaled(space.features, scale, sample.x, sample.prior, z), prior, own, line);
  const recent = known.slice(-LEVEL).map(both);
  const mean = (of: (l: { prior: number; own: number }) => number): number => recent.reduce((sum, l) => sum + of(l), 0) / Math.max(1, recent.length);
  const [level, ownLevel] = [mean((l) => l.prior), mean((l) => l.own)];
  const mixed = (l: { prior: number; own: number }): number => (own === null ? l.prior : weight * l.own + (1 - weight) * (l.prior - level + ownLevel));
  const base = known.slice(-BASE);
  const shift = shiftTo(recent.map(mixed), (base.filter((r) => r.bad).length + 0.5) / (base.length + 1));
  return rows.map((row) => {
    const logit = mixed(both(row)) + shift;
    return { row, logit, probability: 1 / (1 + Math.exp(-logit)) };
  });
}

/** What is added to log-odds so that their mean probability is the rate. */
export function shiftTo(all: readonly number[], rate: number): number {
  if (all.length === 0) return 0;
  let [low, high] = [-20, 20];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (all.reduce((sum, l) => sum + 1 / (1 + Math.exp(-l - middle)), 0) / all.length < rate) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

export const scoredOf = (judged: readonly Judged[]): readonly Scored[] => judged.map((j) => ({ score: j.probability, bad: j.row.bad, minutes: minutesOf(j.row) }));
export const minutesOf = ({ sample }: Labelled): number => reviewMinutes((sample.x[LINES[0]] ?? 0) + (sample.x[LINES[1]] ?? 0));
