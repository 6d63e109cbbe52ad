/**
 * The scorecard and boosting on labelled defects instead of reverts: the six projects of ZZR0/ISSTA21-JIT-DP (Zeng et al., ISSTA 2021),
 * each learnt from its earlier 80 % and measured on the later 20 %, by its 14 values and nothing else (no prior). Beside them the rows
 * everybody can compute: chance, lines changed, lines added (LApredict).
 *
 *     for p in gerrit go jdt openstack platform qt; do
 *       git -C ISSTA21-JIT-DP show HEAD:Data_Extraction/git_base/datasets/$p/${p}_k_feature.csv > FOLDER/${p}_k_feature.csv
 *     done
 *     COUNTERSIGN_BENCH_ISSTA=FOLDER node bench/risk/issta.ts
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Feature } from '../../src/core/risk/score/feature.ts';
import { fitOwn, logits, type Own, shareOf, spaceOf } from '../../src/core/risk/score/fit.ts';
import type { Labelled } from '../../src/core/risk/score/labels.ts';
import { atBudget, auc, caught, interval, random, reliability, reviewMinutes, type Scored } from '../../src/core/risk/score/measures.ts';
import { shiftTo } from '../../src/core/risk/score/rolling.ts';
import { scaled } from '../../src/core/risk/score/scale.ts';

const FEATURES: readonly Feature[] = [
  ...['ns', 'nd', 'nf', 'entrophy', 'la', 'ld', 'lt'].map((name): Feature => ({ name, group: 'size', scale: 'rank' })),
  { name: 'fix', group: 'message', scale: 'binary' },
  ...['ndev', 'age', 'nuc'].map((name): Feature => ({ name, group: 'files', scale: 'rank' })),
  ...['exp', 'rexp', 'sexp'].map((name): Feature => ({ name, group: 'author', scale: 'rank' })),
];
const [LA, LD] = [4, 5];
const space = spaceOf(FEATURES);

/** Strength of the scorecard; newest rows that say how often a change is bad. */
const [STRENGTH, BASE] = [0.1, 1_500];

function read(file: string): readonly Labelled[] {
  const [head = '', ...lines] = readFileSync(file, 'utf8').trim().split(/\r?\n/);
  const names = head.split(',');
  const place = (name: string): number => names.indexOf(name);
  const [date, bug] = [place('date'), place('bug')];
  const columns = FEATURES.map((f) => place(f.name));
  return lines
    .map((line) => line.split(','))
    .map((v, i): Labelled => {
      const x = Float64Array.from(columns, (c) => (v[c] === 'True' ? 1 : Number(v[c] ?? 0) || 0));
      return { sample: { id: String(i), x, at: Number(v[date]), revertedAt: null, planned: false, scored: true, prior: 0.1 }, bad: Number(v[bug]) > 0 };
    })
    .sort((a, b) => a.sample.at - b.sample.at);
}

const linesOf = ({ sample }: Labelled): number => (sample.x[LA] ?? 0) + (sample.x[LD] ?? 0);

interface Measured {
  readonly rows: readonly Labelled[];
  /** Share of defects before them. */
  readonly before: number;
  /** Of each order, a score for every row. */
  readonly by: ReadonlyMap<string, readonly number[]>;
}

function measure(all: readonly Labelled[]): Measured {
  const cut = Math.floor(0.8 * all.length);
  const [known, rows] = [all.slice(0, cut), all.slice(cut)];
  const share = shareOf(
    space,
    known.map((r) => r.sample),
    known,
  );
  const own = fitOwn(space, share, { forest: true, strength: STRENGTH });
  if (own === null) throw new Error('too few defects');
  const z = new Float64Array(FEATURES.length);
  const both = all.map((row) => oddsOf(own, scaled(FEATURES, share.scale, row.sample.x, row.sample.prior, z)));
  const probabilities = (of: (both: Both) => number): readonly number[] => {
    const odds = both.map(of);
    const base = known.slice(-BASE);
    const shift = shiftTo(odds.slice(cut - base.length, cut), base.filter((r) => r.bad).length / base.length);
    return odds.slice(cut).map((l) => 1 / (1 + Math.exp(-l - shift)));
  };
  const next = random(1);
  return {
    rows,
    before: known.filter((r) => r.bad).length / known.length,
    by: new Map([
      ['random', rows.map(() => next())],
      ['size', rows.map(linesOf)],
      ['LApredict', rows.map((r) => r.sample.x[LA] ?? 0)],
      ['scorecard', probabilities((l) => l.linear)],
      ['boosting', probabilities((l) => l.forest)],
      ['both', probabilities((l) => (l.linear + l.forest) / 2)],
    ]),
  };
}

interface Both {
  readonly linear: number;
  readonly forest: number;
}

function oddsOf(own: Own, z: Float64Array): Both {
  const linear = logits(space, z, own.linear, null).prior;
  return { linear, forest: 2 * logits(space, z, own.linear, own).own - linear };
}

const folder = process.env.COUNTERSIGN_BENCH_ISSTA;
if (folder === undefined) throw new Error('COUNTERSIGN_BENCH_ISSTA names the folder of *_k_feature.csv');
const projects = readdirSync(folder)
  .filter((f) => f.endsWith('_k_feature.csv'))
  .sort()
  .map((f) => ({ name: f.replace('_k_feature.csv', ''), ...measure(read(join(folder, f))) }));

const ORDERS = ['random', 'size', 'LApredict', 'scorecard', 'boosting', 'both'];
const mean = (of: (project: Measured) => number): number => projects.reduce((sum, p) => sum + of(p), 0) / projects.length;
const scoredBy = ({ rows, by }: Measured, order: string): readonly Scored[] =>
  rows.map((row, i) => ({ score: by.get(order)?.[i] ?? 0, bad: row.bad, minutes: reviewMinutes(linesOf(row)) }));

console.log(`AUC (95 %)   ${ORDERS.map((o) => o.padEnd(18)).join('')}`);
for (const project of projects) {
  const cells = ORDERS.map((order) => {
    const scored = scoredBy(project, order);
    return `${auc(scored).toFixed(3)} (${interval(scored, auc)
      .map((v) => v.toFixed(2))
      .join('-')})`.padEnd(18);
  });
  console.log(`${project.name.padEnd(12)} ${cells.join('')}  ${project.rows.length} changes, ${project.rows.filter((r) => r.bad).length} with defects`);
}
console.log(
  `mean         ${ORDERS.map((o) =>
    mean((p) => auc(scoredBy(p, o)))
      .toFixed(3)
      .padEnd(18),
  ).join('')}`,
);
const MODELS = ORDERS.slice(3);
const line = (head: string, of: (scored: readonly Scored[]) => number): string =>
  head.padEnd(13 + 3 * 18) +
  MODELS.map((o) =>
    mean((p) => of(scoredBy(p, o)))
      .toFixed(3)
      .padEnd(18),
  ).join('');
console.log(line('ECE', (scored) => reliability(scored).error));
console.log(line('  if what is said were exactly so', chanceError));
console.log(`ECE of a constant, the share before the cut: ${mean(({ rows, before }) => Math.abs(before - rows.filter((r) => r.bad).length / rows.length)).toFixed(3)}`);

/** The error that chance alone makes of tenths so small. */
function chanceError(scored: readonly Scored[]): number {
  const next = random(1);
  return Array.from({ length: 50 }, () => reliability(scored.map((r) => ({ ...r, bad: next() < r.score }))).error).reduce((a, b) => a + b, 0) / 50;
}

/** What is read first, by each way to spend 20 %. */
const EFFORT: readonly (readonly [string, (r: Scored & { readonly lines: number }) => number])[] = [
  ['probability', (r) => r.score],
  ['probability / lines', (r) => r.score / Math.max(1, r.lines)],
  ['probability / minute', (r) => r.score / r.minutes],
  ['size', (r) => r.lines],
  ['smallest first', (r) => -r.lines],
];
console.log('\nboth, at 20 % of           lines (opened)   minutes (opened)   changes');
for (const [name, order] of EFFORT) {
  const by = (p: Measured, cost: (r: Scored & { readonly lines: number }) => number): readonly Scored[] =>
    scoredBy(p, 'both').map((r, i) => {
      const row = { ...r, lines: linesOf(p.rows[i] as Labelled) };
      return { score: order(row), bad: r.bad, minutes: cost(row) };
    });
  const at = (cost: (r: Scored & { readonly lines: number }) => number): string => {
    const budget = projects.map((p) => atBudget(by(p, cost), 0.2, (r) => r.score));
    const of = (pick: (b: { caught: number; opened: number }) => number): number => budget.reduce((sum, b) => sum + pick(b), 0) / budget.length;
    return `${of((b) => b.caught).toFixed(3)} (${of((b) => b.opened).toFixed(2)})`.padEnd(17);
  };
  console.log(
    `${name.padEnd(26)} ${at((r) => r.lines)}${at((r) => r.minutes)}${mean((p) =>
      caught(
        by(p, () => 1),
        0.2,
      ),
    ).toFixed(3)}`,
  );
}
