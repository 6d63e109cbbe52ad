/**
 * Shapes: what a parsed JSON value must look like. Reports every bad member with its place, refuses members nobody
 * declared, and after it nobody checks again.
 */
import type { Json } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';

/** The typed value, or undefined after at least one call of `bad`. */
export type Shape<T> = (value: Json | undefined, place: string, bad: (place: string, why: string) => void) => T | undefined;
type Shapes = { readonly [name: string]: Shape<unknown> };
type Shaped<S extends Shapes> = { readonly [K in keyof S]: S[K] extends Shape<infer T> ? T : never };

/** Checks a value against a shape; the error holds one sentence a fault. */
export function shaped<T>(shape: Shape<T>, value: Json): Result<T, readonly string[]> {
  const faults: string[] = [];
  const result = shape(value, '$', (place, why) => faults.push(`${place} ${why}`));
  return faults.length === 0 ? ok(result as T) : err(faults);
}

const primitive =
  <T extends Json>(is: (value: Json) => value is T, why: string): Shape<T> =>
  (value, place, bad) => {
    if (value !== undefined && is(value)) return value;
    bad(place, value === undefined ? 'is missing' : why);
    return undefined;
  };

export const boolean = primitive((v): v is boolean => typeof v === 'boolean', 'is not true or false');
/** A whole number, 0 to 2^53 - 1. */
export const count = primitive((v): v is number => typeof v === 'number' && Number.isSafeInteger(v) && v >= 0, 'is not a whole number');
export const string = primitive((v): v is string => typeof v === 'string', 'is not a string');

export const matching = (pattern: RegExp, what: string): Shape<string> => primitive((v): v is string => typeof v === 'string' && pattern.test(v), `is not ${what}`);

export const oneOf = <T extends string | number>(...values: readonly T[]): Shape<T> =>
  primitive((v): v is T => values.some((known) => known === v), `is not one of ${values.join(', ')}`);

export const optional =
  <T>(shape: Shape<T>): Shape<T | undefined> =>
  (value, place, bad) =>
    value === undefined ? undefined : shape(value, place, bad);

export const nullable =
  <T>(shape: Shape<T>): Shape<T | null> =>
  (value, place, bad) =>
    value === null ? null : shape(value, place, bad);

export const list =
  <T>(shape: Shape<T>, least = 0): Shape<readonly T[]> =>
  (value, place, bad) => {
    if (!Array.isArray(value) || value.length < least) {
      bad(place, value === undefined ? 'is missing' : least > 0 ? `is not a list of at least ${least}` : 'is not a list');
      return undefined;
    }
    return value.map((item: Json, i) => shape(item, `${place}[${i}]`, bad) as T);
  };

export const object =
  <S extends Shapes>(members: S): Shape<Shaped<S>> =>
  (value, place, bad) => {
    if (!isRecord(value)) {
      bad(place, value === undefined ? 'is missing' : 'is not an object');
      return undefined;
    }
    for (const name of Object.keys(value)) if (!Object.hasOwn(members, name)) bad(`${place}.${name}`, 'is not a known member');
    const entries = Object.entries(members).map(([name, shape]) => [name, shape(Object.hasOwn(value, name) ? value[name] : undefined, `${place}.${name}`, bad)] as const);
    return Object.fromEntries(entries.filter(([, v]) => v !== undefined)) as Shaped<S>;
  };

const isRecord = (value: Json | undefined): value is { readonly [key: string]: Json | undefined } => typeof value === 'object' && value !== null && !Array.isArray(value);
