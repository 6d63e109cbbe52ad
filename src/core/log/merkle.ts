/**
 * The Merkle tree of RFC 6962 and RFC 9162 over stored node hashes. A *complete* node covers 2^level leaves and never
 * changes again, so only complete nodes are stored; everything else is computed from them. To make a proof: work out
 * every node (`inclusionPlan`, `consistencyPlan`), read them all at once, then `fill` the plan. No bit operators: sizes
 * pass 2^32. Everything is total; verifiers answer false to whatever an attacker writes in a proof.
 */
import { concat, equal } from '../base/bytes.ts';
import { type Bytes, sha256 } from '../base/crypto.ts';
import { countable, HASH_SIZE } from './strict.ts';

/** The complete node over leaves [index * 2^level, (index + 1) * 2^level). Level 0 is a leaf hash. */
export interface NodeRef {
  readonly level: number;
  readonly index: number;
}

export interface StoredNode extends NodeRef {
  readonly hash: Bytes;
}

/** The right edge of a tree: the roots of its maximal complete subtrees, widest first. Enough to grow it. */
export interface Tree {
  readonly size: number;
  readonly edge: readonly Bytes[];
}

/** Leaves [from, to). */
type Range = readonly [from: number, to: number];

/** A proof still to be filled: one hash a range, each range the fold of some complete nodes. */
export interface ProofPlan {
  readonly ranges: readonly Range[];
  /** What to read, in the order `fill` takes the hashes. */
  readonly nodes: readonly NodeRef[];
}

const LEAF = new Uint8Array([0]);
const NODE = new Uint8Array([1]);

export const leafHash = (entry: Bytes): Bytes => sha256(concat(LEAF, entry));
export const nodeHash = (left: Bytes, right: Bytes): Bytes => sha256(concat(NODE, left, right));

export const EMPTY_TREE: Tree = { size: 0, edge: [] };

/** The tree with one leaf more, and the nodes that became complete by it (the leaf first): store them all. */
export function grow(tree: Tree, leaf: Bytes): { readonly tree: Tree; readonly completed: readonly StoredNode[] } {
  const edge = [...tree.edge];
  const completed: StoredNode[] = [{ level: 0, index: tree.size, hash: leaf }];
  let hash = leaf;
  for (let index = tree.size, level = 1; odd(index); level++) {
    hash = nodeHash(edge.pop() ?? hash, hash);
    index = half(index);
    completed.push({ level, index, hash });
  }
  return { tree: { size: tree.size + 1, edge: [...edge, hash] }, completed };
}

/** MTH of RFC 6962: SHA-256 of nothing for the empty tree. */
export const root = (tree: Tree): Bytes => (tree.edge.length === 0 ? sha256(new Uint8Array(0)) : fold(tree.edge));

/** The stored nodes that are the edge of a tree of this size, widest first. */
export const edgeNodes = (size: number): readonly NodeRef[] => (countable(size) ? nodesOf([0, size]) : []);

/** Siblings from leaf to root; undefined unless 0 <= index < size. */
export function inclusionPlan(index: number, size: number): ProofPlan | undefined {
  if (!countable(index) || !countable(size) || index >= size) return undefined;
  return planOf(pathOf(index, 0, size));
}

/** What shows that the tree of size `first` is a prefix of that of size `second`; undefined unless 0 < first <= second. */
export function consistencyPlan(first: number, second: number): ProofPlan | undefined {
  if (!countable(first) || !countable(second) || first < 1 || first > second) return undefined;
  return planOf(subproof(first, 0, second, true));
}

/** The proof, or undefined when a hash is missing or of the wrong length. */
export function fill(plan: ProofPlan, hashes: readonly (Bytes | undefined)[]): readonly Bytes[] | undefined {
  const known = hashes.filter((h): h is Bytes => h?.length === HASH_SIZE);
  if (known.length !== plan.nodes.length || hashes.length !== known.length) return undefined;
  let at = 0;
  return plan.ranges.map((range) => {
    const count = nodesOf(range).length;
    at += count;
    return fold(known.slice(at - count, at));
  });
}

/** RFC 9162 section 2.1.3.2. The attacker controls everything but `leaf` and `expected`. */
export function verifyInclusion(leaf: Bytes, index: number, size: number, proof: readonly Bytes[], expected: Bytes): boolean {
  if (!countable(index) || !countable(size) || index >= size || !allHashes([leaf, expected, ...proof])) return false;
  let fn = index;
  let sn = size - 1;
  let hash = leaf;
  for (const sibling of proof) {
    if (sn === 0) return false;
    const right = odd(fn) || fn === sn;
    hash = right ? nodeHash(sibling, hash) : nodeHash(hash, sibling);
    [fn, sn] = right ? climb(fn, sn) : [half(fn), half(sn)];
  }
  return sn === 0 && equal(hash, expected);
}

/** RFC 9162 section 2.1.4.2. `first` 0 proves nothing and is refused. */
export function verifyConsistency(first: number, second: number, proof: readonly Bytes[], firstRoot: Bytes, secondRoot: Bytes): boolean {
  if (!countable(first) || !countable(second) || first < 1 || first > second) return false;
  if (!allHashes([firstRoot, secondRoot, ...proof])) return false;
  if (first === second) return proof.length === 0 && equal(firstRoot, secondRoot);
  const [start, ...rest] = isPower(first) ? [firstRoot, ...proof] : proof;
  if (start === undefined || proof.length === 0) return false;
  return walkConsistency(first, second, start, rest, firstRoot, secondRoot);
}

function walkConsistency(first: number, second: number, start: Bytes, rest: readonly Bytes[], firstRoot: Bytes, secondRoot: Bytes): boolean {
  let [fn, sn] = [first - 1, second - 1];
  while (odd(fn)) [fn, sn] = [half(fn), half(sn)];
  let [old, now] = [start, start];
  for (const sibling of rest) {
    if (sn === 0) return false;
    const right = odd(fn) || fn === sn;
    if (right) old = nodeHash(sibling, old);
    now = right ? nodeHash(sibling, now) : nodeHash(now, sibling);
    [fn, sn] = right ? climb(fn, sn) : [half(fn), half(sn)];
  }
  return sn === 0 && equal(old, firstRoot) && equal(now, secondRoot);
}

/** Up one level, and on past every level where this node is a left child without a sibling of its own. */
function climb(fn: number, sn: number): readonly [number, number] {
  let [f, s] = [fn, sn];
  while (!odd(f) && f !== 0) [f, s] = [half(f), half(s)];
  return [half(f), half(s)];
}

/** PATH of RFC 6962 section 2.1.1, as ranges. */
function pathOf(index: number, from: number, to: number): readonly Range[] {
  if (to - from === 1) return [];
  const middle = from + split(to - from);
  return index < middle ? [...pathOf(index, from, middle), [middle, to]] : [...pathOf(index, middle, to), [from, middle]];
}

/** SUBPROOF of RFC 6962 section 2.1.2, as ranges; `whole` while the old tree starts here and its root is known. */
function subproof(size: number, from: number, to: number, whole: boolean): readonly Range[] {
  if (size === to - from) return whole ? [] : [[from, to]];
  const middle = from + split(to - from);
  if (size <= middle - from) return [...subproof(size, from, middle, whole), [middle, to]];
  return [...subproof(size - (middle - from), middle, to, false), [from, middle]];
}

const planOf = (ranges: readonly Range[]): ProofPlan => ({ ranges, nodes: ranges.flatMap(nodesOf) });

/** The maximal complete nodes of a range that starts where RFC 6962 splits, widest first. */
function nodesOf([from, to]: Range): readonly NodeRef[] {
  const nodes: NodeRef[] = [];
  for (let at = from; at < to; ) {
    const { width, level } = widest(to - at);
    nodes.push({ level, index: at / width });
    at += width;
  }
  return nodes;
}

/** The largest power of two that is not above n (n >= 1), and its exponent. */
function widest(n: number): { readonly width: number; readonly level: number } {
  let [width, level] = [1, 0];
  while (width * 2 <= n) [width, level] = [width * 2, level + 1];
  return { width, level };
}

/** RFC 6962's k: the largest power of two smaller than n (n >= 2). */
const split = (n: number): number => widest(n - 1).width;

const fold = (hashes: readonly Bytes[]): Bytes => hashes.reduceRight((right, left) => nodeHash(left, right));
const isPower = (n: number): boolean => widest(n).width === n;
const odd = (n: number): boolean => n % 2 === 1;
const half = (n: number): number => Math.floor(n / 2);
const allHashes = (hashes: readonly Bytes[]): boolean => hashes.every((h) => h.length === HASH_SIZE);
