import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, equal, hex, utf8 } from '../base/bytes.ts';
import { type Bytes, sha256 } from '../base/crypto.ts';
import {
  consistencyPlan,
  EMPTY_TREE,
  edgeNodes,
  fill,
  grow,
  inclusionPlan,
  leafHash,
  type NodeRef,
  nodeHash,
  type ProofPlan,
  root,
  type Tree,
  verifyConsistency,
  verifyInclusion,
} from './merkle.ts';

const N = 130;

/** A log in memory: what the store keeps. */
class Nodes {
  readonly trees: Tree[] = [EMPTY_TREE];
  readonly leaves: Bytes[] = [];
  readonly #hashes = new Map<string, Bytes>();

  constructor(size: number) {
    for (let i = 0; i < size; i++) this.add(leafHash(utf8(`entry ${i}`)));
  }

  add(leaf: Bytes): void {
    const { tree, completed } = grow(this.trees.at(-1) ?? EMPTY_TREE, leaf);
    for (const node of completed) this.#hashes.set(`${node.level}/${node.index}`, node.hash);
    this.trees.push(tree);
    this.leaves.push(leaf);
  }

  read = (nodes: readonly NodeRef[]): readonly (Bytes | undefined)[] => nodes.map((n) => this.#hashes.get(`${n.level}/${n.index}`));
  root = (size: number): Bytes => root(this.trees[size] ?? EMPTY_TREE);
  leaf = (index: number): Bytes => this.leaves[index] ?? new Uint8Array(0);
  prove = (plan: ProofPlan | undefined): readonly Bytes[] => (plan && fill(plan, this.read(plan.nodes))) ?? [new Uint8Array(0)];
  inclusion = (index: number, size: number): readonly Bytes[] => this.prove(inclusionPlan(index, size));
  consistency = (first: number, second: number): readonly Bytes[] => this.prove(consistencyPlan(first, second));
}

const hexes = (hashes: readonly Bytes[]): readonly string[] => hashes.map(hex);
const log = new Nodes(N);

/** RFC 6962 section 2.1 word for word, recursive and slow, remembering the ranges it has seen. */
const known = new Map<string, Bytes>();
const split = (n: number): number => 2 ** (Math.ceil(Math.log2(n)) - 1);
function mth(from: number, to: number): Bytes {
  const seen = known.get(`${from}-${to}`);
  if (seen !== undefined) return seen;
  const middle = from + split(to - from);
  const hash = to === from ? sha256('') : to - from === 1 ? log.leaf(from) : nodeHash(mth(from, middle), mth(middle, to));
  known.set(`${from}-${to}`, hash);
  return hash;
}
function path(m: number, from: number, to: number): readonly Bytes[] {
  if (to - from === 1) return [];
  const middle = from + split(to - from);
  return m < middle ? [...path(m, from, middle), mth(middle, to)] : [...path(m, middle, to), mth(from, middle)];
}
function subproof(m: number, from: number, to: number, whole: boolean): readonly Bytes[] {
  if (m === to) return whole ? [] : [mth(from, to)];
  const middle = from + split(to - from);
  return m <= middle ? [...subproof(m, from, middle, whole), mth(middle, to)] : [...subproof(m, middle, to, false), mth(from, middle)];
}

describe('against the naive tree of RFC 6962', () => {
  it('has the same roots, and its edge is stored', () => {
    for (let size = 0; size <= N; size++) {
      expect(hex(log.root(size))).toBe(hex(mth(0, size)));
      expect(hexes(log.read(edgeNodes(size)).filter((h) => h !== undefined))).toEqual(hexes(log.trees[size]?.edge ?? []));
    }
  });

  it('has the same inclusion proofs for every pair, and they verify', () => {
    for (let size = 1; size <= N; size++) {
      for (let index = 0; index < size; index++) {
        const proof = log.inclusion(index, size);
        if (hexes(proof).join() !== hexes(path(index, 0, size)).join()) expect.fail(`inclusion ${index} of ${size}`);
        if (!verifyInclusion(log.leaf(index), index, size, proof, log.root(size))) expect.fail(`verify ${index} of ${size}`);
      }
    }
  });

  it('has the same consistency proofs for every pair, and they verify', () => {
    for (let second = 1; second <= N; second++) {
      for (let first = 1; first <= second; first++) {
        const proof = log.consistency(first, second);
        if (hexes(proof).join() !== hexes(subproof(first, 0, second, true)).join()) expect.fail(`consistency ${first} to ${second}`);
        if (!verifyConsistency(first, second, proof, log.root(first), log.root(second))) expect.fail(`verify ${first} to ${second}`);
      }
    }
  });
});

describe('known answers', () => {
  it('hashes nothing, a leaf and a node as RFC 6962 says', () => {
    expect(hex(root(EMPTY_TREE))).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(hex(leafHash(new Uint8Array(0)))).toBe('6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d');
    const [a, b] = [leafHash(new Uint8Array(0)), leafHash(new Uint8Array([0]))];
    expect(hex(nodeHash(a, b))).toBe('fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125');
  });
});

describe('hashing in place', () => {
  it('hashes an entry of any length, whatever was hashed before', () => {
    for (const length of [0, 1, 31, 255, 4095, 4096, 4097, 65_535, 3]) {
      const entry = new Uint8Array(length).fill(length % 251);
      expect(hex(leafHash(entry))).toBe(hex(sha256(concat(new Uint8Array([0]), entry))));
    }
  });

  it('hashes children of another length as they are, and gives hashes that nothing writes over', () => {
    const [short, long] = [new Uint8Array(31).fill(1), new Uint8Array(33).fill(2)];
    expect(hex(nodeHash(short, long))).toBe(hex(sha256(concat(new Uint8Array([1]), short, long))));
    const first = nodeHash(log.leaf(0), log.leaf(1));
    const before = hex(first);
    nodeHash(log.leaf(2), log.leaf(3));
    expect(hex(first)).toBe(before);
  });
});

describe('what is not so does not verify', () => {
  const flips = (bytes: Bytes): readonly Bytes[] => [...bytes].flatMap((_, i) => Array.from({ length: 8 }, (_, bit) => bytes.map((b, j) => (i === j ? b ^ (1 << bit) : b))));

  it.each([
    [0, 1],
    [4, 7],
    [6, 7],
    [63, 64],
    [64, 65],
    [100, 129],
  ])('no flipped bit, other index, longer or shorter proof: inclusion of %i in %i', (index, size) => {
    const proof = log.inclusion(index, size);
    const check = (p: readonly Bytes[], i = index, s = size, leaf = log.leaf(index), r = log.root(size)): boolean => verifyInclusion(leaf, i, s, p, r);
    expect(check(proof)).toBe(true);
    for (const [at, hash] of proof.entries()) for (const bad of flips(hash)) if (check(proof.with(at, bad))) expect.fail(`flip in ${at}`);
    for (const bad of flips(log.leaf(index))) if (check(proof, index, size, bad)) expect.fail('flip in the leaf');
    for (const bad of flips(log.root(size))) if (check(proof, index, size, log.leaf(index), bad)) expect.fail('flip in the root');
    for (let i = -1; i < size + 2; i++) expect(check(proof, i)).toBe(i === index);
    expect(check([...proof, log.leaf(0)])).toBe(false);
    expect(proof.length > 0 && check(proof.slice(1))).toBe(false);
    expect(proof.length > 0 && check(proof.slice(0, -1))).toBe(false);
    expect(check([...proof].reverse())).toBe(proof.length < 2);
  });

  it.each([
    [1, 2],
    [3, 7],
    [4, 7],
    [6, 8],
    [64, 129],
    [65, 130],
  ])('no flipped bit, other size, longer or shorter proof: consistency of %i with %i', (first, second) => {
    const proof = log.consistency(first, second);
    const check = (p: readonly Bytes[], f = first, s = second, a = log.root(first), b = log.root(second)): boolean => verifyConsistency(f, s, p, a, b);
    expect(check(proof)).toBe(true);
    for (const [at, hash] of proof.entries()) for (const bad of flips(hash)) if (check(proof.with(at, bad))) expect.fail(`flip in ${at}`);
    for (const bad of flips(log.root(first))) if (check(proof, first, second, bad)) expect.fail('flip in the first root');
    for (const bad of flips(log.root(second))) if (check(proof, first, second, log.root(first), bad)) expect.fail('flip in the second root');
    for (let f = -1; f < second + 2; f++) expect(check(proof, f)).toBe(f === first);
    expect(check([...proof, log.leaf(0)])).toBe(false);
    expect(check(proof.slice(1))).toBe(false);
    expect(check(proof.slice(0, -1))).toBe(false);
  });

  it('refuses sizes it cannot count and hashes of another length', () => {
    const h = log.leaf(0);
    for (const n of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
      expect([verifyInclusion(h, 0, n, [], h), verifyInclusion(h, n, 1, [], h), verifyConsistency(n, 3, [h], h, h), verifyConsistency(1, n, [h], h, h)]).toEqual([
        false,
        false,
        false,
        false,
      ]);
      expect([inclusionPlan(n, 5), inclusionPlan(0, n), consistencyPlan(n, 5), consistencyPlan(1, n)]).toEqual([undefined, undefined, undefined, undefined]);
      expect(edgeNodes(n)).toEqual([]);
    }
    expect(verifyInclusion(h.slice(1), 0, 1, [], h.slice(1))).toBe(false);
    expect([consistencyPlan(0, 3), consistencyPlan(4, 3), inclusionPlan(3, 3)]).toEqual([undefined, undefined, undefined]);
    expect(verifyConsistency(0, 3, [], root(EMPTY_TREE), h)).toBe(false);
    expect(verifyConsistency(3, 3, [], h, h)).toBe(true);
    expect(verifyConsistency(3, 3, [h], h, h)).toBe(false);
    expect(verifyConsistency(3, 3, [], h, leafHash(utf8('another')))).toBe(false);
    expect(verifyConsistency(2, 3, [], h, h)).toBe(false);
  });

  it('fills a plan only with all hashes, and all of 32 bytes', () => {
    const plan = inclusionPlan(5, 11);
    if (plan === undefined) throw new Error('no plan');
    const hashes = log.read(plan.nodes);
    expect(fill(plan, hashes)).toBeDefined();
    expect(fill(plan, hashes.slice(1))).toBeUndefined();
    expect(fill(plan, [...hashes, log.leaf(0)])).toBeUndefined();
    expect(fill(plan, [undefined, ...hashes.slice(1)])).toBeUndefined();
    expect(fill(plan, [new Uint8Array(31), ...hashes.slice(1)])).toBeUndefined();
  });
});

describe('large trees', () => {
  const SIZE = 66_000;
  const large = new Nodes(SIZE);

  it.each([255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, SIZE])('proves at tile boundaries: %i', (size) => {
    for (const index of [0, 1, 254, 255, 256, 257, size - 2, size - 1].filter((i) => i < size)) {
      expect(verifyInclusion(large.leaf(index), index, size, large.inclusion(index, size), large.root(size))).toBe(true);
    }
    for (const first of [1, 255, 256, 257, size - 1, size].filter((f) => f <= size)) {
      expect(verifyConsistency(first, size, large.consistency(first, size), large.root(first), large.root(size))).toBe(true);
    }
  });

  it('proves any pair', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: SIZE }), fc.nat(), fc.nat(), (size, a, b) => {
        const [index, first] = [a % size, (b % size) + 1];
        const included = verifyInclusion(large.leaf(index), index, size, large.inclusion(index, size), large.root(size));
        return included && verifyConsistency(first, size, large.consistency(first, size), large.root(first), large.root(size));
      }),
    );
  });

  it('plans and verifies past 2^32 without losing a bit of the size', () => {
    const size = 2 ** 40 + 2 ** 33 + 1;
    expect(edgeNodes(size)).toEqual([
      { level: 40, index: 0 },
      { level: 33, index: 2 ** 7 },
      { level: 0, index: size - 1 },
    ]);
    const [leaf, left, middle] = [log.leaf(0), log.leaf(1), log.leaf(2)];
    const expected = nodeHash(left, nodeHash(middle, leaf));
    expect(verifyInclusion(leaf, size - 1, size, [middle, left], expected)).toBe(true);
    expect(verifyInclusion(leaf, size - 1 - 2 ** 32, size, [middle, left], expected)).toBe(false);
    expect(inclusionPlan(size - 1, size)?.nodes).toEqual(edgeNodes(size).slice(0, 2).reverse());
  });

  it('never takes arbitrary hashes for a proof', () => {
    const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: N }), fc.nat(N), fc.array(hash, { maxLength: 9 }), (size, index, proof) => {
        const same = index < size && proof.length === log.inclusion(index, size).length && proof.every((h, i) => equal(h, log.inclusion(index, size)[i] ?? h));
        return verifyInclusion(log.leaf(index % N), index, size, proof, log.root(size)) === (same && index < size);
      }),
    );
  });
});
