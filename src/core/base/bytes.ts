/** Bytes to text and back. Decoders are strict: what an attacker sends either round-trips or is refused (undefined). */
import type { Bytes } from './crypto.ts';

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

export const utf8 = (text: string): Bytes => encoder.encode(text);
export const hex = (b: Bytes): string => view(b).toString('hex');
export const base64 = (b: Bytes): string => view(b).toString('base64');
export const base64url = (b: Bytes): string => view(b).toString('base64url');

/** The text, or undefined where the bytes are not UTF-8. A byte order mark is kept, not swallowed. */
export function text(b: Bytes): string | undefined {
  try {
    return strict.decode(b);
  } catch {
    return undefined;
  }
}

/** Accepts both alphabets, with or without padding (DSSE asks for it); refuses anything that is not base64. */
export function fromBase64(encoded: string): Bytes | undefined {
  const plain = encoded
    .replace(/-/g, '+')
    .replace(/_/g, '/')
    .replace(/={1,2}$/, '');
  if (!/^[A-Za-z0-9+/]*$/.test(plain) || plain.length % 4 === 1) return undefined;
  const bytes = Buffer.from(plain, 'base64');
  return bytes.toString('base64').replace(/=+$/, '') === plain ? new Uint8Array(bytes) : undefined;
}

export function fromHex(encoded: string): Bytes | undefined {
  return /^(?:[0-9a-f]{2})*$/.test(encoded) ? new Uint8Array(Buffer.from(encoded, 'hex')) : undefined;
}

export function concat(...parts: readonly Bytes[]): Bytes {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export const equal = (a: Bytes, b: Bytes): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);

/** Bytewise order, the order git sorts paths in. */
export const compare = (a: Bytes, b: Bytes): number => Buffer.compare(a, b);

const view = (b: Bytes): Buffer => Buffer.from(b.buffer, b.byteOffset, b.length);
