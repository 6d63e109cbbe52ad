/** How good an order is: figures over scores and what became of each change. Larger scores are riskier. */

export interface Scored {
  readonly score: number;
  /** It was reverted. */
  readonly bad: boolean;
  /** Minutes somebody would read it. */
  readonly minutes: number;
}

/** Minutes of one review by its size (section 5: min(90, 6 + .1 lines)). */
export const reviewMinutes = (lines: number): number => Math.min(90, 6 + 0.1 * lines);

/** The chance that a bad change scores above a good one, ties counting half; NaN without both. */
export function auc(rows: readonly Scored[]): number {
  const sorted = [...rows].sort((a, b) => a.score - b.score);
  let [ranks, bad] = [0, 0];
  for (let i = 0; i < sorted.length; ) {
    let j = i;
    let tied = 0;
    while (j < sorted.length && sorted[j]?.score === sorted[i]?.score) if (sorted[j++]?.bad) tied++;
    ranks += tied * ((i + j + 1) / 2);
    bad += tied;
    i = j;
  }
  const good = sorted.length - bad;
  return (ranks - (bad * (bad + 1)) / 2) / (bad * good);
}

/** The middle 95 % of what it would be over as many changes drawn again; seeded, so that it is the same each time. */
export function interval(rows: readonly Scored[], figure: (rows: readonly Scored[]) => number, times = 200, seed = 1): readonly [number, number] {
  const next = random(seed);
  const drawn = Array.from({ length: times }, () => figure(rows.map(() => rows[Math.floor(next() * rows.length)] as Scored)))
    .filter((v) => !Number.isNaN(v))
    .sort((a, b) => a - b);
  return [drawn[Math.floor(0.025 * drawn.length)] ?? Number.NaN, drawn[Math.floor(0.975 * drawn.length)] ?? Number.NaN];
}

/** mulberry32: no chance of ours, the same everywhere. */
export function random(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Share of bad changes among the riskiest `share` of changes. */
export function caught(rows: readonly Scored[], share: number): number {
  const sorted = riskiest(rows, (r) => r.score);
  const bad = rows.filter((r) => r.bad).length;
  return sorted.slice(0, Math.round(share * rows.length)).filter((r) => r.bad).length / bad;
}

export interface AtBudget {
  /** Share of bad changes read. */
  readonly caught: number;
  /** Share of all changes opened for it. */
  readonly opened: number;
}

/** Reading the riskiest first, until `share` of all minutes are spent. @param by what is read first. */
export function atBudget(rows: readonly Scored[], share: number, by: (row: Scored) => number): AtBudget {
  const budget = share * rows.reduce((sum, r) => sum + r.minutes, 0);
  let [spent, found, opened] = [0, 0, 0];
  for (const row of riskiest(rows, by)) {
    spent += row.minutes;
    if (spent > budget) break;
    opened++;
    if (row.bad) found++;
  }
  return { caught: found / rows.filter((r) => r.bad).length, opened: opened / rows.length };
}

/** Of equals the one that comes first stays first. */
const riskiest = (rows: readonly Scored[], by: (row: Scored) => number): readonly Scored[] =>
  rows
    .map((row) => ({ row, at: by(row) }))
    .sort((a, b) => b.at - a.at)
    .map((r) => r.row);

export interface Reliability {
  /** Mean of what was said, and share of what came, of each tenth of changes. */
  readonly tenths: readonly { readonly said: number; readonly came: number; readonly changes: number }[];
  /** Expected calibration error: how far apart they are on average. */
  readonly error: number;
}

/** Scores are probabilities here. */
export function reliability(rows: readonly Scored[]): Reliability {
  const sorted = [...rows].sort((a, b) => a.score - b.score);
  const tenths = Array.from({ length: 10 }, (_, i) => sorted.slice(Math.floor((i * sorted.length) / 10), Math.floor(((i + 1) * sorted.length) / 10)))
    .filter((part) => part.length > 0)
    .map((part) => ({ said: part.reduce((s, r) => s + r.score, 0) / part.length, came: part.filter((r) => r.bad).length / part.length, changes: part.length }));
  return { tenths, error: tenths.reduce((sum, t) => sum + (Math.abs(t.said - t.came) * t.changes) / rows.length, 0) };
}
