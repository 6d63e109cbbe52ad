/**
 * The score on the reverts of real repositories, in time: each of the last 30 % in eight blocks, by what was known when it began and by
 * a prior that never saw the repository. Samples come from `node bench/risk/export.ts`.
 *
 *     COUNTERSIGN_BENCH_SAMPLES=<folder of *.bin> node bench/risk/reverts.ts [--forest] [--labels raw] [--use prior|own] [name...]
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FEATURES } from '../../src/core/risk/score/features.ts';
import { fitPrior, shareOf, spaceOf } from '../../src/core/risk/score/fit.ts';
import { knownAt, outcomes } from '../../src/core/risk/score/labels.ts';
import { atBudget, auc, caught, interval, reliability, type Scored } from '../../src/core/risk/score/measures.ts';
import { ROLLING, type Rolling, rolling, scoredOf } from '../../src/core/risk/score/rolling.ts';
import { readSamples, type SampleFile } from './export.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { forest: { type: 'boolean', default: false }, labels: { type: 'string', default: 'clean' }, use: { type: 'string', default: 'both' } },
});
const folder = process.env.COUNTERSIGN_BENCH_SAMPLES;
if (folder === undefined) throw new Error('COUNTERSIGN_BENCH_SAMPLES names the folder of samples');

const options: Rolling = { ...ROLLING, forest: values.forest, labels: values.labels === 'raw' ? 'raw' : 'clean', use: values.use as Rolling['use'] };
const space = spaceOf(FEATURES);
const files = readdirSync(folder)
  .filter((f) => f.endsWith('.bin'))
  .map((f) => [f.replace(/\.bin$/, ''), readSamples(join(folder, f))] as const);

/** Of the first 70 % of each: nothing that is measured anywhere is learnt from. */
const shares = new Map(
  files.map(([name, { samples }]) => {
    const cut = cutOf(samples);
    return [
      name,
      shareOf(
        space,
        samples.filter((s) => s.at < cut),
        knownAt(samples, cut, options.labels),
      ),
    ];
  }),
);

function cutOf(samples: SampleFile['samples']): number {
  const measured = outcomes(samples, samples.at(-1)?.at ?? 0, options.labels);
  return measured[Math.floor(0.7 * measured.length)]?.sample.at ?? 0;
}

const rows: (readonly number[])[] = [];
console.log(`${'repository'.padEnd(44)}     n  bad   AUC (95 %)          R5    R10   R20   at 20 % of minutes: by chance (opened), per minute (opened)   ECE`);
for (const [name, { samples }] of files.filter(([n]) => positionals.length === 0 || positionals.some((p) => n.includes(p)))) {
  const prior = fitPrior(
    space,
    [...shares].filter(([n]) => n !== name).map(([, s]) => s),
  );
  if (prior === undefined) throw new Error('there is no other repository to learn a prior from');
  const judged = scoredOf(rolling(space, samples, prior, options));
  rows.push(print(name, judged));
}
const mean = (column: number): string => (rows.reduce((sum, r) => sum + (r[column] ?? 0), 0) / rows.length).toFixed(3);
console.log(
  `mean of ${rows.length}: AUC ${mean(0)}  R5 ${mean(1)}  R10 ${mean(2)}  R20 ${mean(3)}  minutes ${mean(4)} (${mean(5)} opened), per minute ${mean(6)} (${mean(7)} opened)  ECE ${mean(8)}`,
);

function print(name: string, judged: readonly Scored[]): readonly number[] {
  const [low, high] = interval(judged, auc);
  const chance = atBudget(judged, 0.2, (r) => r.score);
  const minute = atBudget(judged, 0.2, (r) => r.score / r.minutes);
  const figures = [
    auc(judged),
    caught(judged, 0.05),
    caught(judged, 0.1),
    caught(judged, 0.2),
    chance.caught,
    chance.opened,
    minute.caught,
    minute.opened,
    reliability(judged).error,
  ];
  const f = figures.map((v) => v.toFixed(3));
  console.log(
    `${name.padEnd(44)} ${String(judged.length).padStart(5)} ${String(judged.filter((r) => r.bad).length).padStart(4)}  ${f[0]} (${low.toFixed(2)}-${high.toFixed(2)})  ${f[1]} ${f[2]} ${f[3]}  ${f[4]} (${f[5]}), ${f[6]} (${f[7]})  ${f[8]}`,
  );
  return figures;
}
