/**
 * ECDSA P-256 signatures in their three dresses: DER (WebAuthn), two SSH mpints (OpenSSH), r || s (the crypto port).
 * Strict: minimal positive integers only. `n - s` for `s` is still a signature, so signature bytes identify nothing.
 */
import { concat } from '../base/bytes.ts';
import type { Bytes } from '../base/crypto.ts';
import { wireReader, wireString } from './wire.ts';

/** DER `SEQUENCE { INTEGER r, INTEGER s }` to `string r, string s`: DER INTEGER bodies are SSH mpints already. */
export function derToMpints(der: Bytes): Bytes | undefined {
  const r = integerAt(der, 2);
  const s = r === undefined ? undefined : integerAt(der, 4 + r.length);
  if (r === undefined || s === undefined) return undefined;
  const whole = der[0] === 0x30 && der[1] === der.length - 2 && der.length === 6 + r.length + s.length;
  return whole ? concat(wireString(r), wireString(s)) : undefined;
}

/** Two mpints to 64 bytes r || s; undefined for zero, negative, padded, over-long or trailing bytes. */
export function mpintsToRaw(mpints: Bytes): Bytes | undefined {
  const read = wireReader(mpints);
  const r = fixed(read.string());
  const s = fixed(read.string());
  return read.complete() && r !== undefined && s !== undefined ? concat(r, s) : undefined;
}

/** 64 bytes r || s to two mpints. */
export const rawToMpints = (raw: Bytes): Bytes => concat(wireString(mpint(raw.slice(0, 32))), wireString(mpint(raw.slice(32))));

function integerAt(der: Bytes, at: number): Bytes | undefined {
  const length = der[at + 1] ?? 0;
  const body = der.slice(at + 2, at + 2 + length);
  return der[at] === 2 && body.length === length && isMinimal(body) ? body : undefined;
}

/** Positive, at most 33 bytes, a leading zero only where the next bit asks for it. */
function isMinimal(body: Bytes): boolean {
  const [first, second] = body;
  if (first === undefined || first > 127 || body.length > 33) return false;
  return first !== 0 || (second ?? 0) > 127;
}

function fixed(body: Bytes): Bytes | undefined {
  if (!isMinimal(body)) return undefined;
  const digits = body[0] === 0 ? body.slice(1) : body;
  return digits.length > 32 ? undefined : concat(new Uint8Array(32 - digits.length), digits);
}

function mpint(digits: Bytes): Bytes {
  const start = digits.findIndex((b) => b !== 0);
  const trimmed = digits.slice(start < 0 ? digits.length : start);
  return (trimmed[0] ?? 0) > 127 ? concat(Uint8Array.of(0), trimmed) : trimmed;
}
