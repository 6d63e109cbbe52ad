/** Strict readers of the log's text formats: one spelling for each value, so that no two texts mean the same thing. */
import { base64, fromBase64 } from '../base/bytes.ts';
import type { Bytes } from '../base/crypto.ts';

/** Length of every hash of the log, in bytes. */
export const HASH_SIZE = 32;

/** ASCII decimal without leading zeroes, at most 2^53-1 (the formats allow 2^64; what we cannot count we refuse). */
export function decimal(text: string): number | undefined {
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** Standard alphabet with padding, and only the canonical spelling: `fromBase64` alone is too kind for signed text. */
export function exactBase64(text: string): Bytes | undefined {
  const bytes = fromBase64(text);
  return bytes !== undefined && base64(bytes) === text ? bytes : undefined;
}

export function hashLine(line: string): Bytes | undefined {
  const bytes = exactBase64(line);
  return bytes?.length === HASH_SIZE ? bytes : undefined;
}

/** An index or size we can count with. */
export const countable = (n: number): boolean => Number.isSafeInteger(n) && n >= 0;
