/**
 * The score on the reverts of real repositories, in time: the last 30 % of each, by what was known when it began (static), or in eight
 * blocks by what was known when each began (rolling), with a prior that never saw the repository and learnt from the first 70 % of the
 * others. Beside it the rows everybody can compute. Raw labels count what was meant to be undone as well: they flatter every model.
 * Samples come from `node bench/risk/export.ts`; each scored run is counted in the file `runs` beside them, for whoever looks often
 * enough at one test period sees what he wants.
 *
 *     COUNTERSIGN_BENCH_SAMPLES=<folder of *.bin> node bench/risk/reverts.ts [--forest] [--labels clean|raw] [--how static|rolling] [--use prior|own] [name...]
 */
import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FEATURES } from '../../src/core/risk/score/features.ts';
import { fitPrior, type Share, shareOf, spaceOf } from '../../src/core/risk/score/fit.ts';
import { knownAt, type Labels, outcomes } from '../../src/core/risk/score/labels.ts';
import type { Linear } from '../../src/core/risk/score/logistic.ts';
import { atBudget, auc, caught, interval, random, reliability, type Scored } from '../../src/core/risk/score/measures.ts';
import { type Judged, minutesOf, ROLLING, type Rolling, rolling } from '../../src/core/risk/score/rolling.ts';
import { readSamples, type SampleFile } from './export.ts';

/** What choices were made on; other files are only learnt from, unless they are named. */
const DEVELOPMENT = ['wikimedia+operations-puppet', 'wikimedia+operations-mediawiki-config', 'facebook+folly', 'istio+istio', 'pypi+warehouse', 'google+jax'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { forest: { type: 'boolean', default: false }, labels: { type: 'string' }, how: { type: 'string' }, use: { type: 'string', default: 'both' } },
});
const folder = process.env.COUNTERSIGN_BENCH_SAMPLES;
if (folder === undefined) throw new Error('COUNTERSIGN_BENCH_SAMPLES names the folder of samples');

const space = spaceOf(FEATURES);
const files = readdirSync(folder)
  .filter((f) => f.endsWith('.bin'))
  .map((f) => [f.replace(/\.bin$/, ''), readSamples(join(folder, f))] as const);
const measured = files.filter(([name]) => (positionals.length === 0 ? DEVELOPMENT.includes(name) : positionals.some((p) => name.includes(p))));
const HOW = ['static', 'rolling'] as const;

for (const labels of (['clean', 'raw'] as const).filter((l) => values.labels === undefined || l === values.labels)) {
  const shares = new Map(files.map(([name, file]) => [name, first70(file, labels)]));
  const priors = new Map(measured.map(([name]) => [name, priorWithout(shares, name)]));
  for (const how of HOW.filter((h) => values.how === undefined || h === values.how)) report(labels, how, priors);
}
const runs = readFileSync(join(folder, 'runs'), 'utf8').split('\n').length - 1;
console.log(`\n${runs} runs were scored on test periods of this folder so far`);

function first70({ samples }: SampleFile, labels: Labels): Share {
  const known = outcomes(samples, samples.at(-1)?.at ?? 0, labels);
  const cut = known[Math.floor(0.7 * known.length)]?.sample.at ?? 0;
  return shareOf(
    space,
    samples.filter((s) => s.at < cut),
    knownAt(samples, cut, labels),
  );
}

function priorWithout(shares: ReadonlyMap<string, Share>, name: string): Linear {
  const prior = fitPrior(
    space,
    [...shares].filter(([n]) => n !== name).map(([, share]) => share),
  );
  if (prior === undefined) throw new Error('there is no other repository to learn a prior from');
  return prior;
}

function report(labels: Labels, how: (typeof HOW)[number], priors: ReadonlyMap<string, Linear>): void {
  const options: Rolling = { ...ROLLING, blocks: how === 'static' ? 1 : ROLLING.blocks, forest: values.forest, labels, use: values.use as Rolling['use'] };
  console.log(`\n${how}, ${labels} labels, ${values.use === 'both' ? 'own and prior' : values.use}${values.forest ? ', with boosting' : ''}`);
  console.log(`${'repository'.padEnd(40)} order             n  bad  AUC (95 %)          R5    R10   R20   at 20 % of minutes (opened), per minute (opened)   ECE (constant)`);
  const all = new Map<string, (readonly number[])[]>();
  for (const [name, { samples }] of measured) {
    const prior = priors.get(name);
    if (prior === undefined) continue;
    const judged = rolling(space, samples, prior, options);
    appendFileSync(join(folder ?? '.', 'runs'), `${name} ${how} ${labels} ${values.use}${values.forest ? ' forest' : ''}\n`);
    for (const [order, scored] of orders(judged)) all.set(order, [...(all.get(order) ?? []), print(name, order, scored)]);
  }
  for (const [order, rows] of all) {
    const mean = rows[0]?.map((_, i) => (rows.reduce((sum, r) => sum + (r[i] ?? 0), 0) / rows.length).toFixed(3)) ?? [];
    console.log(`${`mean of ${rows.length}`.padEnd(40)} ${order.padEnd(15)}            ${cells(mean, '             ')}`);
  }
}

function orders(judged: readonly Judged[]): readonly (readonly [string, readonly Scored[]])[] {
  const next = random(1);
  const by = (score: (j: Judged) => number): readonly Scored[] => judged.map((j) => ({ score: score(j), bad: j.row.bad, minutes: minutesOf(j.row) }));
  const lines = ({ row }: Judged): number => (row.sample.x[0] ?? 0) + (row.sample.x[1] ?? 0);
  return [
    ['random', by(() => next())],
    ['size', by(lines)],
    ['smallest first', by((j) => -lines(j))],
    ['model', by((j) => j.probability)],
  ];
}

function print(name: string, order: string, scored: readonly Scored[]): readonly number[] {
  const isModel = order === 'model';
  const chance = atBudget(scored, 0.2, (r) => r.score);
  // by what a minute yields; of the orders that are no probability there is no such thing
  const minute = isModel ? atBudget(scored, 0.2, (r) => r.score / r.minutes) : { caught: Number.NaN, opened: Number.NaN };
  const bad = scored.filter((r) => r.bad).length;
  const [error, constant] = isModel ? [reliability(scored).error, Math.abs(meanOf(scored) - bad / scored.length)] : [Number.NaN, Number.NaN];
  const figures = [auc(scored), ...[0.05, 0.1, 0.2].map((s) => caught(scored, s)), chance.caught, chance.opened, minute.caught, minute.opened, error, constant];
  const [low, high] = interval(scored, auc);
  const range = ` (${low.toFixed(2)}-${high.toFixed(2)})`;
  console.log(
    `${name.padEnd(40)} ${order.padEnd(15)} ${String(scored.length).padStart(6)} ${String(bad).padStart(4)} ${cells(
      figures.map((v) => v.toFixed(3)),
      range,
    )}`,
  );
  return figures;
}

function meanOf(scored: readonly Scored[]): number {
  return scored.reduce((sum, r) => sum + r.score, 0) / scored.length;
}

function cells(f: readonly string[], range: string): string {
  const minutes = f[6] === 'NaN' ? '' : `, ${f[6]} (${f[7]})  ${f[8]} (${f[9]})`;
  return `${f[0]}${range}  ${f[1]} ${f[2]} ${f[3]}  ${f[4]} (${f[5]})${minutes}`;
}
