/**
 * The SSH wire format (RFC 4251 section 5), bounds-checked. Every length here is attacker-controlled: a reader that once
 * ran past the end stays failed and hands out empty values, so a caller asks `complete()` once, after the last field.
 */
import { concat, text, utf8 } from '../base/bytes.ts';
import type { Bytes } from '../base/crypto.ts';

export interface WireReader {
  byte(): number;
  /** uint32, big-endian. */
  uint32(): number;
  raw(length: number): Bytes;
  /** uint32 length, then the bytes. */
  string(): Bytes;
  /** A string that must be UTF-8. */
  text(): string;
  /** True when every read was inside the bytes and nothing is left over. Nothing read counts before this says true. */
  complete(): boolean;
}

const EMPTY = new Uint8Array(0);

export function wireReader(bytes: Bytes): WireReader {
  let at = 0;
  let failed = false;
  const raw = (length: number): Bytes => {
    if (failed || length > bytes.length - at) {
      failed = true;
      return EMPTY;
    }
    at += length;
    return bytes.slice(at - length, at);
  };
  const uint32 = (): number => raw(4).reduce((n, b) => n * 256 + b, 0);
  const string = (): Bytes => raw(uint32());
  return {
    byte: () => raw(1)[0] ?? 0,
    uint32,
    raw,
    string,
    text: () => {
      const decoded = text(string());
      if (decoded === undefined) failed = true;
      return decoded ?? '';
    },
    complete: () => !failed && at === bytes.length,
  };
}

export const wireUint32 = (n: number): Bytes => Uint8Array.of((n >>> 24) & 255, (n >>> 16) & 255, (n >>> 8) & 255, n & 255);

/** The inverse of `WireReader.string`. */
export function wireString(value: Bytes | string): Bytes {
  const bytes = typeof value === 'string' ? utf8(value) : value;
  return concat(wireUint32(bytes.length), bytes);
}
