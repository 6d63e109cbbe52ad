/**
 * Canonical JSON (RFC 8785 for the values we use: strings, safe integers, finite numbers, booleans, null): keys sorted
 * by UTF-16 code unit, no white space. For digests of our own values only: signed bytes are never re-serialised.
 */
import { sha256Hex } from './crypto.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/** @param strict false: a number that is none is null, as JSON.stringify has it. */
function canonical(value: Json, strict: boolean): string {
  if (value === null || typeof value !== 'object') {
    if (strict && typeof value === 'number' && !Number.isFinite(value)) throw new RangeError('not a JSON number');
    return JSON.stringify(value);
  }
  if (isList(value)) return `[${value.map((item) => canonical(item, strict)).join(',')}]`;
  const members = Object.keys(value)
    .sort()
    .flatMap((key) => {
      const member = value[key];
      return member === undefined ? [] : [`${JSON.stringify(key)}:${canonical(member, strict)}`];
    });
  return `{${members.join(',')}}`;
}

const isList = (value: readonly Json[] | { readonly [key: string]: Json | undefined }): value is readonly Json[] => Array.isArray(value);

/** The canonical form itself. Throws on a number that is none. */
export const canonicalText = (value: Json): string => canonical(value, true);

/** Lowercase hex SHA-256 of the canonical form. */
export const digest = (value: Json): string => sha256Hex(canonical(value, true));

/** The same of values that others made up: a number that is none (NaN, infinite) is null. */
export const digestOfAny = (value: Json): string => sha256Hex(canonical(value, false));
