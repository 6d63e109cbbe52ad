/**
 * Makes the prior that ships, of every sample file there is (`node bench/risk/export.ts` makes one of a repository), and writes it as
 * `src/core/risk/score/prior.ts`. Each repository is learnt from up to 30 days before its last commit: what became of later ones is not
 * known yet. What is measured on these repositories is never measured with it: `bench/risk/reverts.ts` leaves each out of its own prior
 * and learns from the first 70 % of the others.
 *
 *     COUNTERSIGN_BENCH_SAMPLES=<folder of *.bin> node bench/risk/prior.ts
 */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FEATURES, FEATURES_VERSION } from '../../src/core/risk/score/features.ts';
import { fitPrior, type Share, shareOf, spaceOf } from '../../src/core/risk/score/fit.ts';
import { outcomes } from '../../src/core/risk/score/labels.ts';
import type { Linear } from '../../src/core/risk/score/logistic.ts';
import { readSamples, type SampleFile } from './export.ts';

const folder = process.env.COUNTERSIGN_BENCH_SAMPLES;
if (folder === undefined) throw new Error('COUNTERSIGN_BENCH_SAMPLES names the folder of samples');

const space = spaceOf(FEATURES);
const read = readdirSync(folder)
  .filter((f) => f.endsWith('.bin'))
  .sort()
  .map((f) => readSamples(join(folder, f)))
  .filter((f) => f.version === FEATURES_VERSION)
  .map((file) => ({ file, share: shareOf(space, file.samples, outcomes(file.samples, endOf(file), 'clean')) }));
const prior = fitPrior(
  space,
  read.map((r) => r.share),
);
if (prior === undefined) throw new Error('no repository has seen enough');
writeFileSync('src/core/risk/score/prior.ts', source(prior));
console.log(`${read.length} repositories, ${prior.weights.length} weights`);

function endOf({ samples }: SampleFile): number {
  return samples.at(-1)?.at ?? 0;
}

function source(fitted: Linear): string {
  return [
    '/**',
    ' * What reverts have in common, learnt from public histories: the score of a repository that has none of its own yet. Made by',
    ' * bench/risk/prior.ts, never by hand; docs/spec/risk-score.md says how good it is.',
    ' */',
    "import type { Linear } from './logistic.ts';",
    '',
    '/** What the values mean that it was learnt from. */',
    `export const PRIOR_FEATURES = ${FEATURES_VERSION};`,
    '',
    '/** Each with the commit it was read at, the last day that was learnt from, and how much was. */',
    'export const PRIOR_TRAINED = [',
    ...read.map(({ file, share }) => `  ${learnt(file, share)},`),
    '] as const;',
    '',
    '/** By the columns of the basis. */',
    'export const PRIOR: Linear = {',
    `  intercept: ${six(fitted.intercept)},`,
    ...(['weights', 'mean', 'sd'] as const).map((of) => `  ${of}: Float64Array.from([\n${lines(fitted[of])}\n  ]),`),
    '};',
    '',
  ].join('\n');
}

function learnt({ repository, tip, samples }: SampleFile, { rows }: Share): string {
  const until = new Date(1_000 * Math.max(...rows.slice(-1).map((r) => r.sample.at), samples[0]?.at ?? 0)).toISOString().slice(0, 10);
  return `{ repository: '${repository.replace('+', '/')}', tip: '${tip}', until: '${until}', changes: ${rows.length}, reverted: ${rows.filter((r) => r.bad).length} }`;
}

function six(n: number): string {
  return String(Number(n.toPrecision(6)));
}

/** Ten to a line. */
function lines(values: Float64Array): string {
  const all = Array.from(values, six);
  return Array.from({ length: Math.ceil(all.length / 10) }, (_, i) => `    ${all.slice(10 * i, 10 * i + 10).join(', ')},`).join('\n');
}
