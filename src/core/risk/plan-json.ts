/**
 * JSON of plans, from outside. What is built from JSON takes many times its bytes, and its depth is chosen by whoever wrote
 * it: size, depth and number of values are bounded before anything is built.
 */
import { text } from '../base/bytes.ts';

export const MAX_PLAN_BYTES = 64 * 1024 * 1024;
/** Levels of nesting; schemas of providers go nowhere near it. */
const MAX_DEPTH = 200;
/** Values that bytes may hold: what JSON of this size is built from takes many times its bytes. */
const MAX_VALUES = 8_000_000;

export type ReadJson = { readonly json: unknown } | { readonly problem: string };

/** JSON of bounded size, depth and number of values. Never throws. */
export function readJson(bytes: Uint8Array): ReadJson {
  if (bytes.length > MAX_PLAN_BYTES) return { problem: `it is larger than ${MAX_PLAN_BYTES / 1024 / 1024} MiB` };
  const tooMuch = bounds(bytes);
  if (tooMuch !== undefined) return { problem: tooMuch };
  const source = text(bytes);
  if (source === undefined) return { problem: 'it is not UTF-8' };
  try {
    return { json: JSON.parse(source.startsWith('\ufeff') ? source.slice(1) : source) };
  } catch {
    return { problem: 'it is not JSON' };
  }
}

const [QUOTE, BACKSLASH, COMMA, OPEN_LIST, CLOSE_LIST, OPEN, CLOSE] = [0x22, 0x5c, 0x2c, 0x5b, 0x5d, 0x7b, 0x7d];

/** One pass over the bytes, outside strings. */
function bounds(bytes: Uint8Array): string | undefined {
  let depth = 0;
  let values = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) at = endOfString(bytes, at);
    else if (byte === OPEN || byte === OPEN_LIST) {
      values++;
      if (++depth > MAX_DEPTH) return `it is nested deeper than ${MAX_DEPTH} levels`;
    } else if (byte === CLOSE || byte === CLOSE_LIST) depth--;
    else if (byte === COMMA) values++;
  }
  return values > MAX_VALUES ? `it holds more than ${MAX_VALUES} values` : undefined;
}

/** The closing quote. An escape is two bytes, whatever it is. */
function endOfString(bytes: Uint8Array, from: number): number {
  let at = from + 1;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at;
}
