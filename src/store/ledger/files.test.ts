/** The log as static files, against the entries themselves: every tile of every published size, and none of any other. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { concat, equal } from '../../core/base/bytes.ts';
import { ok } from '../../core/base/result.ts';
import { openCheckpoint } from '../../core/log/checkpoint.ts';
import { edgeNodes, fill, inclusionPlan, leafHash, root, verifyInclusion } from '../../core/log/merkle.ts';
import { parseVkey } from '../../core/log/note.ts';
import { nodesOfTiles, parseBundleBytes, tilePlan } from '../../core/log/tile.ts';
import { TILE_WIDTH } from '../../core/log/tiles.ts';
import { tilesBetween } from '../../testing/published-tiles.ts';
import { genesisDraft, violationDraft } from '../sample-drafts.ts';
import { openStore, type Store } from '../store.ts';
import { at } from '../test-bed.ts';

const SIZES = [1, 2, 250, 256, 257, 511, 65_530, 65_536, 66_100];
const LAST = 66_100;
const dir = mkdtempSync(join(tmpdir(), 'files-'));
let store: Store;
let leaves: readonly Uint8Array[];

beforeAll(async () => {
  const opened = await openStore({ ...(await at(dir)), clock: () => 0 });
  if (!opened.ok) throw new Error(opened.error.message);
  store = opened.value;
  let size = 0;
  for (const next of SIZES) {
    const drafts = Array.from({ length: next - size }, (_, i) => (size + i === 0 ? genesisDraft() : violationDraft(`${size + i}`)));
    await store.ledger.append(() => ok(drafts));
    size = next;
  }
  leaves = (await store.ledger.entries(0, LAST)).map((e) => leafHash(e.bytes));
});
afterAll(async () => {
  await store.close();
  rmSync(dir, { recursive: true });
});

const tile = (level: number, index: number, width: number) => store.files.tile(level, index, width);

it('gives every tile and bundle of every published size, and what lies in them is the log', async () => {
  for (const size of SIZES) {
    for (const { level, index, width } of tilesBetween(0, size).filter((t) => t.width < TILE_WIDTH || size === LAST)) {
      const bytes = level === 'entries' ? await store.files.bundle(index, width) : await tile(level, index, width);
      if (bytes === null) throw new Error(`no tile ${level}/${index} of width ${width}`);
      if (level === 0) expect(equal(bytes, concat(...leaves.slice(index * TILE_WIDTH, index * TILE_WIDTH + width)))).toBe(true);
      if (level === 'entries') expect(parseBundleBytes(bytes, width)?.every((e, i) => equal(leafHash(e), leaves[index * TILE_WIDTH + i] ?? e))).toBe(true);
    }
  }
});

it('has the root of its checkpoint, and proves entries, from tiles alone', async () => {
  const key = parseVkey(store.logVerifierKey ?? '');
  const checkpoint = openCheckpoint((await store.files.checkpoint()) ?? '', key.ok ? [key.value] : []);
  if (!checkpoint.ok) throw new Error(checkpoint.error.message);
  const nodes = async (refs: ReturnType<typeof edgeNodes>) => {
    const plan = tilePlan(refs, LAST);
    if (plan === undefined) throw new Error('no plan');
    const read = await Promise.all(plan.tiles.map(({ level, index, width }) => tile(Number(level), index, width)));
    return nodesOfTiles(
      plan,
      read.map((b) => b ?? undefined),
    );
  };
  const edge = (await nodes(edgeNodes(LAST))).filter((h) => h !== undefined);
  expect(equal(root({ size: LAST, edge }), checkpoint.value.root)).toBe(true);
  for (const index of [0, 255, 256, 65_535, 65_536, LAST - 1]) {
    const plan = inclusionPlan(index, LAST);
    const proof = plan && fill(plan, await nodes(plan.nodes));
    expect(verifyInclusion(leaves[index] ?? new Uint8Array(0), index, LAST, proof ?? [], checkpoint.value.root)).toBe(true);
  }
});

it.each([
  ['a width that was never published', 0, 0, 3],
  ['a full tile that is not', 0, 258, 256],
  ['a partial tile beyond the log', 0, 258, 100],
  ['a level that is empty', 2, 0, 2],
  ['no width', 0, 0, 0],
  ['a width too wide', 0, 0, 257],
  ['half a place', 0, 0.5, 256],
  ['a place before the first', 0, -1, 256],
  ['half a level', 0.5, 0, 1],
  ['a level before the first', -1, 0, 1],
  ['a size nobody can count', 9, 1e9, 256],
  ['no number', Number.NaN, 0, 1],
])('has nothing for %s', async (_, level, index, width) => {
  expect(await tile(level, index, width)).toBeNull();
});

it('keeps partial tiles of older sizes though the full one is there', async () => {
  expect((await tile(0, 0, 250))?.length).toBe(250 * 32);
  expect((await tile(1, 0, 255))?.length).toBe(255 * 32);
  expect(await store.files.bundle(0, 251)).toBeNull();
});

it('has nothing at all before genesis', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'files-'));
  const opened = await openStore({ ...(await at(empty)), clock: () => 0 });
  if (!opened.ok) throw new Error(opened.error.message);
  const { files, close } = opened.value;
  expect([await files.checkpoint(), await files.tile(0, 0, 1), await files.bundle(0, 1)]).toEqual([null, null, null]);
  await close();
  rmSync(empty, { recursive: true });
});
