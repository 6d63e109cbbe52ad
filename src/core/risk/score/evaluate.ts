/**
 * The honest table: how good the score would have been on this history, in time, beside what no model is needed for. Raw labels and clean
 * ones side by side, intervals by drawing again, and what share of changes had to be opened for a figure.
 */
import type { Space } from './fit.ts';
import { type Labelled, type Labels, outcomes } from './labels.ts';
import type { Sample } from './landed.ts';
import type { Linear } from './logistic.ts';
import { type AtBudget, atBudget, auc, caught, interval, type Reliability, random, reliability, type Scored } from './measures.ts';
import { minutesOf, ROLLING, rolling, scoredOf } from './rolling.ts';

export interface EvaluationRow {
  /** `random`, `size`, `smallest first`, `prior`, `prior and own history`, `and boosting`. */
  readonly order: string;
  readonly labels: Labels;
  readonly changes: number;
  readonly reverted: number;
  readonly auc: number;
  /** 95 % of draws lie between. */
  readonly interval: readonly [number, number];
  /** Share of what was reverted among the riskiest 5, 10 and 20 % of changes. */
  readonly caught: readonly [number, number, number];
  /** Reading for 20 % of all review minutes, by chance and by chance for a minute. */
  readonly minutes: AtBudget;
  readonly perMinute: AtBudget;
  /** null of orders that say no chance. */
  readonly reliability: Reliability | null;
}

export interface Evaluation {
  readonly rows: readonly EvaluationRow[];
  /** Error of calibration of a constant rate, on clean labels: what any model has to be compared with. */
  readonly constantError: number;
  /** Blocks that were scored, each once. */
  readonly scored: number;
}

export interface EvaluationAsked {
  readonly forest: boolean;
  readonly progress?: (done: number, all: number) => void;
}

/** @param prior must not have learnt from this history, or its rows are too good. */
export function evaluate(space: Space, samples: readonly Sample[], prior: Linear, { forest, progress }: EvaluationAsked): Evaluation {
  const rows: EvaluationRow[] = [];
  const models = [
    ['prior', { use: 'prior' }],
    ['prior and own history', { use: 'both' }],
    ...(forest ? ([['and boosting', { use: 'both', forest: true }]] as const) : []),
  ] as const;
  const all = models.length * ROLLING.blocks * 2;
  let done = 0;
  for (const labels of ['clean', 'raw'] as const) {
    const measured = outcomes(samples, samples.at(-1)?.at ?? 0, labels);
    const test = measured.slice(Math.floor(0.7 * measured.length));
    if (test.length === 0 || !test.some((r) => r.bad)) continue;
    rows.push(...withoutModel(test, labels));
    for (const [order, options] of models) {
      const judged = rolling(space, samples, prior, { ...ROLLING, ...options, labels }, () => progress?.(++done, all));
      rows.push(rowOf(order, labels, scoredOf(judged), true));
    }
  }
  const clean = rows.find((r) => r.labels === 'clean');
  const rate = clean === undefined ? 0 : clean.reverted / clean.changes;
  const constant =
    clean === undefined
      ? []
      : outcomes(samples, samples.at(-1)?.at ?? 0, 'clean')
          .slice(-clean.changes)
          .map((r): Scored => ({ score: rate, bad: r.bad, minutes: 1 }));
  return { rows, constantError: constant.length === 0 ? 0 : reliability(constant).error, scored: done };
}

function withoutModel(test: readonly Labelled[], labels: Labels): readonly EvaluationRow[] {
  const next = random(1);
  const by = (score: (row: Labelled) => number): readonly Scored[] => test.map((row) => ({ score: score(row), bad: row.bad, minutes: minutesOf(row) }));
  return [
    rowOf(
      'random',
      labels,
      by(() => next()),
      false,
    ),
    rowOf('size', labels, by(minutesExactly), false),
    rowOf(
      'smallest first',
      labels,
      by((row) => -minutesExactly(row)),
      false,
    ),
  ];
}

/** Lines, not minutes: those end at ninety. */
const minutesExactly = ({ sample }: Labelled): number => (sample.x[0] ?? 0) + (sample.x[1] ?? 0);

const rowOf = (order: string, labels: Labels, rows: readonly Scored[], isChance: boolean): EvaluationRow => ({
  order,
  labels,
  changes: rows.length,
  reverted: rows.filter((r) => r.bad).length,
  auc: auc(rows),
  interval: interval(rows, auc),
  caught: [caught(rows, 0.05), caught(rows, 0.1), caught(rows, 0.2)],
  minutes: atBudget(rows, 0.2, (r) => r.score),
  perMinute: atBudget(rows, 0.2, isChance ? (r) => r.score / r.minutes : (r) => r.score),
  reliability: isChance ? reliability(rows) : null,
});
