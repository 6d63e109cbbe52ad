/** Fields of JSON somebody else wrote: each is what it should be, or absent. */

export type Fields = { readonly [name: string]: unknown };

export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** An own member only: `__proto__` and `constructor` are names like any other. */
export const member = (of: unknown, name: string): unknown => (isFields(of) && Object.hasOwn(of, name) ? of[name] : undefined);
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** At most `most` characters, white space folded; undefined where nothing is left. */
export function word(value: unknown, most = 200): string | undefined {
  const text = typeof value === 'string' ? value.slice(0, most).replace(/\s+/g, ' ').trim() : '';
  return text === '' ? undefined : text;
}

/** A line number, 1-based. */
export const lineNumber = (value: unknown): number | undefined => (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MOST_LINE ? value : undefined);
const MOST_LINE = 2 ** 31 - 1;

/** The value, or undefined where this is no JSON. */
export function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}
