/** Reads what an entry says. Members nobody asks for are ignored: a body may say more than the projections keep. */

/** The typed value, or undefined where it is not that. */
export type Read<T> = (value: unknown) => T | undefined;
type Reads = { readonly [name: string]: Read<unknown> };
type Got<R extends Reads> = { readonly [K in keyof R]: R[K] extends Read<infer T> ? T : never };

export const string: Read<string> = (v) => (typeof v === 'string' ? v : undefined);
export const number: Read<number> = (v) => (typeof v === 'number' && Number.isSafeInteger(v) ? v : undefined);
export const boolean: Read<boolean> = (v) => (typeof v === 'boolean' ? v : undefined);

export const oneOf =
  <const T extends string>(...values: readonly T[]): Read<T> =>
  (v) =>
    values.find((known) => known === v);

/** The value, or `fallback` where the member is absent or of another kind. */
export const or =
  <T, F>(read: Read<T>, fallback: F): Read<T | F> =>
  (v) =>
    read(v) ?? fallback;

export const list =
  <T>(read: Read<T>): Read<readonly T[]> =>
  (v) => {
    if (!Array.isArray(v)) return undefined;
    const items = v.map(read).filter((item) => item !== undefined);
    return items.length === v.length ? items : undefined;
  };

export const having =
  <R extends Reads>(members: R): Read<Got<R>> =>
  (v) => {
    if (typeof v !== 'object' || v === null || Array.isArray(v)) return undefined;
    const source = new Map<string, unknown>(Object.entries(v));
    const got = Object.entries(members).map(([name, read]) => [name, read(source.get(name))] as const);
    return got.every(([, value]) => value !== undefined) ? (Object.fromEntries(got) as Got<R>) : undefined;
  };

export function json(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
