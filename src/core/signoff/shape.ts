/**
 * Shapes: what a parsed JSON value must look like. Reports every bad member with its place, refuses members nobody
 * declared, and after it nobody checks again.
 */
import type { Json } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';

/** JSON Schema, draft 2020-12. */
export interface JsonSchema {
  readonly [word: string]: unknown;
}

/** The typed value, or undefined after at least one call of `bad`. */
export interface Shape<T> {
  (value: Json | undefined, place: string, bad: (place: string, why: string) => void): T | undefined;
  /** What it accepts, as far as a schema can say; absent: it does not say. */
  readonly schema?: JsonSchema | undefined;
  /** In an object: the member may be left out. */
  readonly optional?: true;
}
type Shapes = { readonly [name: string]: Shape<unknown> };
type Shaped<S extends Shapes> = { readonly [K in keyof S]: S[K] extends Shape<infer T> ? T : never };

/** Checks a value against a shape; the error holds one sentence a fault. */
export function shaped<T>(shape: Shape<T>, value: Json): Result<T, readonly string[]> {
  const faults: string[] = [];
  const result = shape(value, '$', (place, why) => faults.push(`${place} ${why}`));
  return faults.length === 0 ? ok(result as T) : err(faults);
}

/** The same shape, with what it accepts in the words of JSON Schema: for shapes that are made by hand. */
export const described = <T>(shape: (...given: Parameters<Shape<T>>) => T | undefined, schema: JsonSchema | undefined): Shape<T> => Object.assign(shape, { schema });

const primitive = <T extends Json>(is: (value: Json) => value is T, why: string, schema: JsonSchema): Shape<T> =>
  described((value, place, bad) => {
    if (value !== undefined && is(value)) return value;
    bad(place, value === undefined ? 'is missing' : why);
    return undefined;
  }, schema);

export const boolean = primitive((v): v is boolean => typeof v === 'boolean', 'is not true or false', { type: 'boolean' });
/** A whole number, 0 to 2^53 - 1. */
export const count = primitive((v): v is number => typeof v === 'number' && Number.isSafeInteger(v) && v >= 0, 'is not a whole number', {
  type: 'integer',
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
});
export const string = primitive((v): v is string => typeof v === 'string', 'is not a string', { type: 'string' });

/** Patterns have no flags: ECMA-262 as JSON Schema reads them. */
export const matching = (pattern: RegExp, what: string): Shape<string> =>
  primitive((v): v is string => typeof v === 'string' && pattern.test(v), `is not ${what}`, { type: 'string', pattern: pattern.source, description: what });

export const oneOf = <T extends string | number>(...values: readonly T[]): Shape<T> =>
  primitive((v): v is T => values.some((known) => known === v), `is not one of ${values.join(', ')}`, values.length === 1 ? { const: values[0] } : { enum: [...values] });

export const optional = <T>(shape: Shape<T>): Shape<T | undefined> =>
  Object.assign(
    described<T | undefined>((value, place, bad) => (value === undefined ? undefined : shape(value, place, bad)), shape.schema),
    { optional: true as const },
  );

export const nullable = <T>(shape: Shape<T>): Shape<T | null> =>
  described<T | null>((value, place, bad) => (value === null ? null : shape(value, place, bad)), shape.schema && { anyOf: [shape.schema, { type: 'null' }] });

export const list = <T>(shape: Shape<T>, least = 0): Shape<readonly T[]> =>
  described<readonly T[]>(
    (value, place, bad) => {
      if (!Array.isArray(value) || value.length < least) {
        bad(place, value === undefined ? 'is missing' : least > 0 ? `is not a list of at least ${least}` : 'is not a list');
        return undefined;
      }
      return value.map((item: Json, i) => shape(item, `${place}[${i}]`, bad) as T);
    },
    shape.schema && { type: 'array', items: shape.schema, ...(least === 0 ? {} : { minItems: least }) },
  );

/** These and no others, in this order. */
export const tuple = <S extends readonly Shape<unknown>[]>(...items: S): Shape<{ readonly [K in keyof S]: S[K] extends Shape<infer T> ? T : never }> =>
  described(
    (value, place, bad): { readonly [K in keyof S]: S[K] extends Shape<infer T> ? T : never } | undefined => {
      if (!Array.isArray(value) || value.length !== items.length) {
        bad(place, value === undefined ? 'is missing' : `is not a list of exactly ${items.length}`);
        return undefined;
      }
      return items.map((shape, i) => shape(value[i], `${place}[${i}]`, bad)) as never;
    },
    items.some((shape) => shape.schema === undefined)
      ? undefined
      : { type: 'array', prefixItems: items.map((shape) => shape.schema), minItems: items.length, maxItems: items.length },
  );

export const object = <S extends Shapes>(members: S): Shape<Shaped<S>> =>
  described<Shaped<S>>((value, place, bad) => {
    if (!isRecord(value)) {
      bad(place, value === undefined ? 'is missing' : 'is not an object');
      return undefined;
    }
    for (const name of Object.keys(value)) if (!Object.hasOwn(members, name)) bad(`${place}.${name}`, 'is not a known member');
    const entries = Object.entries(members).map(([name, shape]) => [name, shape(Object.hasOwn(value, name) ? value[name] : undefined, `${place}.${name}`, bad)] as const);
    return Object.fromEntries(entries.filter(([, v]) => v !== undefined)) as Shaped<S>;
  }, objectSchema(members));

/** Undefined where a member does not say what it accepts: half a schema would let anything pass there. */
function objectSchema(members: Shapes): JsonSchema | undefined {
  const all = Object.entries(members);
  if (all.some(([, shape]) => shape.schema === undefined)) return undefined;
  const required = all.flatMap(([name, shape]) => (shape.optional === true ? [] : [name]));
  return {
    type: 'object',
    properties: Object.fromEntries(all.map(([name, shape]) => [name, shape.schema])),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
}

const isRecord = (value: Json | undefined): value is { readonly [key: string]: Json | undefined } => typeof value === 'object' && value !== null && !Array.isArray(value);
