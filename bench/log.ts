/**
 * The log in memory, a million entries of 256 bytes: how often it does each thing in a second of one core, beside what the hash
 * alone would allow: as many SHA-256 of the same blocks, through `crypto.hash`, as verifying takes (making a proof takes next to none). Where there is an `openssl`, its own
 * rate is printed too: what this machine could do without a call from JavaScript for every hash.
 */
import { spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { utf8 } from '../src/core/base/bytes.ts';
import type { Bytes } from '../src/core/base/crypto.ts';
import {
  consistencyPlan,
  EMPTY_TREE,
  fill,
  grow,
  inclusionPlan,
  leafHash,
  type NodeRef,
  type ProofPlan,
  root,
  type Tree,
  verifyConsistency,
  verifyInclusion,
} from '../src/core/log/merkle.ts';
import { HASH_SIZE } from '../src/core/log/strict.ts';
import { TILE_WIDTH } from '../src/core/log/tiles.ts';
import { type Comparison, compare, WARM_UP } from './measure.ts';

const SIZE = 1_000_000;
/** What one turn does. */
const MANY = 20_000;
const TURNS = 9;

/** All nodes of a tree by level, in blocks of as many hashes as a tile has: a million small arrays would measure the collector. */
class Memory {
  tree: Tree = EMPTY_TREE;
  readonly #levels: Bytes[][] = [];

  add(entry: Bytes): void {
    const { tree, completed } = grow(this.tree, leafHash(entry));
    this.tree = tree;
    for (const { level, index, hash } of completed) this.#block(level, index).set(hash, (index % TILE_WIDTH) * HASH_SIZE);
  }

  at = ({ level, index }: NodeRef): Bytes | undefined => {
    const start = (index % TILE_WIDTH) * HASH_SIZE;
    return this.#levels[level]?.[Math.floor(index / TILE_WIDTH)]?.subarray(start, start + HASH_SIZE);
  };
  leaf = (index: number): Bytes => this.at({ level: 0, index }) ?? broken('no leaf');
  prove = (plan: ProofPlan | undefined): readonly Bytes[] => (plan && fill(plan, plan.nodes.map(this.at))) ?? broken('no proof');

  #block(level: number, index: number): Bytes {
    this.#levels[level] ??= [];
    const blocks = this.#levels[level] ?? [];
    const block = blocks[Math.floor(index / TILE_WIDTH)] ?? new Uint8Array(TILE_WIDTH * HASH_SIZE);
    if (index % TILE_WIDTH === 0) blocks.push(block);
    return block;
  }
}

export async function logBench(): Promise<readonly Comparison[]> {
  const { log, roots } = filled();
  const sizes = [...roots.keys()];
  const index = spread(SIZE);
  const first = (i: number): number => sizes[i % sizes.length] ?? SIZE;
  const rootAt = (size: number): Bytes => roots.get(size) ?? broken('no root');
  const end = root(log.tree);
  const inclusions = Array.from({ length: MANY }, (_, i) => log.prove(inclusionPlan(index(i), SIZE)));
  const consistencies = Array.from({ length: MANY }, (_, i) => log.prove(consistencyPlan(first(i), SIZE)));
  const hashesOf = (proofs: readonly (readonly Bytes[])[]): number => proofs.reduce((sum, p) => sum + p.length, 0);

  const growing = new Memory();
  const rows: readonly Row[] = [
    { name: 'appends', of: [MANY, 257, MANY, 65], does: (i) => growing.add(entryOf(i)) },
    { name: 'inclusion proofs', of: [hashesOf(inclusions), 65, 0, 65], does: (i) => log.prove(inclusionPlan(index(i), SIZE)) },
    {
      name: 'inclusion verifications',
      of: [hashesOf(inclusions), 65, 0, 65],
      does: (i) => verifyInclusion(log.leaf(index(i)), index(i), SIZE, inclusions[i] ?? [], end) || broken('no inclusion'),
    },
    { name: 'consistency proofs', of: [hashesOf(consistencies), 65, 0, 65], does: (i) => log.prove(consistencyPlan(first(i), SIZE)) },
    {
      name: 'consistency verifications',
      of: [hashesOf(consistencies), 65, 0, 65],
      does: (i) => verifyConsistency(first(i), SIZE, consistencies[i] ?? [], rootAt(first(i)), end) || broken('no consistency'),
    },
  ];
  const measured: Comparison[] = [];
  for (const row of rows) measured.push(await measure(row));
  console.log(opensslLine());
  return measured;
}

interface Row {
  readonly name: string;
  /** What the baseline hashes: so many blocks of one length, and of another. */
  readonly of: readonly [number, number, number, number];
  does(i: number): unknown;
}

/** @returns with the rate in a second of CPU, the median of all turns. */
async function measure({ name, of: [some, length, more, other], does }: Row): Promise<Comparison> {
  const rates: number[] = [];
  const blocks = [new Uint8Array(length), new Uint8Array(other)] as const;
  const hashes = (count: number, block: Bytes): void => {
    for (let i = 0; i < count; i++) hash('sha256', block, 'binary');
  };
  const compared = await compare({
    name: `log: ${MANY} ${name}`,
    baseline: `${some} SHA-256 of ${length} bytes${more > 0 ? ` and ${more} of ${other}` : ''}`,
    turns: TURNS,
    subject: (turn) => {
      const before = process.cpuUsage();
      for (let i = 0; i < MANY; i++) does(i);
      const { user, system } = process.cpuUsage(before);
      if (turn >= WARM_UP) rates.push((MANY * 1e6) / (user + system));
    },
    against: () => {
      hashes(some, blocks[0]);
      hashes(more, blocks[1]);
    },
  });
  return { ...compared, perSecond: rates.sort((a, b) => a - b)[Math.floor(rates.length / 2)] ?? 0 };
}

function filled(): { readonly log: Memory; readonly roots: ReadonlyMap<number, Bytes> } {
  const log = new Memory();
  const kept = new Set(Array.from({ length: 512 }, (_, i) => spread(SIZE)(i) + 1));
  const roots = new Map<number, Bytes>();
  for (let i = 0; i < SIZE; i++) {
    log.add(entryOf(i));
    if (kept.has(i + 1)) roots.set(i + 1, root(log.tree));
  }
  return { log, roots };
}

const ENTRIES: readonly Bytes[] = Array.from({ length: 1024 }, (_, i) => utf8(`${i}`.padStart(256, '.')));
const entryOf = (i: number): Bytes => ENTRIES[i % ENTRIES.length] ?? broken('no entry');

/** Steps through all of 0..n-1 in no order that a cache would like. */
const spread =
  (n: number) =>
  (i: number): number =>
    (i * 612_377 + 7) % n;

function broken(what: string): never {
  throw new Error(`the log bench is broken: ${what}`);
}

function opensslLine(): string {
  const rates = [65, 257].map((bytes) => {
    const { status, stdout } = spawnSync('openssl', ['speed', '-seconds', '1', '-bytes', String(bytes), '-evp', 'sha256'], { encoding: 'utf8' });
    const thousands = /^sha256\s+([\d.]+)k/im.exec(stdout ?? '')?.[1];
    return status === 0 && thousands !== undefined ? `${Math.round((Number(thousands) * 1000) / bytes)} of ${bytes} bytes` : undefined;
  });
  return rates.every((r) => r !== undefined) ? `openssl speed: ${rates.join(', ')} a second` : 'openssl speed: there is no openssl here';
}
