/**
 * `LogFiles` out of entries alone. A tile of a higher level is worked out from all entries under it, so a store that keeps the hashes
 * answers faster; this one needs nothing but a ledger.
 */
import { concat } from '../core/base/bytes.ts';
import { leafHash } from '../core/log/merkle.ts';
import { bundleBytes } from '../core/log/tile.ts';
import { tileBuilder } from '../core/log/tile-check.ts';
import { TILE_WIDTH } from '../core/log/tiles.ts';
import type { Ledger } from './ports.ts';
import type { LogFiles } from './ports-log.ts';

export function filesOfLedger(ledger: Pick<Ledger, 'entries' | 'checkpoint'>): LogFiles {
  /** Entries [from, from + count) where all of them are committed. */
  const some = async (from: number, count: number): Promise<readonly Uint8Array[] | null> => {
    const rows = count > 0 ? await ledger.entries(from, count) : [];
    return rows.length === count && count > 0 ? rows.map((r) => r.bytes) : null;
  };
  const subtree = async (level: number, index: number): Promise<Uint8Array | null> => {
    const builder = tileBuilder();
    const span = TILE_WIDTH ** level;
    for (let at = 0; at < span; at += TILE_WIDTH) {
      const entries = await some(index * span + at, Math.min(TILE_WIDTH, span));
      if (entries === null) return null;
      for (const entry of entries) builder.add(entry);
    }
    return builder.root();
  };
  return {
    bundle: async (index, width) => {
      const entries = await some(index * TILE_WIDTH, width);
      return entries === null ? null : (bundleBytes(entries) ?? null);
    },
    tile: async (level, index, width) => {
      if (level === 0) return concatOr(await some(index * TILE_WIDTH, width).then((e) => e?.map(leafHash) ?? null));
      // The last one first: where it is not there, nothing needs to be worked out.
      const last = await ledger.entries((index * TILE_WIDTH + width) * TILE_WIDTH ** level - 1, 1);
      if (last.length === 0) return null;
      const hashes: Uint8Array[] = [];
      for (let i = 0; i < width; i++) {
        const hash = await subtree(level, index * TILE_WIDTH + i);
        if (hash === null) return null;
        hashes.push(hash);
      }
      return concat(...hashes);
    },
    checkpoint: async () => ((await ledger.entries(0, 1)).length === 0 ? null : ledger.checkpoint()),
  };
}

const concatOr = (hashes: readonly Uint8Array[] | null): Uint8Array | null => (hashes === null ? null : concat(...hashes));
