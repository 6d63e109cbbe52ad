/**
 * The subset of CBOR that CTAP2 authenticators write: definite lengths, shortest integers, integers, byte and text strings,
 * lists, maps, true and false. Anything else is refused. Source: RFC 8949; CTAP 2.1 section 8 (canonical form).
 */
import { text } from '../base/bytes.ts';
import type { Bytes } from '../base/crypto.ts';

export type Cbor = number | string | boolean | Bytes | readonly Cbor[] | ReadonlyMap<number | string, Cbor>;

const MAX_DEPTH = 6;

/** One item and where it ends; undefined for anything outside the subset. Bytes after it are the caller's to judge. */
export function readCbor(bytes: Bytes, start = 0): { readonly value: Cbor; readonly end: number } | undefined {
  let at = start;
  const value = item(0);
  return value === undefined ? undefined : { value, end: at };

  function item(depth: number): Cbor | undefined {
    const first = bytes[at++];
    if (first === undefined || depth > MAX_DEPTH) return undefined;
    if (first === 0xf4 || first === 0xf5) return first === 0xf5;
    const n = argument(first & 31);
    if (n === undefined) return undefined;
    return [() => n, () => -1 - n, () => take(n), () => decode(take(n)), () => list(n, depth), () => map(n, depth)][first >> 5]?.();
  }

  /** The number behind the first byte, in its shortest form only. */
  function argument(low: number): number | undefined {
    if (low < 24) return low;
    const size = { 24: 1, 25: 2, 26: 4 }[low];
    const digits = size === undefined ? undefined : take(size);
    const n = digits?.reduce((sum, b) => sum * 256 + b, 0);
    const least = { 24: 24, 25: 256, 26: 65_536 }[low] ?? 0;
    return n === undefined || n < least ? undefined : n;
  }

  function take(length: number): Bytes | undefined {
    if (length > bytes.length - at) return undefined;
    at += length;
    return bytes.slice(at - length, at);
  }

  function list(length: number, depth: number): Cbor | undefined {
    const items: Cbor[] = [];
    for (let i = 0; i < length; i++) {
      const next = item(depth + 1);
      if (next === undefined) return undefined;
      items.push(next);
    }
    return items;
  }

  function map(length: number, depth: number): Cbor | undefined {
    const members = new Map<number | string, Cbor>();
    for (let i = 0; i < length; i++) {
      const key = item(depth + 1);
      const value = key === undefined ? undefined : item(depth + 1);
      if ((typeof key !== 'number' && typeof key !== 'string') || value === undefined || members.has(key)) return undefined;
      members.set(key, value);
    }
    return members;
  }
}

const decode = (bytes: Bytes | undefined): string | undefined => (bytes === undefined ? undefined : text(bytes));
