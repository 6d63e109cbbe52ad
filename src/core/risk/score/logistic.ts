/**
 * Logistic regression with an L2 penalty: minimises Σ wᵢ·logloss + ‖β‖²/(2C) over standardised columns, the intercept free, by L-BFGS
 * (Nocedal & Wright, Numerical Optimization, algorithm 7.4). The same rows in the same order give the same weights to the bit.
 */

export interface Rows {
  /** One row after another, `width` values each. Standardised in place by `fitLogistic`. */
  readonly x: Float32Array;
  readonly width: number;
  /** 1 or 0. */
  readonly y: Uint8Array;
  /** Of each row; null: 1. */
  readonly weight: Float64Array | null;
}

export interface Linear {
  /** Of standardised columns. */
  readonly weights: Float64Array;
  readonly intercept: number;
  readonly mean: Float64Array;
  readonly sd: Float64Array;
}

const STEPS = 200;
const MEMORY = 8;
/** Of the gradient against where it began. */
const ENOUGH = 1e-4;

/** @param c strength of what is seen against the penalty. @param from weights to begin with. */
export function fitLogistic(rows: Rows, c: number, from?: Linear): Linear {
  const { mean, sd } = standardise(rows);
  const start = new Float64Array(rows.width + 1);
  if (from?.weights.length === rows.width) start.set(from.weights);
  start[rows.width] = from?.intercept ?? rate(rows);
  const at = minimise(start, (beta, gradient) => loss(rows, c, beta, gradient));
  return { weights: at.slice(0, rows.width), intercept: at[rows.width] ?? 0, mean, sd };
}

/** The log-odds of one row that is not standardised. */
export function logit({ weights, intercept, mean, sd }: Linear, row: Float32Array | Float64Array, offset = 0): number {
  let sum = intercept;
  for (let j = 0; j < weights.length; j++) sum += ((weights[j] ?? 0) * ((row[offset + j] ?? 0) - (mean[j] ?? 0))) / (sd[j] ?? 1);
  return sum;
}

function standardise({ x, width, weight }: Rows): Pick<Linear, 'mean' | 'sd'> {
  const [mean, square] = [new Float64Array(width), new Float64Array(width)];
  const n = x.length / width;
  let total = 0;
  for (let i = 0; i < n; i++) {
    const w = weight?.[i] ?? 1;
    total += w;
    for (let j = 0; j < width; j++) {
      const value = x[i * width + j] ?? 0;
      mean[j] = (mean[j] ?? 0) + w * value;
      square[j] = (square[j] ?? 0) + w * value * value;
    }
  }
  const sd = new Float64Array(width);
  for (let j = 0; j < width; j++) {
    mean[j] = (mean[j] ?? 0) / total;
    const variance = (square[j] ?? 0) / total - (mean[j] ?? 0) ** 2;
    // a column that never moves says nothing
    sd[j] = variance > 1e-10 ? Math.sqrt(variance) : 1;
  }
  for (let i = 0; i < n; i++) for (let j = 0; j < width; j++) x[i * width + j] = ((x[i * width + j] ?? 0) - (mean[j] ?? 0)) / (sd[j] ?? 1);
  return { mean, sd };
}

function rate({ y, weight }: Rows): number {
  let [yes, all] = [1, 2];
  for (let i = 0; i < y.length; i++) {
    const w = weight?.[i] ?? 1;
    all += w;
    if (y[i] === 1) yes += w;
  }
  return Math.log(yes / Math.max(all - yes, 1e-9));
}

function loss({ x, width, y, weight }: Rows, c: number, beta: Float64Array, gradient: Float64Array): number {
  gradient.fill(0);
  let sum = 0;
  const free = beta[width] ?? 0;
  for (let i = 0, at = 0; i < y.length; i++, at += width) {
    let z = free;
    for (let j = 0; j < width; j++) z += (beta[j] as number) * (x[at + j] as number);
    const w = weight?.[i] ?? 1;
    const yes = y[i] === 1;
    // log(1 + e^-|z|) keeps both ends exact
    sum += w * (Math.log1p(Math.exp(-Math.abs(z))) + (yes === z > 0 ? 0 : Math.abs(z)));
    const residual = w * (1 / (1 + Math.exp(-z)) - (yes ? 1 : 0));
    for (let j = 0; j < width; j++) (gradient[j] as number) += residual * (x[at + j] as number);
    (gradient[width] as number) += residual;
  }
  for (let j = 0; j < width; j++) {
    const b = beta[j] ?? 0;
    sum += (b * b) / (2 * c);
    gradient[j] = (gradient[j] ?? 0) + b / c;
  }
  return sum;
}

type Objective = (at: Float64Array, gradient: Float64Array) => number;

function minimise(start: Float64Array, objective: Objective): Float64Array {
  let at = start;
  let gradient = new Float64Array(at.length);
  let value = objective(at, gradient);
  const first = norm(gradient);
  const kept: { readonly s: Float64Array; readonly y: Float64Array; readonly rho: number }[] = [];
  for (let step = 0; step < STEPS && norm(gradient) > ENOUGH * Math.max(1, first); step++) {
    const direction = descent(gradient, kept);
    const slope = dot(direction, gradient);
    if (slope >= 0) break;
    let length = kept.length === 0 ? 1 / Math.max(1, norm(gradient)) : 1;
    let moved = at;
    const next = new Float64Array(at.length);
    let reached = Number.POSITIVE_INFINITY;
    for (let tries = 0; tries < 30; tries++, length /= 2) {
      moved = at.map((v, j) => v + length * (direction[j] ?? 0));
      reached = objective(moved, next);
      if (reached <= value + 1e-4 * length * slope) break;
    }
    if (!(reached < value)) break;
    const s = moved.map((v, j) => v - (at[j] ?? 0));
    const y = next.map((v, j) => v - (gradient[j] ?? 0));
    const curvature = dot(s, y);
    if (curvature > 1e-12) {
      kept.push({ s, y, rho: 1 / curvature });
      if (kept.length > MEMORY) kept.shift();
    }
    [at, gradient, value] = [moved, next, reached];
  }
  return at;
}

/** The two loops of L-BFGS. */
function descent(gradient: Float64Array, kept: readonly { readonly s: Float64Array; readonly y: Float64Array; readonly rho: number }[]): Float64Array {
  const q = gradient.slice();
  const alphas = kept.map(() => 0);
  for (let i = kept.length - 1; i >= 0; i--) {
    const k = kept[i];
    if (k === undefined) continue;
    const alpha = k.rho * dot(k.s, q);
    alphas[i] = alpha;
    for (let j = 0; j < q.length; j++) q[j] = (q[j] ?? 0) - alpha * (k.y[j] ?? 0);
  }
  const last = kept.at(-1);
  const scale = last === undefined ? 1 : 1 / (last.rho * dot(last.y, last.y));
  for (let j = 0; j < q.length; j++) q[j] = (q[j] ?? 0) * scale;
  for (const [i, k] of kept.entries()) {
    const beta = k.rho * dot(k.y, q);
    for (let j = 0; j < q.length; j++) q[j] = (q[j] ?? 0) + (k.s[j] ?? 0) * ((alphas[i] ?? 0) - beta);
  }
  return q.map((v) => -v);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += (a[j] ?? 0) * (b[j] ?? 0);
  return sum;
}
const norm = (a: Float64Array): number => Math.sqrt(dot(a, a));
