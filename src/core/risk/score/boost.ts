/**
 * Gradient boosted trees over scaled values (Friedman 2001; histograms and growth by leaf as in LightGBM, Ke et al. 2017): the optional
 * second opinion beside the scorecard. Deterministic: of equal splits the first feature and the lowest cut win.
 */

/** A split, or a leaf where `feature` is negative. Children stand at `left` and `right` of the same list. */
export interface Node {
  readonly feature: number;
  /** Scaled values up to it go left. */
  readonly cut: number;
  readonly left: number;
  readonly right: number;
  readonly value: number;
}
export interface Forest {
  readonly base: number;
  readonly trees: readonly (readonly Node[])[];
}

export interface Growth {
  readonly trees: number;
  readonly rate: number;
  readonly leaves: number;
  /** Rows of one leaf at least. */
  readonly least: number;
  readonly l2: number;
}
export const GROWTH: Growth = { trees: 200, rate: 0.05, leaves: 12, least: 60, l2: 5 };

const BINS = 64;

/** @param columns scaled values by feature, each of one length. @param y 1 or 0. */
export function fitForest(columns: readonly Float32Array[], y: Uint8Array, weight: Float64Array | null = null, growth: Growth = GROWTH): Forest {
  const n = y.length;
  const binned = columns.map((c) => Uint8Array.from(c, (v) => Math.min(BINS - 1, Math.max(0, Math.floor(v * BINS)))));
  let [yes, all] = [1, 2];
  for (let i = 0; i < n; i++) {
    const w = weight?.[i] ?? 1;
    all += w;
    if (y[i] === 1) yes += w;
  }
  const base = Math.log(yes / (all - yes));
  const score = new Float64Array(n).fill(base);
  const [gradient, hessian] = [new Float64Array(n), new Float64Array(n)];
  const trees: (readonly Node[])[] = [];
  for (let t = 0; t < growth.trees; t++) {
    for (let i = 0; i < n; i++) {
      const p = 1 / (1 + Math.exp(-(score[i] as number)));
      const w = weight?.[i] ?? 1;
      gradient[i] = w * (p - (y[i] as number));
      hessian[i] = w * Math.max(p * (1 - p), 1e-9);
    }
    const tree = grow(binned, gradient, hessian, growth, score);
    trees.push(tree);
  }
  return { base, trees };
}

/** The log-odds of one row of scaled values. */
export function forestLogit({ base, trees }: Forest, z: Float64Array | Float32Array): number {
  let sum = base;
  for (const tree of trees) {
    let at = tree[0];
    while (at !== undefined && at.feature >= 0) at = tree[(z[at.feature] ?? 0) <= at.cut ? at.left : at.right];
    sum += at?.value ?? 0;
  }
  return sum;
}

interface Leaf {
  readonly rows: Int32Array;
  readonly g: Float64Array;
  readonly h: Float64Array;
  readonly n: Int32Array;
  readonly best: Split | null;
  readonly slot: number;
}
interface Split {
  readonly gain: number;
  readonly feature: number;
  readonly bin: number;
}

function grow(binned: readonly Uint8Array[], gradient: Float64Array, hessian: Float64Array, growth: Growth, score: Float64Array): readonly Node[] {
  const nodes: Node[] = [];
  const put = (node: Node): number => nodes.push(node) - 1;
  const leafAt = (rows: Int32Array, from?: { readonly parent: Leaf; readonly sibling: Leaf }): Leaf => {
    const hist = from === undefined ? histogram(binned, gradient, hessian, rows) : less(from.parent, from.sibling);
    return { rows, ...hist, best: bestSplit(hist, rows.length, binned.length, growth), slot: put({ feature: -1, cut: 0, left: 0, right: 0, value: 0 }) };
  };
  const leaves: Leaf[] = [leafAt(Int32Array.from(gradient, (_, i) => i))];
  while (leaves.length < growth.leaves) {
    const at = leaves.reduce((most, l, i) => ((l.best?.gain ?? 0) > (leaves[most]?.best?.gain ?? 0) ? i : most), 0);
    const leaf = leaves[at];
    if (leaf?.best == null) break;
    const { feature, bin } = leaf.best;
    const bins = binned[feature] as Uint8Array;
    const [left, right] = [leaf.rows.filter((i) => (bins[i] as number) <= bin), leaf.rows.filter((i) => (bins[i] as number) > bin)];
    const small = leafAt(left.length <= right.length ? left : right);
    const large = leafAt(left.length <= right.length ? right : left, { parent: leaf, sibling: small });
    const [l, r] = left.length <= right.length ? [small, large] : [large, small];
    // just below the next bin: what `Math.floor(v * BINS)` put left stays left
    nodes[leaf.slot] = { feature, cut: (bin + 1) / BINS - 1e-7, left: l.slot, right: r.slot, value: 0 };
    leaves.splice(at, 1, l, r);
  }
  for (const leaf of leaves) {
    let [g, h] = [0, 0];
    for (const i of leaf.rows) {
      g += gradient[i] as number;
      h += hessian[i] as number;
    }
    const value = (-growth.rate * g) / (h + growth.l2);
    nodes[leaf.slot] = { feature: -1, cut: 0, left: 0, right: 0, value };
    for (const i of leaf.rows) (score[i] as number) += value;
  }
  return nodes;
}

type Histogram = Pick<Leaf, 'g' | 'h' | 'n'>;

function histogram(binned: readonly Uint8Array[], gradient: Float64Array, hessian: Float64Array, rows: Int32Array): Histogram {
  const size = binned.length * BINS;
  const [g, h, n] = [new Float64Array(size), new Float64Array(size), new Int32Array(size)];
  for (let f = 0; f < binned.length; f++) {
    const bins = binned[f] as Uint8Array;
    const offset = f * BINS;
    for (let r = 0; r < rows.length; r++) {
      const i = rows[r] as number;
      const at = offset + (bins[i] as number);
      (g[at] as number) += gradient[i] as number;
      (h[at] as number) += hessian[i] as number;
      (n[at] as number) += 1;
    }
  }
  return { g, h, n };
}

const less = (parent: Histogram, sibling: Histogram): Histogram => ({
  g: parent.g.map((v, i) => v - (sibling.g[i] as number)),
  h: parent.h.map((v, i) => v - (sibling.h[i] as number)),
  n: parent.n.map((v, i) => v - (sibling.n[i] as number)),
});

function bestSplit({ g, h, n }: Histogram, rows: number, features: number, { least, l2 }: Growth): Split | null {
  if (rows < 2 * least) return null;
  let best: Split | null = null;
  for (let f = 0; f < features; f++) {
    const offset = f * BINS;
    let [G, H] = [0, 0];
    for (let b = 0; b < BINS; b++) {
      G += g[offset + b] as number;
      H += h[offset + b] as number;
    }
    const whole = (G * G) / (H + l2);
    let [gl, hl, nl] = [0, 0, 0];
    for (let b = 0; b < BINS - 1; b++) {
      gl += g[offset + b] as number;
      hl += h[offset + b] as number;
      nl += n[offset + b] as number;
      if (nl < least) continue;
      if (rows - nl < least) break;
      const gain = (gl * gl) / (hl + l2) + ((G - gl) * (G - gl)) / (H - hl + l2) - whole;
      if (gain > (best?.gain ?? 1e-6)) best = { gain, feature: f, bin: b };
    }
  }
  return best;
}
