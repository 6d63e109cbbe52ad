/**
 * C2SP tlog-tiles entry bundle: up to 256 entries in one file, each a big-endian uint16 length and the entry's bytes. Nothing says how
 * many there are: whoever asks knows the width of the tile beside it.
 */
import { concat } from '../base/bytes.ts';
import type { Bytes } from '../base/crypto.ts';

/** @param entries each at most 65,535 bytes (`MAX_ENTRY`). */
export const formatBundle = (entries: readonly Bytes[]): Bytes => concat(...entries.flatMap((e) => [Uint8Array.of(e.length >>> 8, e.length & 255), e]));

/** Exactly `width` entries and not a byte more; undefined for anything else. */
export function parseBundle(bytes: Bytes, width: number): readonly Bytes[] | undefined {
  const entries: Bytes[] = [];
  let at = 0;
  while (entries.length < width) {
    const [high, low] = [bytes[at], bytes[at + 1]];
    if (high === undefined || low === undefined) return undefined;
    const end = at + 2 + high * 256 + low;
    if (end > bytes.length) return undefined;
    entries.push(bytes.slice(at + 2, end));
    at = end;
  }
  return at === bytes.length ? entries : undefined;
}
