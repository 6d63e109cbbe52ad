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

/** A proof still to be filled: each of its hashes is the fold of some complete nodes. */
export interface ProofPlan {
  /** What to read, in the order `fill` takes the hashes. */
  readonly nodes: readonly NodeRef[];
  /** For each hash of the proof, how many of the nodes it folds. */
  readonly counts: readonly number[];
}

const LEAF = new Uint8Array([0]);
const NODE = new Uint8Array([1]);
/** Where what is hashed is put together, written over each time: nothing keeps it, and making one anew costs as much as the hash. */
const leafBytes = new Uint8Array(1 + 4096);
const nodeBytes = new Uint8Array(1 + 2 * HASH_SIZE);
nodeBytes.set(NODE);

export function leafHash(entry: Bytes): Bytes {
  if (entry.length >= leafBytes.length) return sha256(concat(LEAF, entry));
  leafBytes.set(entry, 1);
  return sha256(leafBytes.subarray(0, 1 + entry.length));
}

export function nodeHash(left: Bytes, right: Bytes): Bytes {
  if (left.length !== HASH_SIZE || right.length !== HASH_SIZE) return sha256(concat(NODE, left, right));
  nodeBytes.set(left, 1);
  nodeBytes.set(right, 1 + HASH_SIZE);
  return sha256(nodeBytes);
}

export const EMPTY_TREE: Tree = { size: 0, edge: [] };

/** The tree with one leaf more, and the nodes that became complete by it (the leaf first): store them all. */
export function grow(tree: Tree, leaf: Bytes): { readonly tree: Tree; readonly completed: readonly StoredNode[] } {
  const edge = tree.edge.slice();
  const completed: StoredNode[] = [{ level: 0, index: tree.size, hash: leaf }];
  let hash = leaf;
  for (let index = tree.size, level = 1; odd(index); level++) {
    hash = nodeHash(edge.pop() ?? hash, hash);
    index = half(index);
    completed.push({ level, index, hash });
  }
  edge.push(hash);
  return { tree: { size: tree.size + 1, edge }, completed };
}

/** MTH of RFC 6962: SHA-256 of nothing for the empty tree. */
export const root = (tree: Tree): Bytes => (tree.edge.length === 0 ? sha256(EMPTY) : fold(tree.edge, 0, tree.edge.length));

/** The stored nodes that are the edge of a tree of this size, widest first. */
export const edgeNodes = (size: number): readonly NodeRef[] => (countable(size) ? planOf([[0, size]]).nodes : []);

/** Siblings from leaf to root; undefined unless 0 <= index < size. */
export function inclusionPlan(index: number, size: number): ProofPlan | undefined {
  if (!countable(index) || !countable(size) || index >= size) return undefined;
  return planOf(pathOf(index, size));
}

/** What shows that the tree of size `first` is a prefix of that of size `second`; undefined unless 0 < first <= second. */
export function consistencyPlan(first: number, second: number): ProofPlan | undefined {
  if (!countable(first) || !countable(second) || first < 1 || first > second) return undefined;
  return planOf(subproof(first, second));
}

/** The proof, or undefined when a hash is missing or of the wrong length. */
export function fill(plan: ProofPlan, hashes: readonly (Bytes | undefined)[]): readonly Bytes[] | undefined {
  if (hashes.length !== plan.nodes.length || !hashes.every(isHash)) return undefined;
  let at = 0;
  return plan.counts.map((count) => {
    at += count;
    return fold(hashes, at - count, at);
  });
}

/** RFC 9162 section 2.1.3.2. The attacker controls everything but `leaf` and `expected`. */
export function verifyInclusion(leaf: Bytes, index: number, size: number, proof: readonly Bytes[], expected: Bytes): boolean {
  if (!countable(index) || !countable(size) || index >= size || !isHash(leaf) || !isHash(expected) || !proof.every(isHash)) return false;
  let fn = index;
  let sn = size - 1;
  let hash = leaf;
  for (const sibling of proof) {
    if (sn === 0) return false;
    const right = odd(fn) || fn === sn;
    hash = right ? nodeHash(sibling, hash) : nodeHash(hash, sibling);
    const up = right ? climb(fn) : 2;
    fn = Math.floor(fn / up);
    sn = Math.floor(sn / up);
  }
  return sn === 0 && equal(hash, expected);
}

/** RFC 9162 section 2.1.4.2. `first` 0 proves nothing and is refused. */
export function verifyConsistency(first: number, second: number, proof: readonly Bytes[], firstRoot: Bytes, secondRoot: Bytes): boolean {
  if (!countable(first) || !countable(second) || first < 1 || first > second) return false;
  if (!isHash(firstRoot) || !isHash(secondRoot) || !proof.every(isHash)) return false;
  if (first === second) return proof.length === 0 && equal(firstRoot, secondRoot);
  const [start, ...rest] = isPower(first) ? [firstRoot, ...proof] : proof;
  if (start === undefined || proof.length === 0) return false;
  return walkConsistency(first, second, start, rest, firstRoot, secondRoot);
}

function walkConsistency(first: number, second: number, start: Bytes, rest: readonly Bytes[], firstRoot: Bytes, secondRoot: Bytes): boolean {
  let fn = first - 1;
  let sn = second - 1;
  while (odd(fn)) {
    fn = half(fn);
    sn = half(sn);
  }
  let old = start;
  let now = start;
  for (const sibling of rest) {
    if (sn === 0) return false;
    const right = odd(fn) || fn === sn;
    if (right) old = nodeHash(sibling, old);
    now = right ? nodeHash(sibling, now) : nodeHash(now, sibling);
    const up = right ? climb(fn) : 2;
    fn = Math.floor(fn / up);
    sn = Math.floor(sn / up);
  }
  return sn === 0 && equal(old, firstRoot) && equal(now, secondRoot);
}

/** By what to divide to go up one level, and on past every level where this node is a left child without a sibling of its own. */
function climb(fn: number): number {
  let up = 2;
  for (let f = fn; !odd(f) && f !== 0; f = half(f)) up *= 2;
  return up;
}

/** PATH of RFC 6962 section 2.1.1, as ranges from leaf to root. */
function pathOf(index: number, size: number): readonly Range[] {
  const ranges: Range[] = [];
  let from = 0;
  let to = size;
  while (to - from > 1) {
    const middle = from + split(to - from);
    ranges.push(index < middle ? [middle, to] : [from, middle]);
    if (index < middle) to = middle;
    else from = middle;
  }
  return ranges.reverse();
}

/** SUBPROOF of RFC 6962 section 2.1.2, as ranges: down to where the old tree ends, which is where its right edge is whole. */
function subproof(first: number, second: number): readonly Range[] {
  const ranges: Range[] = [];
  let from = 0;
  let to = second;
  while (first !== to) {
    const middle = from + split(to - from);
    ranges.push(first <= middle ? [middle, to] : [from, middle]);
    if (first <= middle) to = middle;
    else from = middle;
  }
  // From 0 it is the whole old tree, whose root the verifier has.
  if (from > 0) ranges.push([from, to]);
  return ranges.reverse();
}

/** The maximal complete nodes of ranges that start where RFC 6962 splits, widest first in each. */
function planOf(ranges: readonly Range[]): ProofPlan {
  const nodes: NodeRef[] = [];
  const counts = ranges.map(([from, to]) => {
    const before = nodes.length;
    for (let at = from; at < to; ) {
      const level = height(to - at);
      nodes.push({ level, index: at / power(level) });
      at += power(level);
    }
    return nodes.length - before;
  });
  return { nodes, counts };
}

/** The exponent of the largest power of two that is not above n (n >= 1). */
const height = (n: number): number => (n < 2 ** 32 ? 31 - Math.clz32(n) : 32 + height(Math.floor(n / 2 ** 32)));

/** 2^exponent, looked up: reckoned, it is half of what a plan costs. */
const POWERS = Array.from({ length: 54 }, (_, exponent) => 2 ** exponent);
const power = (exponent: number): number => POWERS[exponent] ?? Number.NaN;

/** RFC 6962's k: the largest power of two smaller than n (n >= 2). */
const split = (n: number): number => power(height(n - 1));

/** The hashes [from, to), folded from the right; at least one. */
function fold(hashes: readonly Bytes[], from: number, to: number): Bytes {
  let hash = hashes[to - 1] ?? EMPTY;
  for (let i = to - 2; i >= from; i--) hash = nodeHash(hashes[i] ?? EMPTY, hash);
  return hash;
}

const EMPTY = new Uint8Array(0);
const isPower = (n: number): boolean => power(height(n)) === n;
const odd = (n: number): boolean => n % 2 === 1;
const half = (n: number): number => Math.floor(n / 2);
const isHash = (h: Bytes | undefined): h is Bytes => h?.length === HASH_SIZE;
